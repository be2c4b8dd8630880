import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { Captioner, decodingDefaults } from '../../src/captioning/captioner.ts';
import { trainCaptioner } from '../../src/captioning/train.ts';
import { specialIds } from '../../src/captioning/vocabulary.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { COLOURS, captionOf, fakeCnn, featuresFor, smallTraining } from './small-captioning.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

const D = fakeCnn.featureSize;
const pictures = COLOURS.flatMap((sky) => COLOURS.map((ground) => [sky, ground] as const));
const learned = pictures.filter(([sky, ground]) => sky !== ground);
const folder = join(root, 'trained');
let captioner: Captioner;
beforeAll(async () => {
  await trainCaptioner(await smallTraining(engine, root, 'trained', { epochs: 60, evaluateEvery: 1000 }));
  captioner = await Captioner.load(folder, engine);
});

const best = (features: Float32Array, options = decodingDefaults) =>
  captioner.describe(features, options).map(([caption]) => caption?.caption);

describe('a trained captioner', () => {
  it('writes the caption of each picture it has learned', () => {
    const expected = learned.map(([sky, ground]) => captionOf(sky, ground));
    expect(best(featuresFor(learned))).toEqual(expected);
    expect(best(featuresFor(learned), { ...decodingDefaults, beam: 1 })).toEqual(expected);
  });

  it('writes another caption as soon as the features are those of another picture', () => {
    const features = featuresFor([['red', 'blue']]);
    expect(best(features)).toEqual(['a red sky over blue ground']);
    features.set(featuresFor([['white', 'blue']]).subarray(0, 3));
    expect(best(features)).toEqual(['a white sky over blue ground']);
    features.set(featuresFor([['white', 'green']]).subarray(3, 6), 3);
    expect(best(features)).toEqual(['a white sky over green ground']);
  });

  it('describes many pictures as it describes each alone', () => {
    const many = Float32Array.from({ length: 300 * D }, (_, i) => featuresFor(pictures)[i % (pictures.length * D)]!);
    const together = captioner.describe(many);
    expect(together).toHaveLength(300);
    for (const [n, captions] of together.slice(0, 70).entries()) {
      const [alone] = captioner.describe(many.slice(n * D, (n + 1) * D));
      expect(captions.map(({ caption }) => caption)).toEqual(alone?.map(({ caption }) => caption));
      expect(captions[0]?.logProb).toBeCloseTo(alone?.[0]?.logProb ?? Number.NaN, 3);
    }
  });

  it('leaves the features as they are', () => {
    const features = featuresFor(pictures);
    captioner.describe(features);
    expect(features).toEqual(featuresFor(pictures));
  });

  it('gives up to as many captions as its beam keeps, all different, each with its words and their log-probabilities', () => {
    for (const captions of captioner.describe(featuresFor(pictures), { ...decodingDefaults, beam: 4 })) {
      expect(captions.length).toBeGreaterThan(1);
      expect(captions.length).toBeLessThanOrEqual(4);
      expect(new Set(captions.map(({ caption }) => caption)).size).toBe(captions.length);
      for (const { caption, logProb, words } of captions) {
        expect(words.map(({ word }) => word).join(' ')).toBe(caption);
        const sum = words.reduce((sum, word) => sum + word.logProb, 0);
        expect(sum).toBeGreaterThanOrEqual(logProb - 1e-6); // the end has a probability too
        expect(sum).toBeLessThanOrEqual(0);
      }
    }
  });

  it('writes no more words than it may', () => {
    expect(best(featuresFor([['red', 'blue']]), { ...decodingDefaults, maxLength: 3 })).toEqual(['a red sky']);
    expect(best(featuresFor([['red', 'blue']]), { ...decodingDefaults, maxLength: 0 })).toEqual(['']);
  });

  it('describes no pictures by no captions', () => {
    expect(captioner.describe(new Float32Array())).toEqual([]);
  });

  it('takes a beam as wide as its memory, and refuses a wider one', () => {
    const wide = captioner.describe(featuresFor(pictures.slice(0, 3)), { ...decodingDefaults, beam: 192 });
    expect(wide.map(([caption]) => caption?.caption)).toEqual(best(featuresFor(pictures.slice(0, 3))));
    const refused = () => captioner.describe(featuresFor(pictures), { ...decodingDefaults, beam: 193 });
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow('the beam is too wide: found 193, expected at most 192');
  });

  it('never writes START or an unknown word, however likely', async () => {
    const biased = await Captioner.load(folder, engine);
    const { start, unknown } = specialIds(biased.vocabulary);
    const bias = biased.model.outputBias.value.data;
    bias[start] = 50;
    bias[unknown] = 50;
    for (const beam of [1, 3]) {
      for (const [caption] of biased.describe(featuresFor(learned), { ...decodingDefaults, beam })) {
        expect(caption?.caption).toMatch(/^[a-z ]+$/);
        expect(caption?.logProb).toBeLessThan(-40);
      }
    }
  });
});

describe('loading a captioner', () => {
  it('refuses a vocabulary without the special tokens, and names the folder', async () => {
    const file = join(folder, 'vocabulary.json');
    const content = await readFile(file, 'utf8');
    await writeFile(file, content.replace('<unk>', 'unknown'));
    await expectInputError(
      Captioner.load(folder, engine),
      /^the vocabulary in .*trained is not that of a captioner: found no <unk>$/,
    );
    await writeFile(file, content);
  });
});
