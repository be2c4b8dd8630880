/**
 * The matrix products of an arena: C = alpha * op(A) * op(B) + beta * C.
 *
 * Every shape, bound and overlap is checked here before a driver is called, because a driver writes to plain addresses.
 * It knows no library and no threads.
 */
import { type Arena, Matrix } from '../arena.ts';
import type { PackedProduct, Product, ProductDriver } from './driver.ts';

export interface ProductOptions {
  /** Factor of the product, 1 where it is not given. */
  alpha?: number;
  /** Factor of what C held before, 0 where it is not given: C is overwritten. */
  beta?: number;
  /** A is stored as [k, m]. */
  transposeA?: boolean;
  /** B is stored as [n, k]. */
  transposeB?: boolean;
}

export class MatrixProduct {
  readonly driver: ProductDriver;
  readonly #arena: Arena;
  /** Filled anew for each call: a product of one row takes microseconds, so nothing is allocated for it. */
  readonly #call: Product & PackedProduct;

  constructor(arena: Arena, driver: ProductDriver) {
    this.#arena = arena;
    this.driver = driver;
    this.#call = {
      m: 0,
      n: 0,
      k: 0,
      alpha: 1,
      beta: 0,
      a: 0,
      aStride: 0,
      aTransposed: false,
      b: 0,
      bStride: 0,
      bTransposed: false,
      packed: 0,
      parts: 1,
      c: 0,
      cStride: 0,
    };
  }

  /**
   * C[m, n] = alpha * op(A)[m, k] * op(B)[k, n] + beta * C.
   *
   * @throws RangeError when the shapes do not fit together, a matrix is not in the arena or C overlaps A or B
   */
  multiply(
    c: Matrix,
    a: Matrix,
    b: Matrix,
    { transposeA = false, transposeB = false, alpha = 1, beta = 0 }: ProductOptions = {},
  ): void {
    const k = transposeA ? a.rows : a.cols;
    if (
      c.rows !== (transposeA ? a.cols : a.rows) ||
      c.cols !== (transposeB ? b.rows : b.cols) ||
      k !== (transposeB ? b.cols : b.rows)
    ) {
      throw new RangeError(
        `matrix product: C ${shape(c)} is not A ${shape(a, transposeA)} times B ${shape(b, transposeB)}`,
      );
    }
    this.#checkBounds(a, 'A');
    this.#checkBounds(b, 'B');
    this.#checkBounds(c, 'C');
    refuseOverlap(c, a, 'A');
    refuseOverlap(c, b, 'B');
    this.#multiply(c, a, transposeA, b, transposeB, k, alpha, beta);
  }

  /** Room for a right factor op(B)[k, n] that is used many times between changes; `update` gives it its values. */
  fixedFactor(k: number, n: number): FixedFactor {
    return new FixedFactor(this, k, n);
  }

  /**
   * C[m, n] = A[m, k] * op(B)[k, n] + beta * C with a fixed right factor; beta 0 overwrites C.
   *
   * @throws RangeError as `multiply` does, and when the factor has no values yet or belongs to another arena
   */
  multiplyFixed(c: Matrix, a: Matrix, factor: FixedFactor, { beta = 0 }: Pick<ProductOptions, 'beta'> = {}): void {
    const { k, n } = factor;
    if (factor.product !== this) throw new RangeError('matrix product: the fixed factor belongs to another arena');
    if (c.rows !== a.rows || c.cols !== n || a.cols !== k) {
      throw new RangeError(`matrix product: C ${shape(c)} is not A ${shape(a)} times the fixed factor [${k}, ${n}]`);
    }
    this.#checkBounds(a, 'A');
    this.#checkBounds(c, 'C');
    refuseOverlap(c, a, 'A');
    const parts = this.driver.packedParts({ m: c.rows, n, k, bTransposed: factor.transposed });
    if (parts === 0) {
      const { source } = factor;
      refuseOverlap(c, source, 'B');
      this.#multiply(c, a, false, source, factor.transposed, k, 1, beta);
      return;
    }
    if (this.#isEmpty(c, k, beta)) return;
    const packed = factor.packed(parts);
    refuseOverlap(c, packed, 'the packed B');
    this.#describe(c, a, k, beta);
    this.#call.packed = packed.offset;
    this.#call.parts = parts;
    this.driver.multiplyPacked(this.#call);
  }

  /** Ends worker threads. */
  close(): void {
    this.driver.close();
  }

  /** Called by `FixedFactor.packed`: packs B to new memory, or to what it was packed to before. */
  pack({ k, n }: FixedFactor, b: Matrix, transposed: boolean, parts: number, to: Matrix | undefined): Matrix {
    if (this.driver.team?.recording)
      throw new Error('matrix product: a factor must be packed before products are shared');
    const target = to ?? this.#arena.matrix(1, this.driver.packedSize(k, n, parts));
    const right = { k, n, b: b.offset, bStride: b.cols, bTransposed: transposed };
    this.driver.pack(right, target.offset, parts);
    return target;
  }

  /**
   * Called by `FixedFactor.packInPlace`: packs B to the memory that it lies in.
   *
   * @returns whether it has: not where products need B as it is, or where the packed form is larger
   */
  packInPlace({ k, n }: FixedFactor, b: Matrix, transposed: boolean): boolean {
    if (!this.driver.packsAlways || this.driver.packedSize(k, n, 1) > b.size) return false;
    const arena = this.#arena;
    arena.scratch(() => {
      const copy = new Matrix(arena.memory, arena.allocate(4 * b.size), b.rows, b.cols);
      copy.data.set(b.data);
      this.driver.pack({ k, n, b: copy.offset, bStride: b.cols, bTransposed: transposed }, b.offset, 1);
    });
    return true;
  }

  /** Called by `FixedFactor.update`. */
  check({ k, n }: FixedFactor, b: Matrix, transposed: boolean): void {
    if (k !== (transposed ? b.cols : b.rows) || n !== (transposed ? b.rows : b.cols)) {
      throw new RangeError(`matrix product: the fixed factor [${k}, ${n}] is not B ${shape(b, transposed)}`);
    }
    this.#checkBounds(b, 'B');
  }

  #multiply(
    c: Matrix,
    a: Matrix,
    transposeA: boolean,
    b: Matrix,
    transposeB: boolean,
    k: number,
    alpha: number,
    beta: number,
  ): void {
    if (this.#isEmpty(c, k, beta)) return;
    this.#describe(c, a, k, beta);
    const call = this.#call;
    call.alpha = alpha;
    call.aTransposed = transposeA;
    call.b = b.offset;
    call.bStride = b.cols;
    call.bTransposed = transposeB;
    this.driver.multiply(call);
  }

  #describe(c: Matrix, a: Matrix, k: number, beta: number): void {
    const call = this.#call;
    call.m = c.rows;
    call.n = c.cols;
    call.k = k;
    call.beta = beta;
    call.a = a.offset;
    call.aStride = a.cols;
    call.c = c.offset;
    call.cStride = c.cols;
  }

  /** A product with nothing in it needs no driver; a sum of no terms (k = 0) leaves beta * C. */
  #isEmpty(c: Matrix, k: number, beta: number): boolean {
    if (c.size === 0) return true;
    if (k > 0) return false;
    if (beta === 0) c.data.fill(0);
    else for (let i = 0; i < c.data.length; i++) c.data[i]! *= beta;
    return true;
  }

  #checkBounds(matrix: Matrix, name: string): void {
    const { memory, offset, rows, cols } = matrix;
    if (memory !== this.#arena.memory) throw new RangeError(`matrix product: ${name} is of another arena`);
    if (!(offset >= 0 && offset % 4 === 0 && rows >= 0 && cols >= 0) || offset + rows * cols * 4 > this.#arena.size) {
      throw new RangeError(
        `matrix product: ${name} ${shape(matrix)} at ${offset} is not within the ${this.#arena.size} bytes of the arena`,
      );
    }
  }
}

