import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPictures } from '../../src/cli/find-pictures.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
await mkdir(join(root, 'deep', 'er'), { recursive: true });
await mkdir(join(root, 'empty'));
for (const name of ['b.jpg', 'A.JPEG', 'c.png', 'notes.txt', 'deep/d.webp', 'deep/er/e.gif', 'f[1].jpg']) {
  await writeFile(join(root, name), '');
}

/** What is found for paths below `base`, as paths below it. */
async function find(base: string, ...args: string[]) {
  const { sources, errors } = await findPictures(args.map((arg) => `${base}/${arg}`));
  const names = sources.map((source) => (typeof source === 'string' ? source : source.name));
  for (const name of names) expect(name.startsWith(`${base}/`)).toBe(true);
  return { names: names.map((name) => name.slice(base.length + 1)), errors: errors.map(({ message }) => message) };
}

describe.each([
  ['absolute', root],
  ['relative', relative('', root)],
])('findPictures, for %s paths,', (_, base) => {
  it('takes files as they are given, whatever they are called', async () => {
    const files = ['c.png', 'notes.txt', 'f[1].jpg'];
    expect(await find(base, ...files)).toEqual({ names: files, errors: [] });
  });

  it('takes all pictures below a folder, in the order of their names', async () => {
    expect((await find(base, '')).names).toEqual([
      'A.JPEG',
      'b.jpg',
      'c.png',
      'deep/d.webp',
      'deep/er/e.gif',
      'f[1].jpg',
    ]);
    expect((await find(base, 'deep/')).names).toEqual(['deep/d.webp', 'deep/er/e.gif']);
  });

  it('takes the files that a glob matches', async () => {
    expect((await find(base, '*.{jpg,png}')).names).toEqual(['b.jpg', 'c.png', 'f[1].jpg']);
    expect((await find(base, '**/*.gif')).names).toEqual(['deep/er/e.gif']);
  });

  it('leaves a file that is not there to whoever reads it', async () => {
    expect(await find(base, 'none.jpg')).toEqual({ names: ['none.jpg'], errors: [] });
  });

  it('says which folder or glob has no pictures, and goes on with the others', async () => {
    const { names, errors } = await find(base, 'empty', '*.tiff', 'c.png');
    expect(names).toEqual(['c.png']);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatch(/^no pictures in .*empty: expected files that end in jpg/);
    expect(errors[1]).toMatch(/^no pictures in .*\*\.tiff/);
  });
});
