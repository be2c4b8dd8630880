/**
 * Cuts a product into parts that threads do at once: no two write to the same place, and no sum is split. It knows no
 * threads and no library.
 */
import type { PackedProduct, Product } from './driver.ts';

/**
 * Multiply-adds below which one thread does a product alone, in less than 0.1 ms: where another process wants a core,
 * waiting for the second thread took ten times as long as the product (text written at batch 1, LSTM 1 × 128, beside two
 * trainings: 7 thousand characters/s on two threads, 120 on one).
 */
const SMALL = 2 ** 21;

/** Parts begin at multiples of this: what the tiles of the libraries' kernels divide. */
const UNIT = 16;

/**
 * At most `threads` equal parts: bands of the rows of C or of its columns, whichever there are more of.
 *
 * @param bytes of an element of A and B
 */
export function partsOf(whole: Product, threads: number, bytes = 4): Product[] {
  const { m, n } = whole;
  if (isSmall(whole)) return [whole];
  return bands(Math.max(m, n), threads).map(({ from, count }) =>
    m > n ? rowsOf(whole, from, count, bytes) : columnsOf(whole, from, count, bytes),
  );
}

/** Whether one thread does the product alone. */
export function isSmall({ m, n, k }: Pick<Product, 'm' | 'n' | 'k'>): boolean {
  return m * n * k < SMALL;
}

/** At most `parts` bands of rows or columns, each as wide as the first but for the last. */
export function bands(extent: number, parts: number): { from: number; count: number }[] {
  const size = bandWidth(extent, parts);
  const found: { from: number; count: number }[] = [];
  for (let from = 0; from < extent; from += size) found.push({ from, count: Math.min(size, extent - from) });
  return found;
}

export function bandWidth(extent: number, parts: number): number {
  return Math.min(extent, Math.ceil(extent / parts / UNIT) * UNIT);
}

/**
 * A product by a packed factor as one by a factor that lies at `b`, row after row. It has all properties from the start:
 * to add one to a spread object takes V8 (of Node 20) 5 µs, ten times as long as the rest of what a call needs.
 */
export function plainProduct({ m, n, k, beta, a, aStride, c, cStride }: PackedProduct, b: number): Product {
  return { m, n, k, alpha: 1, beta, a, aStride, aTransposed: false, b, bStride: n, bTransposed: false, c, cStride };
}

function rowsOf(whole: Product, from: number, m: number, bytes: number): Product {
  const { a, aStride, aTransposed, c, cStride } = whole;
  return { ...whole, m, a: a + bytes * from * (aTransposed ? 1 : aStride), c: c + 4 * from * cStride };
}

function columnsOf(whole: Product, from: number, n: number, bytes: number): Product {
  const { b, bStride, bTransposed, c } = whole;
  return { ...whole, n, b: b + bytes * from * (bTransposed ? bStride : 1), c: c + 4 * from };
}
