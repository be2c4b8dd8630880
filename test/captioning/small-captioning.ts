/**
 * Pictures whose sky and ground have a colour each, captions that say which, and a CNN that sees no more than that: a
 * captioner learns them in a second or two.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { type CaptionSettings, captionDefaults } from '../../src/captioning/config.ts';
import type { CaptionTraining } from '../../src/captioning/train.ts';
import { captionVocabularySteps } from '../../src/captioning/vocabulary.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import type { CaptionDataset, CaptionedPicture } from '../../src/datasets/dataset.ts';
import type { Cnn } from '../../src/vision/cnn.ts';
import { temporaryFolder } from '../training/small-training.ts';

/** An engine and a folder with a feature cache, both gone when the tests of the file are over. */
export async function engineAndFolder(): Promise<{ engine: Engine; root: string }> {
  const engine = await openEngine('wasm');
  const root = await temporaryFolder();
  process.env['CAPTION_LM_CACHE'] = join(root, 'cache');
  afterAll(async () => {
    engine.close();
    await rm(root, { recursive: true });
  });
  return { engine, root };
}

const colours = { red: [220, 30, 30], green: [20, 160, 40], blue: [30, 60, 220], white: [245, 245, 245] } as const;
type Colour = keyof typeof colours;
export const COLOURS = Object.keys(colours) as Colour[];

/** All words of captions, or those that come often enough. */
export function vocabularyOf(captions: readonly string[], threshold = 1) {
  return runAtOnce(captionVocabularySteps({ captions: [captions] }, { threshold }));
}

/** The caption of a picture, in words. */
export const captionOf = (sky: Colour, ground: Colour): string => `a ${sky} sky over ${ground} ground`;

const GERMAN = { red: 'rot', green: 'grün', blue: 'blau', white: 'weiß' } as const;

/** The caption of a picture in German. */
export const germanCaptionOf = (sky: Colour, ground: Colour): string =>
  `oben ${GERMAN[sky]} und unten ${GERMAN[ground]}`;

const SIZE = 4;

/** D: the mean red, green and blue of the upper and the lower half, what is more on the left, and a constant. */
const FEATURES = 8;

export const fakeCnn: Cnn = {
  name: 'fake',
  key: 'fake-1',
  preprocessing: { size: SIZE, fit: 'squash' },
  featureSize: FEATURES,
  load: async () => {},
  features: async (pictures) => Float32Array.from(pictures.flatMap((pixels) => featuresOfPixels(pixels))),
  maps: () => Promise.reject(new Error('it has none')),
  dispose() {},
};

function featuresOfPixels(pixels: Uint8Array): number[] {
  const features = new Array<number>(FEATURES).fill(0);
  for (const [i, byte] of pixels.entries()) {
    const pixel = Math.floor(i / 3);
    const lower = pixel >= (SIZE * SIZE) / 2;
    const right = pixel % SIZE >= SIZE / 2;
    features[(lower ? 3 : 0) + (i % 3)]! += byte / 255 / 8;
    features[6]! += (right ? -byte : byte) / 255;
  }
  features[7] = 1;
  return features;
}

/** The features of each picture, as the fake CNN gives them, without going through a file. */
export function featuresFor(pictures: readonly (readonly [Colour, Colour])[]): Float32Array {
  return Float32Array.from(
    pictures.flatMap(([sky, ground]) => [...colours[sky], ...colours[ground]].map(share).concat(0, 1)),
  );
}
const share = (byte: number) => byte / 255;

/**
 * All sixteen pictures as files: those with the same colour twice for validation, the others for training.
 *
 * @param size of the pictures, in pixels: of another size they are other files
 */
export async function smallDataset(
  root: string,
  { name = 'colours', size = SIZE, captionOf: describe = captionOf } = {},
): Promise<CaptionDataset> {
  const training: CaptionedPicture[] = [];
  const validation: CaptionedPicture[] = [];
  for (const sky of COLOURS) {
    for (const ground of COLOURS) {
      const id = `${sky}-${ground}.png`;
      const file = join(root, `${size}-${id}`);
      await sharp(Uint8Array.from([...colours[sky], ...colours[ground]]), { raw: { width: 1, height: 2, channels: 3 } })
        .resize(size, size, { kernel: 'nearest', fit: 'fill' })
        .png()
        .toFile(file);
      const caption = describe(sky, ground);
      const captions = [`${caption}.`, caption.replace('a', 'A').replace('sky over', 'sky, over')];
      (sky === ground ? validation : training).push({ id, file, captions });
    }
  }
  return {
    name,
    format: 'table',
    splits: new Map([['train', training] as const, ['val', validation] as const]),
    report: [],
  };
}

/** `smallDataset` with captions in English and in German, of which each says its language. */
export async function bilingualDataset(root: string): Promise<CaptionDataset> {
  const dataset = await smallDataset(root, { name: 'both' });
  for (const picture of [...dataset.splits.values()].flat()) {
    const [sky, ground] = picture.id.replace('.png', '').split('-') as [Colour, Colour];
    picture.captions.push(`${germanCaptionOf(sky, ground)}!`, germanCaptionOf(sky, ground).toUpperCase());
    picture.languages = ['en', 'en', 'de', 'de'];
  }
  return dataset;
}

export const smallSettings: CaptionSettings = {
  ...captionDefaults,
  batch: 5,
  threshold: 1,
  mirrored: false,
  epochs: 4,
  learningRate: 0.01,
  dropout: 0.1,
};

/** A training on the small dataset, whose pictures are written to `root`. */
export async function smallTraining(
  engine: Engine,
  root: string,
  folder: string,
  settings: Partial<CaptionSettings> = {},
): Promise<CaptionTraining & { dataset: CaptionDataset }> {
  return {
    engine,
    dataset: await smallDataset(root),
    cnn: fakeCnn,
    folder: join(root, folder),
    settings: { ...smallSettings, ...settings },
    start: { shape: { cell: 'lstm', layers: 1, hidden: 24, embedding: 12 }, cnnName: 'fake' },
  };
}
