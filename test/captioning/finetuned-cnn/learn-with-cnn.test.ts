import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAtOnce } from '../../../src/base/steps.ts';
import { Captioner } from '../../../src/captioning/captioner.ts';
import { type CaptionSettings, type CnnSettings, cnnDefaults } from '../../../src/captioning/config.ts';
import { TunedCaptioner } from '../../../src/captioning/finetuned-cnn/tuned-captioner.ts';
import { TunedFeatures } from '../../../src/captioning/finetuned-cnn/tuned-features.ts';
import { tunedTaskSteps } from '../../../src/captioning/finetuned-cnn/tuned-task.ts';
import { readSets } from '../../../src/captioning/sets.ts';
import { type CaptionTraining, resumeCaptioner, trainCaptioner } from '../../../src/captioning/train.ts';
import type { TrainingEvent } from '../../../src/training/events.ts';
import { FrozenMaps } from '../../../src/vision/frozen-maps.ts';
import { expectInputError } from '../../input-error.ts';
import { gradientsOf } from '../../nn/reference.ts';
import { checkpointIn, logIn, stopAfter } from '../../training/small-training.ts';
import { engineAndFolder, fakeCnn, smallTraining } from '../small-captioning.ts';
import { learningCnn } from './learning-cnn.ts';

const { engine, root } = await engineAndFolder();
const cnn = learningCnn(engine);

/** Trained for an epoch or two on the CNN as it is: on vectors alone, and with attention to its last map. */
const begin = async (folder: string, attention?: CaptionTraining['attention']) => {
  const training = { ...(await smallTraining(engine, root, folder, { epochs: 2 })), cnn, attention };
  await trainCaptioner(training);
  return Captioner.load(training.folder, engine);
};
const begun = await begin('begun');
const attending = await begin('attending', { grid: 2, gate: true });

async function tuning(
  folder: string,
  learning: Partial<CnnSettings> = {},
  settings: Partial<CaptionSettings> = {},
): Promise<CaptionTraining> {
  const how = { ...cnnDefaults, learningRate: 0.01, ...learning };
  const training = await smallTraining(engine, root, folder, { epochs: 3, ...settings, cnn: how });
  return { ...training, cnn, start: begun };
}

const weightsIn = (folder: string) => readFile(join(folder, 'cnn', 'weights.safetensors'));

describe('a CNN that learns with its captioner', () => {
  it.each(['all', 1] as const)('lowers the loss below what the captioner alone reaches: %s', async (learned) => {
    const losses = async (training: CaptionTraining) => {
      const validations: (TrainingEvent & { type: 'validation' })[] = [];
      await trainCaptioner({
        ...training,
        onEvent: (event) => void (event.type === 'validation' && validations.push(event)),
      });
      return validations.map(({ scores }) => scores['loss']!);
    };
    const together = await losses(await tuning(`lower-${learned}`, { learned }, { epochs: 6 }));
    const frozen = await tuning(`frozen-${learned}`, {}, { epochs: 6 });
    const { cnn: _, ...settings } = frozen.settings;
    const alone = await losses({ ...frozen, settings });
    expect(together[0]).toBeCloseTo(alone[0]!, 2); // the maps are in half precision
    expect(together.at(-1)).toBeLessThan(alone.at(-1)!);
  });

  it.each([
    ['all', 'by vectors', {}, begun],
    [1, 'by vectors', {}, begun],
    ['all', 'with attention', { coverage: 0.1 }, attending],
  ] as const)(
    'interrupted and resumed ends bit for bit as uninterrupted: %s, %s',
    async (learned, how, more, start) => {
      const settings = { dropout: 0.4, seed: 3, ...more };
      const [whole, pieces] = (await Promise.all(
        ['whole', 'pieces'].map(async (name) => {
          const training = await tuning(`${name}-${learned}-${how}`, { learned, weightDecay: 0.1 }, settings);
          return { ...training, start };
        }),
      )) as [CaptionTraining, CaptionTraining];
      await trainCaptioner(whole);
      expect((await trainCaptioner({ ...pieces, ...stopAfter(2) })).interrupted).toBe(true);
      await rm(join(root, 'cache', 'maps'), { recursive: true }); // they are computed again
      await resumeCaptioner({ ...pieces, ...stopAfter(6) });
      expect((await resumeCaptioner(pieces)).interrupted).toBe(false);
      expect(await checkpointIn(pieces.folder)).toEqual(await checkpointIn(whole.folder));
      expect(await logIn(pieces.folder)).toEqual(await logIn(whole.folder));
      expect(await weightsIn(pieces.folder)).toEqual(await weightsIn(whole.folder));
      const configIn = async (folder: string) => JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
      expect(await configIn(pieces.folder)).toEqual(await configIn(whole.folder));
    },
  );

  it('says first what its maps take on disk, and where it is in the folder', async () => {
    const training = await tuning('said', { learned: 1, views: 3 }, { epochs: 0.5 });
    const sizes: number[] = [];
    await trainCaptioner({ ...training, onFrozenMaps: (bytes) => sizes.push(bytes) });
    expect(sizes).toEqual([(12 * 3 + 4) * 2 * 2 * 6 * 2]);
    const { config } = await Captioner.load(training.folder, engine);
    expect(config.pictures).toMatchObject({ cnn: 'fake', key: 'learning-1', folder: 'cnn' });
  });

  it('can begin together with attention, whose cells are measured by the CNN as it was', async () => {
    const training = { ...(await tuning('at once', {}, { epochs: 2 })), attention: { grid: 1 } };
    await trainCaptioner(training);
    const { grid, mapStandardisation, standardisation } = await Captioner.load(training.folder, engine);
    expect(grid).toBe(1);
    // The only cell of a map is its mean, kept in half precision.
    for (const [d, mean] of mapStandardisation!.mean.entries()) expect(mean).toBeCloseTo(standardisation.mean[d]!, 2);
  });

  it('goes with the captioner where it is saved, or trained further without it', async () => {
    const training = await tuning('further', {}, { epochs: 0.5 });
    await trainCaptioner(training);
    const captioner = await Captioner.load(training.folder, engine);
    await captioner.save(join(root, 'saved'));
    const { cnn: _, ...settings } = training.settings;
    await trainCaptioner({ ...training, start: captioner, settings, folder: join(root, 'further on') });
    const weights = await weightsIn(training.folder);
    for (const folder of ['saved', 'further on']) expect(await weightsIn(join(root, folder))).toEqual(weights);
  });

  it.each([
    ['a new captioner', async () => ({ start: { shape: {} as never, cnnName: 'fake' } })],
    ['the CNN fake', async () => ({ cnn: fakeCnn })],
    ['products in bf16', async () => ({ engine: { ...engine, precision: 'bf16' as const } })],
    ['captions without pictures', async () => ({ captionsOnly: [] })],
  ])('is refused with %s', async (found, changes) => {
    const training = { ...(await tuning('refused')), ...(await changes()) };
    await expectInputError(trainCaptioner(training), `the CNN can not learn in this training: found ${found}`);
  });
});

