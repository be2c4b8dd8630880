import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { decodingDefaults } from '../../src/captioning/caption.ts';
import { datasetsOf } from '../../src/captioning/caption-data.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { type CaptionSettings, scoresByDataset } from '../../src/captioning/config.ts';
import { scoreOnPicturesSteps } from '../../src/captioning/evaluate.ts';
import { startToken } from '../../src/captioning/languages.ts';
import { writeCaptionReport } from '../../src/captioning/report/report.ts';
import type { CaptionSets, HeldOutSet } from '../../src/captioning/sets.ts';
import { type CaptionTraining, resumeCaptioner, trainCaptioner } from '../../src/captioning/train.ts';
import type { CaptionedPicture, Split } from '../../src/datasets/dataset.ts';
import type { Oddity } from '../../src/datasets/oddities.ts';
import { measureStandardisationSteps, standardise } from '../../src/model/standardisation.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';
import { START } from '../../src/text/special-tokens.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import { expectInputError } from '../input-error.ts';
import { checkpointIn, logIn, stopAfter } from '../training/small-training.ts';
import { expectToStopAnywhere } from '../training/stop-anywhere.ts';
import { calibrate } from './confidence/calibrated.ts';
import {
  bilingualDataset,
  COLOURS,
  captionOf,
  engineAndFolder,
  fakeCnn,
  featuresFor,
  germanCaptionOf,
  smallDataset,
  smallTraining,
} from './small-captioning.ts';

const { engine, root } = await engineAndFolder();

describe('training a captioner', () => {
  it('keeps the weights that wrote the best captions for the validation pictures, with their scores', async () => {
    const training = await smallTraining(engine, root, 'kept', { epochs: 12, mirrored: true });
    const started: number[] = [];
    const validations: TrainingEvent[] = [];
    training.onStart = ({ dataset, shape }, parameters) =>
      void started.push(dataset.captions, shape.vocabulary, parameters);
    training.onEvent = (event) => void (event.type === 'validation' && validations.push(event));
    const { progress } = await trainCaptioner(training);

    const captioner = await Captioner.load(training.folder, engine);
    const { config, vocabulary, model } = captioner;
    expect(started).toEqual([24, vocabulary.size, model.size]);
    expect(config).toMatchObject({
      pictures: { cnn: 'fake', key: 'fake-1', preprocessing: fakeCnn.preprocessing },
      settings: training.settings,
      dataset: { name: 'colours', pictures: 12, captions: 24 },
      shape: { condition: fakeCnn.featureSize, vocabulary: 3 + 8 },
    });
    expect(validations).toHaveLength(12);
    expect(config.scores).toEqual({
      ...progress.best?.scores,
      split: 'val',
      decoding: 'greedy',
      iteration: progress.best?.iteration,
    });

    const features = featuresFor(COLOURS.map((colour) => [colour, colour]));
    standardise(features, captioner.standardisation);
    const written = COLOURS.map((colour) => [captionOf(colour, colour)]);
    const { scores } = runAtOnce(scoreOnPicturesSteps(captioner, { features, captions: written, names: COLOURS }));
    expect(scores['bleu1']).toBeCloseTo(progress.best?.scores['bleu1'] ?? Number.NaN);
  });

  it('standardises features by the training pictures alone', async () => {
    const training = await smallTraining(engine, root, 'standardised', { epochs: 0.1 });
    await trainCaptioner(training);
    const { standardisation } = await Captioner.load(training.folder, engine);
    const pictures = COLOURS.flatMap((sky) =>
      COLOURS.filter((ground) => ground !== sky).map((ground) => [sky, ground] as const),
    );
    const measured = runAtOnce(measureStandardisationSteps([featuresFor(pictures)], fakeCnn.featureSize, 1e-3));
    for (const [d, mean] of standardisation.mean.entries()) expect(mean).toBeCloseTo(measured.mean[d]!, 5);
    for (const [d, scale] of standardisation.scale.entries()) expect(scale).toBeCloseTo(measured.scale[d]!, 4);
  });

  for (const optimizer of [optimizerDefaults.adam, optimizerDefaults.rmsprop]) {
    it(`that was interrupted and resumed ends bit for bit as the uninterrupted one, with ${optimizer.name}`, async () => {
      const settings = { optimizer, dropout: 0.4, mirrored: true };
      const whole = await smallTraining(engine, root, `whole-${optimizer.name}`, settings);
      await trainCaptioner(whole);

      const pieces = await smallTraining(engine, root, `pieces-${optimizer.name}`, settings);
      expect((await trainCaptioner({ ...pieces, ...stopAfter(2) })).interrupted).toBe(true);
      await resumeCaptioner({ ...pieces, ...stopAfter(7) });
      expect((await resumeCaptioner(pieces)).interrupted).toBe(false);

      expect(await checkpointIn(pieces.folder)).toEqual(await checkpointIn(whole.folder));
      expect(await logIn(pieces.folder)).toEqual(await logIn(whole.folder));
      const [one, other] = await Promise.all([pieces, whole].map(({ folder }) => Captioner.load(folder, engine)));
      expect(one?.config).toEqual(other?.config);
      expect(one?.describe(featuresFor([['red', 'blue']]))).toEqual(other?.describe(featuresFor([['red', 'blue']])));
    });
  }
});

