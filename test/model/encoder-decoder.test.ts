import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { EncoderDecoder, type EncoderDecoderShape } from '../../src/model/encoder-decoder.ts';
import { createStepper } from '../../src/model/stepper.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { resetState } from '../../src/nn/state.ts';
import { packPairs, packSources } from '../../src/translation/batch.ts';
import { byDriver, wasm } from '../nn/engines.ts';
import {
  difference,
  gradientsOf,
  numericalGradients,
  oncePerCase,
  randomise,
  rowsOf,
  weightsOf,
} from '../nn/reference.ts';
import { meanLossOf, type Pair, write } from './encoder-decoder-reference.ts';

/** What float32 may differ from the float64 reference: as for glimpses, each step depends on where others looked. */
const TOLERANCE = 2e-5;

/** Every size is different, so that no two can be taken for each other. */
const small: EncoderDecoderShape = {
  ...{ source: 5, target: 6, embedding: 3, hidden: 4, layers: 2 },
  ...{ cell: 'lstm', attention: true },
};
/** START and END of `packPairs`. */
const [START, END] = [0, 1];
/** Neither side is sorted, and both have sequences of one length. */
const LENGTHS = [
  [3, 4],
  [5, 1],
  [1, 6],
  [3, 4],
] as const;

const referenceOf = oncePerCase();
const contracts = byDriver.flatMap(([driver, engine]) =>
  (engine === wasm ? CELL_NAMES : (['gru'] as const)).map((cell) => [cell, driver, engine] as const),
);

describe.each(contracts)('EncoderDecoder, %s on %s', (cell, _, engine) => {
  test.each([
    [false, 1],
    [false, 2],
    [true, 1],
    [true, 2],
  ])('loss and gradients as the reference: attention %s, %d layers', (attention, layers) => {
    const { model, coded, pairs } = randomTask(engine, { cell, attention, layers });
    const batch = packPairs(coded);
    const state = model.newState(coded.length);
    const loss = model.lossAndGradients(batch, state);
    const weights = weightsOf(model);
    expect(loss.sum / loss.tokens).toBeCloseTo(meanLossOf(model.shape, weights, pairs), 5);
    const expected = referenceOf(`${cell}, ${attention}, ${layers}`, () =>
      numericalGradients(weights, (moved) => meanLossOf(model.shape, moved, pairs)),
    );
    expect(difference(gradientsOf(model), expected)).toBeLessThan(TOLERANCE);
    resetState(state);
    expect(model.loss(batch, state)).toEqual(loss);
    resetState(state);
    model.lossAndGradients(packPairs(coded.slice(1, 2)), state); // a smaller batch leaves nothing behind
    resetState(state);
    model.lossAndGradients(batch, state);
    expect(difference(gradientsOf(model), expected)).toBeLessThan(TOLERANCE);
  });

  test.each([false, true])('writes word by word what the reference says, attention %s', (attention) => {
    const { model, coded, pairs } = randomTask(engine, { cell, attention });
    const { order, ...source } = packSources(coded.map((pair) => pair.source));
    const begin = createStepper(model.decoder, 8);
    const step = begin({ start: model.read(source, model.newState(4)) });
    // Two hypotheses of each source, in another order at each step.
    let rows = [3, 0, 2, 1, 1, 2, 0, 3].map((n) => ({ source: n, written: [START] }));
    let parents = rows.map((row) => row.source);
    const random = new Random(9);
    for (let t = 0; t < 4; t++) {
      const found = rowsOf(
        step(
          rows.map(({ written }) => written.at(-1)!),
          parents,
        ),
        model.shape.target,
      );
      for (const [i, row] of rows.entries()) {
        const inputs = row.written;
        const { logProbs } = write(model.shape, weightsOf(model), {
          source: pairs[order[row.source]!]!.source,
          inputs,
        });
        for (const [id, logProb] of logProbs.at(-1)!.entries()) expect(found[i]![id]).toBeCloseTo(logProb, 4);
      }
      parents = random.shuffle([...rows.keys()]).map((row) => Math.max(0, row - (t % 2)));
      rows = parents.map((parent) => ({
        source: rows[parent]!.source,
        written: [...rows[parent]!.written, random.integer(model.shape.target)],
      }));
    }
  });
});

describe('EncoderDecoder', () => {
  test('looks where the reference looks', () => {
    const { model, coded, pairs } = randomTask(wasm, {});
    model.loss(packPairs(coded.slice(0, 1)), model.newState(1));
    const { looks } = write(model.shape, weightsOf(model), pairs[0]!);
    const found = rowsOf(model.decoder.attention!.weights.data, coded[0]!.source.length);
    for (const [t, look] of looks.entries())
      look.forEach((alpha, j) => void expect(found[t]![j]).toBeCloseTo(alpha, 5));
  });

  test.each([false, true])(
    'dropout: the same again for a seed, and gradients of what was computed (%s)',
    (attention) => {
      const { model, coded } = randomTask(wasm, { attention });
      const batch = packPairs(coded);
      const state = model.newState(4);
      const lossWith = (seed: number) => {
        resetState(state);
        const { sum, tokens } = model.lossAndGradients(batch, state, { dropout: { rate: 0.4, seed } });
        return sum / tokens;
      };
      const loss = lossWith(5);
      expect(lossWith(6)).not.toBe(loss);
      expect(lossWith(5)).toBe(loss);
      // Along the gradient the loss must grow by its squared norm.
      const gradients = model.parameters.map(({ gradient }) => gradient.data.slice());
      const square = gradients.reduce((sum, data) => sum + data.reduce((own, g) => own + g * g, 0), 0);
      const moved = (h: number) => {
        for (const [i, parameter] of model.parameters.entries()) {
          parameter.edit((values) => values.set(values.map((x, j) => x + h * gradients[i]![j]!)));
        }
        return lossWith(5);
      };
      const h = 0.005 / Math.sqrt(square);
      const [up, down] = [moved(h), moved(-2 * h)];
      expect((up - down) / (2 * h) / square).toBeCloseTo(1, 2);
    },
  );

  test('refuses attention beside one-hot vectors, and a source that is not remembered', () => {
    expect(() => new EncoderDecoder(wasm, { ...small, embedding: 0 })).toThrow('attention beside one-hot vectors');
    const { model, coded } = randomTask(wasm, {});
    const { source, target } = packPairs(coded.slice(0, 1));
    expect(() => model.loss({ source, target, order: [1] }, model.newState(1))).toThrow(
      'sequence 0 attends to source 1; expected 0 to 0',
    );
  });
});

/** A model with random weights, and random pairs as `packPairs` and as the reference take them. */
function randomTask(engine: Engine, changes: Partial<EncoderDecoderShape>) {
  const random = new Random(1);
  const model = new EncoderDecoder(engine, { ...small, ...changes });
  randomise(model, random);
  const ids = (length: number, size: number) => Array.from({ length }, () => random.integer(size));
  const coded = LENGTHS.map(([m, n]) => ({ source: ids(m, small.source), target: ids(n, small.target) }));
  const pairs: Pair[] = coded.map(({ source, target }) => ({
    source: source.toReversed(),
    inputs: [START, ...target],
    targets: [...target, END],
  }));
  return { model, coded, pairs };
}
