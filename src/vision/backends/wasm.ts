/**
 * TensorFlow.js on WebAssembly, which comes with the package: in threads of its own, see `cnn-threads.ts`. A browser has
 * `wasm.browser.ts` in its place.
 */
import type { Backend } from '../network.ts';
import { openInThreads } from './cnn-threads.ts';
import { loadTfjs } from './tfjs.ts';

export const wasm = {
  name: 'wasm',
  runs: () => true,
  async load() {
    const { version } = await loadTfjs('wasm');
    return `TensorFlow.js ${version} on WebAssembly`;
  },
  open: (cnn) => openInThreads(cnn),
} as const satisfies Backend;
