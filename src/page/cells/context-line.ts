/** A place of the text with what is around it, in one line coloured by a cell. */
import type { Stretch } from '../../language/cells/on-cells.ts';
import { element } from '../elements.ts';
import type { Explorer } from './explorer.ts';
import type { Theme } from './theme.ts';

/** Characters shown around a place, and of a place that is longer at each of its ends. */
const [AROUND, MOST] = [24, 30];

/** @param onPick called when the place is picked @param figures what stands before it */
export function contextLine(
  explorer: Explorer,
  theme: Theme,
  { start, end }: Stretch,
  figures: string,
  onPick: () => void,
): HTMLElement {
  const { text, view } = explorer;
  const values = explorer.values[view.cell]!;
  /** The tokens from one to another, those with one colour that stand together in one element. */
  const spans = (from: number, to: number) => {
    const made: HTMLElement[] = [];
    let last: string | undefined;
    for (let token = Math.max(0, from); token < Math.min(text.length, to); token++) {
      const colour = theme.values[values[token]! + 127]!;
      if (colour !== last) {
        last = colour;
        made.push(element('span'));
        made.at(-1)!.style.background = colour;
      }
      made.at(-1)!.append(text.shownToken(token));
    }
    return made;
  };
  const [before, after] = [reach(text, start, -1), reach(text, end - 1, 1)];
  const place =
    end - start > 2 * MOST
      ? [...spans(start, start + MOST), element('span', {}, ' … '), ...spans(end - MOST, end)]
      : spans(start, end);
  const line = element(
    'button',
    { type: 'button', class: 'context' },
    element('span', { class: 'figures-of' }, figures),
    element(
      'span',
      { class: 'context-text' },
      element('span', { class: 'before' }, ...spans(before, start)),
      element('b', {}, ...place),
      ...spans(end, after + 1),
    ),
  );
  line.addEventListener('click', onPick);
  return line;
}

/** The farthest token whose text, with that up to `from`, has about as many characters as are shown. */
function reach(text: Explorer['text'], from: number, step: 1 | -1): number {
  let token = from;
  for (let shown = 0; shown < AROUND && token + step >= 0 && token + step < text.length; ) {
    token += step;
    shown += text.shownToken(token).length;
  }
  return token;
}
