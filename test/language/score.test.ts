import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { TextScorer } from '../../src/language/score.ts';
import type { LanguageModel } from '../../src/model/language-model.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { corpusOf, cutIntoStreams, Streams } from '../../src/text/corpus.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { randomModel } from '../model/batches.ts';
import { byDriver, wasm } from '../nn/engines.ts';
import { logSoftmax, run, weightsOf } from '../nn/reference.ts';

/** A token for each id: which it is makes no difference to a score. */
const letters = (V: number) => new Vocabulary(Array.from({ length: V }, (_, id) => String.fromCharCode(97 + id)));
const tokensOf = (ids: readonly number[]) => ids.map((id) => String.fromCharCode(97 + id));
const scorerOf = (model: LanguageModel) => new TextScorer(model, letters(model.shape.vocabulary));

function logProbOf(scorer: TextScorer, first: number, ids: readonly number[]): number {
  scorer.begin(first);
  scorer.add(tokensOf(ids));
  return scorer.score.logProb;
}

function randomIds(length: number, { shape }: LanguageModel): number[] {
  const random = new Random(7);
  return Array.from({ length }, () => random.integer(shape.vocabulary));
}

describe.each(CELL_NAMES)('TextScorer, %s', (cell) => {
  const model = randomModel(wasm, { cell, vocabulary: 4, embedding: 0, condition: 0 });
  const scorer = scorerOf(model);

  it.each([1, 2, 5])('the probabilities of all strings of %d characters sum to one', (length) => {
    let total = 0;
    for (let code = 0; code < 4 ** length; code++) {
      const ids = Array.from({ length }, (_, i) => Math.floor(code / 4 ** i) % 4);
      total += Math.exp(logProbOf(scorer, 2, ids));
    }
    expect(total).toBeCloseTo(1, 5);
  });
});

const contracts = byDriver.flatMap(([driver, engine]) => CELL_NAMES.map((cell) => [cell, driver, engine] as const));
describe.each(contracts)('TextScorer, %s on %s', (cell, _, engine) => {
  const model = randomModel(engine, { cell, condition: 0 });
  const ids = randomIds(300, model);

  it('has the log-probabilities of the float64 reference', () => {
    const { logits } = run(model.shape, weightsOf(model), { inputs: [5, ...ids.slice(0, -1)], targets: [] });
    const scorer = scorerOf(model);
    scorer.begin(5);
    let t = 0;
    for (const { token, id, logProb, alternatives } of scorer.read(tokensOf(ids))) {
      const expected = logSoftmax(logits[t]!);
      expect(id).toBe(ids[t++]);
      expect([token]).toEqual(tokensOf([id]));
      expect(alternatives[id]).toBe(logProb);
      for (const [token, value] of expected.entries()) expect(alternatives[token]).toBeCloseTo(value, 4);
    }
    expect(t).toBe(ids.length);
  });
});

describe('TextScorer', () => {
  const model = randomModel(wasm, { condition: 0 });
  const ids = randomIds(5000, model);

  it('reads long texts in pieces: how they are cut makes no difference', () => {
    const scorer = scorerOf(model);
    const whole = logProbOf(scorer, 0, ids);
    scorer.begin(0);
    for (let start = 0; start < ids.length; start += 700) scorer.add(tokensOf(ids.slice(start, start + 700)));
    expect(scorer.score.logProb).toBeCloseTo(whole, 4);
    expect(logProbOf(scorer, 0, ids)).toBe(whole);
    expect(logProbOf(scorer, 1, ids)).not.toBe(whole);
  });

  it('is the loss that training measures on the same streams', () => {
    const [N, T] = [8, 50];
    const streams = new Streams(cutIntoStreams(corpusOf(Uint32Array.from(ids)), N), T);
    const state = model.newState(N);
    let [loss, tokens] = [0, 0];
    for (let i = 0; i < streams.chunks; i++) {
      const { inputs, targets } = streams.chunk(i);
      const measured = model.loss({ packing: uniformPacking(N, T), inputs, targets }, state);
      loss += measured.sum;
      tokens += measured.tokens;
    }
    const scorer = scorerOf(model);
    const streamLength = Math.floor((ids.length - 1) / N);
    let logProb = 0;
    for (let n = 0; n < N; n++) {
      const stream = ids.slice(n * streamLength, n * streamLength + streams.chunks * T + 1);
      logProb += logProbOf(scorer, stream[0]!, stream.slice(1));
    }
    expect(-logProb / tokens).toBeCloseTo(loss / tokens, 5);
  });
});
