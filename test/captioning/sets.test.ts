import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CaptionData, namesOf } from '../../src/captioning/caption-data.ts';
import { readSets } from '../../src/captioning/sets.ts';
import type { CaptionDataset } from '../../src/datasets/dataset.ts';
import type { Oddity } from '../../src/datasets/oddities.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { bilingualDataset, fakeCnn, smallDataset } from './small-captioning.ts';

const root = await temporaryFolder();
process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
afterAll(() => rm(root, { recursive: true }));

const D = fakeCnn.featureSize;
const colours = await smallDataset(root);
const others = await smallDataset(root, { name: 'others', size: 6 });
const read = (data: CaptionData, mirrored = false) => readSets(data, { cnn: fakeCnn, mirrored });

/** A dataset with some of its splits, and the first pictures of them. */
const partOf = (dataset: CaptionDataset, splits: ('train' | 'val')[], pictures = 99): CaptionDataset => ({
  ...dataset,
  splits: new Map(splits.map((split) => [split, dataset.splits.get(split)!.slice(0, pictures)])),
});

describe('readSets of several datasets', () => {
  it('puts all that is learned from together, in order, each picture with its weight and under its dataset’s name', async () => {
    const datasets = [
      { dataset: colours, weight: 0.5 },
      { dataset: partOf(others, ['train'], 3), weight: 2 },
    ];
    const { training, validation, parts } = await read({ datasets }, true);
    const each = [
      await read({ dataset: colours }, true),
      await read({ dataset: partOf(others, ['train', 'val'], 3) }, true),
    ];
    const joined = (of: (sets: (typeof each)[number]) => readonly unknown[]) => each.flatMap((sets) => [...of(sets)]);

    expect(training.names).toEqual([
      ...colours.splits.get('train')!.map(({ id }) => `colours/${id}`),
      ...others.splits
        .get('train')!
        .slice(0, 3)
        .map(({ id }) => `others/${id}`),
    ]);
    expect(training.captions).toEqual(joined((sets) => sets.training.captions));
    expect(training.files).toEqual(joined((sets) => sets.training.files!));
    expect([...training.features]).toEqual(joined((sets) => [...sets.training.features]));
    expect([...training.mirrored!]).toEqual(joined((sets) => [...sets.training.mirrored!]));
    expect(training.features).toHaveLength(15 * D);
    expect(training.repeats).toEqual([...new Array(12).fill(0.5), 2, 2, 2]);
    expect(validation.map(({ dataset, names }) => [dataset, names.length])).toEqual([['colours', 4]]);
    expect(validation[0]?.names[0]).toBe('colours/red-red.png');
    expect(parts).toEqual([
      { name: 'colours', weight: 0.5, pictures: 12, captions: 24 },
      { name: 'others', weight: 2, pictures: 3, captions: 6 },
    ]);
  });

  it('has a hash that goes by their captions and their order, and not by their weights', async () => {
    const [one, other] = [{ dataset: partOf(colours, ['train', 'val'], 2) }, { dataset: partOf(others, ['train'], 2) }];
    const hashOf = async (data: CaptionData) => (await read(data)).hash;
    const hash = await hashOf({ datasets: [one, other] });
    expect(await hashOf({ datasets: [one, { ...other, weight: 3 }] })).toBe(hash);
    expect(await hashOf({ datasets: [other, one] })).not.toBe(hash);
    expect(await hashOf({ datasets: [one] })).toBe(await hashOf(one));
  });

  it('learns from no photo that another dataset measures on, and says how many those were', async () => {
    const leftOut: Oddity[] = [];
    const [val] = colours.splits.get('val')!;
    const train = [val!, ...others.splits.get('train')!];
    const leaking: CaptionDataset = { ...others, splits: new Map([['train', train]]) };
    const { training } = await readSets(
      { datasets: [{ dataset: colours }, { dataset: leaking }] },
      { cnn: fakeCnn, mirrored: false, onLeftOut: (oddity) => leftOut.push(oddity) },
    );
    expect(training.names).toHaveLength(24);
    expect(leftOut).toMatchObject([{ count: 1, examples: [val!.id] }]);
  });

  it('learns from some and measures on others', async () => {
    const datasets = [{ dataset: partOf(others, ['val']) }, { dataset: partOf(colours, ['train']) }];
    const { training, validation, parts } = await read({ datasets });
    expect([training.names.length, validation.map(({ dataset }) => dataset)]).toEqual([12, ['others']]);
    expect(parts[0]).toEqual({ name: 'others', weight: 1, pictures: 0, captions: 0 });
    expect(training.repeats).toBeUndefined();
  });

  it('fails with one line for what can not be trained on', async () => {
    const both = (one: CaptionDataset, other: CaptionDataset) =>
      read({ datasets: [{ dataset: one }, { dataset: other }] });
    await expectInputError(both(colours, { ...colours }), /^colours is given twice\. Give it once; a weight of 2/);
    await expectInputError(both(colours, { ...colours, name: 'again' }), /^colours and again are the same dataset\./);
    await expectInputError(
      both(partOf(colours, ['val']), partOf(others, ['val'])),
      /^none of the 2 datasets has a train split: found colours with val \(4 pictures\); others with val \(4 pictures\)$/,
    );
    await expectInputError(
      both(partOf(colours, ['train']), partOf(others, ['train'])),
      /^none of the 2 datasets has a val split: found colours with train \(12 pictures\); others with/,
    );
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expectInputError(
        read({ datasets: [{ dataset: colours }, { dataset: others, weight }] }),
        `the weight of others is out of range: found ${weight}, expected a number above 0`,
      );
    }
  });
});

