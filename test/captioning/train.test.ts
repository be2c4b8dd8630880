import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Captioner } from '../../src/captioning/captioner.ts';
import { scoreOnPictures } from '../../src/captioning/evaluate.ts';
import { measureStandardisation, standardise } from '../../src/captioning/picture-features.ts';
import { resumeCaptioner, trainCaptioner } from '../../src/captioning/train.ts';
import { openEngine } from '../../src/compute/engine.ts';
import type { CaptionedPicture, Split } from '../../src/datasets/dataset.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';
import type { TrainingEvent } from '../../src/training/trainer.ts';
import { expectInputError } from '../input-error.ts';
import { checkpointIn, logIn, stopAfter, temporaryFolder } from '../training/small-training.ts';
import { COLOURS, captionOf, fakeCnn, featuresFor, smallTraining } from './small-captioning.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

describe('training a captioner', () => {
  it('keeps the weights that wrote the best captions for the validation pictures, with their scores', async () => {
    const training = await smallTraining(engine, root, 'kept', { epochs: 12, mirrored: true });
    const started: number[] = [];
    const validations: TrainingEvent[] = [];
    training.onStart = (...figures) => started.push(...figures);
    training.onEvent = (event) => event.type === 'validation' && validations.push(event);
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
    const { scores } = scoreOnPictures(captioner, { features, captions: written, names: COLOURS });
    expect(scores['bleu1']).toBeCloseTo(progress.best?.scores['bleu1'] ?? Number.NaN);
  });

  it('standardises features by the training pictures alone', async () => {
    const training = await smallTraining(engine, root, 'standardised', { epochs: 0.1 });
    await trainCaptioner(training);
    const { standardisation } = await Captioner.load(training.folder, engine);
    const pictures = COLOURS.flatMap((sky) =>
      COLOURS.filter((ground) => ground !== sky).map((ground) => [sky, ground] as const),
    );
    const measured = measureStandardisation(featuresFor(pictures), fakeCnn.featureSize);
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
