import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Engine } from '../../src/compute/engine.ts';
import type { InputShape } from '../../src/model/input-reader.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { type SequenceBatch, SequenceModel, type SequenceShape } from '../../src/model/sequence-model.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { packedSequences } from '../../src/nn/packing.ts';
import { byDriver, wasm } from '../nn/engines.ts';
import { inRows } from '../nn/packed.ts';
import {
  difference,
  gradientsOf,
  logSoftmax,
  numericalGradients,
  oncePerCase,
  randomise,
  weightsOf,
} from '../nn/reference.ts';
import { pack, randomSequences, small } from './batches.ts';
import { slopesAlongGradients } from './gradient-slopes.ts';
import { type Example, logitsOf, meanLossOf } from './sequence-reference.ts';

/** What float32 may differ from the float64 reference, as in the language model's contract. */
const TOLERANCE = 2e-6;
/** The same of glimpses: where one looks depends on all that was seen before, and so do its roundings. */
const GLIMPSES_TOLERANCE = 2e-5;

const shape: SequenceShape = {
  reads: { vocabulary: 7, embedding: 5 },
  writes: 'last',
  choices: 3,
  cell: 'lstm',
  layers: 2,
  hidden: 6,
  bidirectional: false,
};

/** Every cell on our own product; the other drivers multiply for all cells alike. */
const contracts = byDriver.flatMap(([driver, engine]) =>
  (engine === wasm ? CELL_NAMES : (['lstm'] as const)).map((cell) => [cell, driver, engine] as const),
);
const glimpses = { reads: { glimpses: 3, picture: { rows: 8, columns: 9 } } };
const both = { bidirectional: true };
const vectors = { reads: { vectors: 4 } };

const arrangements: [string, Partial<SequenceShape>][] = [
  ['many to one, the last step', {}],
  ['the mean', { writes: 'mean' }],
  ['the largest', { writes: 'max' }],
  ['in step', { writes: 'each' }],
  ['one-hot ids, one layer', { reads: { vocabulary: 7, embedding: 0 }, layers: 1 }],
  ['vectors', vectors],
  ['vectors in step', { ...vectors, writes: 'each' }],
  ['glimpses', { ...glimpses, layers: 1 }],
  ['glimpses, the mean, two layers', { ...glimpses, writes: 'mean' }],
  ['both directions, the last step', both],
  ['both directions, the mean', { ...both, writes: 'mean' }],
  ['both directions, the largest', { ...both, writes: 'max' }],
  ['both directions in step, three layers', { ...both, writes: 'each', layers: 3 }],
  ['both directions, one-hot ids', { ...both, reads: { vocabulary: 7, embedding: 0 }, layers: 1 }],
  ['both directions, vectors', { ...both, ...vectors }],
];

const referenceOf = oncePerCase();

describe.each(contracts)('SequenceModel, %s on %s', (cell, _, engine) => {
  test.each(arrangements)('loss, gradients and probabilities as the reference: %s', (title, changes) => {
    const looks = 'glimpses' in (changes.reads ?? {});
    const lengths = looks ? [1, 1, 1] : [4, 2, 1];
    const tolerance = looks ? GLIMPSES_TOLERANCE : TOLERANCE;
    const { model, examples } = randomTask(engine, { cell, ...changes }, lengths);
    const batch = packed(examples, model.shape);
    const loss = model.lossAndGradients(batch, model.newState(3));
    const weights = weightsOf(model);
    expect(loss.sum / loss.tokens).toBeCloseTo(meanLossOf(model.shape, weights, examples), 6);
    const expected = referenceOf(`${cell}, ${title}`, () =>
      numericalGradients(weights, (moved) => meanLossOf(model.shape, moved, examples)),
    );
    expect(difference(gradientsOf(model), expected)).toBeLessThan(tolerance);
    expect(model.loss(batch, model.newState(3))).toEqual(loss);

    const logProbs = Array.from(model.logProbs(batch, model.newState(3)));
    const written = examples.map((example) => logitsOf(model.shape, weights, example).map(logSoftmax));
    expect(difference(logProbs, inOrder(written, model.shape.writes).flat())).toBeLessThan(tolerance);
  });

  test('the same with label smoothing and steps without a target', () => {
    const { model, examples } = randomTask(engine, { cell, writes: 'each', ...both }, [4, 4, 3]);
    examples[0]!.targets[1] = -1;
    examples[2]!.targets.fill(-1);
    const loss = model.lossAndGradients(packed(examples, model.shape), model.newState(3), { smoothing: 0.2 });
    const smoothed = (weights = weightsOf(model)) => meanLossOf(model.shape, weights, examples, 0.2);
    expect(loss.tokens).toBe(7);
    expect(loss.sum / loss.tokens).toBeCloseTo(smoothed(), 6);
    const expected = referenceOf(`${cell}, smoothed`, () => numericalGradients(weightsOf(model), smoothed));
    expect(difference(gradientsOf(model), expected)).toBeLessThan(TOLERANCE);
  });

  test('no gradient is left over from the batch before', () => {
    for (const changes of [both, { ...both, writes: 'mean' }, { ...both, writes: 'max' }] as const) {
      const { model, examples } = randomTask(engine, { cell, ...changes }, [6, 5, 3]);
      const smaller = packed(examples.slice(2), model.shape);
      const fresh = randomModel(engine, model.shape);
      fresh.lossAndGradients(smaller, fresh.newState(1));
      model.lossAndGradients(packed(examples, model.shape), model.newState(3));
      model.lossAndGradients(smaller, model.newState(1));
      expect(difference(gradientsOf(model), gradientsOf(fresh))).toBe(0);
    }
  });

  test('the gradient with dropout is that of the loss with the same values dropped', () => {
    const { model, examples } = randomTask(engine, { cell, ...both, writes: 'mean' }, [4, 2, 1]);
    const batch = packed(examples, model.shape);
    const lossAt = (seed: number) => {
      const { sum, tokens } = model.lossAndGradients(batch, model.newState(3), { dropout: { rate: 0.5, seed } });
      return sum / tokens;
    };
    const loss = lossAt(7);
    for (const { name, slope } of slopesAlongGradients(model.parameters, () => lossAt(7), 0.01)) {
      expect.soft(slope, name).toBeCloseTo(1, 1);
    }
    expect(lossAt(8)).not.toBeCloseTo(loss, 3);
  });
});

