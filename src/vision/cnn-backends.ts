/** What CNNs can run on, and which of it is there. */
import { InputError, reasonOf } from '../base/errors.ts';
import { loadOnnxruntime } from './backends/onnxruntime.ts';
import { loadTfjs } from './backends/tfjs.ts';

/**
 * What a CNN runs on: ONNX Runtime, or TensorFlow.js on libtensorflow or on WebAssembly. `auto` takes the first of them
 * that is installed and has the network; the last always is. Features agree to 1e-4, and cached ones serve all.
 */
export type CnnBackend = 'auto' | 'onnxruntime' | 'tensorflow' | 'wasm';
export const CNN_BACKENDS: readonly CnnBackend[] = ['auto', 'onnxruntime', 'tensorflow', 'wasm'];

interface TriedBackend {
  name: Exclude<CnnBackend, 'auto'>;
  /** The package behind it, with its version. */
  description?: string;
  /** Why it is not used. */
  failure?: string;
}

/** The backends that `auto` tries, up to the one that it takes. */
export async function tryCnnBackends(): Promise<TriedBackend[]> {
  const tried: TriedBackend[] = [];
  for (const name of ['onnxruntime', 'tensorflow', 'wasm'] as const) {
    try {
      tried.push({ name, description: await describeBackend(name) });
      break;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      tried.push({ name, failure: reasonOf(error) });
    }
  }
  return tried;
}

/** Loads a backend. */
async function describeBackend(name: Exclude<CnnBackend, 'auto'>): Promise<string> {
  if (name === 'onnxruntime') return `ONNX Runtime ${loadOnnxruntime(name)?.env.versions.node}`;
  const { version } = await loadTfjs(name);
  return `TensorFlow.js ${version} on ${name === 'wasm' ? 'WebAssembly' : 'libtensorflow'}`;
}
