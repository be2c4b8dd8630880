/** Vectors of numbers of any size and unit, brought to mean 0 and deviation 1, each of the D values by its own. */
import type { NamedTensor, StoredTensor } from '../base/safetensors.ts';
import { fillTensor } from '../model/model-folder.ts';
import type { SequenceExample } from './data/example.ts';

export interface Standardisation {
  /** [D] each; a value that never changes has the deviation 1. */
  mean: Float32Array;
  deviation: Float32Array;
}

/** Measured over all steps of all sequences; undefined where they are words or bytes, which have a scale already. */
export function measureStandardisation(examples: readonly SequenceExample[], D: number): Standardisation | undefined {
  const all = examples.flatMap(({ inputs }) => (inputs instanceof Float32Array ? [inputs] : []));
  if (all.length === 0) return undefined;
  const [sums, squares] = [new Float64Array(D), new Float64Array(D)];
  const steps = all.reduce((count, { length }) => count + length / D, 0);
  for (const vectors of all) for (const [i, x] of vectors.entries()) sums[i % D]! += x / steps;
  for (const vectors of all) for (const [i, x] of vectors.entries()) squares[i % D]! += (x - sums[i % D]!) ** 2 / steps;
  return { mean: Float32Array.from(sums), deviation: Float32Array.from(squares, (x) => Math.sqrt(x) || 1) };
}

/** The same vectors, standardised; bytes become shares of 255. */
export function standardised(vectors: Float32Array | Uint8Array, by: Standardisation | undefined): Float32Array {
  if (vectors instanceof Uint8Array) return Float32Array.from(vectors, (x) => x / 255);
  if (!by) return vectors;
  const D = by.mean.length;
  return vectors.map((x, i) => (x - by.mean[i % D]!) / by.deviation[i % D]!);
}

/** As they are kept in a model's folder. */
export function standardisationTensors(by: Standardisation | undefined): NamedTensor[] {
  if (!by) return [];
  const D = by.mean.length;
  return [
    { name: 'inputs.mean', shape: [1, D], data: by.mean },
    { name: 'inputs.deviation', shape: [1, D], data: by.deviation },
  ];
}

/** From the tensors of a model's folder. @throws InputError when they do not fit */
export function standardisationOf(
  tensors: Map<string, StoredTensor>,
  D: number,
  folder: string,
): Standardisation | undefined {
  if (!tensors.has('inputs.mean')) return undefined;
  const [mean, deviation] = [new Float32Array(D), new Float32Array(D)];
  fillTensor('inputs.mean', { rows: 1, cols: D, data: mean }, tensors, folder);
  fillTensor('inputs.deviation', { rows: 1, cols: D, data: deviation }, tensors, folder);
  return { mean, deviation };
}
