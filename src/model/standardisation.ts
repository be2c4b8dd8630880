/**
 * Vectors of any size and unit brought to mean 0 and deviation 1, each of the D values by its own. Knows neither
 * pictures nor labels.
 */
import { InputError } from '../base/errors.ts';
import type { NamedTensor, StoredTensor } from '../base/safetensors.ts';
import { inPieces, partOf, runAtOnce, type Steps } from '../base/steps.ts';

/** Mean and scale of each of D values. */
export interface Standardisation {
  /** [D] */
  mean: Float32Array;
  /** [D], 1 / standard deviation; 0 for a value that does not vary: it has taught nothing, whatever it is later. */
  scale: Float32Array;
}

/** A deviation below this share of the mean is a rounding error of a constant. */
const CONSTANT = 1e-9;

/**
 * Measures vectors, a while at a time.
 *
 * @param pieces of N × D values each
 * @param leastDeviation a value that deviates less counts as a constant
 */
export function* measureStandardisationSteps(
  pieces: readonly Float32Array[],
  D: number,
  leastDeviation = 0,
): Steps<Standardisation> {
  const N = pieces.reduce((count, { length }) => count + length / D, 0);
  const [mean, variance] = [new Float64Array(D), new Float64Array(D)];
  for (const [p, values] of pieces.entries()) {
    const adding = inPieces(values.length, (from, to) => {
      for (let i = from; i < to; i++) mean[i % D]! += values[i]! / N;
    });
    yield* partOf(adding, (0.5 * p) / pieces.length, (0.5 * (p + 1)) / pieces.length);
  }
  for (const [p, values] of pieces.entries()) {
    const adding = inPieces(values.length, (from, to) => {
      for (let i = from; i < to; i++) variance[i % D]! += (values[i]! - mean[i % D]!) ** 2 / N;
    });
    yield* partOf(adding, 0.5 + (0.5 * p) / pieces.length, 0.5 + (0.5 * (p + 1)) / pieces.length);
  }
  const scale = Float32Array.from(variance, (square, d) => {
    const deviation = Math.sqrt(square);
    return deviation <= CONSTANT * Math.abs(mean[d]!) || deviation < leastDeviation ? 0 : 1 / deviation;
  });
  return { mean: Float32Array.from(mean), scale };
}

/** (x - mean) · scale for N × D values, in place. */
export function standardise(values: Float32Array, by: Standardisation): void {
  runAtOnce(standardiseSteps(values, by));
}

/** `standardise`, a while at a time; stopped, it has done a part. */
export function standardiseSteps(values: Float32Array, { mean, scale }: Standardisation): Steps<void> {
  const D = mean.length;
  return inPieces(values.length, (from, to) => {
    for (let i = from; i < to; i++) values[i] = (values[i]! - mean[i % D]!) * scale[i % D]!;
  });
}

/** The values that `standardise` made these N × D values of; the mean in place of each that does not vary. */
export function unstandardised(values: Float32Array, by: Standardisation): Float32Array {
  return runAtOnce(unstandardisedSteps(values, by));
}

/** `unstandardised`, a while at a time. @param found where they go, of the same length; new memory by default */
export function* unstandardisedSteps(
  values: Float32Array,
  { mean, scale }: Standardisation,
  found = new Float32Array(values.length),
): Steps<Float32Array> {
  const D = mean.length;
  yield* inPieces(values.length, (from, to) => {
    for (let i = from; i < to; i++) found[i] = mean[i % D]! + (scale[i % D] === 0 ? 0 : values[i]! / scale[i % D]!);
  });
  return found;
}

/** As it is stored beside a model's weights. @param of what it scales: a captioner's `features` or `maps`, a labeller's `inputs` */
export function standardisationTensors(
  { mean, scale }: Standardisation,
  of: 'features' | 'maps' | 'inputs',
): NamedTensor[] {
  const shape = [1, mean.length];
  return [
    { name: `${of}.mean`, shape, data: mean },
    { name: `${of}.scale`, shape, data: scale },
  ];
}

/**
 * Reads what `standardisationTensors` stored, or version 0.1.0, which stored the deviation of a labeller's inputs.
 *
 * @throws InputError when a tensor is missing or of another length than D
 */
export function standardisationOf(
  tensors: ReadonlyMap<string, StoredTensor>,
  D: number,
  folder: string,
  of: 'features' | 'maps' | 'inputs',
): Standardisation {
  const read = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor?.data instanceof Float32Array && tensor.data.length === D) return tensor.data;
    throw new InputError(`the weights in ${folder} are not those that its config describes`, {
      found: tensor ? `${name} of ${tensor.data.length} values` : `no tensor ${name}`,
      expected: `${name} of ${D} values`,
    });
  };
  const deviation = `${of}.deviation`;
  const scale = tensors.has(deviation) ? read(deviation).map((x) => 1 / x) : read(`${of}.scale`);
  return { mean: read(`${of}.mean`), scale };
}
