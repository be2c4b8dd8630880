/** What every driver must do, run over every driver that can be had on this machine. */
import { afterAll, describe, expect, test } from 'vitest';
import { reasonOf } from '../../../src/base/errors.ts';
import { Random } from '../../../src/base/random.ts';
import { Arena, type Matrix } from '../../../src/compute/arena.ts';
import { compileKernels } from '../../../src/compute/kernels.ts';
import { openDriver } from '../../../src/compute/product/choose.ts';
import type { ProductDriver } from '../../../src/compute/product/driver.ts';
import { MatrixProduct } from '../../../src/compute/product/product.ts';
import { selfTest } from '../../../src/compute/product/self-test.ts';
import { openWasm } from '../../../src/compute/product/wasm.ts';
import { withRelaxedSimd } from '../relaxed.ts';
import { distance, naiveProduct, randomBf16Matrix, randomMatrix, type Scale } from './naive.ts';

const module = await compileKernels(true, 'plain');
const unsharedModule = await compileKernels(false, 'plain');
const relaxedModule = await withRelaxedSimd(() => compileKernels(true, 'relaxed'));
const UNSHARED = 'wasm on memory that is not shared';

const OPENERS: Record<string, (arena: Arena) => Promise<ProductDriver>> = {
  onednn: (arena) => openDriver(arena, module, 'onednn'),
  'onednn-bf16': (arena) => openDriver(arena, module, 'onednn-bf16'),
  openblas: (arena) => openDriver(arena, module, 'openblas'),
  accelerate: (arena) => openDriver(arena, module, 'accelerate'),
  wasm: (arena) => openDriver(arena, module, 'wasm'),
  'wasm on one thread': (arena) => openWasm(arena, module, 1),
  'wasm on five threads': (arena) => openWasm(arena, module, 5),
  'wasm with relaxed SIMD': (arena) => openWasm(arena, relaxedModule),
  [UNSHARED]: (arena) => openWasm(arena, unsharedModule),
};

