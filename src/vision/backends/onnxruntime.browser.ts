/** Stands in for `src/vision/backends/onnxruntime.ts` in a browser, where CNNs run on TensorFlow.js. */
import { InputError } from '../../base/errors.ts';
import type * as node from './onnxruntime.ts';

export function loadOnnxruntime(backend: string): undefined {
  if (backend === 'onnxruntime')
    throw new InputError('ONNX Runtime is not used in a browser', { advice: 'Choose wasm' });
}

export async function openOnnxNetwork(): Promise<never> {
  throw new Error('ONNX Runtime is not used in a browser');
}

({ loadOnnxruntime, openOnnxNetwork }) satisfies typeof node;
