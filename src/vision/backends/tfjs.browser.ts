/** Stands in for `src/vision/backends/tfjs.ts` in a browser: TensorFlow.js on WebAssembly, with threads on isolated pages. */

import { inPackage } from '../../base/files.ts';
import type * as node from './tfjs.ts';

export async function loadTfjs(): ReturnType<typeof node.loadTfjs> {
  const [tf, { setWasmPaths, version_wasm }] = await Promise.all([
    import('@tensorflow/tfjs-core'),
    import('@tensorflow/tfjs-backend-wasm'),
  ]);
  tf.enableProdMode();
  setWasmPaths(inPackage('dist/web/')); // where the build puts them
  if (!(await tf.setBackend('wasm'))) throw new Error('the tfjs backend wasm did not start');
  return { tf, version: version_wasm };
}

/** ONNX Runtime and tfjs-node are Node's. */
export function hasTfjsNode(): boolean {
  return false;
}

({ loadTfjs, hasTfjsNode }) satisfies typeof node;
