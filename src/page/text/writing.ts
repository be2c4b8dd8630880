/** Has a language model write, and shows the text as it comes. */
import type { ModelAnswer } from '../../server/api.ts';
import { announce } from '../announce.ts';
import { type BackEnd, inWords, type WritingChoices } from '../back-end.ts';
import { button, element, fill, withLabel } from '../elements.ts';
import { numberInput } from './number-input.ts';

/** @param onLookInto called with a text that is to be looked into */
export function writingPart(
  backEnd: BackEnd,
  model: () => ModelAnswer,
  onLookInto: (text: string) => void,
): HTMLElement {
  const prime = element('textarea', { rows: 3, spellcheck: 'false', placeholder: 'nothing: it begins where it likes' });
  const sampling = samplingControls();
  const generate = element('button', { class: 'main' }, 'Generate');
  const stop = button('Stop', () => writing?.abort(), { disabled: true });
  const look = button('Look into it', () => onLookInto(text), { hidden: true });
  const progress = element('span', { class: 'soft' });
  const output = element('pre', {
    class: 'written',
    tabindex: 0,
    role: 'region',
    'aria-label': 'What is written',
    hidden: true,
  });
  let writing: AbortController | undefined;
  let text = '';

  async function write(): Promise<void> {
    writing?.abort();
    const controller = new AbortController();
    writing = controller;
    const { signal } = controller;
    text = prime.value;
    fill(output, element('span', { class: 'soft' }, text));
    output.hidden = false;
    output.ariaBusy = 'true';
    stop.disabled = false;
    look.hidden = true;
    fill(progress, 'writing …');
    const begun = performance.now();
    const choices = { model: model().id, prime: prime.value, ...sampling.chosen() };
    let outcome = '';
    try {
      for await (const piece of backEnd.write(choices, signal)) {
        const atEnd = output.scrollHeight - output.scrollTop - output.clientHeight < 40;
        output.append(piece);
        text += piece;
        if (atEnd) output.scrollTop = output.scrollHeight;
      }
      outcome = `written in ${((performance.now() - begun) / 1000).toFixed(1)} s`;
    } catch (error) {
      outcome = signal.aborted ? 'stopped' : inWords(error);
    }
    if (writing !== controller) return; // another has begun
    writing = undefined;
    output.ariaBusy = 'false';
    if (document.activeElement === stop) generate.focus();
    stop.disabled = true;
    look.hidden = text === '';
    fill(progress, outcome);
    announce(outcome);
  }

  const form = element(
    'form',
    {},
    withLabel('Begin with', prime, { class: 'wide' }),
    sampling.controls,
    element('div', { class: 'actions' }, generate, stop, look, progress),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void write();
  });
  prime.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return element('section', { 'aria-label': 'Writing' }, element('h3', {}, 'Let it write'), form, output);
}

/** How much is written, and how its tokens are drawn. */
function samplingControls() {
  const length = numberInput({ min: 1, max: 20_000, step: 1, value: 400, required: true });
  const temperature = numberInput({ min: 0, max: 5, step: 0.05, value: 0.7, required: true });
  const topK = numberInput({ min: 1, step: 1, placeholder: 'all' });
  const topP = numberInput({ min: 0, max: 1, step: 0.01, value: 1, required: true });
  return {
    controls: element(
      'div',
      { class: 'options' },
      withLabel('Length', length),
      withLabel('Temperature', temperature),
      withLabel('Top-k', topK),
      withLabel('Top-p', topP),
    ),
    chosen: (): Omit<WritingChoices, 'model' | 'prime'> => ({
      length: length.valueAsNumber,
      temperature: temperature.valueAsNumber,
      topK: Number.isNaN(topK.valueAsNumber) ? undefined : topK.valueAsNumber,
      topP: topP.valueAsNumber,
    }),
  };
}
