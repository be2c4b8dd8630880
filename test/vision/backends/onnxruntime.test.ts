import { afterEach, expect, test, vi } from 'vitest';
import { loadOnnxruntime } from '../../../src/vision/backends/onnxruntime.ts';

afterEach(() => vi.unstubAllEnvs());

test('loadOnnxruntime leaves it alone where another backend was chosen', () => {
  expect(loadOnnxruntime('wasm')).toBeUndefined();
  expect(loadOnnxruntime('tensorflow')).toBeUndefined();
});

test('loadOnnxruntime says what to do where it is asked for and not installed, with the cause', (context) => {
  vi.stubEnv('CAPTION_LM_CACHE', '/no/such/folder');
  context.skip(loadOnnxruntime('auto') !== undefined, 'it is installed beside this package');
  expect(() => loadOnnxruntime('onnxruntime')).toThrow(
    expect.objectContaining({
      name: 'InputError',
      message: expect.stringMatching(
        /found no onnxruntime-node beside this package or in .*caption setup --onnxruntime/,
      ),
      cause: expect.any(AggregateError),
    }),
  );
});
