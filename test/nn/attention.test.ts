import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { Attention } from '../../src/nn/attention.ts';
import { packedSequences, stepRows } from '../../src/nn/packing.ts';
import { attend, attendBackward, coveragePenalty, coverageSlope } from './attention-reference.ts';
import { byDriver, wasm } from './engines.ts';
import { bySequence, inRows, matrixOf, randomVectors } from './packed.ts';
import {
  difference,
  gradientsOf,
  numericalGradients,
  plus,
  randomise,
  rowsOf,
  type Vector,
  type Weights,
  weightsOf,
  zerosLike,
} from './reference.ts';

/** Values of a word, of an encoder output, of a state, of a key: unequal, so that no two can be taken for each other. */
const [E, D, H, A] = [2, 5, 6, 7];
/** What float32 may differ from float64; 2e-6 was seen. */
const TOLERANCE = 1e-5;

describe('the reference of attention', () => {
  test.each([
    ['without a gate', { gate: false, coverage: 0 }],
    ['with a gate and a penalty on what is not covered', { gate: true, coverage: 0.7 }],
  ])('has the gradients that differences of its loss have, %s', (_, { gate, coverage }) => {
    const random = new Random(1);
    const [hs, outputs, dContexts] = [
      randomVectors(random, 2, H),
      randomVectors(random, 4, D),
      randomVectors(random, 2, D),
    ];
    const weights = weightsOf(newAttention(wasm, { D, A, gate }, random));
    const lossAt = ({ hs, outputs, ...moved }: Weights) => {
      const steps = hs!.map((h) => attend(moved, h, outputs!));
      const alphas = steps.map(({ alpha }) => alpha);
      const along = steps.flatMap(({ context }, t) => context.map((value, d) => value * dContexts[t]![d]!));
      return along.reduce((sum, value) => sum + value, coveragePenalty(alphas, coverage));
    };
    const gradients = zerosLike(weights);
    const slope = coverageSlope(
      hs.map((h) => attend(weights, h, outputs).alpha),
      coverage,
    );
    const back = hs.map((h, t) => attendBackward(weights, h, outputs, dContexts[t]!, gradients, slope));
    const dOutputs = outputs.map((_, j) => back.map((step) => step.dOutputs[j]!).reduce(plus));
    const expected = numericalGradients({ ...weights, hs, outputs }, lossAt);
    expect(difference({ ...gradients, hs: back.map(({ dh }) => dh), outputs: dOutputs }, expected)).toBeLessThan(1e-9);
  });
});

describe.each(byDriver)('Attention on %s', (_, engine) => {
  test.each([
    ['sequences and sources of unequal length', [4, 2, 1], [5, 3, 2]],
    ['all of equal length', [3, 3, 3], [4, 4, 4]],
    ['sources of one place', [2, 2, 1], [1, 1, 1]],
    // Enough for two threads to share.
    ['sixty', Array.from({ length: 60 }, (_, n) => 4 - Math.floor(n / 20)), new Array<number>(60).fill(6)],
  ])('weights, contexts and gradients as the reference: %s', (_, targets, sources) => {
    expectAsReference(engine, targets, sources, { D, A });
    expectAsReference(engine, targets, sources, { D, A, gate: true, coverage: 0.3 });
  });

  test('vectors that are given, whose gradient is found where it is wanted', () => {
    const random = new Random(1);
    const [larger, task] = [5, 3].map((places) => randomTask(random, [4, 2, 1], [places, places, places], D));
    const attention = newAttention(engine, { D, A, gate: true }, random);
    const asOutputs = run(engine, attention, task!);
    run(engine, attention, larger!);
    const { dOutputs: _, ...given } = run(engine, attention, task!, { asVectors: true });
    for (const [name, values] of Object.entries(given)) expect(values, name).toEqual(asOutputs[name as keyof Outcome]);
    expect(run(engine, attention, task!, { asVectors: true, wanted: true })).toEqual(asOutputs);
  });
});

