/**
 * The drivers of native libraries by their names. In a browser, which has none,
 * `src/browser/compute/product/native-drivers.ts` stands in for this file. Which one is taken is not known here.
 */
import type { Arena } from '../arena.ts';
import { openAccelerate, openOpenBlas } from './cblas.ts';
import type { DriverName, ProductDriver } from './driver.ts';
import { librariesSetUp, NATIVE_NAMES } from './libraries.ts';
import { openOneDnn } from './onednn.ts';
import { openOneDnnBf16 } from './onednn-bf16.ts';

export type NativeDriver = Exclude<DriverName, 'wasm'>;

/** The drivers for factors of float32 that may be had on this platform, the fastest first. */
export function nativeDrivers(): NativeDriver[] {
  return process.platform === 'darwin' ? ['accelerate', 'onednn', 'openblas'] : ['onednn', 'openblas'];
}

/** Whether the setup command has brought the library. */
export function isSetUp(name: DriverName): boolean {
  return NATIVE_NAMES.some((native) => native === name && librariesSetUp(native).length > 0);
}

/** @throws Error that says why the driver can't be had */
export function openNative(arena: Arena, module: WebAssembly.Module, name: NativeDriver): Promise<ProductDriver> {
  switch (name) {
    case 'onednn':
      return openOneDnn(arena, module);
    case 'onednn-bf16':
      return openOneDnnBf16(arena, module);
    case 'openblas':
      return openOpenBlas(arena, module);
    case 'accelerate':
      return openAccelerate(arena);
  }
}
