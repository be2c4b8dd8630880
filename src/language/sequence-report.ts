/**
 * What stands in the report of a model of sequences alone: what it writes, how long that is, how much of it is copied. It
 * knows no files.
 */
import { Random } from '../base/random.ts';
import { partOf, type Steps } from '../base/steps.ts';
import { type Html, html } from '../report/html.ts';
import { lineChart, type Point } from '../report/line-chart.ts';
import { formatInteger, formatPercent, htmlTable, section } from '../report/page.ts';
import { END } from '../text/special-tokens.ts';
import { joinTokens } from '../text/tokenizer.ts';
import { nearestSequenceSteps } from './nearest-sequence.ts';
import type { LanguageSequences } from './sequences.ts';
import type { TextModel } from './text-model.ts';

/** Sequences that are written for the figures, and tokens of all of them and of one, at most. */
const WRITTEN = 1000;
const MOST_TOKENS = 40_000;
const LONGEST = 4000;
/** Those that are shown; and tokens of one up to which it is set beside the nearest that was learned, of so many. */
const SHOWN = 20;
const LONGEST_COMPARED = 200;
const MOST_COMPARED = 50_000;
/** Points of a line of the chart of lengths, at most. */
const POINTS = 40;

/** A sequence that the model wrote. */
interface WrittenSequence {
  tokens: string[];
  /** Whether it has come to its end. */
  whole: boolean;
}

/** Writes sequences, at temperature 1 as the model has them, and sets them beside those that it has learned from. */
export function* sequencesWrittenSteps(model: TextModel, sequences: LanguageSequences): Steps<Html> {
  const written = yield* partOf(writeSteps(model), 0, 0.4);
  const whole = written.filter((one) => one.whole);
  const copies = whole.filter(({ tokens }) => sequences.known.has(tokens)).length;
  const different = new Set(whole.map(({ tokens }) => tokens.join(''))).size;
  const { are } = sequences.kind;
  const shown = yield* partOf(shownSteps(written.slice(0, SHOWN), sequences, model), 0.4, 1);
  const cut = written.length - whole.length;
  return section(
    'What it writes',
    shown,
    html`<p>Of ${formatInteger(whole.length)} whole ${are} that it wrote at temperature 1, ${formatPercent(copies / Math.max(1, whole.length))} stand among those that it has learned from, and ${formatInteger(different)} are different ones${cut > 0 && `; ${formatInteger(cut)} more were cut off at ${formatInteger(LONGEST)} tokens or where there was enough`}. None of those for validation is among those that it has learned from.</p>
`,
    lengthChart(whole, sequences),
  );
}

function* writeSteps(model: TextModel): Steps<WrittenSequence[]> {
  const random = new Random(model.config.settings.seed);
  const written: WrittenSequence[] = [];
  for (let tokens = 0; written.length < WRITTEN && tokens < MOST_TOKENS; ) {
    const one: WrittenSequence = { tokens: [], whole: false };
    for (const { token } of model.write({ temperature: 1, random, length: Math.min(LONGEST, MOST_TOKENS - tokens) })) {
      if (token?.token === END) one.whole = true;
      else if (token) one.tokens.push(token.token);
      yield Math.max(written.length / WRITTEN, Math.min(1, (tokens + one.tokens.length) / MOST_TOKENS));
    }
    written.push(one);
    tokens += one.tokens.length + 1;
  }
  return written;
}

/** Sequences as they are shown: short ones in a table beside the nearest that was learned, of long ones the first. */
function* shownSteps(
  written: readonly WrittenSequence[],
  { kind, training, tokenizer }: LanguageSequences,
  { vocabulary }: TextModel,
): Steps<Html> {
  if (kind.are === 'documents' || written.some(({ tokens }) => tokens.length > LONGEST_COMPARED)) {
    const texts = written.slice(0, 3).map(({ tokens }) => joinTokens(tokens.slice(0, 1000), tokenizer));
    return html`${texts.map((text) => html`<pre>${text}</pre>\n`)}`;
  }
  const rows: [string, string, string][] = [];
  for (const [i, { tokens }] of written.entries()) {
    const ids = tokens.map((token) => vocabulary.idOf(token)!);
    const searching = nearestSequenceSteps(ids, training, MOST_COMPARED);
    const { index, edits } = yield* partOf(searching, i / written.length, (i + 1) / written.length);
    const nearest = Array.from(training.at(index), (id) => vocabulary.tokenOf(id)).slice(0, -1);
    rows.push([joinTokens(tokens, tokenizer), joinTokens(nearest, tokenizer), edits === 0 ? 'a copy' : String(edits)]);
  }
  const among = training.count > MOST_COMPARED ? ` (of the first ${formatInteger(MOST_COMPARED)})` : '';
  return htmlTable(['written', `the nearest that was learned${among}`, `${tokenizer.unit}s that differ`], rows);
}

/** How long sequences are: those that were learned and those that the model wrote. */
function lengthChart(written: readonly WrittenSequence[], { training, kind, tokenizer }: LanguageSequences): Html {
  const learned = Array.from({ length: training.count }, (_, i) => training.lengthOf(i) - 1);
  const own = written.map(({ tokens }) => tokens.length);
  const bin = Math.ceil((1 + Math.max(...[own, learned].map(longestOf))) / POINTS);
  return html`<div class="charts">${lineChart({
    title: 'Lengths',
    xLabel: bin === 1 ? `${tokenizer.unit}s` : `${tokenizer.unit}s, up to ${bin - 1} more`,
    yLabel: `per cent of the ${kind.are}`,
    lines: [
      { name: 'learned from', points: shares(learned, bin) },
      { name: 'written', points: shares(own, bin) },
    ],
  })}</div>
`;
}

function longestOf(lengths: readonly number[]): number {
  return lengths.reduce((longest, length) => Math.max(longest, length), 0);
}

/** Per cent of the lengths that are in each bin, up to the last that has any. */
function shares(lengths: readonly number[], bin: number): Point[] {
  const counts: number[] = Array(Math.floor(longestOf(lengths) / bin) + 1).fill(0);
  for (const length of lengths) counts[Math.floor(length / bin)]! += 1;
  return lengths.length === 0 ? [] : counts.map((count, i) => [i * bin, (100 * count) / lengths.length]);
}
