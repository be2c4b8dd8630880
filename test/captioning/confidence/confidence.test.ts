import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { type Caption, decodingDefaults } from '../../../src/captioning/caption.ts';
import { Captioner } from '../../../src/captioning/captioner.ts';
import type { Calibration } from '../../../src/captioning/confidence/calibration.ts';
import { confidenceBy } from '../../../src/captioning/confidence/confidence.ts';
import { CaptionerEnsemble } from '../../../src/captioning/ensemble.ts';
import { trainCaptioner } from '../../../src/captioning/train.ts';
import { specialIds } from '../../../src/captioning/vocabulary.ts';
import { COLOURS, engineAndFolder, fakeCnn, featuresFor, smallTraining } from '../small-captioning.ts';
import { calibrate } from './calibrated.ts';

const { engine, root } = await engineAndFolder();

const D = fakeCnn.featureSize;
const pictures = featuresFor(COLOURS.flatMap((sky) => COLOURS.map((ground) => [sky, ground] as const)));
const folder = join(root, 'trained');
const open = () => Captioner.load(folder, engine);
let captioner: Captioner;
beforeAll(async () => {
  await trainCaptioner(await smallTraining(engine, root, 'trained', { epochs: 30, evaluateEvery: 1000 }));
  captioner = calibrate(await open());
});

/** A calibration in which each signal counts. */
const some: Calibration = {
  captions: { bias: 1, logProb: 1, detected: 2, familiarity: 1 },
  words: { bias: 0, logProb: 0.5, detected: 1, familiarity: 0 },
  familiarity: { mean: 0.7, deviation: 0.1 },
  datasets: [],
  decoding: {},
};
const usual = { logProb: -1, detected: 0.5, familiarity: 0.7 };

describe('confidence by signals', () => {
  it('never falls when a signal rises, and is from 0 to 1', () => {
    for (const of of ['captions', 'words'] as const) {
      for (const signal of ['logProb', 'detected', 'familiarity'] as const) {
        const found = [-50, -3, -1, 0, 0.3, 0.5, 0.65, 0.9, 40].map((x) =>
          confidenceBy(some, of, { ...usual, [signal]: x }),
        );
        expect(found).toEqual(found.toSorted((a, b) => a - b));
        expect(found[0]).toBeGreaterThanOrEqual(0);
        expect(found.at(-1)).toBeLessThanOrEqual(1);
        if (some[of][signal] > 0) expect(found.at(-1)).toBeGreaterThan(found[0]! + 0.1);
      }
    }
  });

  it('is the logistic where a picture is like those calibrated on, and next to none where it is like no photo', () => {
    const logistic = 1 / (1 + Math.exp(-(1 - 1 + 2 * 0.5 + 0.7)));
    expect(confidenceBy(some, 'captions', usual) / logistic).toBeGreaterThan(0.95);
    const unlike = { ...usual, familiarity: 0.2 };
    expect(confidenceBy(some, 'captions', { ...unlike, logProb: 0, detected: 10 })).toBeLessThan(0.01);
  });
});

