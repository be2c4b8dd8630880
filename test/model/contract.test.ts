import { describe, expect, test } from 'vitest';
import type { LanguageModelShape } from '../../src/model/language-model.ts';
import type { TokenBatch } from '../../src/model/token-batch.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { clipGradients } from '../../src/nn/clip.ts';
import { resetState } from '../../src/nn/state.ts';
import { byDriver } from '../nn/engines.ts';
import {
  difference,
  gradientsOf,
  logSoftmax,
  meanLoss,
  numericalGradients,
  oncePerCase,
  type ReferenceState,
  rowsOf,
  run,
  type Sequence,
  type Weights,
  weightsOf,
} from '../nn/reference.ts';
import { pack, randomModel, randomTask, setState, startsOf } from './batches.ts';
import { slopesAlongGradients } from './gradient-slopes.ts';

/**
 * What float32 may differ from the float64 reference. Losses are near 2, gradients and states below 1; the largest
 * differences that were seen are 1.2e-7 for losses, 1.7e-7 for gradients and 3.7e-7 for states. Other processors add
 * up in another order.
 */
const TOLERANCE = 2e-6;

/** Largest difference between two computations of ours, in float32, whose products have other sizes. */
const ROUNDING = 1e-6;

const referenceOf = oncePerCase();
const contracts = byDriver.flatMap(([driver, engine]) => CELL_NAMES.map((cell) => [cell, driver, engine] as const));

