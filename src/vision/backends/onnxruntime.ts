/**
 * The only file that loads ONNX Runtime, and only when a CNN is first needed and it is installed. Knows no CNN: an ONNX
 * model goes in, a network comes out.
 */
import { availableParallelism } from 'node:os';
import { InputError, reasonOf } from '../../base/errors.ts';
import { requireOptional } from '../../base/optional-package.ts';
import type { Network } from '../cnn.ts';
import type { CnnBackend } from '../cnn-backends.ts';

/** What is used of the package onnxruntime-node. */
export interface Onnxruntime {
  env: { logLevel?: 'error'; versions: { node?: string } };
  Tensor: new (type: 'uint8', data: Uint8Array, shape: readonly number[]) => { data: unknown };
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

interface Session {
  run(inputs: Record<string, unknown>): Promise<Record<string, { data: unknown }>>;
  release(): Promise<void>;
}

/**
 * Loads ONNX Runtime where it is wanted.
 *
 * @returns undefined if another backend was chosen, and for `auto` where it is not installed
 * @throws InputError with advice when it is asked for and can't be loaded; its cause says why
 */
export function loadOnnxruntime(backend: CnnBackend): Onnxruntime | undefined {
  if (backend !== 'auto' && backend !== 'onnxruntime') return undefined;
  try {
    const runtime = requireOptional('onnxruntime-node') as Onnxruntime;
    runtime.env.logLevel = 'error'; // else it warns on stderr, of processors that it does not know for one
    return runtime;
  } catch (cause) {
    if (backend === 'auto') return undefined;
    const advice = 'Run `caption setup --onnxruntime`, or choose another --cnn-backend';
    throw new InputError("the CNN's backend onnxruntime cannot be loaded", { found: reasonOf(cause), advice, cause });
  }
}

/** Opens a model that takes bytes `pictures` [N, S, S, 3] and gives floats `features` [N, D]. */
export async function openOnnxNetwork(runtime: Onnxruntime, model: Uint8Array, size: number): Promise<Network> {
  const session = await runtime.InferenceSession.create(model, {
    intraOpNumThreads: availableParallelism(),
    // Idle threads that spin take the processor from those that decode pictures.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    async features(pictures, N) {
      const { features } = await session.run({ pictures: new runtime.Tensor('uint8', pictures, [N, size, size, 3]) });
      return features!.data as Float32Array;
    },
    dispose() {
      void session.release();
    },
  };
}