describe('a calibrated captioner', () => {
  it('gives each caption and each word a confidence, from 0 to 1', () => {
    for (const captions of captioner.describe(pictures)) {
      for (const { confidence, words } of captions) {
        for (const one of [confidence, ...words.map((word) => word.confidence)]) {
          expect(one).toBeGreaterThan(0);
          expect(one).toBeLessThan(1);
        }
      }
    }
  });

  it('writes the same captions as without a calibration', async () => {
    const likeliest = { ...decodingDefaults, surest: false };
    const before = (await open()).describe(pictures, likeliest);
    const texts = (captions: typeof before) =>
      captions.map((some) => some.map(({ caption, logProb }) => [caption, logProb]));
    expect(texts(captioner.describe(pictures, likeliest))).toEqual(texts(before));
    expect(before[0]![0]).not.toHaveProperty('confidence');
    expect(before[0]![0]!.words[0]).not.toHaveProperty('confidence');
  });

  it('is as sure of a picture alone as among others, by a beam and by consensus', () => {
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    for (const consensus of [0, 20]) {
      const decoding = { ...decodingDefaults, consensus };
      const together = captioner.describe(pictures, decoding);
      for (const n of [0, 5, 15]) {
        const [alone] = captioner.describe(pictures.slice(n * D, (n + 1) * D), decoding);
        // Products of other sizes round otherwise.
        for (const [i, { caption, confidence, words }] of alone!.entries()) {
          expect(together[n]![i]!.caption).toBe(caption);
          expect(together[n]![i]!.confidence).toBeCloseTo(confidence!, 5);
          const ofWords = together[n]![i]!.words.map((word) => word.confidence!);
          expect(mean(ofWords)).toBeCloseTo(mean(words.map((word) => word.confidence!)), 5);
        }
      }
    }
  });

  it('is sure, more or less, of captions that are drawn too', () => {
    const sampling = { samples: 3, temperature: 1, maxLength: 9, random: new Random(1) };
    for (const { confidence, words } of captioner.describe(pictures, sampling).flat()) {
      expect(confidence).toBeGreaterThan(0);
      expect(words.every((word) => word.confidence! < 1)).toBe(true);
    }
  });

  it('puts captions in the order of its confidence where it is asked to', async () => {
    const surest = captioner.describe(pictures);
    for (const captions of surest) expect(captions).toEqual(captions.toSorted((a, b) => b.confidence! - a.confidence!));
    expect(surest).not.toEqual(captioner.describe(pictures, { ...decodingDefaults, surest: false }));
    const uncalibrated = await open();
    const decoding = { ...decodingDefaults, consensus: 0 };
    expect(uncalibrated.describe(pictures, decoding)).toEqual(
      uncalibrated.describe(pictures, { ...decoding, surest: false }),
    );
  });

  it('searches otherwise then, as detected words have it, and tells how probable words are none the less', () => {
    const found = (surest: boolean) => captioner.describe(pictures, { ...decodingDefaults, surest });
    const texts = (captions: Caption[]) => captions.map(({ caption }) => caption).toSorted();
    expect(found(true).map(texts)).not.toEqual(found(false).map(texts));
    const { vocabulary } = captioner;
    const { start } = specialIds(vocabulary);
    for (const [n, [best]] of found(true).entries()) {
      const step = captioner.begin(pictures.slice(n * D, (n + 1) * D));
      const ids = [start, ...best!.words.map(({ word }) => vocabulary.idOf(word)!)];
      for (const [t, { logProb }] of best!.words.entries()) {
        expect(step([ids[t]!], [0])[ids[t + 1]!]).toBeCloseTo(logProb, 4);
      }
    }
  });

  it('without a calibration, has a consensus of draws decide instead', async () => {
    const uncalibrated = await open();
    const byConsensus = uncalibrated.describe(pictures, { ...decodingDefaults, surest: false, consensus: 60 });
    expect(uncalibrated.describe(pictures)).toEqual(byConsensus);
    expect(uncalibrated.describe(pictures, { ...decodingDefaults, consensus: 0 })).not.toEqual(byConsensus);
  });

  it('is surer of what it has learned than of anything else', () => {
    const known = captioner.describe(pictures).map(([best]) => best!.confidence!);
    const turned = captioner.describe(pictures.map((x) => -x)).map(([best]) => best!.confidence!);
    const blank = captioner.describe(new Float32Array(D)).map(([best]) => best!.confidence!);
    expect(Math.max(...turned, ...blank)).toBeLessThan(Math.min(...known));
    expect(Math.max(...turned)).toBeLessThan(0.05);
  });
});

describe('captioners that write together', () => {
  it('are as sure as they are on average', async () => {
    const surer = await open();
    surer.confidence = captioner.confidence;
    const twice = new CaptionerEnsemble(
      new Map([
        ['one', captioner],
        ['other', surer],
      ]),
    );
    const alone = new CaptionerEnsemble(new Map([['one', captioner]]));
    expect(alone.describe(pictures)).toEqual(captioner.describe(pictures));
    const [both] = twice.describe(pictures)[0]!;
    const [one] = captioner.describe(pictures)[0]!;
    expect(both!.confidence).toBeCloseTo(one!.confidence!, 3);
    expect(twice.isCalibrated()).toBe(true);
  });

  it('say nothing where one of them has no calibration', async () => {
    const both = new CaptionerEnsemble(
      new Map([
        ['one', captioner],
        ['other', await open()],
      ]),
    );
    expect(both.isCalibrated()).toBe(false);
    expect(both.describe(pictures)[0]![0]).not.toHaveProperty('confidence');
  });
});
