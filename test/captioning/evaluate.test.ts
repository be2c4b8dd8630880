import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import type { CaptionConfig } from '../../src/captioning/config.ts';
import { scoreOnPicturesSteps } from '../../src/captioning/evaluate.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { vocabularyOf } from './small-captioning.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const D = 3;
const vocabulary = vocabularyOf(['one two three four five six']);
const shape = { cell: 'lstm', layers: 1, hidden: 8, embedding: 4, vocabulary: vocabulary.size, condition: D } as const;
const model = new LanguageModel(engine, shape).initialise(new Random(1));
const standardisation = { mean: new Float32Array(D), scale: new Float32Array(D).fill(1) };
const captioner = new Captioner({ shape, pictures: {} } as CaptionConfig, vocabulary, model, standardisation);
const features = Float32Array.from({ length: 4 * D }, (_, i) => Math.sin(i));
const names = ['a', 'b', 'c', 'd'];
const decoding = { beam: 2, lengthPenalty: 0.7, maxLength: 5 };
const written = captioner.describe(features, decoding).map(([best]) => best!.caption);

const scoreOnPictures = (...args: Parameters<typeof scoreOnPicturesSteps>) => runAtOnce(scoreOnPicturesSteps(...args));

describe('scoreOnPictures', () => {
  it('scores the best caption of each picture', () => {
    const { captions, scores } = scoreOnPictures(
      captioner,
      { features, captions: written.map((caption) => [caption]), names },
      decoding,
    );
    expect(captions).toEqual(written);
    expect(scores).toMatchObject({ bleu1: expect.closeTo(1), bleu4: expect.closeTo(1), rougeL: expect.closeTo(1) });
  });

  it('scores captions that share no word with those of people at next to nothing', () => {
    const { scores } = scoreOnPictures(
      captioner,
      { features, captions: names.map(() => ['nothing alike']), names },
      decoding,
    );
    expect(scores['bleu1']).toBeLessThan(1e-6);
    expect(scores['cider']).toBe(0);
  });

  it('gives figures only, also for a single picture', () => {
    const one = { features: features.slice(0, D), captions: [['one']], names: ['a'] };
    for (const score of Object.values(scoreOnPictures(captioner, one).scores)) expect(score).toSatisfy(Number.isFinite);
  });
});
