/** In place of `backends.ts` in a browser, whose one CNN the engine runs. */
import type { Backend } from '../network.ts';
import { engine } from './engine.ts';

export const BACKENDS = [engine] as const satisfies readonly Backend[];
