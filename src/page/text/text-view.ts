/** Language models: they write, and show what they see in a text. */
import type { ModelAnswer } from '../../server/api.ts';
import type { BackEnd } from '../back-end.ts';
import { choice, element, withLabel } from '../elements.ts';
import { readingPart } from './reading.ts';
import { writingPart } from './writing.ts';

export function textView(view: HTMLElement, backEnd: BackEnd, models: readonly ModelAnswer[]): void {
  if (models.length === 0) {
    const command = element('code', {}, 'caption serve --lm DIR');
    view.append(
      element(
        'p',
        {},
        'This server has no language model. It gets one by ',
        command,
        '; ',
        element('code', {}, 'lm train'),
        ' makes them.',
      ),
    );
    return;
  }
  const picker = choice(models.map((model) => [model.id, nameOf(model)]));
  const chosen = () => models[picker.selectedIndex]!; // one is always selected
  const reading = readingPart(backEnd, chosen);
  const writing = writingPart(backEnd, chosen, reading.take);
  picker.addEventListener('change', reading.changeModel);
  view.append(element('div', { class: 'options' }, withLabel('Model', picker)), writing, reading.part);
}

/** A model's name, and what its tokens are. */
function nameOf({ id, level, layers, hidden }: ModelAnswer): string {
  return level === undefined ? id : `${id} (${level}, ${layers} × ${hidden} cells)`;
}
