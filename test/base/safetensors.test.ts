import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/base/safetensors.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const odd = { name: 'odd', shape: [3], data: Float32Array.of(0.1, -65_504, 6e-8), half: true };
const weights = { name: 'weights', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5.5, 1e-40) };
const counts = { name: 'counts', shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) };
const codes = { name: 'codes', shape: [3], data: Int8Array.of(-127, 0, 127) };
const state = { name: 'state', shape: [], data: Uint32Array.of(2 ** 32 - 1) };

describe('safetensors', () => {
  test('gives back every type, shape and the metadata', async () => {
    const path = join(folder, 'all.safetensors');
    await writeSafetensors(path, [odd, codes, weights, counts, state], { metadata: { made: 'in a test, "quoted" ✓' } });
    const { tensors, metadata } = await readSafetensors(path);
    expect(metadata).toEqual({ made: 'in a test, "quoted" ✓' });
    expect(new Set(tensors.keys())).toEqual(new Set(['odd', 'codes', 'weights', 'counts', 'state']));
    for (const { name, shape, data } of [codes, weights, counts, state])
      expect(tensors.get(name)).toEqual({ shape, data });
    const halves = tensors.get('odd')?.data;
    expect(halves).toBeInstanceOf(Float32Array);
    expect(Array.from(halves ?? [])).toEqual([0.0999755859375, -65_504, 2 ** -24]);
  });

  test('stores floats in half precision on demand, but no integers', async () => {
    const path = join(folder, 'half.safetensors');
    await writeSafetensors(path, [weights, odd, { ...counts, half: true }]);
    const header = (await readFile(path)).toString('latin1');
    expect(header).toMatch(/"weights":{"dtype":"F32"/);
    expect(header).toMatch(/"odd":{"dtype":"F16"/);
    expect(header).toMatch(/"counts":{"dtype":"I32"/);
  });

  test('holds no tensors, and empty ones', async () => {
    const path = join(folder, 'empty.safetensors');
    await writeSafetensors(path, []);
    expect((await readSafetensors(path)).tensors.size).toBe(0);
    const empty = { name: 'e', shape: [0, 4], data: new Float32Array() };
    await writeSafetensors(path, [empty, counts, { ...empty, name: 'f' }]);
    expect((await readSafetensors(path)).tensors.get('f')).toEqual({ shape: [0, 4], data: new Float32Array() });
  });

  test('reads what the safetensors package of Python wrote', async () => {
    const { tensors, metadata } = await readSafetensors('test/base/python.safetensors');
    expect(metadata).toEqual({ by: 'safetensors for Python' });
    expect(Object.fromEntries(tensors)).toEqual({
      float: { shape: [2, 2], data: Float32Array.of(0.5, -1, 1e-3, 3e38) },
      half: { halves: expect.any(Uint16Array), shape: [3], data: Float32Array.of(0.0999755859375, -65_504, 2 ** -24) },
      int: { shape: [1, 2], data: Int32Array.of(-5, 7) },
      unsigned: { shape: [1], data: Uint32Array.of(4_000_000_000) },
    });
  });

  test('refuses to write a wrong shape or a name twice', async () => {
    const path = join(folder, 'never.safetensors');
    await expect(writeSafetensors(path, [{ ...counts, shape: [3] }])).rejects.toThrow('counts: shape [3]');
    await expect(writeSafetensors(path, [counts, counts])).rejects.toThrow('counts is taken');
  });
});

describe('a bad safetensors file is refused in one line that names it', () => {
  const file = (header: string, data = Buffer.alloc(0), length = Buffer.byteLength(header)) => {
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(length));
    return Buffer.concat([start, Buffer.from(header), data]);
  };
  const entry = (begin: number, end: number, dtype = 'F32', shape = [(end - begin) / 4]) =>
    JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
  const eight = Buffer.alloc(8);

  test.each<[string, Buffer, string]>([
    ['empty', Buffer.alloc(0), 'found an empty file'],
    ['not safetensors', Buffer.from('\x89PNG\r\n\x1a\nand so on'), 'is not a safetensors file'],
    ['a torn header', file('{"a":', eight, 1000), 'is truncated'],
    ['a huge header', file('{}', eight, 2 ** 53), 'is truncated'],
    ['broken JSON', file('{"a":'), 'is not valid JSON'],
    ['no tensor entry', file('{"a":3}'), 'at a:'],
    ['a strange type', file(`{"a":${entry(0, 8, 'Q7')}}`, eight), 'at a.dtype'],
    ['a negative extent', file(`{"a":${entry(0, 8, 'F32', [-2])}}`, eight), 'at a.shape.0'],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}'), 'at __metadata__.a'],
    ['cut-off data', file(`{"a":${entry(0, 16)}}`, eight), 'tensor a is cut off'],
    ['an unfit size', file(`{"a":${entry(0, 8, 'F32', [3])}}`, eight), 'tensor a has the wrong size'],
    ['an unfit half', file(`{"a":${entry(0, 3, 'F16', [1])}}`, eight), 'tensor a has the wrong size'],
    ['an overlap', file(`{"a":${entry(0, 8)},"b":${entry(4, 8)}}`, eight), 'tensor b overlaps'],
    ['a hole', file(`{"a":${entry(4, 8)}}`, eight), 'tensor a leaves a hole'],
    ['a name twice', file(`{"a":${entry(0, 8)},"a":${entry(0, 8)}}`, eight), 'names the tensor a twice'],
    ['trailing bytes', file(`{"a":${entry(0, 4)}}`, eight), 'goes on after its last tensor'],
  ])('%s', async (_, content, message) => {
    const path = join(folder, 'bad.safetensors');
    await writeFile(path, content);
    const error = await readSafetensors(path).catch((error) => error);
    expect(error).toMatchObject({ name: 'InputError' });
    expect(error.message).toContain(message);
    expect(error.message).toContain(path);
    expect(error.message).not.toContain('\n');
  });

  test('missing', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toThrow(/cannot read the tensors in .*none.*ENOENT/);
  });
});
