/**
 * What CNNs can run on, by Node, in the order in which `auto` tries it: another one takes a file beside this one, and a
 * row here. The engine, and the last one, come with the package. A browser has `backends.browser.ts` in its place.
 */
import type { Backend } from '../network.ts';
import { engine } from './engine.ts';
import { onnxruntime } from './onnxruntime.ts';
import { tensorflow, wasm } from './tfjs.ts';

export const BACKENDS = [onnxruntime, engine, tensorflow, wasm] as const satisfies readonly Backend[];
