import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PictureFinder } from '../../src/datasets/pictures.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
await mkdir(join(root, 'images', 'sea'), { recursive: true });
await writeFile(join(root, 'images', 'sea', 'a.jpg'), '');
await writeFile(join(root, 'a.jpg'), '');

describe('PictureFinder', () => {
  const finder = new PictureFinder([join(root, 'images'), root]);

  it('finds a picture by its path in the first root that has it', async () => {
    expect(await finder.find('sea/a.jpg')).toBe(join(root, 'images', 'sea', 'a.jpg'));
    expect(await finder.find('a.jpg')).toBe(join(root, 'a.jpg'));
    expect(await finder.find('b.jpg')).toBeUndefined();
  });

  it('finds a picture whose path begins with the name of a root', async () => {
    const folder = new PictureFinder([join(root, 'images', 'sea/')]);
    expect(await folder.find('sea/a.jpg')).toBe(join(root, 'images', 'sea', 'a.jpg'));
    expect(await folder.find('sea/b.jpg')).toBeUndefined();
    expect(await folder.find('lake/a.jpg')).toBeUndefined();
  });

  it('finds a picture by its absolute path, wherever the roots are', async () => {
    const elsewhere = new PictureFinder([join(root, 'images', 'sea')]);
    expect(await elsewhere.find(join(root, 'a.jpg'))).toBe(join(root, 'a.jpg'));
    expect(await elsewhere.find(join(root, 'b.jpg'))).toBeUndefined();
  });
});
