/** What all that is trained shares: `load`, `save`, `config`, `model`, and that what is loaded is what was saved. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { trainCaptioner } from '../../src/captioning/train.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { TextModel } from '../../src/language/text-model.ts';
import { trainLanguageModel } from '../../src/language/train.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { trainSequences } from '../../src/sequences/train.ts';
import type { TrainableProduct } from '../../src/training/session.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import { trainTranslator } from '../../src/translation/train.ts';
import { Translator } from '../../src/translation/translator.ts';
import { featuresFor, smallTraining as smallCaptioning } from '../captioning/small-captioning.ts';
import { expectInputError } from '../input-error.ts';
import { smallTraining as smallLanguage } from '../language/small-language.ts';
import { wasm as engine } from '../nn/engines.ts';
import { fastSettings, smallShape, waves } from '../sequences/small-sequences.ts';
import { temporaryFolder } from './small-training.ts';

const root = await temporaryFolder();
process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
afterAll(() => rm(root, { recursive: true }));

interface Contract {
  name: string;
  /** Trains a product for an instant, into a folder in `root`. */
  train(folder: string, changed?: ChangedSettings): Promise<unknown>;
  load(folder: string): Promise<Loaded>;
}

type ChangedSettings = Partial<TrainingSettings> & { batch?: number };

interface Loaded {
  product: TrainableProduct<{ scores: object }, never>;
  /** What it makes of something it is given. */
  predictions: unknown;
}

/** A product with what it predicts. */
const contract = <Product extends TrainableProduct<{ scores: object }, never>>(
  name: string,
  train: Contract['train'],
  { load }: { load(folder: string, engine: Engine): Promise<Product> },
  predict: (product: Product) => unknown,
): Contract => ({
  name,
  train,
  async load(folder) {
    const product = await load(folder, engine);
    return { product, predictions: predict(product) };
  },
});

const settings = { ...fastSettings, epochs: 1 };
const pairs = Array.from({ length: 40 }, (_, i) => ({ source: `one ${i % 5}`, target: `un ${i % 5}` }));

const contracts = [
  contract(
    'Captioner',
    async (folder, changed) => trainCaptioner(await smallCaptioning(engine, root, folder, { epochs: 1, ...changed })),
    Captioner,
    (captioner) => captioner.describe(featuresFor([['red', 'blue']])),
  ),
  contract(
    'TextModel',
    async (folder, changed) => trainLanguageModel(await smallLanguage(engine, root, folder, { epochs: 1, ...changed })),
    TextModel,
    (model) => [model.score('The quick'), [...model.write({ length: 20, random: new Random(1) })]],
  ),
  contract(
    'SequenceLabeller',
    // Vectors, whose standardisation is stored beside the weights.
    (folder, changed) =>
      trainSequences({
        engine,
        folder: join(root, folder),
        data: waves(50),
        settings: { ...settings, ...changed },
        start: smallShape,
      }),
    SequenceLabeller,
    (labeller) => labeller.predict(waves(5, 2).examples.map(({ inputs }) => inputs)),
  ),
  contract(
    'Translator',
    (folder, changed) =>
      trainTranslator({
        engine,
        folder: join(root, folder),
        data: { name: 'pairs', examples: pairs },
        settings: { ...settings, ...changed },
        start: { cell: 'gru', layers: 1, hidden: 8, embedding: 4, attention: true },
      }),
    Translator,
    (translator) => translator.translate(['one 3']),
  ),
];

beforeAll(async () => {
  for (const { name, train } of contracts) await train(name);
});

describe.each(contracts)('$name', ({ name, train, load }) => {
  it.each([{ batch: 0 }, { epochs: 0 }, { dropout: 1 }, { learningRate: Number.NaN }])(
    'is not trained by a setting that is out of range: %j',
    async (settings) => {
      const [setting] = Object.keys(settings);
      await expectInputError(
        train(`${name}-refused`, settings),
        new RegExp(`^the object of settings does not hold what it should: found at ${setting}: `),
      );
    },
  );

  it('is the same when it was saved and loaded again: config, weights, predictions', async () => {
    const [folder, copy] = [join(root, name), join(root, `${name}-copy`)];
    const trained = await load(folder);
    await trained.product.save(copy, trained.product.config.scores as never);
    const loaded = await load(copy);
    expect(loaded.product.config).toEqual(trained.product.config);
    expect(loaded.predictions).toEqual(trained.predictions);
    const weights = (of: string) => readFile(join(of, 'weights.safetensors'), 'latin1');
    expect(await weights(copy)).toBe(await weights(folder));
  });

  it('is saved with the scores that it is given', async () => {
    const { product } = await load(join(root, name));
    await product.save(join(root, `${name}-scored`), { accuracy: 0.5, split: 'test' });
    const { product: scored } = await load(join(root, `${name}-scored`));
    expect(scored.config).toEqual({ ...product.config, scores: { accuracy: 0.5, split: 'test' } });
    expect(scored.model.size).toBe(product.model.size);
  });

  it('is not loaded from the folder of another product, or from none', async () => {
    const other = name === 'TextModel' ? 'Captioner' : 'TextModel';
    await expect(load(join(root, other))).rejects.toThrow(/config\.json.*the model is not/);
    await expect(load(join(root, 'nowhere'))).rejects.toThrow('no model at');
  });
});
