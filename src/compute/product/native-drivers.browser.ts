/** In place of `native-drivers.ts` in a browser, which has no native libraries. */
import type { NativeDriver } from './native-drivers.ts';

export const NATIVE_DRIVERS: readonly NativeDriver[] = [];
