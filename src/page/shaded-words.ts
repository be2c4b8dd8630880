/** Captions whose words are shaded by how sure a captioner is of them, as on the page of `describe --html`. */
import { type ShownWord, shownWords } from '../captioning/description/shown-caption.ts';
import { CERTAINTY_NAMES, unsureLevel } from '../report/certainty.ts';
import type { Caption } from '../server/api.ts';
import { element } from './elements.ts';

/** The words of a caption in their places. */
export function shadedCaption(caption: Pick<Caption, 'caption' | 'words'>): (Node | string)[] {
  if (caption.words.length === 0) return ['(no words)'];
  return shownWords(caption).flatMap((word) => [word.between, shadedWord(word)]);
}

function shadedWord({ word, probability }: ShownWord): HTMLElement {
  return element('span', { class: classOf(unsureLevel(probability)), title: percent(probability) }, word);
}

/** What the shades stand for. */
export function shadesLegend(): HTMLElement {
  const names = CERTAINTY_NAMES.flatMap((name, level) => [
    element('span', { class: `nowrap ${classOf(level) ?? ''}` }, name),
    ' ',
  ]);
  return element('p', { class: 'soft' }, 'Words are shaded by how sure the captioner is of them: ', ...names);
}

function classOf(level: number): string | undefined {
  return level > 0 ? `u${level}` : undefined;
}

/** Per cent, without decimals where they would pretend to be known. */
export function percent(share: number): string {
  return share < 0.01 ? `${(100 * share).toFixed(1)} %` : `${Math.round(100 * share)} %`;
}
