/** In a process of its own (`vitest.config.ts`), where no library has been loaded before. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Arena } from '../../../src/compute/arena.ts';
import { compileKernels } from '../../../src/compute/kernels.ts';
import { openProduct } from '../../../src/compute/product/choose.ts';
import { libraryCandidates, nativeFolder } from '../../../src/compute/product/libraries.ts';

const module = await compileKernels();
const cache = process.env['CAPTION_LM_CACHE'];
const folder = mkdtempSync(join(tmpdir(), 'caption-lm-'));
beforeAll(() => {
  process.env['CAPTION_LM_CACHE'] = folder;
});
afterAll(() => {
  if (cache === undefined) delete process.env['CAPTION_LM_CACHE'];
  else process.env['CAPTION_LM_CACHE'] = cache;
  rmSync(folder, { recursive: true });
});

test('libraries of the system are looked for', () => {
  expect(nativeFolder('onednn')).toBe(join(folder, 'native', 'onednn'));
  expect(libraryCandidates('onednn')).toEqual(['libdnnl.so.3', 'libdnnl.so.2']);
});

test('a library that is set up but broken is named in the notice, with the reason', async () => {
  mkdirSync(nativeFolder('onednn'), { recursive: true });
  writeFileSync(join(nativeFolder('onednn'), 'libdnnl.so.3'), 'not a library');
  const { product, notice, tried } = await openProduct(new Arena(), module);
  if (product.driver.name === 'wasm') expect(notice).toMatch(/onednn is set up but can't be used: .*libdnnl\.so\.3: /);
  if (tried[0]?.failure) expect(tried[0].failure).toContain(join(nativeFolder('onednn'), 'libdnnl.so.3'));
  product.close();
  rmSync(nativeFolder('onednn'), { recursive: true });
});

test('the way to set it up is in the notice or the error', async () => {
  const { product, notice } = await openProduct(new Arena(), module);
  // Where the system has a library of its own, it is found.
  if (product.driver.name === 'wasm') expect(notice).toMatch(/npm run setup:native.*caption setup/);
  product.close();
  const failure = await openProduct(new Arena(), module, 'onednn').then(
    () => undefined,
    (error: Error) => error,
  );
  if (failure) expect(failure.message).toMatch(/libdnnl.*npm run setup:native.*caption setup/);
});
