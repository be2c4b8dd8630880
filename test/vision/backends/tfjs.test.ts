import { afterEach, expect, test, vi } from 'vitest';
import { loadTfjs } from '../../../src/vision/backends/tfjs.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('loadTfjs prints nothing, whichever backend it finds', async () => {
  const printed = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
  await loadTfjs('tensorflow').catch(() => loadTfjs('wasm'));
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
});

test('loadTfjs starts the wasm backend, which computes', async () => {
  const { tf, version } = await loadTfjs('wasm');
  expect(version).toBe('4.22.0');
  expect(tf.getBackend()).toBe('wasm');
  expect(await tf.add(tf.tensor1d([1, 2]), 1).array()).toEqual([2, 3]);
});

test('loadTfjs says what to do where tensorflow is not installed, with the cause', async (context) => {
  vi.stubEnv('CAPTION_LM_CACHE', '/no/such/folder');
  const error = await loadTfjs('tensorflow').catch((error) => error);
  context.skip('tf' in error, 'it is installed beside this package');
  expect(error.name).toBe('InputError');
  expect(error.message).toMatch(/found no @tensorflow\/tfjs-node beside this package or in .*caption setup --tfjs/);
  expect(error.cause.errors).toHaveLength(2);
});