it('a training of a captioner stops wherever it is asked to, and goes on from there', async () => {
  const training = await smallTraining(engine, root, 'stops', { epochs: 2 });
  await trainCaptioner({ ...training, folder: join(root, 'before the stops') }); // the features are in the cache then
  await expectToStopAnywhere<CaptionSets>(training.folder, {
    train: (hooks) => trainCaptioner({ ...training, ...hooks }),
    resume: (hooks) => resumeCaptioner({ ...training, ...hooks }),
    writeReport: async (folder, sets, signal) =>
      writeCaptionReport(folder, await Captioner.load(folder, engine), sets, { signal }),
  });
});

describe('training that starts from a captioner', () => {
  /** Trained once on the colours' captions: the old words. */
  const old = (async () => {
    const training = await smallTraining(engine, root, 'old', { epochs: 8 });
    await trainCaptioner(training);
    return Captioner.load(training.folder, engine);
  })();

  /** The same pictures with captions of which some words are new. */
  async function startingFrom(folder: string, settings: Partial<CaptionSettings> = {}) {
    const training = await smallTraining(engine, root, folder, settings);
    for (const picture of training.dataset.splits.get('train') ?? []) picture.captions.push('a new photo');
    return { ...training, start: await old };
  }

  it('adds new words after the old ones, and goes on from the old weights as they were', async () => {
    const initial = await old;
    const training = await startingFrom('more-words', { epochs: 0.1, learningRate: 1e-30 });
    training.dataset.splits.set('train', training.dataset.splits.get('train')?.slice(0, 5) ?? []);
    const validations: TrainingEvent[] = [];
    await trainCaptioner({ ...training, onEvent: (event) => event.type === 'validation' && validations.push(event) });
    const { config, vocabulary, model, standardisation } = await Captioner.load(training.folder, engine);

    expect(vocabulary.tokens).toEqual([...initial.vocabulary.tokens, 'new', 'photo']);
    expect(config).toMatchObject({ shape: { ...initial.config.shape, vocabulary: vocabulary.size } });
    expect(config).toMatchObject({ init: initial.config.dataset, pictures: initial.config.pictures });
    expect(standardisation).toEqual(initial.standardisation);
    const [before, after] = [initial.model, model].map((of) => of.embedding!.value);
    expect(after!.data.slice(0, before!.size)).toEqual(before!.data);
    expect(new Set(after!.data.slice(before!.size)).size).toBeGreaterThan(1);
    expect(validations[0]).toMatchObject({ iteration: 0, trainingLoss: null, best: true });
  });

  it('does not add words that come less often than the threshold', async () => {
    const training = await startingFrom('no-words', { epochs: 0.1, threshold: 13 });
    await trainCaptioner(training);
    const { vocabulary } = await Captioner.load(training.folder, engine);
    expect(vocabulary.tokens).toEqual((await old).vocabulary.tokens);
  });

  it('keeps the most frequent of the old words where it may have fewer, with their weights', async () => {
    const initial = calibrate(await old);
    const training = await startingFrom('fewer-words', { epochs: 0.1, learningRate: 1e-30, words: 6 });
    await trainCaptioner({ ...training, start: initial });
    const { vocabulary, model, confidence } = await Captioner.load(training.folder, engine);
    initial.confidence = undefined;
    expect(vocabulary.tokens).toEqual(initial.vocabulary.tokens.slice(0, 9));
    const [before, after] = [initial.model, model].map(({ embedding, outputBias }) => [embedding!, outputBias]);
    for (const [i, { value }] of after!.entries()) {
      expect(value.data).toEqual(before![i]!.value.data.slice(0, value.size));
    }
    expect(confidence).toBeUndefined();
  });

  it('learns the new captions sooner than from nothing', async () => {
    const lossAfter = async (training: CaptionTraining) =>
      (await trainCaptioner(training)).progress.best?.scores['loss'] ?? Number.NaN;
    const settings = { epochs: 1, smoothing: 0 };
    const { start } = await smallTraining(engine, root, 'unused');
    const fresh = await lossAfter({ ...(await startingFrom('fresh', settings)), start });
    expect(await lossAfter(await startingFrom('warm', settings))).toBeLessThan(fresh - 0.1);
  });

  it('by finetune goes after CIDEr-D, four pictures at once; interrupted and resumed it ends bit for bit the same', async () => {
    const settings = { finetune: 'cider', epochs: 3, batch: 20, learningRate: 2e-3, smoothing: 0 } as const;
    const rewards: number[] = [];
    const whole = await startingFrom('cider-whole', settings);
    await trainCaptioner({ ...whole, onEvent: (event) => event.type === 'update' && rewards.push(-event.loss) });
    expect(rewards).toHaveLength(3 * 3);
    expect(Math.min(...rewards)).toBeGreaterThan(0);

    const pieces = await startingFrom('cider-pieces', settings);
    expect((await trainCaptioner({ ...pieces, ...stopAfter(2) })).interrupted).toBe(true);
    await resumeCaptioner({ ...pieces, ...stopAfter(7) });
    expect((await resumeCaptioner(pieces)).interrupted).toBe(false);
    expect(await checkpointIn(pieces.folder)).toEqual(await checkpointIn(whole.folder));
    expect(await logIn(pieces.folder)).toEqual(await logIn(whole.folder));
  });
});