describe('readSets of captions that say their language', () => {
  it('has a set for each language, in which each picture has its captions', async () => {
    const both = await bilingualDataset(root);
    const plain = await read({ dataset: colours }, true);
    const { training, validation, parts, pictures } = await read({ dataset: both }, true);
    const P = 12;
    expect(pictures).toBe(P);
    expect(training.languages).toEqual([...new Array(P).fill('en'), ...new Array(P).fill('de')]);
    expect(training.captions.slice(0, P)).toEqual(plain.training.captions);
    expect(training.captions[P]).toEqual(['oben rot und unten grün!', 'OBEN ROT UND UNTEN GRÜN']);
    expect(training.names).toEqual([...plain.training.names, ...plain.training.names]);
    for (const of of ['features', 'mirrored'] as const) {
      expect([...training[of]!]).toEqual([...plain.training[of]!, ...plain.training[of]!]);
    }
    expect(validation.map(({ dataset, language, captions }) => [dataset, language, captions[0]?.[0]])).toEqual([
      ['both (en)', 'en', 'a red sky over red ground.'],
      ['both (de)', 'de', 'oben rot und unten rot!'],
    ]);
    expect(parts).toEqual([
      { name: 'both', language: 'en', weight: 1, pictures: P, captions: 2 * P },
      { name: 'both', language: 'de', weight: 1, pictures: P, captions: 2 * P },
    ]);
  });

  it('has a hash that goes by the languages', async () => {
    const saying = (language: string) => {
      const pictures = (split: 'train' | 'val') =>
        colours.splits.get(split)!.map((picture) => ({ ...picture, languages: picture.captions.map(() => language) }));
      return { ...colours, splits: new Map((['train', 'val'] as const).map((split) => [split, pictures(split)])) };
    };
    const hashes = [colours, saying('en'), saying('de')].map(async (dataset) => (await read({ dataset })).hash);
    expect(new Set(await Promise.all(hashes)).size).toBe(3);
  });

  it('is refused where some captions do not say it, or a language is measured on and not taught', async () => {
    const both = await bilingualDataset(root);
    await expectInputError(
      read({ datasets: [{ dataset: others }, { dataset: both }] }),
      /^the captions of others do not say their language: found both with captions in en 32, de 32, expected one for each/,
    );
    for (const picture of both.splits.get('train')!) {
      picture.captions = picture.captions.slice(0, 2);
      picture.languages = ['en', 'en'];
    }
    await expectInputError(
      read({ dataset: both }),
      'no training caption is in de, which both (de) is to measure: found en',
    );
  });
});

it('datasets of one name are told apart by numbers', () => {
  const datasets = ['photos', 'more', 'photos', 'photos'].map((name) => ({ dataset: { ...colours, name } }));
  expect(namesOf(datasets)).toEqual(['photos', 'more', 'photos (2)', 'photos (3)']);
});
