import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import type { CaptionedFeatures } from '../../src/captioning/batch.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import type { CaptionConfig } from '../../src/captioning/config.ts';
import { selfCriticalTaskSteps } from '../../src/captioning/self-critical.ts';
import { captionVocabularySteps, encodeCaption, specialIds } from '../../src/captioning/vocabulary.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { sentenceBleu } from '../../src/metrics/bleu.ts';
import { CiderScorer } from '../../src/metrics/cider.ts';
import { countNgrams } from '../../src/metrics/ngrams.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import type { TokenBatch } from '../../src/model/token-batch.ts';
import { Optimizer, optimizerDefaults } from '../../src/nn/optimizer.ts';
import { resetState } from '../../src/nn/state.ts';
import { END } from '../../src/text/special-tokens.ts';
import { smallSettings, vocabularyOf } from './small-captioning.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const D = 3;
const SAMPLES = 5;
/** Pictures that are told apart by what is in them, in the words of two people. */
const captions = [
  ['a red boat', 'red boat at sea'],
  ['a black dog', 'black dog that runs'],
  ['two men', 'men in a park'],
  ['a green tree', 'tree in the snow'],
];
const names = captions.map((_, i) => String(i));
const features = Float32Array.from({ length: captions.length * D }, (_, i) => Math.sin(3 * i));
const pictures: CaptionedFeatures = { features, captions, names };
const vocabulary = vocabularyOf(captions.flat());
const { start, end } = specialIds(vocabulary);
const wordIds = (caption: string) => encodeCaption(caption, vocabulary);

/** The task of a model whose first weights are random, or biased by what `bias` puts in. */
function makeTask(set = pictures, bias: (values: Float32Array) => void = () => {}, tokens = vocabulary) {
  const shape = {
    cell: 'lstm',
    layers: 1,
    hidden: 16,
    embedding: 8,
    vocabulary: tokens.size,
    condition: D,
  } as const;
  const model = new LanguageModel(engine, shape).initialise(new Random(4));
  bias(model.outputBias.value.data);
  const standardisation = { mean: new Float32Array(D), scale: new Float32Array(D).fill(1) };
  const captioner = new Captioner({ shape, pictures: {} } as CaptionConfig, tokens, model, standardisation);
  const sets = {
    training: set,
    validation: [{ ...set, dataset: 'small', language: set.languages?.[0] }],
    captionsOnly: { captions: [] },
  };
  return {
    model,
    task: runAtOnce(selfCriticalTaskSteps(captioner, sets, { ...smallSettings, batch: 20, seed: 3 })),
  };
}

/** The captions in a batch, each with its picture and the weight that all its words have. */
function drawnIn({ packing, inputs, targets, weights = [], condition = new Float32Array() }: TokenBatch) {
  return Array.from({ length: packing.batch }, (_, n) => {
    const rows = packing.counts.flatMap((count, t) => (n < count ? [packing.starts[t]! + n] : []));
    const weight = weights[rows[0]!]!;
    for (const row of rows) expect(weights[row]).toBe(weight);
    const picture = names.findIndex((_, p) => condition[n * D] === features[p * D]);
    return {
      picture,
      rows,
      weight,
      inputs: rows.map((row) => inputs[row]!),
      targets: rows.map((row) => targets[row]!),
    };
  });
}

/** log p of each caption in a batch. */
function logProbsOf(model: LanguageModel, batch: TokenBatch): number[] {
  return drawnIn(batch).map(({ rows }) => {
    const only = Float32Array.from(batch.inputs, (_, row) => (rows.includes(row) ? 1 : 0));
    return -model.loss({ ...batch, weights: only }, model.newState(batch.packing.batch)).sum;
  });
}

/** CIDEr-D of what was drawn, END counted as a word, and twice BLEU-4. */
function rewardsOf(batch: TokenBatch): number[] {
  const words = (ids: readonly number[]) => ids.map((id) => vocabulary.tokenOf(id));
  const ngrams = captions.map((written) => written.map((caption) => countNgrams(words(wordIds(caption)))));
  const scorer = new CiderScorer(
    captions.map((written) => written.map((caption) => [...words(wordIds(caption)), END])),
  );
  return drawnIn(batch).map(({ picture, targets }) => {
    const bleu4 = sentenceBleu(countNgrams(words(targets.filter((id) => id !== end))), ngrams[picture]!);
    return scorer.score(picture, [words(targets)])[0]!.cider + 2 * bleu4;
  });
}

