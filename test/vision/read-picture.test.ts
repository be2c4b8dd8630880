import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPicture } from '../../src/vision/read-picture.ts';

describe('readPicture', () => {
  test('names a file that is missing or a folder', async () => {
    await expect(readPicture('no/such.jpg')).rejects.toThrow(
      /cannot read the picture no\/such\.jpg: found no such file/,
    );
    await expect(readPicture(tmpdir())).rejects.toThrow(/cannot read the picture .*: found a folder, not a file/);
  });

  test('gives the bytes of the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'decode-'));
    await writeFile(join(folder, 'a'), 'bytes');
    expect(await readPicture(join(folder, 'a'))).toEqual(await readFile(join(folder, 'a')));
    await rm(folder, { recursive: true });
  });
});
