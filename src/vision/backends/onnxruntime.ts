/**
 * ONNX Runtime, where `caption setup --onnxruntime` or npm has installed it: the fastest. The only file that loads it.
 * Knows no CNN: a model in ONNX's format goes in, a network comes out.
 */
import { rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, reasonOf } from '../../base/errors.ts';
import { requireOptional } from '../../base/optional-package.ts';
import type { Backend, Network } from '../network.ts';
import { stacked } from '../pixels.ts';

export const onnxruntime = {
  name: 'onnxruntime',
  runs: ({ onnxModel }) => onnxModel !== undefined,
  async load() {
    return `ONNX Runtime ${loadOnnxruntime().env.versions.node}`;
  },
  async open({ onnxModel, preprocessing }) {
    return openModel(loadOnnxruntime(), await onnxModel!(), preprocessing.size);
  },
} as const satisfies Backend;

/** What is used of the package onnxruntime-node. */
interface Onnxruntime {
  env: { logLevel?: 'error'; versions: { node?: string } };
  Tensor: new (type: 'uint8', data: Uint8Array, shape: readonly number[]) => { data: unknown };
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

interface Session {
  run(inputs: Record<string, unknown>): Promise<Record<string, { data: unknown }>>;
  release(): Promise<void>;
}

/**
 * Bytes of arguments of the process beside which ONNX Runtime is loaded. On Linux it (1.30) matches a regular expression
 * against all of them, by a recursion that overflows a stack of 8 MB at 28,000 bytes, and ends the process.
 */
const MOST_ARGUMENTS = 12_000;

function refuseLongArguments(): void {
  const bytes = process.argv.reduce((sum, argument) => sum + Buffer.byteLength(argument) + 1, 0);
  if (bytes <= MOST_ARGUMENTS) return;
  throw new InputError("the CNN's backend onnxruntime cannot be loaded beside so many arguments", {
    found: `${bytes.toLocaleString('en')} bytes`,
    expected: `at most ${MOST_ARGUMENTS.toLocaleString('en')}`,
    advice: 'Name a folder or a pattern in quotes, or choose another cnnBackend',
    settings: ['cnnBackend'],
  });
}

function loadOnnxruntime(): Onnxruntime {
  refuseLongArguments();
  try {
    const runtime = requireOptional('onnxruntime-node') as Onnxruntime;
    if (!process.listeners('exit').includes(deleteLog)) process.once('exit', deleteLog);
    runtime.env.logLevel = 'error'; // else it warns on stderr, of processors that it does not know for one
    return runtime;
  } catch (cause) {
    const advice = 'Run `caption setup --onnxruntime`, or choose another cnnBackend';
    throw new InputError("the CNN's backend onnxruntime cannot be loaded", {
      found: reasonOf(cause),
      advice,
      settings: ['cnnBackend'],
      cause,
    });
  }
}

/** Deletes the empty log that the runtime's telemetry makes among the temporary files, one for each process. */
function deleteLog(): void {
  try {
    rmSync(join(tmpdir(), `mat-debug-${process.pid}.log`), { force: true });
  } catch {
    // It is not worth an error.
  }
}

/** Opens a model that takes bytes `pictures` [N, S, S, 3] and gives floats `features` [N, D]. */
async function openModel(runtime: Onnxruntime, model: Uint8Array, size: number): Promise<Network> {
  const session = await runtime.InferenceSession.create(model, {
    intraOpNumThreads: availableParallelism(),
    // Idle threads that spin take the processor from those that decode pictures.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    async features(pictures) {
      const shape = [pictures.length, size, size, 3];
      const { features } = await session.run({ pictures: new runtime.Tensor('uint8', stacked(pictures), shape) });
      return features!.data as Float32Array;
    },
    dispose() {
      void session.release();
    },
  };
}
