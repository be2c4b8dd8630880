import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPictures } from '../../src/cli/find-pictures.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
await mkdir(join(root, 'deep', 'er'), { recursive: true });
await mkdir(join(root, 'empty'));
await mkdir(join(root, 'trip (2) {x}'));
for (const name of [
  'b.jpg',
  'A.JPEG',
  'c.png',
  'notes.txt',
  'deep/d.webp',
  'deep/er/e.gif',
  'f[1].jpg',
  'trip (2) {x}/g.tif',
]) {
  await writeFile(join(root, name), '');
}

/** What is found for paths below `base`, as paths below it. */
async function find(base: string, ...args: string[]) {
  const { sources, errors } = await findPictures(args.map((arg) => `${base}/${arg}`));
  const names = sources.map((source) => (typeof source === 'string' ? source : source.name));
  for (const name of names) expect(name.startsWith(`${base}/`)).toBe(true);
  return { names: names.map((name) => name.slice(base.length + 1)), errors: errors.map(({ message }) => message) };
}

describe('findPictures, of formats that are not read,', () => {
  const phone = join(root, 'phone');
  const names = ['1.HEIC', '2.heic', '2.jpg', '3.jpg', '4.dng', '5.CR2', 'notes.txt', '1.mov'];
  const found = async (folder: string) => {
    const { sources, errors, unread, leftOut } = await findPictures([folder]);
    const messages = errors.map(({ message }) => message.replaceAll(root, ''));
    return { sources: sources.length, messages, unread: unread.paths.length, leftOut: leftOut.inWords() };
  };

  it('counts them apart from other files, unless they stand there in one that is read', async () => {
    await mkdir(phone);
    for (const name of names) await writeFile(join(phone, name), '');
    expect(await found(phone)).toEqual({
      sources: 2,
      messages: [
        "pictures in /phone can't be read: found 1 .heic file, 1 .dng file, 1 .cr2 file. Convert them to JPEG first",
      ],
      unread: 3,
      leftOut: '1 .mov file, 1 .txt file, 1 .heic file',
    });
    await rm(phone, { recursive: true });
  });

  it('says of a folder of nothing else what they are', async () => {
    await mkdir(phone);
    await writeFile(join(phone, '1.heic'), '');
    const messages = ["pictures in /phone can't be read: found 1 .heic file. Convert them to JPEG first"];
    expect(await found(phone)).toEqual({ sources: 0, messages, unread: 1, leftOut: undefined });
    await rm(phone, { recursive: true });
  });
});

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
      'trip (2) {x}/g.tif',
    ]);
    expect((await find(base, 'deep/')).names).toEqual(['deep/d.webp', 'deep/er/e.gif']);
  });

  it('takes folders that are there by their names, whatever a pattern begins with', async () => {
    expect(await find(base, 'trip (2) {x}/*.TIF')).toEqual({ names: ['trip (2) {x}/g.tif'], errors: [] });
    expect(await find(base, 'trip (2) {x}/none.tif')).toEqual({ names: ['trip (2) {x}/none.tif'], errors: [] });
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
    expect(errors[1]).toMatch(/^no pictures in .*\*\.tiff: found no file of this name, and none that matches it as a/);
  });
});
