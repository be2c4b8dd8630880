/** TensorFlow.js on WebAssembly, which comes with the package: for MobileNets, in the thread that calls. */
import type { Backend } from '../network.ts';
import { loadTfjs } from './tfjs.ts';
import { openTfjsNetwork } from './tfjs-network.ts';

export const wasm = {
  name: 'wasm',
  runs: () => true,
  async load() {
    const { version } = await loadTfjs('wasm');
    return `TensorFlow.js ${version} on WebAssembly`;
  },
  async open(cnn) {
    const { tf } = await loadTfjs('wasm');
    return openTfjsNetwork(tf, cnn);
  },
} as const satisfies Backend;