describe('the self-critical task of captions in several languages', () => {
  /** Pictures that are described in two languages by words that all have in common: only the START tells them apart. */
  const languages = ['de', 'en', 'en', 'de'];
  const spoken = { ...pictures, languages };
  const words = runAtOnce(captionVocabularySteps(spoken, { threshold: 1 }));
  const starts = ['<start:de>', '<start:en>'].map((token) => words.idOf(token));
  const { task } = makeTask(spoken, () => {}, words);

  it('draws each from its START, and rewards it by the captions in its language, rare as words are in that', () => {
    const batch = task.batch(0);
    const drawn = drawnIn(batch);
    expect(drawn).toHaveLength(SAMPLES * captions.length);
    for (const { picture, inputs, targets } of drawn) {
      expect(inputs[0]).toBe(starts[languages[picture] === 'de' ? 0 : 1]);
      expect(targets.some((id) => starts.includes(id))).toBe(false);
    }
    const wordsOf = (ids: readonly number[]) => ids.map((id) => words.tokenOf(id));
    const inLanguage = (picture: number) => [...captions.keys()].filter((p) => languages[p] === languages[picture]);
    const rewards = drawn.map(({ picture, targets }) => {
      const own = inLanguage(picture);
      const references = own.map((p) => captions[p]!.map((caption) => caption.split(' ')));
      const scorer = new CiderScorer(references.map((written) => written.map((one) => [...one, END])));
      const place = own.indexOf(picture);
      const withoutEnd = wordsOf(targets).filter((word) => word !== END);
      const bleu4 = sentenceBleu(countNgrams(withoutEnd), references[place]!.map(countNgrams));
      return scorer.score(place, [wordsOf(targets)])[0]!.cider + 2 * bleu4;
    });
    expect(batch.objective).toBeCloseTo(-rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, 6);
    expect(batch.objective).not.toBe(0);
  });
});