/** Around every block of the kernels: a tile is 5 × 8 or 6 × 8, four panels are 32 columns, a block has 60 rows. */
const SIZES = [1, 3, 5, 8, 17, 66, 130];
const TRANSPOSES: Scale[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

for (const [name, open] of Object.entries(OPENERS)) {
  const arena = new Arena(name !== UNSHARED);
  const opened = await open(arena).catch(reasonOf);
  if (typeof opened === 'string') {
    describe.skip(`${name} (not available here: ${opened})`, () => {
      test('contract', () => {});
    });
    continue;
  }
  describe(name, () => {
    const driver = opened;
    const product = new MatrixProduct(arena, driver);
    const random = new Random(1);
    afterAll(() => driver.close());

    // What a product of bfloat16 must get right to the last bit of float32: factors that need no rounding.
    const drawn = name === 'onednn-bf16' ? randomBf16Matrix : randomMatrix;

    const inputs = (m: number, n: number, k: number, { transposeA, transposeB }: Scale = {}) => ({
      a: transposeA ? drawn(arena, random, k, m) : drawn(arena, random, m, k),
      b: transposeB ? drawn(arena, random, n, k) : drawn(arena, random, k, n),
      c: drawn(arena, random, m, n),
    });
    /** Rounding grows with the number of terms. */
    const tolerance = (k: number) => 1e-6 * (k + 10);

    test.each(TRANSPOSES)('multiplies odd sizes, %o', (transposes) => {
      for (const m of SIZES) {
        for (const n of SIZES) {
          for (const k of SIZES) {
            arena.scratch(() => {
              const { a, b, c } = inputs(m, n, k, transposes);
              c.data.fill(Number.NaN);
              product.multiply(c, a, b, transposes);
              const error = distance(c.data, naiveProduct(c, a, b, transposes));
              expect(error, `[${m}, ${k}] · [${k}, ${n}]`).toBeLessThan(tolerance(k));
            });
          }
        }
      }
    });

    test.each(TRANSPOSES)('sums over more than one block of k, %o', (transposes) => {
      for (const [m, n, k] of [
        [6, 33, 513],
        [61, 40, 1030],
        [2, 9, 4100],
        [7, 600, 2100],
      ] as const) {
        arena.scratch(() => {
          const { a, b, c } = inputs(m, n, k, transposes);
          const scale = { ...transposes, alpha: 0.5, beta: -1 };
          const expected = naiveProduct(c, a, b, scale);
          product.multiply(c, a, b, scale);
          expect(distance(c.data, expected), `[${m}, ${k}] · [${k}, ${n}]`).toBeLessThan(tolerance(k));
        });
      }
    });

    test.each([
      { alpha: 1, beta: 1 },
      { alpha: -2, beta: 0 },
      { alpha: 0.5, beta: -1.5 },
      { alpha: 0, beta: 2 },
    ])('scales by %o', (scale) => {
      for (const [m, n, k] of [
        [1, 70, 20],
        [2, 9, 5],
        [13, 21, 34],
        [64, 64, 64],
      ] as const) {
        for (const transposes of TRANSPOSES) {
          arena.scratch(() => {
            const { a, b, c } = inputs(m, n, k, transposes);
            const expected = naiveProduct(c, a, b, { ...transposes, ...scale });
            product.multiply(c, a, b, { ...transposes, ...scale });
            expect(distance(c.data, expected)).toBeLessThan(tolerance(k));
          });
        }
      }
    });

    test.each([false, true])('a fixed factor gives the same product as a matrix, transposed %s', (transposed) => {
      for (const [m, n, k] of [
        [1, 1, 1],
        [1, 43, 7],
        [1, 129, 530],
        [4, 33, 65],
        [50, 130, 64],
        [130, 17, 520],
        [70, 300, 200],
        [130, 400, 90],
      ] as const) {
        arena.scratch(() => {
          const { a, b, c } = inputs(m, n, k, { transposeB: transposed });
          const factor = product.fixedFactor(k, n);
          factor.update(b, { transposed });
          for (const scale of [{}, { beta: -1.5 }]) {
            const expected = naiveProduct(c, a, b, { transposeB: transposed, ...scale });
            if (!('beta' in scale)) c.data.fill(Number.NaN);
            product.multiplyFixed(c, a, factor, scale);
            expect(distance(c.data, expected), `[${m}, ${k}] · [${k}, ${n}]`).toBeLessThan(tolerance(k));
          }
        });
      }
    });

    test('a fixed factor takes new values with every update', () => {
      arena.scratch(() => {
        const { a, b, c } = inputs(9, 20, 30);
        const factor = product.fixedFactor(30, 20);
        for (let round = 0; round < 2; round++) {
          b.data.forEach((value, i) => {
            b.data[i] = value + 1;
          });
          factor.update(b);
          product.multiplyFixed(c, a, factor);
          expect(distance(c.data, naiveProduct(c, a, b))).toBeLessThan(1e-4);
        }
      });
    });

    test('reads and writes rows that lie further apart than they are long, and nothing between them', () => {
      for (const [m, n, k] of [
        [1, 9, 6],
        [2, 40, 33],
        [7, 13, 19],
        [66, 70, 75],
      ] as const) {
        for (const { transposeA = false, transposeB = false } of TRANSPOSES) {
          arena.scratch(() => {
            const [aRows, aCols] = transposeA ? [k, m] : [m, k];
            const [bRows, bCols] = transposeB ? [n, k] : [k, n];
            const wide = (rows: number, cols: number) => {
              const matrix = arena.matrix(rows, cols + 5);
              matrix.data.fill(Number.NaN);
              return matrix;
            };
            const [a, b, c] = [wide(aRows, aCols), wide(bRows, bCols), wide(m, n)];
            const dense = inputs(m, n, k, { transposeA, transposeB });
            copyInto(a, dense.a);
            copyInto(b, dense.b);
            const call = { m, n, k, alpha: 1, beta: 0, a: a.offset, aStride: a.cols, c: c.offset, cStride: c.cols };
            const right = { k, n, b: b.offset, bStride: b.cols, bTransposed: transposeB };
            const check = (what: string) => {
              product.multiply(dense.c, dense.a, dense.b, { transposeA, transposeB });
              for (let i = 0; i < m; i++) {
                const row = c.data.subarray(i * c.cols, (i + 1) * c.cols);
                const expected = dense.c.data.subarray(i * n, (i + 1) * n);
                expect(distance(row.subarray(0, n), expected), what).toBeLessThan(tolerance(k));
                expect(row.subarray(n).every(Number.isNaN), what).toBe(true);
              }
              c.data.fill(Number.NaN);
            };
            driver.multiply({ ...call, ...right, aTransposed: transposeA });
            check('multiply');
            const most = driver.packedParts({ m: 1000, n: 1000, k: 1000, bTransposed: true });
            if (transposeA || most === 0) return;
            for (const parts of new Set([1, most])) {
              const packed = arena.matrix(1, driver.packedSize(k, n, parts));
              driver.pack(right, packed.offset, parts);
              driver.multiplyPacked({ ...call, packed: packed.offset, parts });
              check(`multiplyPacked, ${parts} parts`);
            }
          });
        }
      }
    });

    test('writes nothing beside C and the packed factor', () => {
      arena.scratch(() => {
        const before = arena.matrix(1, 16);
        const { a, b, c } = inputs(33, 29, 31);
        const after = arena.matrix(1, 16);
        const factor = product.fixedFactor(31, 29);
        const last = arena.matrix(1, 16);
        for (const guard of [before, after, last]) guard.data.fill(7);
        factor.update(b);
        product.multiplyFixed(c, a, factor);
        product.multiply(c, a, b);
        for (const guard of [before, after, last]) expect(guard.data.every((value) => value === 7)).toBe(true);
      });
    });

    test('multiplies large matrices on all threads, the same each time', () => {
      arena.scratch(() => {
        const { a, b, c } = inputs(300, 520, 260);
        const expected = naiveProduct(c, a, b);
        product.multiply(c, a, b);
        expect(distance(c.data, expected)).toBeLessThan(tolerance(260));
        const first = c.data.slice();
        for (let i = 0; i < 20; i++) {
          c.data.fill(Number.NaN);
          product.multiply(c, a, b);
          expect(distance(c.data, first)).toBe(0);
        }
      });
    });

    test('goes on when the arena grows', () => {
      arena.scratch(() => {
        const { a, b, c } = inputs(70, 80, 90);
        arena.matrix(3000, 1000);
        const far = inputs(70, 80, 90);
        product.multiply(c, a, b);
        expect(distance(c.data, naiveProduct(c, a, b))).toBeLessThan(tolerance(90));
        product.multiply(far.c, far.a, far.b);
        expect(distance(far.c.data, naiveProduct(far.c, far.a, far.b))).toBeLessThan(tolerance(90));
      });
    });

    test('works beside a second arena with a driver of its own', async () => {
      const other = new Arena(arena.shared);
      const otherDriver = await open(other);
      const products = [product, new MatrixProduct(other, otherDriver)] as const;
      const arenas = [arena, other] as const;
      for (let round = 0; round < 10; round++) {
        const i = round % 2 ? 1 : 0;
        arenas[i].scratch(() => {
          const a = drawn(arenas[i], random, 64, 200);
          const b = drawn(arenas[i], random, 200, 150);
          const c = arenas[i].matrix(64, 150);
          products[i].multiply(c, a, b);
          expect(distance(c.data, naiveProduct(c, a, b))).toBeLessThan(tolerance(200));
        });
      }
      otherDriver.close();
    });

    test('passes the self-test and says what it is', () => {
      selfTest(arena, product);
      expect(driver.description).toMatch(/^(oneDNN|OpenBLAS|Accelerate|wasm)/);
    });
  });
}

/** Fills the left columns of a wider matrix. */
function copyInto(wide: Matrix, dense: Matrix): void {
  for (let i = 0; i < dense.rows; i++) {
    wide.data.set(dense.data.subarray(i * dense.cols, (i + 1) * dense.cols), i * wide.cols);
  }
}