describe('training on several datasets', () => {
  /** Two that have other words; of the second half of the captions come once, half twice. */
  async function severalTraining(folder: string, settings: Partial<CaptionSettings> = {}): Promise<CaptionTraining> {
    const { dataset, ...training } = await smallTraining(engine, root, folder, { ...settings, mirrored: true });
    const captionOf = (sky: string, ground: string) => `look ${sky} above ${ground}`;
    const others = await smallDataset(root, { name: 'others', size: 6, captionOf });
    return { ...training, datasets: [{ dataset }, { dataset: others, weight: 1.5 }] };
  }

  it('learns all their words, says what it learned from, and shows captions as often as their weights say', async () => {
    const updates: number[] = [];
    const training = await severalTraining('several', { epochs: 8 });
    await trainCaptioner({
      ...training,
      onEvent: (event) => event.type === 'update' && updates.push(event.iterations),
    });
    const { config, vocabulary } = await Captioner.load(training.folder, engine);
    for (const word of ['sky', 'look', 'red']) expect(vocabulary.idOf(word)).toBeDefined();
    expect(config.dataset).toMatchObject({ name: 'colours and others', pictures: 24, captions: 48 });
    expect(config.datasets).toEqual([
      { name: 'colours', weight: 1, pictures: 12, captions: 24 },
      { name: 'others', weight: 1.5, pictures: 12, captions: 24 },
    ]);
    expect(updates[0]).toBe((8 * (24 + 36)) / 5);
  });

  it('measures each by itself as an evaluation does, and chooses the weights by the mean', async () => {
    const training = await severalTraining('measured', { epochs: 8 });
    const heldOut: HeldOutSet[] = [];
    const validations: (TrainingEvent & { type: 'validation' })[] = [];
    await trainCaptioner({
      ...training,
      onEvent: (event) => event.type === 'validation' && validations.push(event),
      async onDone(data) {
        heldOut.push(...data.validation);
      },
    });
    const captioner = await Captioner.load(training.folder, engine);
    const { scores } = captioner.config;
    const each = scoresByDataset(captioner.config);
    expect(Object.keys(each)).toEqual(['colours', 'others']);
    expect(heldOut).toHaveLength(2);
    for (const set of heldOut) {
      const evaluated = runAtOnce(scoreOnPicturesSteps(captioner, set)).scores;
      expect(each[set.dataset]).toEqual({ loss: expect.any(Number), ...evaluated });
    }
    expect(each['colours']).not.toEqual(each['others']);
    for (const score of ['loss', 'bleu4', 'cider']) {
      expect(scores[score]).toBeCloseTo((each['colours']![score]! + each['others']![score]!) / 2, 10);
    }
    const { criterion, datasets, samples } = validations.findLast(({ best }) => best)!;
    const worth = Object.values(datasets!).map(({ bleu4, cider }) => 2 * bleu4! + cider!);
    expect(criterion).toBeCloseTo((worth[0]! + worth[1]!) / 2, 10);
    expect(samples.map((sample) => sample.split('/')[0])).toEqual(
      ['colours', 'others'].flatMap((name) => [name, name, name]),
    );
  });

  it('ends bit for bit the same when it was interrupted, with the weights and names it was started with', async () => {
    for (const finetune of [undefined, 'cider'] as const) {
      const settings = { finetune, dropout: 0.4, epochs: 2, batch: 10 };
      const whole = await severalTraining(`several-whole-${finetune}`, settings);
      await trainCaptioner(whole);
      const pieces = await severalTraining(`several-pieces-${finetune}`, settings);
      expect((await trainCaptioner({ ...pieces, ...stopAfter(2) })).interrupted).toBe(true);
      // What was moved or renamed meanwhile is the same data.
      const datasets = datasetsOf(pieces).map(({ dataset }) => ({
        dataset: { ...dataset, name: `moved-${dataset.name}` },
      }));
      await resumeCaptioner({ ...pieces, ...stopAfter(7), datasets });
      expect((await resumeCaptioner(pieces)).interrupted).toBe(false);
      expect(await checkpointIn(pieces.folder)).toEqual(await checkpointIn(whole.folder));
      expect(await logIn(pieces.folder)).toEqual(await logIn(whole.folder));
    }
  });

  it('learns from captions without pictures too; interrupted and resumed it ends bit for bit the same', async () => {
    const groups = [['a red sky over golden ground', 'a red sky'], ['golden ground'], ['golden golden golden rain']];
    const captionsOnly = [{ path: 'more.txt', groups }];
    const leftOut: Oddity[] = [];
    const onLeftOut = (oddity: Oddity) => leftOut.push(oddity);
    const whole = { ...(await severalTraining('only-whole', { epochs: 2 })), captionsOnly, onLeftOut };
    await trainCaptioner(whole);
    expect(leftOut).toMatchObject([{ count: 1, examples: ['"golden golden golden rain"'] }]);
    const pieces = { ...(await severalTraining('only-pieces', { epochs: 2 })), captionsOnly };
    await trainCaptioner({ ...pieces, ...stopAfter(9) });
    expect((await resumeCaptioner(pieces)).interrupted).toBe(false);
    expect(await checkpointIn(pieces.folder)).toEqual(await checkpointIn(whole.folder));
    const { config, vocabulary } = await Captioner.load(whole.folder, engine);
    expect(config.captionsOnly).toEqual({ files: ['more.txt'], captions: 3 });
    expect(config.dataset.captions).toBe(48);
    expect(vocabulary.idOf('golden')).toBeDefined();
    const { captionsOnly: _, ...without } = pieces;
    await expectInputError(resumeCaptioner(without), /was not started with these pictures and captions|these pictures/);
  });

  it('of a list of one is the training on that one', async () => {
    const { dataset, ...one } = await smallTraining(engine, root, 'one', { epochs: 1 });
    await trainCaptioner({ ...one, dataset });
    await trainCaptioner({ ...one, folder: join(root, 'list'), datasets: [{ dataset }] });
    expect(await checkpointIn(join(root, 'list'))).toEqual(await checkpointIn(one.folder));
    const [{ config }, { config: ofList }] = [
      await Captioner.load(one.folder, engine),
      await Captioner.load(join(root, 'list'), engine),
    ];
    expect(ofList).toEqual(config);
    expect(config).not.toHaveProperty('datasets');
  });

  it('is not resumed with them in another order', async () => {
    const training = await severalTraining('order');
    await trainCaptioner({ ...training, ...stopAfter(1) });
    await expectInputError(
      resumeCaptioner({ ...training, datasets: datasetsOf(training).toReversed() }),
      /found 24 pictures of others and colours, expected the 24 pictures of colours and others and their captions/,
    );
  });
});

