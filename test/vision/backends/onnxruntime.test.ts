import { afterEach, expect, test, vi } from 'vitest';
import { onnxruntime } from '../../../src/vision/backends/onnxruntime.ts';

afterEach(() => vi.unstubAllEnvs());

test('onnxruntime says what to do where it is not installed, with the cause', async (context) => {
  vi.stubEnv('CAPTION_LM_CACHE', '/no/such/folder');
  const error = await onnxruntime.load().catch((error) => error);
  context.skip(typeof error === 'string', 'it is installed beside this package');
  expect(error).toMatchObject({
    name: 'InputError',
    message: expect.stringMatching(/found no onnxruntime-node beside this package or in .*caption setup --onnxruntime/),
    cause: expect.any(AggregateError),
  });
});

test('onnxruntime is not loaded beside arguments that would overflow its stack', async () => {
  const given = process.argv.length;
  process.argv.push('x'.repeat(30_000));
  try {
    await expect(onnxruntime.load()).rejects.toThrow(
      /beside so many arguments: found 3\d,\d+ bytes, expected at most 12,000/,
    );
  } finally {
    process.argv.length = given;
  }
});
