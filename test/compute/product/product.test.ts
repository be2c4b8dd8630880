import { beforeEach, describe, expect, test } from 'vitest';
import { Arena } from '../../../src/compute/arena.ts';
import type { ProductDriver } from '../../../src/compute/product/driver.ts';
import { MatrixProduct } from '../../../src/compute/product/product.ts';

const arena = new Arena();

/** A driver that only remembers how it was called. */
class FakeDriver implements ProductDriver {
  readonly name = 'wasm';
  readonly packsAlways = false;
  readonly description = 'fake';
  readonly calls: unknown[] = [];
  readonly #parts: number;

  constructor({ packs }: { packs: boolean }) {
    this.#parts = packs ? 1 : 0;
  }

  multiply(call: object): void {
    this.calls.push({ ...call });
  }
  packedParts(): number {
    return this.#parts;
  }
  packedSize(k: number, n: number): number {
    return k * n;
  }
  pack(b: object): void {
    this.calls.push({ ...b });
  }
  multiplyPacked(call: object): void {
    this.calls.push({ ...call });
  }
  close(): void {}
}

let driver: FakeDriver;
let product: MatrixProduct;

beforeEach(() => {
  driver = new FakeDriver({ packs: false });
  product = new MatrixProduct(arena, driver);
});

describe('a product', () => {
  test('reaches the driver with its shapes, addresses and strides', () => {
    const [c, a, b] = [arena.matrix(2, 3), arena.matrix(4, 2), arena.matrix(3, 4)];
    product.multiply(c, a, b, { transposeA: true, transposeB: true, beta: 1 });
    expect(driver.calls).toEqual([
      expect.objectContaining({ m: 2, n: 3, k: 4, alpha: 1, beta: 1, aTransposed: true, bTransposed: true }),
    ]);
    expect(driver.calls).toEqual([
      expect.objectContaining({ a: a.offset, aStride: 2, b: b.offset, bStride: 4, c: c.offset, cStride: 3 }),
    ]);
  });

  test('overwrites C unless told otherwise', () => {
    product.multiply(arena.matrix(2, 2), arena.matrix(2, 2), arena.matrix(2, 2));
    expect(driver.calls).toEqual([expect.objectContaining({ alpha: 1, beta: 0 })]);
  });
});

const matrix = ([rows, cols]: readonly [number, number]) => arena.matrix(rows, cols);

describe('is refused before the driver is called', () => {
  const refuse = (what: () => void, message: string | RegExp) => {
    expect(what).toThrow(message);
    expect(what).toThrow(RangeError);
    expect(driver.calls).toEqual([]);
  };

  test.each([
    [[2, 3], [2, 4], [5, 3], {}],
    [[2, 3], [3, 4], [4, 3], {}],
    [[2, 3], [2, 4], [4, 2], {}],
    [[2, 3], [2, 4], [4, 3], { transposeA: true }],
    [[2, 3], [2, 4], [4, 3], { transposeB: true }],
  ] as const)('shapes that do not fit: C %o, A %o, B %o, %o', (c, a, b, options) => {
    refuse(
      () => product.multiply(matrix(c), matrix(a), matrix(b), options),
      `C [${c.join(', ')}] is not A [${a.join(', ')}]`,
    );
  });

  test('C over A or B', () => {
    const square = arena.matrix(4, 4);
    const b = arena.matrix(4, 4);
    refuse(() => product.multiply(square, square, b), /overlaps A/);
    refuse(() => product.multiply(square, b, square), /overlaps B/);
    const rows = arena.matrix(8, 4);
    refuse(() => product.multiply(rows.rowRange(0, 4), rows.rowRange(3, 7), b), /overlaps A \[4, 4\]/);
    const factor = product.fixedFactor(4, 4);
    factor.update(b);
    refuse(() => product.multiplyFixed(b, square, factor), /overlaps B/);
    refuse(() => product.multiplyFixed(square, square, factor), /overlaps A/);
  });

  test('neighbouring rows of one matrix do not overlap', () => {
    const rows = arena.matrix(8, 4);
    product.multiply(rows.rowRange(4, 8), rows.rowRange(0, 4), arena.matrix(4, 4));
    expect(driver.calls).toHaveLength(1);
  });

  test('a matrix that is given back, or of another arena', () => {
    const [c, b] = [arena.matrix(2, 2), arena.matrix(2, 2)];
    const gone = arena.scratch(() => arena.matrix(2, 2));
    refuse(() => product.multiply(c, gone, b), /A \[2, 2\] at \d+ is not within the \d+ bytes/);
    refuse(() => product.multiply(c, b, new Arena().matrix(2, 2)), /B is of another arena/);
  });

  test('a fixed factor of another shape, without values, of another product', () => {
    const [c, a] = [arena.matrix(2, 3), arena.matrix(2, 4)];
    const factor = product.fixedFactor(4, 3);
    refuse(() => product.multiplyFixed(c, a, factor), /has no values: call update first/);
    refuse(() => factor.update(arena.matrix(3, 4)), 'the fixed factor [4, 3] is not B [3, 4]');
    refuse(() => factor.update(arena.matrix(4, 3), { transposed: true }), 'is not B [4, 3]ᵀ');
    factor.update(arena.matrix(4, 3));
    refuse(() => product.multiplyFixed(c, arena.matrix(2, 5), factor), 'times the fixed factor [4, 3]');
    refuse(() => new MatrixProduct(arena, driver).multiplyFixed(c, a, factor), /another/);
  });
});