describe('training on captions in several languages', () => {
  async function bilingual(folder: string, settings: Partial<CaptionSettings> = {}): Promise<CaptionTraining> {
    const { dataset: _, ...training } = await smallTraining(engine, root, folder, settings);
    return { ...training, dataset: await bilingualDataset(root) };
  }

  /** Trained once on English and German. */
  let trained: Promise<{ captioner: Captioner; validations: (TrainingEvent & { type: 'validation' })[] }> | undefined;
  const both = () => {
    trained ??= trainBoth();
    return trained;
  };
  async function trainBoth() {
    const validations: (TrainingEvent & { type: 'validation' })[] = [];
    const onEvent = (event: TrainingEvent) => void (event.type === 'validation' && validations.push(event));
    const training = await bilingual('both', { epochs: 20 });
    await trainCaptioner({ ...training, onEvent });
    return { captioner: await Captioner.load(training.folder, engine), validations };
  }

  it('writes what the picture shows in each, and measures each by itself', async () => {
    const { captioner, validations } = await both();
    expect(captioner.languages).toEqual(['en', 'de']);
    expect(captioner.config.dataset).toMatchObject({ name: 'both', pictures: 12, captions: 48 });
    expect(captioner.config.datasets).toEqual([
      { name: 'both', language: 'en', weight: 1, pictures: 12, captions: 24 },
      { name: 'both', language: 'de', weight: 1, pictures: 12, captions: 24 },
    ]);
    const features = featuresFor([['red', 'red']]);
    const written = (language?: string) =>
      captioner.describe(features, { ...decodingDefaults, language })[0]?.[0]?.caption;
    expect(written()).toBe(captionOf('red', 'red'));
    expect(written('en')).toBe(captionOf('red', 'red'));
    expect(written('de')).toBe(germanCaptionOf('red', 'red'));

    const { datasets = {}, scores } = validations.at(-1)!;
    expect(Object.keys(datasets)).toEqual(['both (en)', 'both (de)']);
    const bleus = Object.values(datasets).map(({ bleu1 }) => bleu1!);
    // Against the captions of both languages, or those of the other, one of them had next to nothing.
    expect(Math.min(...bleus)).toBeGreaterThan(0.6);
    expect(scores['bleu1']).toBeCloseTo((bleus[0]! + bleus[1]!) / 2, 10);
    expect(scoresByDataset(captioner.config)['both (de)']?.['bleu1']).toBeGreaterThan(0.6);
  });

  it('ends bit for bit the same when it was interrupted, also by finetune, and with captions without pictures', async () => {
    const only = { path: 'more.csv', groups: [['a red sky'], ['oben rot']], languages: ['en', 'de'] };
    for (const [name, settings, captionsOnly] of [
      ['likelihood', {}, [only]],
      ['cider', { finetune: 'cider', batch: 10 }, undefined],
    ] as const) {
      const shared = { epochs: 2, dropout: 0.4, mirrored: true, ...settings };
      const whole = { ...(await bilingual(`languages-whole-${name}`, shared)), captionsOnly };
      await trainCaptioner(whole);
      const pieces = { ...(await bilingual(`languages-pieces-${name}`, shared)), captionsOnly };
      expect((await trainCaptioner({ ...pieces, ...stopAfter(2) })).interrupted).toBe(true);
      await resumeCaptioner({ ...pieces, ...stopAfter(7) });
      expect((await resumeCaptioner(pieces)).interrupted).toBe(false);
      expect(await checkpointIn(pieces.folder)).toEqual(await checkpointIn(whole.folder));
      expect(await logIn(pieces.folder)).toEqual(await logIn(whole.folder));
    }
  });

  it('is not resumed with the same captions in another language', async () => {
    const training = await bilingual('other-language');
    await trainCaptioner({ ...training, ...stopAfter(1) });
    const dataset = await bilingualDataset(root);
    for (const picture of [...dataset.splits.values()].flat()) picture.languages = ['en', 'en', 'nl', 'nl'];
    await expectInputError(resumeCaptioner({ ...training, dataset }), /was not trained on these pictures and captions/);
  });

  it('that starts from a captioner without languages begins each of them as that one begins', async () => {
    const { dataset: _, ...plain } = await smallTraining(engine, root, 'without', { epochs: 8 });
    await trainCaptioner({ ...plain, dataset: await smallDataset(root) });
    const initial = await Captioner.load(plain.folder, engine);
    const training = await bilingual('with', { epochs: 0.1, learningRate: 1e-30 });
    await trainCaptioner({ ...training, start: initial });
    const { vocabulary, model, languages } = await Captioner.load(training.folder, engine);
    expect(languages).toEqual(['en', 'de']);
    expect(vocabulary.tokens.slice(1, initial.vocabulary.size)).toEqual(initial.vocabulary.tokens.slice(1));
    const readAs = ({ embedding }: typeof model, id: number) => [...embedding!.value.rowRange(id, id + 1).data];
    const before = readAs(initial.model, initial.vocabulary.idOf(START)!);
    for (const language of languages) expect(readAs(model, vocabulary.idOf(startToken(language))!)).toEqual(before);
    const again = { ...(await smallTraining(engine, root, 'unsaid')), start: (await both()).captioner };
    await expectInputError(trainCaptioner(again), /found a captioner to start from that writes in en, de/);
  });
});

