/** The feature vectors of a dataset's pictures, as training reads them. */
import { InputError } from '../base/errors.ts';
import type { NamedTensor, StoredTensor } from '../base/safetensors.ts';

/** Mean and scale of each of D features over the training pictures. */
export interface Standardisation {
  /** [D] */
  mean: Float32Array;
  /** [D], 1 / standard deviation; 0 for a feature that hardly varies. */
  scale: Float32Array;
}

/** Below this a feature has taught nothing, and in a picture of another kind its multiples would drown the rest. */
const SMALLEST_DEVIATION = 1e-3;

/** Measures N × D features. */
export function measureStandardisation(features: Float32Array, D: number): Standardisation {
  const N = features.length / D;
  const sum = new Float64Array(D);
  const squares = new Float64Array(D);
  for (let i = 0; i < features.length; i++) {
    const x = features[i] ?? 0;
    sum[i % D] = (sum[i % D] ?? 0) + x;
    squares[i % D] = (squares[i % D] ?? 0) + x * x;
  }
  const mean = sum.map((x) => x / N);
  const scale = Float32Array.from(squares, (x, d) => {
    const deviation = Math.sqrt(Math.max(0, x / N - (mean[d] ?? 0) ** 2));
    return deviation < SMALLEST_DEVIATION ? 0 : 1 / deviation;
  });
  return { mean: Float32Array.from(mean), scale };
}

/** (x - mean) · scale for N × D features, in place. */
export function standardise(features: Float32Array, { mean, scale }: Standardisation): void {
  const D = mean.length;
  for (let i = 0; i < features.length; i++) {
    features[i] = ((features[i] ?? 0) - (mean[i % D] ?? 0)) * (scale[i % D] ?? 0);
  }
}

/** As stored beside a captioner's weights. */
export function standardisationTensors({ mean, scale }: Standardisation): NamedTensor[] {
  return [
    { name: 'features.mean', shape: [1, mean.length], data: mean },
    { name: 'features.scale', shape: [1, scale.length], data: scale },
  ];
}

/** @throws InputError when a tensor is missing or of another length than D */
export function standardisationOf(tensors: Map<string, StoredTensor>, D: number, folder: string): Standardisation {
  const read = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor?.data instanceof Float32Array && tensor.data.length === D) return tensor.data;
    throw new InputError(`the weights in ${folder} are not those of a captioner`, {
      found: tensor ? `${name} of ${tensor.data.length} values` : `no tensor ${name}`,
      expected: `${name} of ${D} values`,
    });
  };
  return { mean: read('features.mean'), scale: read('features.scale') };
}
