/** ONNX Runtime as tests call it, where it is installed. */
import { requireOptional } from '../../../src/base/optional-package.ts';

type Values = Float32Array | Int32Array | Uint8Array;

interface Runtime {
  env: { logLevel: string };
  Tensor: new (type: string, data: Values, shape: readonly number[]) => unknown;
  InferenceSession: { create(model: Uint8Array): Promise<Session> };
}

interface Session {
  run(inputs: Record<string, unknown>): Promise<Record<string, { data: Values; dims: number[] }>>;
}

/** The package; undefined where it is not installed. */
export const onnxruntime = load();

function load(): Runtime | undefined {
  try {
    const runtime = requireOptional('onnxruntime-node') as Runtime;
    runtime.env.logLevel = 'error';
    return runtime;
  } catch {
    return undefined;
  }
}

export interface OnnxTensor {
  data: Values;
  dims: readonly number[];
}

export type OnnxNetwork = (inputs: Record<string, OnnxTensor>) => Promise<Record<string, OnnxTensor>>;

/** Opens a model: a function from its inputs to its outputs. */
export async function openOnnx(model: Uint8Array): Promise<OnnxNetwork> {
  const { Tensor, InferenceSession } = onnxruntime!;
  const session = await InferenceSession.create(model);
  return (inputs) =>
    session.run(
      Object.fromEntries(
        Object.entries(inputs).map(([name, { data, dims }]) => [name, new Tensor(typeOf(data), data, dims)]),
      ),
    );
}

function typeOf(data: Values): string {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}

export const floats = (data: Float32Array, ...dims: number[]): OnnxTensor => ({ data, dims });
export const ids = (data: readonly number[], ...dims: number[]): OnnxTensor => ({
  data: Int32Array.from(data),
  dims: dims.length > 0 ? dims : [data.length],
});

/** The largest difference of two lists. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
