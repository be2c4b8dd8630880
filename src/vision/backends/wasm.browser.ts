/**
 * In place of `wasm.ts` in a browser: TensorFlow.js on WebAssembly in the thread that calls, since there it has threads
 * itself, on isolated pages.
 */
import { inPackage } from '../../base/files.ts';
import type { Backend } from '../network.ts';
import { openTfjsNetwork } from './tfjs-network.ts';

export const wasm = {
  name: 'wasm',
  runs: () => true,
  async load() {
    const { version } = await loadTfjs();
    return `TensorFlow.js ${version} on WebAssembly`;
  },
  async open(cnn) {
    const { tf } = await loadTfjs();
    return openTfjsNetwork(tf, cnn);
  },
} as const satisfies Backend;

async function loadTfjs() {
  const [tf, { setWasmPaths, version_wasm: version }] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-backend-wasm'),
  ]);
  tf.enableProdMode();
  setWasmPaths(inPackage('dist/web/')); // where the build puts them
  if (!(await tf.setBackend('wasm'))) throw new Error('the tfjs backend wasm did not start');
  return { tf, version };
}