describe('SequenceModel', () => {
  test('that reads ids and writes at each step is the language model, bit for bit', () => {
    const sizes = { ...small, condition: 0 };
    const language = new LanguageModel(wasm, sizes).initialise(new Random(1));
    const { vocabulary, embedding } = sizes;
    const model = new SequenceModel(wasm, {
      ...shape,
      reads: { vocabulary, embedding },
      writes: 'each',
      choices: vocabulary,
    }).initialise(new Random(1));
    const batch = pack(randomSequences([4, 2, 1], sizes));
    const { packing, inputs, targets } = batch;
    const noise = { dropout: { rate: 0.5, seed: 3 }, smoothing: 0.1 };
    const expected = language.lossAndGradients(batch, language.newState(3), noise);
    const loss = model.lossAndGradients({ packing, inputs: { ids: inputs }, targets }, model.newState(3), noise);
    expect(loss).toEqual(expected);
    expect(gradientsOf(model)).toEqual(gradientsOf(language));
  });

  test('one vector, one step of an rnn, is a plain network', () => {
    const model = randomModel(wasm, { ...shape, ...vectors, cell: 'rnn', layers: 1 });
    const x = [0.5, -1, 2, 0.25];
    const W = weightsOf(model);
    const h = W['layers.0.bias']![0]!.map((b, j) =>
      Math.tanh(x.reduce((sum, xi, i) => sum + xi * W['layers.0.input']![i]![j]!, b)),
    );
    const y = W['output.bias']![0]!.map((b, k) => h.reduce((sum, hj, j) => sum + hj * W['output.weights']![j]![k]!, b));
    const batch = { packing: packedSequences([1]), inputs: { vectors: Float32Array.from(x) } };
    expect(difference(Array.from(model.logProbs(batch, model.newState(1))), logSoftmax(y))).toBeLessThan(TOLERANCE);
  });

  test('refuses what it can not read', () => {
    const model = randomModel(wasm, shape);
    const packing = packedSequences([2]);
    const read =
      (inputs: SequenceBatch['inputs'], of = model) =>
      () =>
        of.logProbs({ packing, inputs }, of.newState(1));
    expect(read({ ids: [0, 7] })).toThrow(/id 7 in row 1; expected 0 to 6/);
    expect(read({ ids: [0] })).toThrow(/1 inputs for a packing of 2 rows/);
    expect(read({ vectors: new Float32Array(8) })).toThrow(/vectors for a model that reads ids/);
    const ofVectors = randomModel(wasm, { ...shape, ...vectors });
    expect(read({ ids: [0, 1] }, ofVectors)).toThrow(/ids for a model that reads vectors/);
    expect(read({ vectors: new Float32Array(7) }, ofVectors)).toThrow(/vectors of 7 values; expected 2 × 4/);
    const ofGlimpses = randomModel(wasm, { ...shape, ...glimpses });
    expect(read({ vectors: new Float32Array(144) }, ofGlimpses)).toThrow(/several pictures one after the other/);
    expect(() => randomModel(wasm, { ...shape, ...glimpses, ...both })).toThrow(/chosen in one direction/);
  });
});

function randomModel(engine: Engine, shape: SequenceShape): SequenceModel {
  const model = new SequenceModel(engine, shape);
  randomise(model, new Random(1));
  return model;
}

/** A random model and random examples of these lengths, longest first. */
function randomTask(engine: Engine, changes: Partial<SequenceShape>, lengths: number[]) {
  const model = randomModel(engine, { ...shape, ...changes });
  const { reads, writes, choices } = model.shape;
  const random = new Random(2);
  const vector = (D: number) => Array.from({ length: D }, () => Math.fround(2 * random.uniform() - 1));
  const input = () => ('vocabulary' in reads ? random.integer(reads.vocabulary) : vector(sizeOf(reads)));
  const examples = lengths.map((length) => ({
    inputs: Array.from({ length }, input) as Example['inputs'],
    targets: Array.from({ length: writes === 'each' ? length : 1 }, () => random.integer(choices)),
  }));
  return { model, examples };
}

function packed(examples: readonly Example[], { reads, writes }: SequenceShape): SequenceBatch {
  const packing = packedSequences(examples.map(({ inputs }) => inputs.length));
  const steps = inRows<number | number[]>(examples.map(({ inputs }) => inputs));
  const inputs = 'vocabulary' in reads ? { ids: steps as number[] } : { vectors: Float32Array.from(steps.flat()) };
  const targets = inOrder(
    examples.map(({ targets }) => targets),
    writes,
  );
  return { packing, inputs, targets };
}

function sizeOf(reads: Exclude<InputShape, { vocabulary: number }>): number {
  return 'vectors' in reads ? reads.vectors : reads.picture.rows * reads.picture.columns;
}

/** What belongs to each step, or sequence, of each example, in the order of a batch's rows. */
function inOrder<T>(items: readonly T[][], writes: SequenceShape['writes']): T[] {
  return writes === 'each' ? inRows(items) : items.flat();
}
