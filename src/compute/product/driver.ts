/**
 * What a matrix-product driver must offer. A driver knows addresses only: every matrix is row-major float32, named by
 * its byte offset in the arena and its stride (floats from one row to the next). Shapes and bounds were checked by the
 * caller (`product.ts`) before any of its functions is called, and m, n and k are at least 1.
 */
import type { Team } from '../team.ts';

export interface ProductDriver {
  readonly name: DriverName;
  /** The threads that share its products, for other work to be shared by the same; none where a library has its own. */
  readonly team?: Team;
  /** The library and its threads, for people: "oneDNN 3.2 (2 threads)". */
  readonly description: string;

  /** C[m, n] = alpha * op(A)[m, k] * op(B)[k, n] + beta * C. With beta 0, C is overwritten and may hold NaN before. */
  multiply(call: Product): void;

  /**
   * A right factor that is used many times between changes (a recurrent weight matrix: once for each step) may be packed
   * into the form that the driver multiplies fastest. In how many parts it is packed for such a product, each for the
   * columns that a thread multiplies; 0 where `multiply` does as well with the factor as it lies.
   *
   * @param threads that share the product. Default: one where calls are being recorded (`Team.together`), else all
   */
  packedParts(product: FixedProduct, threads?: number): number;

  /** Whether it takes every product of a fixed factor by the factor packed in one part, so that no other form is needed. */
  readonly packsAlways: boolean;

  /** Floats of arena memory that `pack` needs for op(B)[k, n] in so many parts. */
  packedSize(k: number, n: number, parts: number): number;

  /** Packs op(B)[k, n] to `target`, a byte offset of `packedSize(k, n, parts)` floats. */
  pack(b: RightFactor, target: number, parts: number): void;

  /** The same as `multiply`, with the right factor packed before; A is not transposed, and alpha is 1. */
  multiplyPacked(call: PackedProduct): void;

  /** Ends worker threads. The driver must not be used afterwards. */
  close(): void;
}

export type DriverName = 'onednn' | 'onednn-bf16' | 'openblas' | 'accelerate' | 'wasm';

interface Extent {
  m: number;
  n: number;
  k: number;
  beta: number;
  /** Byte offset and stride of A and C. */
  a: number;
  aStride: number;
  c: number;
  cStride: number;
}

export interface Product extends Extent {
  alpha: number;
  /** A is stored as [k, m]. */
  aTransposed: boolean;
  /** B is stored as [n, k]. */
  bTransposed: boolean;
  b: number;
  bStride: number;
}

/** A product by a fixed right factor, without where its matrices lie. */
export type FixedProduct = Pick<Product, 'm' | 'n' | 'k' | 'bTransposed'>;

export interface PackedProduct extends Extent {
  /** Byte offset that `pack` wrote to, in so many parts. */
  packed: number;
  parts: number;
}

export interface RightFactor {
  k: number;
  n: number;
  b: number;
  bStride: number;
  bTransposed: boolean;
}
