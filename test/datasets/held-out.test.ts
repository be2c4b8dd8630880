import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { CaptionDataset, CaptionedPicture, Split } from '../../src/datasets/dataset.ts';
import { withoutHeldOut } from '../../src/datasets/held-out.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** A dataset of files with these bytes, by split and name. */
async function datasetOf(name: string, files: Partial<Record<Split, Record<string, string>>>): Promise<CaptionDataset> {
  const splits: CaptionDataset['splits'] = new Map();
  for (const [split, contents] of Object.entries(files)) {
    const pictures: CaptionedPicture[] = [];
    for (const [id, bytes] of Object.entries(contents)) {
      const file = join(root, name, id);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
      pictures.push({ id, file, captions: ['a dog'] });
    }
    splits.set(split as Split, pictures);
  }
  return { name, format: 'table', splits, report: [] };
}

const idsOf = ({ splits }: CaptionDataset) =>
  [...splits].map(([split, pictures]) => [split, pictures.map(({ id }) => id)]);

it('leaves out of the training pictures those that another dataset has for val or test, whatever their names', async () => {
  const given = [
    await datasetOf('one', {
      train: { 'a.jpg': 'apple', 'b.jpg': 'berry', 'c.jpg': 'cherry', 'd.jpg': 'date!' },
      val: { 'own.jpg': 'apple' }, // what a dataset does with its own pictures is its own affair
    }),
    await datasetOf('other', {
      train: { 'x.jpg': 'berry' }, // learned from by both
      val: { 'y.jpg': 'cherry', 'of the same size.jpg': 'dates' },
      test: { 'z.jpg': 'date!' },
    }),
    await datasetOf('nothing left', { train: { 'v.jpg': 'cherry' } }),
  ];
  const before = given.map(idsOf);
  const { datasets, leftOut } = await withoutHeldOut(given);
  expect(datasets.map(idsOf)).toEqual([
    [
      ['train', ['a.jpg', 'b.jpg']],
      ['val', ['own.jpg']],
    ],
    before[1],
    [],
  ]);
  expect(leftOut).toEqual({
    what: 'training pictures left out, as another dataset measures on the same photo',
    count: 3,
    examples: ['c.jpg', 'd.jpg', 'v.jpg'],
  });
  expect(given.map(idsOf)).toEqual(before);
});

it('keeps pictures whose files are gone, of which their reading will tell', async () => {
  const given = [
    await datasetOf('gone', { train: { 'a.jpg': 'apple' } }),
    await datasetOf('kept', { val: { 'b.jpg': 'apple' } }),
  ];
  await rm(join(root, 'gone', 'a.jpg'));
  const { datasets, leftOut } = await withoutHeldOut(given);
  expect(datasets.map(idsOf)).toEqual(given.map(idsOf));
  expect(leftOut).toBeUndefined();
});
