/** The drivers of native libraries. A browser has `native-drivers.browser.ts` in its place. */
import type { Arena } from '../arena.ts';
import { openAccelerate, openOpenBlas } from './cblas.ts';
import type { DriverName, ProductDriver } from './driver.ts';
import { librariesSetUp } from './libraries.ts';
import { openOneDnn } from './onednn.ts';
import { openOneDnnBf16 } from './onednn-bf16.ts';

export interface NativeDriver {
  name: DriverName;
  /** Whether it is tried on this platform where no driver is asked for by name. */
  automatic: boolean;
  /** Whether the setup command has brought the library. */
  isSetUp(): boolean;
  /** @param mostThreads that share its products, if it does not have its own @throws Error that says why it can't be had */
  open(arena: Arena, module: WebAssembly.Module, mostThreads: number): Promise<ProductDriver>;
}

/** The fastest first. */
export const NATIVE_DRIVERS: readonly NativeDriver[] = [
  {
    name: 'accelerate',
    automatic: process.platform === 'darwin',
    isSetUp: () => false, // part of macOS
    open: openAccelerate,
  },
  { name: 'onednn', automatic: true, isSetUp: () => librariesSetUp('onednn').length > 0, open: openOneDnn },
  { name: 'openblas', automatic: true, isSetUp: () => librariesSetUp('openblas').length > 0, open: openOpenBlas },
  // Rounds its factors, so that it is taken only where that is asked for.
  { name: 'onednn-bf16', automatic: false, isSetUp: () => librariesSetUp('onednn').length > 0, open: openOneDnnBf16 },
];
