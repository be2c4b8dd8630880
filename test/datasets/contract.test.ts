import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CaptionDataset } from '../../src/datasets/dataset.ts';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { readCaptionDataset } from '../../src/datasets/read.ts';
import { LAYOUTS, type Layout, SAMPLE, type SamplePicture, temporaryFolder, writeDataset } from './layouts.ts';

const sizes = (dataset: CaptionDataset) => [...dataset.splits].map(([split, pictures]) => [split, pictures.length]);

describe.each(LAYOUTS)('readCaptionDataset: $title', (layout: Layout) => {
  test('gives every picture with its captions as written, in its split', async () => {
    const folder = await temporaryFolder();
    const dataset = await readCaptionDataset(await writeDataset(folder, layout));

    expect(dataset.format).toBe(layout.format);
    expect(dataset.report).toEqual([]);
    expect([...dataset.splits.keys()]).toEqual(['train', 'val', 'test']);
    for (const split of ['train', 'val', 'test'] as const) {
      const expected = SAMPLE.filter((picture) => picture.split === split).map((picture) => ({
        id: layout.id(picture),
        file: join(folder, layout.place(picture)),
        captions: picture.captions,
      }));
      expect(dataset.splits.get(split)).toEqual(expected);
    }
  });

  test('skips and counts a picture that is not on the disk', async () => {
    const folder = await temporaryFolder();
    const path = await writeDataset(folder, layout);
    await rm(join(folder, layout.place(SAMPLE[1] as SamplePicture)));
    const dataset = await readCaptionDataset(path);

    expect(sizes(dataset)).toEqual([
      ['train', 2],
      ['val', 1],
      ['test', 1],
    ]);
    expect(dataset.report.map(describeOddity)).toEqual([
      expect.stringMatching(/^captioned pictures not on the disk, skipped: 1 \(.*522418.jpg\)$/),
    ]);
  });

  test('says where it looked when no picture is there', async () => {
    const folder = await temporaryFolder();
    const path = await writeDataset(folder, layout);
    for (const picture of SAMPLE) await rm(join(folder, layout.place(picture)));

    await expect(readCaptionDataset(path)).rejects.toThrow(
      /^none of the 5 captioned pictures is there: found no .*554625.jpg in .*caption-datasets-/,
    );
  });

  test('takes the pictures from another folder when told', async () => {
    const folder = await temporaryFolder();
    const path = await writeDataset(folder, layout);
    const elsewhere = await temporaryFolder();
    await writeDataset(elsewhere, layout);
    for (const picture of SAMPLE) await rm(join(folder, layout.place(picture)));
    const dataset = await readCaptionDataset(path, { images: elsewhere });

    expect(sizes(dataset)).toEqual([
      ['train', 3],
      ['val', 1],
      ['test', 1],
    ]);
  });

  test('counts and skips empty captions and pictures without one', async () => {
    const folder = await temporaryFolder();
    const pictures: SamplePicture[] = [
      { split: 'train', number: 1, captions: ['a cat', '  '] },
      { split: 'train', number: 2, captions: [''] },
      { split: 'val', number: 3, captions: ['a dog'] },
    ];
    const dataset = await readCaptionDataset(await writeDataset(folder, layout, pictures));

    expect(dataset.splits.get('train')?.map(({ captions }) => captions)).toEqual([['a cat']]);
    expect(Object.fromEntries(dataset.report.map(({ what, count }) => [what, count]))).toEqual({
      'empty captions skipped': 2,
      'pictures without a caption skipped': 1,
    });
  });

  test('holds out a stable share as val where there is none', async () => {
    const pictures = Array.from(
      { length: 200 },
      (_, i): SamplePicture => ({ split: 'train', number: i + 1, captions: ['a cat'] }),
    );
    const folder = await temporaryFolder();
    const path = await writeDataset(folder, layout, pictures);
    const all = await readCaptionDataset(path, { valShare: 0.2 });
    const fewerFolder = await temporaryFolder();
    const fewer = await readCaptionDataset(await writeDataset(fewerFolder, layout, pictures.slice(0, 120)), {
      valShare: 0.2,
    });

    const heldOut = new Set(all.splits.get('val')?.map(({ id }) => id));
    expect(heldOut.size).toBeGreaterThan(20);
    expect(heldOut.size).toBeLessThan(60);
    expect(all.splits.get('train')).toHaveLength(200 - heldOut.size);
    for (const { id } of fewer.splits.get('val') ?? []) expect(heldOut).toContain(id);
    for (const { id } of fewer.splits.get('train') ?? []) expect(heldOut).not.toContain(id);
    expect(all.report[0]?.count).toBe(heldOut.size);
    expect(all.valShare).toBe(0.2); // undefined where the dataset has its own val split
    const { splits, valShare } = await readCaptionDataset(path, { valShare: 0 });
    expect([splits.get('train')?.length, splits.has('val'), valShare]).toEqual([200, false, 0]);
  });
});
