/** What references have by sequences, as layers have it: step after step, and back (see `src/nn/packing.ts`). */
import type { Random } from '../../src/base/random.ts';
import type { Matrix } from '../../src/compute/arena.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { packedSequences } from '../../src/nn/packing.ts';
import { rowsOf, type Vector } from './reference.ts';

/** What belongs to each step of sequences, which are sorted longest first, in the order of a batch's rows. */
export function inRows<T>(sequences: readonly (readonly T[])[]): T[] {
  const [longest = []] = sequences;
  return longest.flatMap((_, t) => sequences.filter(({ length }) => length > t).map((ofSteps) => ofSteps[t]!));
}

/** The rows of each sequence, step by step. */
export function bySequence({ data, cols }: Matrix, lengths: readonly number[]): Vector[][] {
  const { starts } = packedSequences(lengths);
  const rows = rowsOf(data, cols);
  return lengths.map((length, n) => Array.from({ length }, (_, t) => rows[starts[t]! + n]!));
}

/** Rows as a matrix of an engine. */
export function matrixOf({ arena }: Engine, rows: readonly Vector[]): Matrix {
  const matrix = arena.matrix(rows.length, rows[0]!.length);
  matrix.data.set(rows.flat());
  return matrix;
}

/** Vectors of values from -1 to 1 that float32 has too. */
export function randomVectors(random: Random, count: number, size: number): Vector[] {
  return Array.from({ length: count }, () => randomVector(random, size));
}

export function randomVector(random: Random, size: number): Vector {
  return Array.from({ length: size }, () => Math.fround(2 * random.uniform() - 1));
}
