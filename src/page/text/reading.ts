/** Has a language model read a text, and colours it: by how surprising each token was, or by what a cell says after it. */
import type { CellIndex, ModelAnswer } from '../../server/api.ts';
import type { BackEnd } from '../back-end.ts';
import { button, element, fill, withLabel } from '../elements.ts';
import { cellPicker } from './cell-picker.ts';
import { findingsTable } from './findings-table.ts';
import { LatestWork } from './latest-work.ts';
import { beginningNote, SHOWN, textByCell, textBySurprise } from './read-text.ts';

/** Characters that are read at most. */
const CHARACTERS = 100_000;
/** Likeliest tokens that are told of each place. */
const LIKELIEST = 3;
/** Cells that are told for each feature that some follow. */
const FOUND = 2;

export interface ReadingPart {
  readonly part: HTMLElement;
  /** Puts a text in, to be looked into. */
  take(text: string): void;
  /** Another model was chosen. */
  changeModel(): void;
}

export function readingPart(backEnd: BackEnd, model: () => ModelAnswer): ReadingPart {
  const attributes = { rows: 6, spellcheck: 'false', maxlength: CHARACTERS, placeholder: 'Paste a text' };
  const input = element('textarea', attributes);
  const surprise = button('Colour by surprise', () => show(showSurprise), { class: 'main' });
  const find = button('Find cells that follow something', () => show(findCells));
  const picker = cellPicker(button('Colour by this cell', () => show(showCell)));
  const status = element('p', { class: 'soft' });
  const [result, findings] = [element('div'), element('div')];
  const work = new LatestWork(status);

  async function show(what: (signal: AbortSignal) => Promise<string>): Promise<void> {
    if (input.value !== '') return work.run(what);
    work.stop();
    fill(status, 'There is no text yet: paste one above.');
    input.focus();
  }

  async function showSurprise(signal: AbortSignal): Promise<string> {
    const text = input.value;
    const scores = await backEnd.scores(model().id, text, text.length > SHOWN ? 0 : LIKELIEST, signal);
    fill(result, ...textBySurprise(scores, model().level ?? 'token'));
    return beginningNote(scores.tokens.length);
  }

  async function showCell(signal: AbortSignal): Promise<string> {
    const cell = picker.chosen();
    const answer = await backEnd.cells({ model: model().id, text: input.value, cells: [cell], find: 0 }, signal);
    fill(result, ...textByCell(answer, cell));
    return beginningNote(answer.texts.length);
  }

  async function findCells(signal: AbortSignal): Promise<string> {
    const wanted = { model: model().id, text: input.value, cells: [], find: FOUND };
    const answer = await backEnd.cells(wanted, signal);
    const search = answer.search!; // was asked for
    const pick = (one: CellIndex) => {
      picker.choose(one);
      void show(showCell).then(() => result.scrollIntoView({ block: 'nearest' }));
    };
    fill(findings, findingsTable(search, answer.quantity, pick));
    const [first] = search.findings;
    const best = first?.cells[0];
    if (!best || best.figure <= first.chance) return 'No cell follows anything here better than by chance.';
    picker.choose(best);
    return showCell(signal);
  }

  function changeModel(): void {
    work.stop();
    picker.limitTo(model());
    for (const place of [result, findings, status]) fill(place);
  }
  changeModel();

  const part = element(
    'section',
    { 'aria-label': 'Reading' },
    element('h3', {}, 'Look into a text'),
    withLabel('Text', input, { class: 'wide' }),
    element('div', { class: 'actions' }, surprise, find),
    picker.controls,
    status,
    findings,
    result,
  );
  return {
    part,
    changeModel,
    take(text) {
      input.value = text.slice(0, CHARACTERS);
      part.scrollIntoView({ block: 'start' });
      input.focus();
      void show(showSurprise);
    },
  };
}