describe('Attention', () => {
  test.each([1, 2, 3, 4, 8, 9])(
    'the same for keys and outputs of %d values, whatever the kernels take at once',
    (size) => {
      expectAsReference(wasm, [3, 2], [4, 2], { D: size, A: size + 1 });
      expectAsReference(wasm, [3, 2], [4, 2], { D: size + 1, A: size });
    },
  );

  test('several sequences can attend to one source, in any order', () => {
    const random = new Random(3);
    const attention = newAttention(wasm, { D, A }, random);
    const lengths = [3, 2];
    const outputs = lengths.map((length) => randomVectors(random, length, D));
    attention.memory.setOutputs(matrixOf(wasm, inRows(outputs)), packedSequences(lengths));
    const order = [1, 0, 1, 1];
    const states = randomVectors(random, order.length, H);
    const inputs = wasm.arena.matrix(order.length, E + D);
    attention.attend(inputs, packedSequences(order.map(() => 1)), order);
    attention.choose(0, matrixOf(wasm, states));
    const expected = order.map((source, n) => attend(weightsOf(attention), states[n]!, outputs[source]!).context);
    expect(
      difference(
        rowsOf(inputs.data, E + D).map((row) => row.slice(E)),
        expected,
      ),
    ).toBeLessThan(TOLERANCE);
  });

  test('a smaller batch leaves nothing of the larger one before it', () => {
    const random = new Random(1);
    const attention = newAttention(wasm, { D, A }, random);
    const [larger, smaller] = [randomTask(random, [4, 3, 3], [5, 4, 3], D), randomTask(random, [2, 1], [3, 2], D)];
    const alone = run(wasm, attention, smaller);
    run(wasm, attention, larger);
    expect(run(wasm, attention, smaller)).toEqual(alone);
  });

  test('without a memory, sequences or the source that is named, tells so', () => {
    const attention = newAttention(wasm, { D, A }, new Random(1));
    const [inputs, packing] = [wasm.arena.matrix(1, E + D), packedSequences([1])];
    expect(() => attention.attend(inputs, packing, [0])).toThrow('without a memory');
    expect(() => attention.memory.setVectors(new Float32Array(7), 1)).toThrow('expected 1 × places × 5');
    attention.memory.setOutputs(wasm.arena.matrix(2, D), packedSequences([2]));
    expect(() => attention.weights).toThrow('without sequences');
    expect(() => attention.attend(inputs, packing, [1])).toThrow('sequence 0 attends to source 1; expected 0 to 0');
    expect(() => attention.attend(inputs, packing, [])).toThrow('sequence 0 attends to source undefined');
  });
});

interface Task {
  /** Encoder outputs s_j of each source, longest first. */
  outputs: Vector[][];
  /** For each sequence, longest first: its source, and at each step the state before it and the gradient of its input. */
  sequences: { source: number; hs: Vector[]; dxs: Vector[] }[];
}

/** What comes of a batch: α and contexts of each step of each sequence, then gradients. */
interface Outcome {
  alphas: Vector[][];
  contexts: Vector[][];
  weights: Weights;
  dhs: Vector[][];
  dOutputs: Vector[][];
}

function expectAsReference(
  engine: Engine,
  targets: readonly number[],
  sources: readonly number[],
  { coverage = 0, ...sizes }: Sizes & { coverage?: number },
): void {
  const random = new Random(1);
  const task = randomTask(random, targets, sources, sizes.D);
  const attention = newAttention(engine, sizes, random);
  const found = run(engine, attention, task, { coverage });
  const expected = expectedOf(weightsOf(attention), task, coverage);
  for (const [name, values] of Object.entries(found)) {
    expect.soft(difference(values, expected[name as keyof Outcome]), name).toBeLessThan(TOLERANCE);
  }
}

/** Sequences each of which attends to a source of its own, not in the order of the sources. */
function randomTask(random: Random, targets: readonly number[], sources: readonly number[], D: number): Task {
  return {
    outputs: sources.map((length) => randomVectors(random, length, D)),
    sequences: targets.map((length, n) => ({
      source: (n + 1) % sources.length,
      hs: randomVectors(random, length, H),
      dxs: randomVectors(random, length, E + D),
    })),
  };
}

