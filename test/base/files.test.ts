import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ensureWritable, makeFolder, readBytes, writeFileAtomically } from '../../src/base/files.ts';
import { readText } from '../../src/base/text-file.ts';
import { expectInputError } from '../input-error.ts';

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

describe.runIf(process.platform === 'linux')('writing in the place of what is no file', () => {
  it('is refused, before the work and after it, and leaves that as it is', async () => {
    const pipe = join(root, 'page.html');
    spawnSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    for (const work of [ensureWritable(pipe), writeFileAtomically(pipe, 'page')]) {
      await expectInputError(work, /^cannot write .*page\.html: found a pipe, expected a file/);
    }
    expect((await stat(pipe)).isFIFO()).toBe(true);
    await expectInputError(ensureWritable('/dev/full'), /^cannot write \/dev\/full: found a device, expected a file/);
  });
});

describe.runIf(process.platform === 'linux')('reading what is no file', () => {
  it('reads a pipe to its end, and stops where it has more than it may have', async () => {
    const pipe = join(root, 'pipe');
    const written = (bytes: number) => {
      spawn('sh', ['-c', `rm -f "$0"; mkfifo "$0"; head -c ${bytes} /dev/zero > "$0"`, pipe]);
      return vi.waitFor(async () => expect((await stat(pipe)).isFIFO()).toBe(true), { interval: 5, timeout: 20_000 });
    };
    await written(300_000);
    expect((await readBytes(pipe)).length).toBe(300_000);
    await rm(pipe);
    await written(5_000_000);
    const check = (size: number) => {
      if (size > 1_000_000) throw new Error('too large');
    };
    await expect(readBytes(pipe, check)).rejects.toThrow('too large');
  });

  it('refuses a device, which may have no end', async () => {
    await expect(readBytes('/dev/zero')).rejects.toThrow('a device, not a file');
    await expect(readText('/dev/zero')).rejects.toThrow('cannot read the file /dev/zero: found a device');
    expect(await readText('/dev/null')).toBe('');
  });
});
