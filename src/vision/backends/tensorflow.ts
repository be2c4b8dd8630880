/** TensorFlow.js on libtensorflow, by tfjs-node, which `caption setup --tfjs` builds: in the thread that calls. */
import type { Backend } from '../network.ts';
import { loadTfjs } from './tfjs.ts';
import { openTfjsNetwork } from './tfjs-network.ts';

export const tensorflow = {
  name: 'tensorflow',
  runs: () => true,
  async load() {
    const { version } = await loadTfjs('tensorflow');
    return `TensorFlow.js ${version} on libtensorflow`;
  },
  async open(cnn) {
    const { tf } = await loadTfjs('tensorflow');
    return openTfjsNetwork(tf, cnn);
  },
} as const satisfies Backend;