describe('a fixed factor', () => {
  test('is packed where the driver gains by it, on the first use after each update', () => {
    driver = new FakeDriver({ packs: true });
    product = new MatrixProduct(arena, driver);
    const factor = product.fixedFactor(4, 3);
    factor.update(arena.matrix(3, 4), { transposed: true });
    expect(driver.calls).toEqual([]);
    product.multiplyFixed(arena.matrix(2, 3), arena.matrix(2, 4), factor);
    expect(driver.calls).toHaveLength(2);
    expect(driver.calls[0]).toMatchObject({ k: 4, n: 3, bTransposed: true });
    product.multiplyFixed(arena.matrix(2, 3), arena.matrix(2, 4), factor, { beta: 1 });
    expect(driver.calls).toHaveLength(3);
    const packed = factor.packed(1);
    expect(driver.calls[2]).toMatchObject({ m: 2, packed: packed.offset, beta: 1 });
    factor.update(arena.matrix(3, 4), { transposed: true });
    product.multiplyFixed(arena.matrix(2, 3), arena.matrix(2, 4), factor);
    expect(driver.calls).toHaveLength(5);
    expect(driver.calls[4]).toMatchObject({ packed: packed.offset });
  });

  test('is read where it lies where the driver does not', () => {
    const b = arena.matrix(4, 3);
    const factor = product.fixedFactor(4, 3);
    factor.update(b);
    expect(driver.calls).toEqual([]);
    product.multiplyFixed(arena.matrix(2, 3), arena.matrix(2, 4), factor);
    expect(driver.calls).toEqual([expect.objectContaining({ b: b.offset, bStride: 3, bTransposed: false })]);
  });
});

describe('nothing to multiply', () => {
  test.each([
    [0, 3, 4],
    [2, 0, 4],
    [0, 0, 0],
  ])('m %i, n %i, k %i needs no driver', (m, n, k) => {
    product.multiply(arena.matrix(m, n), arena.matrix(m, k), arena.matrix(k, n));
    const factor = product.fixedFactor(k, n);
    factor.update(arena.matrix(k, n));
    product.multiplyFixed(arena.matrix(m, n), arena.matrix(m, k), factor);
    expect(driver.calls).toEqual([]);
  });

  test('a sum of no terms leaves beta * C', () => {
    const c = arena.matrix(2, 3);
    c.data.fill(4);
    product.multiply(c, arena.matrix(2, 0), arena.matrix(0, 3), { beta: 0.5 });
    expect([...c.data]).toEqual(Array(6).fill(2));
    const factor = product.fixedFactor(0, 3);
    factor.update(arena.matrix(0, 3));
    c.data.fill(Number.NaN);
    product.multiplyFixed(c, arena.matrix(2, 0), factor);
    expect([...c.data]).toEqual(Array(6).fill(0));
    expect(driver.calls).toEqual([]);
  });
});