/**
 * A right factor op(B)[k, n] in the form that the driver multiplies fastest. Whether that is a copy of B, in one piece
 * or in parts for the threads, or B itself is up to the driver: after a change of B call `update` before the factor is
 * used again, and keep B until then.
 */
export class FixedFactor {
  readonly product: MatrixProduct;
  readonly k: number;
  readonly n: number;
  transposed = false;
  #source: Matrix | undefined;
  /** Copies by the number of their parts, and whether they have the values of B. */
  readonly #copies = new Map<number, { packed: Matrix; fresh: boolean }>();

  constructor(product: MatrixProduct, k: number, n: number) {
    this.product = product;
    this.k = k;
    this.n = n;
  }

  /** Takes the values of B, which is stored as [n, k] where it is transposed. */
  update(b: Matrix, { transposed = false } = {}): void {
    this.product.check(this, b, transposed);
    this.#source = b;
    this.transposed = transposed;
    for (const copy of this.#copies.values()) copy.fresh = false;
  }

  /** B as it was given last. @throws RangeError where it never was */
  get source(): Matrix {
    if (this.#source) return this.#source;
    throw new RangeError(`matrix product: the fixed factor [${this.k}, ${this.n}] has no values: call update first`);
  }

  /**
   * Packs B to the memory that it lies in, where that is all that the driver needs: B has other values then, and its owner
   * must neither read nor change them.
   *
   * @returns whether it was packed so
   */
  packInPlace(): boolean {
    const { source } = this;
    if (!this.product.packInPlace(this, source, this.transposed)) return false;
    this.#copies.set(1, { packed: source, fresh: true });
    return true;
  }

  /** The values packed in so many parts, on the first use after an update. */
  packed(parts: number): Matrix {
    const copy = this.#copies.get(parts);
    if (copy?.fresh) return copy.packed;
    const packed = this.product.pack(this, this.source, this.transposed, parts, copy?.packed);
    this.#copies.set(parts, { packed, fresh: true });
    return packed;
  }
}

function refuseOverlap(c: Matrix, other: Matrix, name: string): void {
  if (c.offset < other.offset + other.size * 4 && other.offset < c.offset + c.size * 4) {
    throw new RangeError(
      `matrix product: C ${shape(c)} at ${c.offset} overlaps ${name} ${shape(other)} at ${other.offset}`,
    );
  }
}

function shape({ rows, cols }: Matrix, transposed = false): string {
  return transposed ? `[${rows}, ${cols}]ᵀ` : `[${rows}, ${cols}]`;
}
