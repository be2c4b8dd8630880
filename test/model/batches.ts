/** Small models and batches with unequal sizes, for the tests of the recurrent core. */
import { Random } from '../../src/base/random.ts';
import type { Matrix } from '../../src/compute/arena.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { LanguageModel, type LanguageModelShape } from '../../src/model/language-model.ts';
import type { TokenBatch } from '../../src/model/token-batch.ts';
import { packedSequences } from '../../src/nn/packing.ts';
import { matricesOf, type StackState } from '../../src/nn/state.ts';
import { inRows } from '../nn/packed.ts';
import { type ReferenceState, randomise, rowsOf, type Sequence } from '../nn/reference.ts';

/** Every size is different, so that no two can be taken for each other: N 3, T 4, E 5, H 6, V 7, condition 8. */
export const small: LanguageModelShape = {
  cell: 'lstm',
  vocabulary: 7,
  embedding: 5,
  layers: 2,
  hidden: 6,
  condition: 8,
};

export function randomModel(engine: Engine, shape: Partial<LanguageModelShape> = {}, seed = 1): LanguageModel {
  const model = new LanguageModel(engine, { ...small, ...shape });
  randomise(model, new Random(seed));
  return model;
}

/** Random sequences of these lengths, with condition vectors where the model takes any. */
export function randomSequences(lengths: readonly number[], { vocabulary, condition } = small, seed = 2): Sequence[] {
  const random = new Random(seed);
  return lengths.map((length) => ({
    inputs: Array.from({ length }, () => random.integer(vocabulary)),
    targets: Array.from({ length }, () => random.integer(vocabulary)),
    ...(condition > 0 && { condition: Array.from({ length: condition }, () => Math.fround(4 * random.uniform() - 2)) }),
  }));
}

/** A random model, random sequences of these lengths and a random state, which the sequences start from. */
export function randomTask(engine: Engine, changes: Partial<LanguageModelShape>, lengths: number[]) {
  const shape = { ...small, ...changes };
  const model = randomModel(engine, shape);
  const sequences = randomSequences(lengths, shape);
  const state = model.newState(lengths.length);
  for (const [n, start] of randomiseState(state).entries()) sequences[n]!.start = start;
  return { shape, model, state, sequences };
}

/** The same sequences as a model takes them. They are sorted already, longest first. */
export function pack(sequences: readonly Sequence[]): TokenBatch {
  const packing = packedSequences(sequences.map(({ inputs }) => inputs.length));
  const conditions = sequences.flatMap(({ condition }) => condition ?? []);
  return {
    packing,
    inputs: inRows(sequences.map(({ inputs }) => inputs)),
    targets: inRows(sequences.map(({ targets }) => targets)),
    condition: conditions.length > 0 ? Float32Array.from(conditions) : undefined,
  };
}

/** Fills a state with random values and returns it as each sequence's start. */
export function randomiseState(state: StackState, seed = 3): ReferenceState[][] {
  const random = new Random(seed);
  for (const { data } of matricesOf(state)) {
    data.forEach((_, i) => {
      data[i] = 2 * random.uniform() - 1;
    });
  }
  return startsOf(state);
}

/** Puts a state where these sequences start. */
export function setState(state: StackState, sequences: readonly Sequence[]): void {
  for (const [n, { start = [] }] of sequences.entries()) {
    for (const [i, { h, c }] of start.entries()) {
      state[i]?.h.data.set(h, n * h.length);
      state[i]?.c?.data.set(c, n * c.length);
    }
  }
}

/** The state of each layer for each sequence, [N][layers]. */
export function startsOf(state: StackState): ReferenceState[][] {
  const layers = state.map(({ h, c }) => ({ h: rows(h), c: c ? rows(c) : [] }));
  return layers[0]!.h.map((_, n) => layers.map(({ h, c }) => ({ h: h[n]!, c: c[n] ?? [] })));
}

function rows({ data, cols }: Matrix): number[][] {
  return rowsOf(data, cols);
}