describe('training a captioner fails with one clear line', () => {
  it('when the dataset has no validation pictures', async () => {
    const training = await smallTraining(engine, root, 'no-val');
    training.dataset.splits.delete('val');
    await expectInputError(trainCaptioner(training), 'the dataset colours has no val split: found train (12 pictures)');
  });

  it('when no word comes often enough', async () => {
    const training = await smallTraining(engine, root, 'rare', { threshold: 1000 });
    await expectInputError(trainCaptioner(training), /no word comes 1000 times in the 24 training captions/);
  });

  it('when it is resumed with other captions, other pictures or another CNN', async () => {
    const training = await smallTraining(engine, root, 'other', { mirrored: false });
    await trainCaptioner({ ...training, ...stopAfter(1) });

    const changes: Record<string, (split: CaptionedPicture[]) => CaptionedPicture[]> = {
      caption: ([first, ...rest]) => [{ ...first!, captions: ['another one'] }, ...rest],
      name: ([first, ...rest]) => [{ ...first!, id: 'renamed.png' }, ...rest],
      order: (split) => split.toReversed(),
    };
    for (const change of Object.values(changes)) {
      for (const split of ['train', 'val'] as Split[]) {
        const splits = new Map(training.dataset.splits).set(split, change(training.dataset.splits.get(split) ?? []));
        await expectInputError(
          resumeCaptioner({ ...training, dataset: { ...training.dataset, splits } }),
          /other was not trained on these pictures and captions: found 12 pictures of colours, expected the 12 pictures/,
        );
      }
    }
    for (const cnn of [
      { ...fakeCnn, key: 'fake-2' },
      { ...fakeCnn, preprocessing: { size: 4, fit: 'crop' } as const },
    ]) {
      await expectInputError(
        resumeCaptioner({ ...training, cnn }),
        /the captioner in .*other was trained with another CNN: found fake-\d on (squash|crop)-4-v\d pictures, expected fake-1 on squash-4/,
      );
    }
  });

  it('when there is nothing to resume', async () => {
    await expectInputError(resumeCaptioner(await smallTraining(engine, root, 'nothing')), /^no model at .*nothing: /);
  });
});
