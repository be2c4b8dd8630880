/** Stands in for `src/vision/backends/cnn-threads.ts` in a browser, where TensorFlow.js has threads itself on isolated pages. */
import type * as node from './cnn-threads.ts';
import { openTfjsNetwork } from './tfjs-network.ts';

export const openInThreads: typeof node.openInThreads = (description) => openTfjsNetwork(description, 'wasm');
