/**
 * TensorFlow.js by Node: its native binding, where that is installed, or the WebAssembly backend that comes as a
 * dependency. The only file that loads it under Node, and only when a CNN is first needed. Knows no CNN.
 */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import util from 'node:util';
import { InputError, reasonOf } from '../../base/errors.ts';
import { requireOptional } from '../../base/optional-package.ts';
import type { Backend, Tf } from '../network.ts';
import { openTfjsNetwork } from './tfjs-network.ts';

export type TfjsBackend = 'tensorflow' | 'wasm';

/** @internal */
interface Tfjs {
  tf: Tf;
  /** The version of the package behind the backend. */
  version: string;
}

/**
 * Loads TensorFlow.js and makes the backend the current one.
 *
 * @throws InputError with advice when tensorflow is asked for and can't be loaded; its cause says why
 * @internal
 */
export async function loadTfjs(backend: TfjsBackend): Promise<Tfjs> {
  const version = backend === 'tensorflow' ? loadNative() : registerWasm();
  const tf = loadCore();
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend ${backend} did not start`);
  return { tf, version };
}

/** By tfjs-node, which `caption setup --tfjs` builds. */
export const tensorflow = backendOf('tensorflow', 'libtensorflow');
/** Comes with the package: for MobileNets. */
export const wasm = backendOf('wasm', 'WebAssembly');

/** What CNNs run on in the thread that calls. @param library that TensorFlow.js computes by */
function backendOf<Name extends TfjsBackend>(name: Name, library: string) {
  return {
    name,
    runs: () => true,
    load: async () => `TensorFlow.js ${(await loadTfjs(name)).version} on ${library}`,
    open: async (cnn) => openTfjsNetwork((await loadTfjs(name)).tf, cnn),
  } as const satisfies Backend;
}

/** Both packages are CommonJS, which `import` takes three times as long to load as `require`. */
const requireHere = createRequire(import.meta.url);

function loadCore(): Tf {
  const tf: Tf = requireHere('@tensorflow/tfjs-core');
  tf.enableProdMode(); // else it warns on the console: of a second copy of itself beside tfjs-node, for one
  return tf;
}

/**
 * Registers tfjs-node's backend with tfjs-core, whose registry is global and shared by all copies of one version.
 *
 * @returns its version
 */
function loadNative(): string {
  const prepare = () => {
    loadCore();
    // tfjs-node 4.22 calls a function that Node 23 removed.
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null });
    // Keeps libtensorflow from greeting on stderr; it reads this when it is loaded.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  };
  try {
    const tfjsNode = requireOptional('@tensorflow/tfjs-node', prepare) as { version: { 'tfjs-node': string } };
    return tfjsNode.version['tfjs-node'];
  } catch (cause) {
    const advice = 'Run `caption setup --tfjs`, or choose cnnBackend wasm';
    throw new InputError("the CNN's backend tensorflow cannot be loaded", {
      found: reasonOf(cause),
      advice,
      settings: ['cnnBackend'],
      cause,
    });
  }
}

/**
 * Registers the WebAssembly backend. Its threads need web workers, which Node does not have: one thread with SIMD, see
 * `cnn-threads.ts`.
 *
 * @returns its version
 */
function registerWasm(): string {
  loadCore();
  const { setWasmPaths, version_wasm }: typeof import('@tensorflow/tfjs-backend-wasm') = requireHere(
    '@tensorflow/tfjs-backend-wasm',
  );
  setWasmPaths(dirname(requireHere.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  return version_wasm;
}
