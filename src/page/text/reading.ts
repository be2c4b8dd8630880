/** Has a language model read a text, and colours it: by how surprising each token was, or by what a cell says after it. */
import { darkDivergingColour, divergingColour, hexOf, SURPRISE_LEVELS, surpriseLevel } from '../../report/colours.ts';
import { probabilityInWords, surpriseName } from '../../report/surprise.ts';
import type { CellIndex, CellsAnswer, ModelAnswer, ScoresAnswer } from '../../server/api.ts';
import { announce } from '../announce.ts';
import { type BackEnd, inWords } from '../back-end.ts';
import { button, element, factList, fill, withLabel } from '../elements.ts';
import { colouredText } from './coloured-text.ts';
import { findingsTable } from './findings-table.ts';
import { numberInput } from './writing.ts';

/** Characters that are read at most, and tokens that are shown. */
const [CHARACTERS, SHOWN] = [100_000, 10_000];
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
  const input = element('textarea', {
    rows: 6,
    spellcheck: 'false',
    maxlength: CHARACTERS,
    placeholder: 'Paste a text',
  });
  const layer = numberInput({ min: 0, step: 1, value: 0, required: true });
  const cell = numberInput({ min: 0, step: 1, value: 0, required: true });
  const surprise = button('Colour by surprise', () => work(showSurprise), { class: 'main' });
  const byCell = button('Colour by this cell', () => work((signal) => showCell(signal)));
  const find = button('Find cells that follow something', () => work(findCells));
  const status = element('p', { class: 'soft' });
  const result = element('div');
  const findings = element('div');
  let working: AbortController | undefined;

  async function work(show: (signal: AbortSignal) => Promise<string>): Promise<void> {
    working?.abort();
    const controller = new AbortController();
    working = controller;
    if (input.value === '') {
      fill(status, 'There is no text yet: paste one above.');
      input.focus();
      return;
    }
    fill(status, 'reading …');
    try {
      const outcome = await show(controller.signal);
      fill(status, outcome);
      announce(outcome === '' ? 'Read' : outcome);
    } catch (error) {
      if (controller.signal.aborted) return;
      fill(status, inWords(error));
      announce(inWords(error));
    }
  }

  async function showSurprise(signal: AbortSignal): Promise<string> {
    const text = input.value;
    const scores = await backEnd.scores(model().id, text, text.length > SHOWN ? 0 : LIKELIEST, signal);
    fill(result, surpriseLegend(), surpriseText(scores), scoreFacts(scores, model().level ?? 'token'));
    return beginningNote(scores.tokens.length);
  }

  async function showCell(signal: AbortSignal): Promise<string> {
    const which = { layer: layer.valueAsNumber, cell: cell.valueAsNumber };
    const wanted = { model: model().id, text: input.value, cells: [which], find: 0 };
    return colourByCell(await backEnd.cells(wanted, signal), which);
  }

  async function findCells(signal: AbortSignal): Promise<string> {
    const wanted = { model: model().id, text: input.value, cells: [], find: FOUND };
    const answer = await backEnd.cells(wanted, signal);
    const search = answer.search!; // was asked for
    const pick = (one: CellIndex) => {
      choose(one);
      void work(showCell).then(() => result.scrollIntoView({ block: 'nearest' }));
    };
    fill(findings, findingsTable(search, answer.quantity, pick));
    const [first] = search.findings;
    const best = first?.cells[0];
    if (!best || best.figure <= first.chance) return 'No cell follows anything here better than by chance.';
    choose(best);
    return showCell(signal);
  }

  function choose(one: CellIndex): void {
    layer.value = String(one.layer);
    cell.value = String(one.cell);
  }

  function colourByCell({ texts, cells, quantity }: CellsAnswer, which: CellIndex): string {
    const { values } = cells[0]!; // the one that was asked for
    const tokens = texts.slice(0, SHOWN).map((text, i) => ({
      text,
      figures: `${quantity} ${values[i]!.toFixed(2)}`,
      look: { background: valueColour(values[i]!) },
    }));
    const name = `layer ${which.layer}, cell ${which.cell}`;
    fill(result, cellLegend(name, quantity), colouredText(`The text, coloured by ${name}`, tokens));
    return beginningNote(texts.length);
  }

  function changeModel(): void {
    working?.abort();
    const { layers = 1, hidden = 1 } = model();
    layer.max = String(layers - 1);
    cell.max = String(hidden - 1);
    choose({
      layer: Math.min(layers - 1, layer.valueAsNumber || 0),
      cell: Math.min(hidden - 1, cell.valueAsNumber || 0),
    });
    fill(result);
    fill(findings);
    fill(status);
  }
  changeModel();

  const part = element(
    'section',
    { 'aria-label': 'Reading' },
    element('h3', {}, 'Look into a text'),
    withLabel('Text', input, { class: 'wide' }),
    element('div', { class: 'actions' }, surprise, find),
    element(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'A cell' },
      withLabel('Layer', layer),
      withLabel('Cell', cell),
      byCell,
    ),
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
      void work(showSurprise);
    },
  };
}

function beginningNote(tokens: number): string {
  if (tokens <= SHOWN) return '';
  return `Shown are the first ${SHOWN.toLocaleString('en')} of ${tokens.toLocaleString('en')} tokens.`;
}

function surpriseText({ tokens }: ScoresAnswer): HTMLElement {
  const shown = tokens.slice(0, SHOWN).map(({ token, logProb, likeliest = [] }) => {
    const others = likeliest.map((one) => `${JSON.stringify(one.token)} ${probabilityInWords(one.logProb)}`).join(', ');
    const figures = `${probabilityInWords(logProb)}${others && `; likeliest: ${others}`}`;
    return { text: token, figures, look: { className: `s${surpriseLevel(logProb)}` } };
  });
  return colouredText('The text, coloured by surprise', shown);
}

function surpriseLegend(): HTMLElement {
  const steps = Array.from({ length: SURPRISE_LEVELS + 1 }, (_, level) =>
    element('span', { class: `s${level}` }, ` ${surpriseName(level)} `),
  );
  return element('p', { class: 'surprise legend' }, 'Probability ', ...steps);
}

function cellLegend(name: string, quantity: string): HTMLElement {
  const steps = [-1, -0.5, 0, 0.5, 1].map((value) => {
    const step = element('span', { class: 'step' }, ` ${value} `);
    step.style.background = valueColour(value);
    return step;
  });
  return element('p', { class: 'surprise legend' }, `${quantity} of ${name} `, ...steps);
}

/** What stands for a value from -1 to 1, on a page that is light or dark. */
function valueColour(value: number): string {
  return `light-dark(${hexOf(divergingColour(value))}, ${hexOf(darkDivergingColour(value))})`;
}

function scoreFacts({ score }: ScoresAnswer, unit: string): HTMLElement {
  const { tokens, unknown, nats, bits, perplexity } = score;
  return factList([
    [`Per ${unit}`, `${nats.toFixed(3)} nats, ${bits.toFixed(3)} bits`],
    ['Perplexity', perplexity.toPrecision(4)],
    ['Tokens', `${tokens.toLocaleString('en')}, ${unknown.toLocaleString('en')} of them unknown`],
  ]);
}
