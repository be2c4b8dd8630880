import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { featuresOf, hashOfCaptionsSteps, picturesOf } from '../../src/captioning/features.ts';
import type { CaptionedPicture } from '../../src/datasets/dataset.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { fakeCnn, smallDataset } from './small-captioning.ts';

const root = await temporaryFolder();
process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
afterAll(() => rm(root, { recursive: true }));

const dataset = await smallDataset(root);
const pictures = picturesOf(dataset, 'train');
const torn = join(root, 'torn.png');
await writeFile(torn, 'not a picture');

const D = fakeCnn.featureSize;
async function extract(pictures: readonly CaptionedPicture[], mirrored = false) {
  const skipped: string[] = [];
  const done: string[] = [];
  const features = await featuresOf(pictures, fakeCnn, mirrored, {
    onSkip: (message) => skipped.push(message),
    onProgress: (progress, total) => done.push(`${progress.done} of ${total}`),
  });
  return { ...features, skipped, done };
}

describe('featuresOf', () => {
  it('gives every picture its features, beside its captions and its name', async () => {
    const { features, captions, names, done, mirrored } = await extract(pictures);
    expect(names).toEqual(pictures.map(({ id }) => id));
    expect(captions).toEqual(pictures.map(({ captions }) => captions));
    expect(features).toHaveLength(pictures.length * D);
    for (const [i, picture] of pictures.entries()) {
      const alone = await extract([picture]);
      expect(features.subarray(i * D, (i + 1) * D)).toEqual(alone.features);
    }
    expect(done.at(-1)).toBe('12 of 12');
    expect(mirrored).toBeUndefined();
  });

  it('leaves out pictures that can not be read and goes on with the right captions', async () => {
    const [first, second, third] = pictures;
    const holed = [
      { id: 'torn', file: torn, captions: ['torn'] },
      first!,
      { ...second!, file: join(root, 'gone.png') },
      third!,
    ];
    const found = await extract(holed, true);
    expect(found.names).toEqual([first!.id, third!.id]);
    expect(found.captions).toEqual([first!.captions, third!.captions]);
    const whole = await extract([first!, third!], true);
    expect(found.features).toEqual(whole.features);
    expect(found.mirrored).toEqual(whole.mirrored);
    expect(found.skipped).toHaveLength(2);
    expect(found.skipped.join('\n')).toMatch(/torn\.png.*\n.*gone\.png/);
  });

  it('refuses pictures of which none can be read', async () => {
    await expectInputError(
      extract([{ id: 'torn', file: torn, captions: ['torn'] }]),
      /^none of the 1 pictures can be read: found for example .*torn\.png, expected JPEG/,
    );
  });
});

describe('picturesOf', () => {
  it('refuses a split that the dataset does not have, and says which it has', async () => {
    await expectInputError(
      (async () => picturesOf(dataset, 'test'))(),
      'the dataset colours has no test split: found train (12 pictures), val (4 pictures)',
    );
    const alone = { ...dataset, splits: new Map([['train', dataset.splits.get('train')!.slice(0, 1)]] as const) };
    await expectInputError(
      (async () => picturesOf(alone, 'val'))(),
      /has no val split: found train \(1 picture\)\. From two pictures on, one is held out as val\.$/,
    );
  });
});

describe('hashOfCaptionsSteps', () => {
  it('changes with a name, a caption or their order', async () => {
    const set = await extract(pictures.slice(0, 3));
    const { names, captions } = set;
    const sets = [
      [set],
      [set, set],
      [{ ...set, names: names.toReversed() }],
      [{ ...set, captions: captions.toReversed() }],
      [{ ...set, captions: [['x'], ...captions.slice(1)] }],
      [{ ...set, captions: [captions.flat()], names: [names.join()] }],
    ];
    const hashOf = (...hashed: Parameters<typeof hashOfCaptionsSteps>) => runAtOnce(hashOfCaptionsSteps(...hashed));
    expect(new Set(sets.map((of) => hashOf(of))).size).toBe(sets.length);
    expect(hashOf([await extract(pictures.slice(0, 3))])).toBe(hashOf([set]));
    // As trainings of before have it in their configs.
    const texts = [JSON.stringify([names, captions]), JSON.stringify([[], captions, ['en']])];
    const whole = createHash('sha256').update(texts.join('')).digest('hex');
    expect(hashOf([set, { names: [], captions, languages: ['en'] }])).toBe(whole.slice(0, 16));
  });
});