describe.each(contracts)('LanguageModel, %s on %s', (cell, _, engine) => {
  const shapes: [string, Partial<LanguageModelShape>][] = [
    ['embedding and condition, two layers', {}],
    ['one-hot inputs, one layer, no condition', { embedding: 0, layers: 1, condition: 0 }],
    ['one-hot inputs and condition, three layers', { embedding: 0, layers: 3 }],
    ['every size but the vocabulary 1', { embedding: 1, hidden: 1, condition: 1 }],
  ];

  test.each(shapes)('loss, gradients and states as the reference: %s', (title, changes) => {
    const { shape, model, state, sequences } = randomTask(engine, { cell, ...changes }, [4, 2, 1]);
    const loss = model.lossAndGradients(pack(sequences), state);
    const weights = weightsOf(model);
    expect(loss.tokens).toBe(7);
    expect(loss.sum / loss.tokens).toBeCloseTo(meanLoss(shape, weights, sequences), 6);
    expect(difference(startsOf(state), endsOf(shape, weights, sequences))).toBeLessThan(TOLERANCE);
    const expected = referenceOf(`${cell}, ${title}`, () =>
      numericalGradients(weights, (moved) => meanLoss(shape, moved, sequences)),
    );
    expect(difference(gradientsOf(model), expected)).toBeLessThan(TOLERANCE);
  });

  test.each([2, 3, 4, 5, 7, 8, 9])('the same for %d hidden units and two tokens more', (hidden) => {
    const changes = { cell, hidden, vocabulary: hidden + 2, embedding: 0, layers: 1, condition: 0 };
    const { shape, model, state, sequences } = randomTask(engine, changes, [3, 2]);
    model.lossAndGradients(pack(sequences), state);
    const expected = referenceOf(`${cell}, ${hidden} units`, () =>
      numericalGradients(weightsOf(model), (moved) => meanLoss(shape, moved, sequences)),
    );
    expect(difference(gradientsOf(model), expected)).toBeLessThan(TOLERANCE);
  });

  test('the same with label smoothing, equal lengths and steps without a target', () => {
    const { shape, model, state, sequences } = randomTask(engine, { cell }, [4, 4, 4]);
    sequences[0]!.targets[1] = -1;
    sequences[1]!.targets.fill(-1);
    const loss = model.lossAndGradients(pack(sequences), state, { smoothing: 0.2 });
    const smoothed = (weights = weightsOf(model)) => meanLoss(shape, weights, sequences, 0.2);
    expect(loss.tokens).toBe(7);
    expect(loss.sum / loss.tokens).toBeCloseTo(smoothed(), 6);
    const expected = referenceOf(`${cell}, smoothed`, () => numericalGradients(weightsOf(model), smoothed));
    expect(difference(gradientsOf(model), expected)).toBeLessThan(TOLERANCE);
  });

  test.each([
    ['two layers', {}],
    ['one-hot inputs, three layers', { embedding: 0, layers: 3 }],
  ])('the gradient of the condition as the reference: %s', (title, changes) => {
    const { shape, model, state, sequences } = randomTask(engine, { cell, ...changes }, [4, 2, 1]);
    const dCondition = engine.arena.matrix(3, shape.condition);
    dCondition.data.fill(Number.NaN);
    model.lossAndGradients(pack(sequences), state, {}, { condition: dCondition });
    const weights = weightsOf(model);
    const conditions = sequences.map(({ condition }) => condition!.slice());
    const { moved: expected } = referenceOf(`${cell}, condition, ${title}`, () =>
      numericalGradients({ moved: conditions }, ({ moved }) =>
        meanLoss(
          shape,
          weights,
          sequences.map((sequence, n) => ({ ...sequence, condition: moved![n]! })),
        ),
      ),
    );
    expect(difference(rowsOf(dCondition.data, shape.condition), expected!)).toBeLessThan(TOLERANCE);
  });

  test('loss is the loss of lossAndGradients, without its smoothing', () => {
    const { model, sequences } = randomTask(engine, { cell }, [4, 2, 1]);
    const batch = pack(sequences);
    const plain = model.loss(batch, model.newState(3));
    expect(model.lossAndGradients(batch, model.newState(3))).toEqual(plain);
    expect(model.lossAndGradients(batch, model.newState(3), { smoothing: 0.2 }).sum).not.toBeCloseTo(plain.sum, 2);
  });

  test.each([
    ['three', [4, 2, 1]],
    // Which threads part among them, so that no sequence of the second share reaches the last steps.
    ['sixty', Array.from({ length: 60 }, (_, n) => 9 - Math.floor(n / 7))],
  ])('%s sequences packed together are as each alone', (_, lengths) => {
    const { model, state, sequences } = randomTask(engine, { cell }, lengths);
    const rounding = lengths.length > 3 ? 3 * ROUNDING : ROUNDING; // longer sums differ more
    const together = model.lossAndGradients(pack(sequences), state);
    const gradients = gradientsOf(model);
    const states = startsOf(state);

    let sum = 0;
    const parts = sequences.map((sequence) => {
      const alone = model.newState(1);
      setState(alone, [sequence]);
      const loss = model.lossAndGradients(pack([sequence]), alone);
      sum += loss.sum;
      return { share: loss.tokens / together.tokens, gradients: gradientsOf(model), state: startsOf(alone)[0] };
    });
    expect(together.sum / together.tokens).toBeCloseTo(sum / together.tokens, 5);
    expect(
      difference(
        states,
        parts.map(({ state }) => state),
      ),
    ).toBeLessThan(rounding);
    expect(difference(gradients, weightedSum(parts))).toBeLessThan(rounding);
  });

  test('a masked target takes away its own term and nothing else', () => {
    const { model, sequences } = randomTask(engine, { cell }, [4, 2, 1]);
    const batch = pack(sequences);
    const targets = Array.from(batch.targets);
    const part = (isAsked: (row: number) => boolean) => {
      const masked = { ...batch, targets: targets.map((target, row) => (isAsked(row) ? target : -1)) };
      const { sum, tokens } = model.lossAndGradients(masked, model.newState(3));
      return { sum, share: tokens / targets.length, gradients: gradientsOf(model) };
    };
    const whole = part(() => true);
    const [odd, even] = [part((row) => row % 2 === 1), part((row) => row % 2 === 0)];
    expect(odd.sum + even.sum).toBeCloseTo(whole.sum, 5);
    expect(difference(weightedSum([odd, even]), whole.gradients)).toBeLessThan(ROUNDING);
  });

  test('a weight multiplies the loss of its token, and the gradients, whatever its sign', () => {
    const { model, sequences } = randomTask(engine, { cell }, [4, 2, 1]);
    const batch = pack(sequences);
    const rows = batch.targets.length;
    const weightOf = (row: number) => [2, -0.5, 0][row % 3]!;
    const part = (changes: Partial<TokenBatch>, share = 1) => {
      const { sum } = model.lossAndGradients({ ...batch, ...changes }, model.newState(3), { smoothing: 0.1 });
      return { sum, share, gradients: gradientsOf(model) };
    };
    const weighted = part({ weights: Array.from({ length: rows }, (_, row) => weightOf(row)) });
    const alone = Array.from(batch.targets, (_, row) =>
      part({ targets: Array.from(batch.targets, (target, r) => (r === row ? target : -1)) }, weightOf(row) / rows),
    );
    expect(weighted.sum).toBeCloseTo(
      alone.reduce((sum, { sum: loss }, row) => sum + weightOf(row) * loss, 0),
      5,
    );
    expect(difference(weighted.gradients, weightedSum(alone))).toBeLessThan(ROUNDING);
  });

  test('with all targets masked the loss and all gradients are 0', () => {
    const { model, state, sequences } = randomTask(engine, { cell }, [4, 2, 1]);
    model.lossAndGradients(pack(sequences), state);
    for (const { targets } of sequences) targets.fill(-1);
    expect(model.lossAndGradients(pack(sequences), state, { smoothing: 0.1 })).toEqual({ sum: 0, tokens: 0 });
    for (const { gradient } of model.parameters) expect(gradient.data.every((g) => g === 0)).toBe(true);
  });

  test('two chunks with the state carried over are one long sequence, whose condition the first chunk has', () => {
    const { model, sequences } = randomTask(engine, { cell }, [6, 6, 6]);
    const whole = model.newState(3);
    const loss = model.loss(pack(sequences), whole);

    const carried = model.newState(3);
    const first = model.loss(pack(sequences.map((s) => chunk(s, 0, 4))), carried);
    const second = model.loss({ ...pack(sequences.map((s) => chunk(s, 4, 6))), condition: undefined }, carried);
    expect(first.sum + second.sum).toBeCloseTo(loss.sum, 5);
    expect(difference(startsOf(carried), startsOf(whole))).toBeLessThan(ROUNDING);
  });

  test('step by step the log-probabilities are those of the reference', () => {
    const { shape, model, state, sequences } = randomTask(engine, { cell }, [4, 4, 4]);
    const { condition } = pack(sequences);
    const expected = sequences.map((sequence) => run(shape, weightsOf(model), sequence));
    for (let t = 0; t < 4; t++) {
      const tokens = sequences.map(({ inputs }) => inputs[t]!);
      const logProbs = model.step(tokens, state, t === 0 ? condition : undefined);
      expect(
        difference(
          Array.from(logProbs),
          expected.flatMap(({ logits }) => logSoftmax(logits[t]!)),
        ),
      ).toBeLessThan(TOLERANCE);
    }
    expect(
      difference(
        startsOf(state),
        expected.map(({ end }) => end),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  test('fewer sequences than the state has rows use the first of them', () => {
    const { model, state, sequences } = randomTask(engine, { cell }, [3, 2, 2]);
    const before = startsOf(state);
    const two = model.newState(2);
    setState(two, sequences.slice(0, 2));
    const batch = pack(sequences.slice(0, 2));
    expect(model.loss(batch, state)).toEqual(model.loss(batch, two));
    expect(startsOf(state)).toEqual([...startsOf(two), before[2]]);
  });

  test.each([0, 5])('no gradient is left over from the batch before, embeddings of %d', (embedding) => {
    const { model, sequences } = randomTask(engine, { cell, embedding }, [6, 5, 3]);
    const smaller = { ...pack(sequences.slice(1).map((s) => chunk(s, 0, 2))), condition: undefined };
    const fresh = randomModel(engine, { cell, embedding });
    fresh.lossAndGradients(smaller, fresh.newState(2));

    model.lossAndGradients(pack(sequences), model.newState(3));
    model.lossAndGradients(smaller, model.newState(2));
    expect(difference(gradientsOf(model), gradientsOf(fresh))).toBe(0);
  });

  test('the gradient with dropout is that of the loss with the same values dropped', () => {
    const { model, sequences } = randomTask(engine, { cell }, [4, 2, 1]);
    const state = model.newState(3);
    const lossAt = (seed: number) => {
      resetState(state);
      const { sum, tokens } = model.lossAndGradients(pack(sequences), state, { dropout: { rate: 0.5, seed } });
      return sum / tokens;
    };
    const loss = lossAt(7);
    for (const { name, slope } of slopesAlongGradients(model.parameters, () => lossAt(7))) {
      expect.soft(slope, name).toBeCloseTo(1, 2);
    }
    expect(lossAt(8)).not.toBeCloseTo(loss, 2);
  });

  test('a NaN anywhere shows in the loss and in the norm of the gradients', () => {
    const { model, state, sequences } = randomTask(engine, { cell }, [4, 2, 1]);
    model.stack.layers[0]!.recurrentWeights.edit((values) => values.fill(Number.NaN, 0, 1));
    expect(model.lossAndGradients(pack(sequences), state).sum).toBeNaN();
    expect(clipGradients(engine, model.parameters, { by: 'value', limit: 5 })).toBeNaN();
    expect(clipGradients(engine, model.parameters, { by: 'norm', limit: 5 })).toBeNaN();
  });
});

function endsOf(shape: LanguageModelShape, weights: Weights, sequences: readonly Sequence[]): ReferenceState[][] {
  return sequences.map((sequence) => run(shape, weights, sequence).end);
}

/** Steps `from` to `to` - 1. */
function chunk({ inputs, targets, ...rest }: Sequence, from: number, to: number): Sequence {
  return { ...rest, inputs: inputs.slice(from, to), targets: targets.slice(from, to) };
}

/** The gradient of a mean over all tokens, from those of means over parts of them. */
function weightedSum(parts: readonly { share: number; gradients: Weights }[]): Weights {
  const entries = Object.entries(parts[0]!.gradients).map(([name, rows]) => {
    const sum = (i: number, j: number) =>
      parts.reduce((total, { share, gradients }) => total + share * gradients[name]![i]![j]!, 0);
    return [name, rows.map((row, i) => row.map((_, j) => sum(i, j)))];
  });
  return Object.fromEntries(entries);
}
