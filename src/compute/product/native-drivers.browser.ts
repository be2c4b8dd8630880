/** Stands in for `src/compute/product/native-drivers.ts` in a browser. */
import type * as node from './native-drivers.ts';

export function nativeDrivers(): [] {
  return [];
}

export function isSetUp(): false {
  return false;
}

export async function openNative(): Promise<never> {
  throw new Error('a browser has no native libraries');
}

({ nativeDrivers, isSetUp, openNative }) satisfies typeof node;
