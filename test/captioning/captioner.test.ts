import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type Caption, decodingDefaults } from '../../src/captioning/caption.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { CaptionerEnsemble } from '../../src/captioning/ensemble.ts';
import { trainCaptioner } from '../../src/captioning/train.ts';
import { specialIds } from '../../src/captioning/vocabulary.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { expectInputError } from '../input-error.ts';
import { COLOURS, captionOf, engineAndFolder, fakeCnn, featuresFor, smallTraining } from './small-captioning.ts';

const { engine, root } = await engineAndFolder();

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
  });

  it('describes no pictures by no captions', () => {
    expect(captioner.describe(new Float32Array())).toEqual([]);
  });

  it('takes a beam as wide as its vocabulary or the default, and refuses a wider one', () => {
    const V = captioner.vocabulary.size;
    const wide = captioner.describe(featuresFor(pictures.slice(0, 3)), { ...decodingDefaults, beam: V });
    expect(wide.map(([caption]) => caption?.caption)).toEqual(best(featuresFor(pictures.slice(0, 3))));
    const most = Math.max(V, decodingDefaults.beam);
    const refused = () => captioner.describe(featuresFor(pictures), { ...decodingDefaults, beam: most + 1 });
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(`the beam is too wide: found ${most + 1}, expected at most ${most}, `);
  });

  it('draws what it has learned when it is sure, and the same captions for the same seed when it is not', () => {
    const draw = (temperature: number, seed = 1) =>
      captioner.describe(featuresFor(learned), { random: new Random(seed), samples: 7, temperature, maxLength: 20 });
    for (const [i, captions] of draw(0.3).entries()) {
      expect(new Set(captions.map(({ caption }) => caption))).toEqual(new Set([captionOf(...learned[i]!)]));
    }
    const drawn = draw(6);
    expect(drawn).toEqual(draw(6));
    expect(drawn).not.toEqual(draw(6, 2));
    for (const captions of drawn) {
      expect(captions).toHaveLength(7);
      const logProbs = captions.map(({ logProb }) => logProb);
      expect(logProbs).toEqual(logProbs.toSorted((a, b) => b - a));
    }
  });

  it('writes a word at least, however likely the end, unless it may write nothing', async () => {
    const silent = await Captioner.load(folder, engine);
    silent.model.outputBias.value.data[specialIds(silent.vocabulary).end] = 80;
    const features = featuresFor(learned);
    const { minLength: _, ...searching } = decodingDefaults;
    const drawing = { random: new Random(1), samples: 3, temperature: 1, maxLength: 20 };
    for (const options of [undefined, searching, { ...searching, beam: 1 }, drawing]) {
      for (const [best] of silent.describe(features, options)) expect(best!.words).toHaveLength(1);
    }
    for (const options of [searching, drawing]) {
      const written = silent.describe(features, { ...options, minLength: 0 });
      expect(written.every(([first]) => first?.caption === '')).toBe(true);
    }
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

describe('an ensemble', () => {
  const features = featuresFor(pictures);

  it('of a captioner and itself is that captioner', async () => {
    const again = await Captioner.load(folder, engine);
    for (const other of [again, captioner]) {
      const twice = new CaptionerEnsemble(
        new Map([
          ['once', captioner],
          ['again', other],
        ]),
      );
      expectSame(twice.describe(features), captioner.describe(features));
    }
    expectSame(new CaptionerEnsemble(new Map([['alone', captioner]])).describe(features), captioner.describe(features));
  });

  it('writes by the mean of probabilities, each member with its own standardisation', async () => {
    const other = await Captioner.load(folder, engine);
    const { mean, scale } = other.standardisation;
    for (const matrix of other.model.parameters) if (matrix.name === 'output.bias') matrix.value.data.fill(0.5);
    const shifted = new Captioner(other.config, other.vocabulary, other.model, { mean: mean.map((x) => x + 1), scale });
    const together = new CaptionerEnsemble(
      new Map([
        ['one', captioner],
        ['other', shifted],
      ]),
    );
    const [one, two] = [captioner, shifted].map((member) => member.begin(features.slice(0, D))([0], [0]).slice());
    const [written] = together.describe(features.slice(0, D), { ...decodingDefaults, beam: 1, maxLength: 1 });
    const word = captioner.vocabulary.idOf(written![0]!.words[0]!.word)!;
    const mixed = Math.log((Math.exp(one![word]!) + Math.exp(two![word]!)) / 2);
    expect(written![0]!.words[0]!.logProb).toBeCloseTo(mixed, 5);
    expect(one![word]).not.toBeCloseTo(two![word]!, 2);
  });

  it('refuses another vocabulary, and names the models and the first word that differs', async () => {
    const { config, model, standardisation, vocabulary } = captioner;
    const words = vocabulary.tokens.with(5, 'pink');
    const other = new Captioner(config, new Vocabulary(words), model, standardisation);
    expect(
      () =>
        new CaptionerEnsemble(
          new Map([
            ['A', captioner],
            ['B', other],
          ]),
        ),
    ).toThrow(
      new RegExp(
        `^the captioners in A and B have different vocabularies: found \\d+ and \\d+ words, of which number 5 is ${vocabulary.tokenOf(5)} and pink, expected the same words`,
      ),
    );
    const more = new Captioner(config, new Vocabulary([...vocabulary.tokens, 'more']), model, standardisation);
    expect(
      () =>
        new CaptionerEnsemble(
          new Map([
            ['A', captioner],
            ['B', more],
          ]),
        ),
    ).toThrow('is missing and more');
  });
});

/** The same captions of the same probabilities, but for rounding. */
function expectSame(found: Caption[][], expected: Caption[][]): void {
  const texts = (written: Caption[][]) => written.map((captions) => captions.map(({ caption }) => caption));
  expect(texts(found)).toEqual(texts(expected));
  for (const [i, [first]] of found.entries()) expect(first?.logProb).toBeCloseTo(expected[i]![0]!.logProb, 4);
}

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