describe('the gradients of captioner and CNN together', () => {
  it.each([
    ['by vectors', begun],
    ['with attention', attending],
  ])('are those of the loss, whether pictures go through the layers at once or not: %s', async (_, captioner) => {
    const { dataset } = await smallTraining(engine, root, 'gradients');
    const sets = await readSets({ dataset }, { cnn, mirrored: false });
    const network = await cnn.openToLearn!(engine);
    const parts = network.part('all');
    const files = sets.training.files!;
    const maps = await FrozenMaps.open(cnn, network, parts, { augmented: files, plain: [], views: 2 });
    const of = (room?: number) =>
      new TunedCaptioner(captioner, new TunedFeatures(engine, parts.learned, maps, captioner.grid, room), {
        rate: 1,
        decay: 0,
      });
    const [atOnce, oneByOne] = [of(), of(1)];
    const settings = { ...captioner.config.settings, batch: 20 };
    const task = runAtOnce(tunedTaskSteps(captioner, atOnce, { ...sets, validation: [] }, settings, 2));
    const batch = task.batch(0);
    const views = batch.pictures.map(({ file, view }) => `${view} ${file}`);
    expect(new Set(views).size).toBeLessThan(views.length); // some are described twice
    const noise = { dropout: { rate: 0.3, seed: 7 } };
    const lossOf = (tuned: TunedCaptioner) => {
      const { sum, tokens } = runAtOnce(tuned.lossAndGradientsSteps(batch, tuned.newState(20), noise));
      return sum / tokens;
    };

    lossOf(atOnce);
    const found = gradientsOf(atOnce);
    lossOf(oneByOne);
    for (const [name, rows] of Object.entries(gradientsOf(oneByOne))) {
      for (const [i, g] of rows.flat().entries()) expect(g, name).toBeCloseTo(found[name]!.flat()[i]!, 5);
    }
    // The slope of the loss along the gradient is its length.
    for (const parameter of network.parameters) {
      const gradient = found[parameter.name]!.flat();
      const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      const before = parameter.value.data.slice();
      const lossAt = (by: number) => {
        parameter.edit((values) => values.set(before.map((x, i) => x + (by * gradient[i]!) / norm)));
        return lossOf(atOnce);
      };
      const h = 2e-3;
      const slope = (lossAt(h) - lossAt(-h)) / (2 * h);
      parameter.edit((values) => values.set(before));
      expect(norm).toBeGreaterThan(0);
      expect(slope / norm, parameter.name).toBeCloseTo(1, 1);
    }
    await maps.close();
  });
});