function expectedOf(weights: Weights, { outputs, sequences }: Task, coverage: number): Outcome {
  const gradients = zerosLike(weights);
  const dOutputs = outputs.map((places) => places.map((place) => place.map(() => 0)));
  const steps = sequences.map(({ source, hs, dxs }) => {
    const slope = coverageSlope(
      hs.map((h) => attend(weights, h, outputs[source]!).alpha),
      coverage,
    );
    return hs.map((h, t) => {
      const back = attendBackward(weights, h, outputs[source]!, dxs[t]!.slice(E), gradients, slope);
      dOutputs[source] = dOutputs[source]!.map((d, j) => plus(d, back.dOutputs[j]!));
      return { ...attend(weights, h, outputs[source]!), dh: back.dh };
    });
  });
  return {
    alphas: steps.map((ofSteps) => ofSteps.map(({ alpha }) => alpha)),
    contexts: steps.map((ofSteps) => ofSteps.map(({ context }) => context)),
    weights: gradients,
    dhs: steps.map((ofSteps) => ofSteps.map(({ dh }) => dh)),
    dOutputs,
  };
}

/** The same by our attention, as a layer calls it: step by step, and back. */
function run(
  engine: Engine,
  attention: Attention,
  { outputs, sequences }: Task,
  { coverage = 0, asVectors = false, wanted = false } = {},
): Outcome {
  const { values: D } = attention.shape;
  const memory = packedSequences(outputs.map(({ length }) => length));
  const packing = packedSequences(sequences.map(({ hs }) => hs.length));
  const [inputs, dhs] = [engine.arena.matrix(packing.rows, E + D), engine.arena.matrix(packing.rows, H)];
  const [states, dx] = [sequences.map(({ hs }) => hs), sequences.map(({ dxs }) => dxs)].map((rows) =>
    matrixOf(engine, inRows(rows)),
  );
  inputs.data.fill(0.5); // words, to be left as they are
  dhs.data.fill(1); // what the cell has put there, to be added to
  if (asVectors) attention.memory.setVectors(Float32Array.from(outputs.flat(2)), outputs.length);
  else attention.memory.setOutputs(matrixOf(engine, inRows(outputs)), memory);
  attention.attend(
    inputs,
    packing,
    sequences.map(({ source }) => source),
    coverage,
  );
  if (wanted) attention.memory.wantValueGradient();
  for (const t of packing.counts.keys()) attention.choose(t, stepRows(states!, packing, t));
  for (const t of [...packing.counts.keys()].toReversed()) {
    attention.backward(t, stepRows(dx!, packing, t), stepRows(dhs, packing, t));
  }
  const dOutputs = engine.arena.matrix(memory.rows, D);
  attention.memory.backward(dOutputs);

  const lengths = sequences.map(({ hs }) => hs.length);
  const places = rowsOf(dOutputs.data, D);
  const read = bySequence(inputs, lengths);
  expect(new Set(read.flat().flatMap((x) => x.slice(0, E)))).toEqual(new Set([0.5]));
  const alphas = bySequence(attention.weights, lengths);
  return {
    alphas: alphas.map((ofSteps, n) => ofSteps.map((row) => row.slice(0, outputs[sequences[n]!.source]!.length))),
    contexts: read.map((ofSteps) => ofSteps.map((x) => x.slice(E))),
    weights: gradientsOf(attention),
    dhs: bySequence(dhs, lengths).map((ofSteps) => ofSteps.map((dh) => dh.map((value) => value - 1))),
    dOutputs: asVectors
      ? outputs.map((ofSource) => places.splice(0, ofSource.length))
      : bySequence(
          dOutputs,
          outputs.map(({ length }) => length),
        ),
  };
}

interface Sizes {
  D: number;
  A: number;
  gate?: boolean;
}

function newAttention(engine: Engine, { D, A, gate }: Sizes, random: Random): Attention {
  const attention = new Attention(engine, { values: D, hidden: H, keys: A, gate });
  randomise(attention, random);
  return attention;
}
