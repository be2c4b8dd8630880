import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/base/files.ts';

const root = await mkdtemp(join(tmpdir(), 'caption-lm-test-'));
afterAll(() => rm(root, { recursive: true }));

describe('making a folder', () => {
  it('makes those that it is in, also where others are making them at the same moment', async () => {
    for (let round = 0; round < 50; round++) {
      const names = [String(round), ...'abcdef'];
      const folders = names.map((_, i) => join(root, ...names.slice(0, names.length - i)));
      await Promise.all(folders.map(makeFolder));
      for (const folder of folders) expect((await stat(folder)).isDirectory()).toBe(true);
    }
  });

  it('fails where a file stands in its way, and where a file system takes no folders', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file'))).rejects.toThrow('EEXIST');
    await expect(makeFolder(join(root, 'file', 'below', 'it'))).rejects.toThrow('ENOTDIR');
    if (process.platform === 'linux') await expect(makeFolder('/proc/none/such')).rejects.toThrow('ENOENT');
  });
});
