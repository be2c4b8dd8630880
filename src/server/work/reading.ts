/** Texts that a language model reads for requests: how probable they are, what its cells do. Knows no threads, no HTTP. */
import { setImmediate } from 'node:timers/promises';
import { InputError } from '../../base/errors.ts';
import { runInTurns } from '../../base/steps.ts';
import type { CellIndex } from '../../language/cells/record.ts';
import type { CellSearch } from '../../language/cells/search.ts';
import { checkCell, type TextCells } from '../../language/cells/text-cells.ts';
import type { Score, ScoredToken, TextScorer } from '../../language/score.ts';
import type { TextModel } from '../../language/text-model.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { TokenOut } from '../api.ts';
import { Lane } from './lane.ts';

export interface TextScores extends Score {
  read: TokenOut[];
}

/** A token as it is told. @param logProbs of all V tokens in its place @param count of the likeliest that are told too */
export function tokenOut(vocabulary: Vocabulary, id: number, logProbs: Float32Array, count: number): TokenOut {
  const told = (one: number) => ({ token: vocabulary.tokenOf(one), logProb: logProbs[one]! });
  if (count === 0) return told(id);
  const best: number[] = []; // likeliest first
  for (let one = 0; one < logProbs.length; one++) {
    if (logProbs[one] === Number.NEGATIVE_INFINITY) continue; // is never written
    const place = best.findIndex((other) => logProbs[one]! > logProbs[other]!);
    if (place === -1 && best.length >= count) continue;
    best.splice(place === -1 ? best.length : place, 0, one);
    if (best.length > count) best.pop();
  }
  return { ...told(id), likeliest: best.map(told) };
}

/** Tokens that are read between two turns of all else. */
const PIECE = 512;

/** Reads texts of one model, one after another. */
export class TextReader {
  readonly #model: TextModel;
  readonly #lane = new Lane();
  #scorer: TextScorer | undefined;

  constructor(model: TextModel) {
    this.#model = model;
  }

  /**
   * Says how probable each token of a text is.
   *
   * @param whole whether the text is a sequence to its end, which a model of sequences scores too, not the beginning of one
   * @param likeliest how many of the likeliest tokens are told of each place
   * @throws InputError when there is nothing to score, or a token that the model has no place for; the signal's reason
   */
  score(text: string, whole: boolean, likeliest: number, signal: AbortSignal): Promise<TextScores> {
    return this.#lane.run(() => this.#read(text, whole, likeliest, signal));
  }

  async #read(text: string, whole: boolean, likeliest: number, signal: AbortSignal): Promise<TextScores> {
    this.#scorer ??= this.#model.scorer();
    this.#scorer.begin();
    const { vocabulary, tokenizer } = this.#model;
    const tokens = tokenizer.split(text);
    const read: TokenOut[] = [];
    const take = (tokens: Iterable<ScoredToken>) => {
      for (const { token, id, logProb, alternatives } of tokens) {
        const { likeliest: others } = tokenOut(vocabulary, id, alternatives, likeliest);
        read.push({ token, logProb, ...(others && { likeliest: others }) });
      }
    };
    for (let start = 0; start < tokens.length; start += PIECE) {
      take(this.#scorer.read(tokens.slice(start, start + PIECE)));
      await setImmediate();
      signal.throwIfAborted();
    }
    if (whole) take(this.#scorer.end());
    if (whole && read.length === 0) throw new InputError('there is nothing to score', { found: 'an empty text' });
    return { ...this.#scorer.score, read };
  }
}

export interface CellsWanted {
  /** The cells whose values are told. */
  cells: readonly CellIndex[];
  /** Of how many cells it is told that they follow something, for each feature of the text; 0 to look for none. */
  find: number;
}

export interface CellsFound {
  /** The text that each token completes. */
  texts: readonly string[];
  /** What a cell's value is. */
  quantity: TextCells['quantity'];
  /** After each token, -1 to 1. */
  values: (CellIndex & { values: Float32Array })[];
  search?: CellSearch;
}

/**
 * Reads a text and tells what cells do after each token.
 *
 * @throws InputError when there is no such cell, a token that the model has no place for, or too little text to find cells
 *   by; the signal's reason
 */
export async function readCells(
  model: TextModel,
  text: string,
  { cells: wanted, find }: CellsWanted,
  signal: AbortSignal,
): Promise<CellsFound> {
  for (const cell of wanted) checkCell(cell, model.config.shape);
  const cells = await model.cells(text, { signal });
  const values = wanted.map(({ layer, cell }) => ({ layer, cell, values: cells.valuesOf({ layer, cell }) }));
  const found = { texts: cells.texts, quantity: cells.quantity, values };
  if (find === 0) return found;
  return { ...found, search: await runInTurns(cells.searchSteps({ top: find }), { signal }) };
}
