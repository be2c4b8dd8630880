import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/base/errors.ts';
import { Arena } from '../../../src/compute/arena.ts';
import { compileKernels } from '../../../src/compute/kernels.ts';
import { openDriver, openProduct } from '../../../src/compute/product/choose.ts';
import type { Product, ProductDriver } from '../../../src/compute/product/driver.ts';
import { MatrixProduct } from '../../../src/compute/product/product.ts';
import { selfTest } from '../../../src/compute/product/self-test.ts';

const module = await compileKernels();

test('auto opens something that multiplies, and says what', async () => {
  const arena = new Arena();
  const { product, notice, tried } = await openProduct(arena, module);
  expect(notice).toContain(`matrix products: ${product.driver.description}`);
  expect(tried.at(-1)).toEqual({ name: product.driver.name });
  for (const attempt of tried.slice(0, -1)) expect(attempt.failure).toBeTruthy();
  const [c, a, b] = [arena.matrix(1, 1), arena.matrix(1, 2), arena.matrix(2, 1)];
  a.data.set([2, 3]);
  b.data.set([5, 7]);
  product.multiply(c, a, b);
  expect(c.data[0]).toBe(31);
  product.close();
});

test('wasm is there whenever it is asked for, without advice', async () => {
  const { product, notice, tried } = await openProduct(new Arena(), module, 'wasm');
  expect(notice).toMatch(/^matrix products: wasm \(\d+ threads?\)$/);
  expect(tried).toEqual([{ name: 'wasm' }]);
  product.close();
});

test.skipIf(process.platform === 'darwin')('a driver that can not be had is an error with a way out', async () => {
  const opening = openProduct(new Arena(), module, 'accelerate');
  await expect(opening).rejects.toThrow(InputError);
  await expect(opening).rejects.toThrow(/products of accelerate can't be used: found .*Accelerate.*blas auto/);
});

test('a name that no driver has is told as that', async () => {
  const opening = openProduct(new Arena(), module, 'cuda' as never);
  await expect(opening).rejects.toThrow("the matrix products of cuda can't be used: found no driver of this name");
});

test('bf16 is refused where another library is asked for', async () => {
  await expect(openProduct(new Arena(), module, 'wasm', 'bf16')).rejects.toThrow(
    "precision bf16 can't be had from blas wasm: expected onednn. Use precision float32.",
  );
});

describe('the self-test', () => {
  const lies: Record<string, (call: Product) => Product> = {
    'forgets a transposition': (call) => ({ ...call, bTransposed: false, bStride: call.n }),
    'takes beta for 0': (call) => ({ ...call, beta: 0 }),
    'leaves out the last row': (call) => ({ ...call, m: Math.max(1, call.m - 1) }),
    'leaves out the last term': (call) => ({ ...call, k: call.k - 1 }),
  };

  test.each(Object.entries(lies))('finds a driver that %s', async (_, lie) => {
    const arena = new Arena();
    const honest = await openDriver(arena, module, 'wasm');
    const driver = new Proxy(honest, {
      get: (target, key) => {
        if (key === 'multiply') return (call: Product) => target.multiply(lie(call));
        const value = target[key as keyof ProductDriver];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    selfTest(arena, new MatrixProduct(arena, honest));
    expect(() => selfTest(arena, new MatrixProduct(arena, driver))).toThrow(
      /^self-test: A\[\d+, \d+\].*found .*expected/,
    );
    honest.close();
  });
});
