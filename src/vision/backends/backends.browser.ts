/** In place of `backends.ts` in a browser, which has WebAssembly alone. */
import type { Backend } from '../network.ts';
import { wasm } from './wasm.browser.ts';

export const BACKENDS = [wasm] as const satisfies readonly Backend[];