describe('the self-critical task', () => {
  it('draws five captions of each picture, and shows each picture once in an epoch', () => {
    const { task } = makeTask();
    expect(task).toMatchObject({ iterationsPerEpoch: 1, batchSize: 20 });
    const counts = drawnIn(task.batch(0)).map(({ picture }) => picture);
    expect(counts.toSorted()).toEqual(captions.flatMap((_, picture) => new Array(SAMPLES).fill(picture)));
  });

  it('weighs each caption by its reward above the mean of the other four, which sums to zero', () => {
    const batch = makeTask().task.batch(0);
    const rewards = rewardsOf(batch);
    const drawn = drawnIn(batch).map((caption, n) => ({ ...caption, reward: rewards[n]! }));
    for (const [n, { picture, weight, reward }] of drawn.entries()) {
      const others = drawn.filter((other, m) => other.picture === picture && m !== n);
      const mean = others.reduce((sum, other) => sum + other.reward, 0) / (SAMPLES - 1);
      expect(weight).toBeCloseTo(reward - mean, 5);
    }
    for (const picture of captions.keys()) {
      const weights = drawn.filter((caption) => caption.picture === picture).map(({ weight }) => weight);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(0, 5);
    }
    expect(new Set(rewards).size).toBeGreaterThan(5);
    expect(batch.objective).toBeCloseTo(-rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length, 6);
  });

  it('makes captions with a higher reward likelier than those of the same picture with a lower one', () => {
    const { model, task } = makeTask();
    const batch = task.batch(0);
    const rewards = rewardsOf(batch);
    const before = logProbsOf(model, batch);
    model.lossAndGradients(batch, model.newState(batch.packing.batch));
    new Optimizer(engine, model.parameters, optimizerDefaults.sgd).step(0.01);
    const gained = logProbsOf(model, batch).map((logProb, n) => logProb - before[n]!);
    for (const picture of captions.keys()) {
      const drawn = drawnIn(batch).flatMap((caption, n) => (caption.picture === picture ? [n] : []));
      const [best, worst] = [Math.max, Math.min].map((most) => {
        const reward = most(...drawn.map((n) => rewards[n]!));
        return drawn.find((n) => rewards[n] === reward)!;
      });
      if (rewards[best!]! > rewards[worst!]! + 0.1) expect(gained[best!]).toBeGreaterThan(gained[worst!]!);
    }
    expect(gained[rewards.indexOf(Math.max(...rewards))]).toBeGreaterThan(0);
  });

  it('comes to write captions of twice the reward and more', () => {
    const { model, task } = makeTask();
    const optimizer = new Optimizer(engine, model.parameters, optimizerDefaults.adam);
    const state = model.newState(task.batchSize);
    const rewards = Array.from({ length: 60 }, (_, i) => {
      const batch = task.batch(i);
      resetState(state);
      model.lossAndGradients(batch, state);
      optimizer.step(0.01);
      return -batch.objective!;
    });
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(rewards.slice(-10))).toBeGreaterThan(2 * mean(rewards.slice(0, 10)));
  });

  it('asks for END after a caption that came to its end', () => {
    const drawn = drawnIn(makeTask(pictures, (bias) => bias.fill(1, end, end + 1)).task.batch(0));
    expect(new Set(drawn.map(({ targets }) => targets.length)).size).toBeGreaterThan(1);
    for (const { inputs, targets } of drawn) {
      expect(inputs).toEqual([start, ...targets.slice(0, -1)]);
      expect(targets.indexOf(end)).toBe(targets.length - 1);
    }
  });

  it('never asks for END after a caption that was cut off at its longest', () => {
    const drawn = drawnIn(makeTask(pictures, (bias) => bias.fill(-50, end, end + 1)).task.batch(0));
    for (const { inputs, targets } of drawn) {
      expect(targets).toHaveLength(20);
      expect(targets).not.toContain(end);
      expect(inputs).toEqual([start, ...targets.slice(0, -1)]);
    }
  });

  it('learns nothing where all captions of a picture are worth the same', () => {
    const [red = 0] = wordIds('red');
    // So likely that all write the same: "red", which may not come twice, and END.
    const sure = makeTask(pictures, (bias) => {
      bias[red] = 200;
      bias[end] = 100;
    });
    const batch = sure.task.batch(0);
    for (const { targets, weight } of drawnIn(batch)) {
      expect(targets).toEqual([red, end]);
      expect(weight).toBeCloseTo(0, 6);
    }
    expect(batch.objective).toBeLessThan(-0.1);

    const wordless = { ...pictures, captions: captions.map((_, i) => [`nothing alike ${i}`]) };
    const { model, task } = makeTask(wordless);
    model.lossAndGradients(task.batch(0), model.newState(20));
    for (const { name, gradient } of model.parameters) {
      expect(
        gradient.data.every((x) => x === 0),
        name,
      ).toBe(true);
    }
  });

  it('draws by the number of the update and the weights alone, so that a resumed training draws the same', () => {
    const [one, other] = [makeTask(), makeTask()];
    const later = [3, 2, 1, 0].map((i) => other.task.batch(i)).toReversed();
    expect([0, 1, 2, 3].map((i) => one.task.batch(i))).toEqual(later);
    const single = makeTask({ features: features.subarray(0, D), captions: captions.slice(0, 1), names: ['0'] });
    expect(single.task.batch(0).targets).not.toEqual(single.task.batch(1).targets);
  });

  it('shows mirror images too', () => {
    const mirrored = { ...pictures, mirrored: features.map((x) => x + 10) };
    const conditions = [0, 1, 2, 3].flatMap((i) => [...makeTask(mirrored).task.batch(i).condition!]);
    expect(conditions.some((x) => x > 5)).toBe(true);
    expect(conditions.some((x) => x < 5)).toBe(true);
  });

  it('validates as the first training does', async () => {
    const { task } = makeTask();
    const { scores } = runAtOnce(task.validate());
    expect(scores).toMatchObject({ loss: expect.any(Number), bleu4: expect.any(Number), cider: expect.any(Number) });
  });
});
