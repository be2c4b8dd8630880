/** A text that was read, in colours, with what these mean: by how surprising each token was, or by what a cell says. */
import { darkDivergingColour, divergingColour, hexOf, SURPRISE_LEVELS, surpriseLevel } from '../../report/colours.ts';
import { probabilityInWords, surpriseName } from '../../report/surprise.ts';
import type { CellIndex, CellsAnswer, ScoresAnswer } from '../../server/api.ts';
import { element, factList } from '../elements.ts';
import { colouredText } from './coloured-text.ts';

/** Tokens that are shown. */
export const SHOWN = 10_000;

/** What is to be said of a text that is too long to be shown; '' of any other. */
export function beginningNote(tokens: number): string {
  if (tokens <= SHOWN) return '';
  return `Shown are the first ${SHOWN.toLocaleString('en')} of ${tokens.toLocaleString('en')} tokens.`;
}

/** The text by the surprise at each token, and the figures of all of it. @param unit what a token is */
export function textBySurprise({ tokens, score }: ScoresAnswer, unit: string): HTMLElement[] {
  const shown = tokens.slice(0, SHOWN).map(({ token, logProb, likeliest = [] }) => {
    const others = likeliest.map((one) => `${JSON.stringify(one.token)} ${probabilityInWords(one.logProb)}`).join(', ');
    const figures = `${probabilityInWords(logProb)}${others && `; likeliest: ${others}`}`;
    return { text: token, figures, look: { className: `s${surpriseLevel(logProb)}` } };
  });
  return [surpriseLegend(), colouredText('The text, coloured by surprise', shown), scoreFacts(score, unit)];
}

/** The text by the value of a cell after each token. */
export function textByCell({ texts, cells, quantity }: CellsAnswer, { layer, cell }: CellIndex): HTMLElement[] {
  const { values } = cells[0]!; // the one that was asked for
  const tokens = texts.slice(0, SHOWN).map((text, i) => ({
    text,
    figures: `${quantity} ${values[i]!.toFixed(2)}`,
    look: { background: valueColour(values[i]!) },
  }));
  const name = `layer ${layer}, cell ${cell}`;
  return [cellLegend(name, quantity), colouredText(`The text, coloured by ${name}`, tokens)];
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

function scoreFacts({ tokens, unknown, nats, bits, perplexity }: ScoresAnswer['score'], unit: string): HTMLElement {
  return factList([
    [`Per ${unit}`, `${nats.toFixed(3)} nats, ${bits.toFixed(3)} bits`],
    ['Perplexity', perplexity.toPrecision(4)],
    ['Tokens', `${tokens.toLocaleString('en')}, ${unknown.toLocaleString('en')} of them unknown`],
  ]);
}
