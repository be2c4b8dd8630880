import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from '../../src/base/files.ts';
import { walk } from '../../src/base/walk.ts';
import { readPicture } from '../../src/vision/read-picture.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
for (const folder of ['sub/deep', '__MACOSX', '@eaDir', '.git', 'e.jpg'])
  await mkdir(join(root, folder), { recursive: true });
for (const name of [
  'b.jpg',
  'a.heic',
  'noext',
  'sub/c.jpg',
  'sub/deep/d.heic',
  '__MACOSX/x.jpg',
  '@eaDir/b.jpg',
  '.git/y.jpg',
  '._b.jpg',
  'Thumbs.db',
  'e.jpg/f.jpg',
]) {
  await writeFile(join(root, name), '');
}
await symlink('none.jpg', join(root, 'broken.jpg'));
await symlink('b.jpg', join(root, 'linked.jpg'));
await symlink('..', join(root, 'sub', 'up'));

it('walks through a folder, and counts what it leaves out by kind', async () => {
  const { files, leftOut } = await walk(`${root}/`, (name) => name.endsWith('.jpg'));
  expect(files.map((file) => file.slice(root.length + 1))).toEqual(['b.jpg', 'e.jpg/f.jpg', 'linked.jpg', 'sub/c.jpg']);
  const words = leftOut.inWords()!.split(', ').sort();
  expect(words).toEqual([
    '1 broken link',
    '1 file without an ending',
    '1 link to a folder seen before',
    '2 .heic files',
    '2 system folders',
  ]);
  expect(leftOut.paths).toContain(join(root, 'sub/deep/d.heic'));
});

// Other systems take no names that are not UTF-8.
it.skipIf(process.platform !== 'linux')(
  'tells of names that are no text, and takes those that only look so',
  async () => {
    const folder = join(root, 'names');
    await mkdir(folder);
    const nameOf = (name: string) => Buffer.from(join(folder, name), 'latin1');
    await writeFile(nameOf('caf\xe9.jpg'), '');
    await mkdir(nameOf('d\xe9r'));
    await writeFile(join(folder, 'odd\ufffd.jpg'), '');
    const { files, leftOut } = await walk(folder, () => true);
    expect(files).toEqual([join(folder, 'odd\ufffd.jpg')]);
    expect(leftOut.inWords()!.split(', ').sort()).toEqual([
      '1 file whose name is not UTF-8',
      '1 folder whose name is not UTF-8',
    ]);
    await expect(readPicture(join(folder, 'caf\ufffd.jpg'))).rejects.toThrow(
      /found a name that is not UTF-8\. Give it/,
    );
  },
);

it('makes a folder with those above it, and says so where none can be made', async () => {
  const deep = join(root, 'made', 'of', 'several');
  await Promise.all([makeFolder(deep), makeFolder(deep)]);
  await writeFile(join(deep, 'x'), '');
  await makeFolder(deep);
  await expect(makeFolder(join(deep, 'x', 'y'))).rejects.toThrow(/ENOTDIR/);
  if (process.platform === 'linux') await expect(makeFolder('/proc/none/deep')).rejects.toThrow(/ENOENT/);
});
