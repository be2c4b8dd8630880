/** A captioner that attends to maps, from its training to where it looked: on pictures whose upper and lower halves differ. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runAtOnce } from '../../src/base/steps.ts';
import { allFeatures } from '../../src/captioning/batch.ts';
import { type CaptionWriter, decodingDefaults } from '../../src/captioning/caption.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import { finetuneDefaults } from '../../src/captioning/config.ts';
import { type DescribedPicture, type DescribeOptions, describePictures } from '../../src/captioning/describe.ts';
import { CaptionerEnsemble } from '../../src/captioning/ensemble.ts';
import { featuresOf, picturesOf } from '../../src/captioning/features.ts';
import { uniformMaps } from '../../src/captioning/picture-features.ts';
import { TextLikelihoods } from '../../src/captioning/retrieval/likelihoods.ts';
import { queryOf, searchPictures } from '../../src/captioning/retrieval/search.ts';
import { lookAtPictures, seeingCnn, seenIn } from '../../src/captioning/see.ts';
import { type CaptionTraining, resumeCaptioner, trainCaptioner } from '../../src/captioning/train.ts';
import { specialIds } from '../../src/captioning/vocabulary.ts';
import { withMaps } from '../../src/captioning/with-maps.ts';
import type { Cnn } from '../../src/vision/cnn.ts';
import { decodePicture } from '../../src/vision/decode.ts';
import { extractFeatures } from '../../src/vision/extract.ts';
import { expectInputError } from '../input-error.ts';
import { stopAfter } from '../training/small-training.ts';
import { engineAndFolder, fakeCnn, smallTraining } from './small-captioning.ts';

const { engine, root } = await engineAndFolder();

/** Maps of as many pixels as the picture: each has its colour, in the channels of the half that it is in. */
const cnn: Cnn = {
  ...fakeCnn,
  maps: async (pictures) => {
    const { size } = fakeCnn.preprocessing;
    const D = fakeCnn.featureSize;
    const values = new Float32Array(pictures.length * size ** 2 * D);
    for (const [n, pixels] of pictures.entries()) {
      for (const [i, byte] of pixels.entries()) {
        const pixel = Math.floor(i / 3);
        const lower = pixel >= size ** 2 / 2;
        values[(n * size ** 2 + pixel) * D + (lower ? 3 : 0) + (i % 3)] = byte / 255;
      }
    }
    return { height: size, width: size, values };
  },
};

const attention = { grid: 2, gate: true };

async function training(folder: string, more: Partial<CaptionTraining> = {}) {
  const { settings, ...rest } = await smallTraining(engine, root, folder, { epochs: 4, mirrored: true, coverage: 0.1 });
  return { ...rest, cnn, attention, ...more, settings: { ...settings, ...more.settings } };
}

async function explained(
  writer: CaptionWriter,
  paths: readonly string[],
  explain: DescribeOptions['explain'] = true,
): Promise<DescribedPicture[]> {
  const described: DescribedPicture[] = [];
  for await (const picture of describePictures(writer, cnn, paths, { explain })) described.push(picture);
  return described;
}

const files = async (folder: string) => readFile(join(root, folder, 'weights.safetensors'));

let captioner: Captioner;
let trained: Awaited<ReturnType<typeof training>>;
const told: number[] = [];

beforeAll(async () => {
  trained = await training('attending', { onMaps: (bytes) => void told.push(bytes) });
  await trainCaptioner(trained);
  captioner = await Captioner.load(trained.folder, engine);
});

describe('a captioner with attention', () => {
  it('tells how probable texts are for pictures, as it does of the captions that it writes', async () => {
    const paths = picturesOf(trained.dataset, 'val').map(({ file }) => file);
    const described = await explained(captioner, paths);
    const { unknown } = specialIds(captioner.vocabulary);
    const texts = described.map(({ captions }) =>
      captions[0]!.words.map(({ word }) => captioner.vocabulary.idOf(word) ?? unknown),
    );
    const seeing = seeingCnn(captioner, cnn);
    const pictures = await Promise.all(
      paths.map(async (path) => decodePicture(await readFile(path), cnn.preprocessing, path)),
    );
    const features = seenIn(await seeing.features(pictures), captioner, cnn.featureSize);
    const likelihoods = new TextLikelihoods(captioner, texts);
    const found = runAtOnce(likelihoods.ofPicturesSteps(features));
    for (const [i, { captions }] of described.entries()) {
      expect(found[i * paths.length + i]).toBeCloseTo(captions[0]!.logProb, 4);
    }
    // To no picture in particular each place says the same.
    expect(runAtOnce(likelihoods.ofNoPictureSteps()).every(Number.isFinite)).toBe(true);
    const query = queryOf('a red sky', captioner.vocabulary);
    const matches = await searchPictures(captioner, query, extractFeatures(paths, seeing), { top: 1 });
    expect(matches.map(({ name }) => basename(name))).toEqual(['4-red-red.png']);
    const blind = searchPictures(captioner, query, extractFeatures(paths, cnn), { top: 1 });
    await expect(blind).rejects.toThrow(/: 8 features, expected 40 of `seeingCnn`$/);
  });

  it('learns from captions without pictures, of which each place shows the same', async () => {
    const groups = [['a red sky over green ground'], ['a blue sky over white ground', 'a blue sky']];
    const captionsOnly = [{ path: 'more.txt', groups }];
    const more = await training('more', { captionsOnly, settings: { ...trained.settings, epochs: 1 } });
    await trainCaptioner(more);
    const { config } = await Captioner.load(more.folder, engine);
    expect(config.captionsOnly).toEqual({ files: ['more.txt'], captions: 3 });
    const cells = new Float32Array(2 * 2 * 3);
    uniformMaps(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3).read(1, cells);
    expect([...cells]).toEqual([4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6]);
  });

  it('says in its config that it attends, and before its training how much room its maps take', () => {
    expect(captioner.config.shape).toMatchObject({ memory: fakeCnn.featureSize, gate: true });
    expect(captioner.config.pictures.grid).toBe(2);
    // 12 pictures with mirror images and 4 without, of 2 · 2 cells of 8 halves.
    expect(told).toEqual([(2 * 12 + 4) * 2 * 2 * 8 * 2]);
  });

  it('is the same when its training was stopped and resumed', async () => {
    const stopped = await training('stopped');
    const { interrupted } = await trainCaptioner({ ...stopped, ...stopAfter(7) });
    expect(interrupted).toBe(true);
    await resumeCaptioner(stopped);
    expect((await files('stopped')).equals(await files('attending'))).toBe(true);
  });

  it('begins as one without attention that it starts from writes', async () => {
    const { attention: _, ...plain } = await training('plain', { settings: { ...trained.settings, coverage: 0 } });
    await trainCaptioner(plain);
    const start = await Captioner.load(plain.folder, engine);
    const begun = await training('begun', { start, settings: { ...trained.settings, learningRate: 1e-30, epochs: 1 } });
    await trainCaptioner(begun);
    const same = await Captioner.load(begun.folder, engine);
    const set = await featuresOf(picturesOf(plain.dataset, 'val'), cnn, false);
    const expected = start.describe(set.features, { ...decodingDefaults, beam: 3 });
    const found = await withMaps({ cnn, grid: same.grid }, [set], {}, async () =>
      same.describe(allFeatures(set), { ...decodingDefaults, beam: 3 }),
    );
    expect(found.map(([best]) => best!.caption)).toEqual(expected.map(([best]) => best!.caption));
    for (const [i, [best]] of found.entries()) expect(best!.logProb).toBeCloseTo(expected[i]![0]!.logProb, 5);
  });

  it('learns by self-critical training', async () => {
    const settings = { ...finetuneDefaults, mirrored: true, batch: 20, epochs: 1, evaluateEvery: 0 };
    const finetuned = await training('finetuned', { start: captioner, attention: undefined, settings });
    await trainCaptioner(finetuned);
    const { config } = await Captioner.load(finetuned.folder, engine);
    expect(config.pictures.grid).toBe(2);
    expect((await files('finetuned')).equals(await files('attending'))).toBe(false);
  });

  it('tells where it looked before each word, alone and together with one that does not look', async () => {
    const paths = picturesOf(trained.dataset, 'val').map(({ file }) => file);
    const plain = await Captioner.load(join(root, 'plain'), engine);
    const together = new CaptionerEnsemble(
      new Map([
        ['a', captioner],
        ['b', plain],
      ]),
    );
    for (const writer of [captioner, together]) {
      const described = await explained(writer, paths, 'attention');
      expect(described).toHaveLength(4);
      for (const { captions, wordMaps } of described) {
        expect(wordMaps).toMatchObject({ by: 'attention', grid: 2 });
        expect(wordMaps!.words).toHaveLength(captions[0]!.words.length);
        for (const map of wordMaps!.words) expect(map.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 5);
      }
    }
    const [byCells] = await explained(together, paths.slice(0, 1));
    expect(byCells!.wordMaps).toMatchObject({ by: 'cells', grid: 2 });
  });

  it('tells by itself by cells of the map how much less probable a word is where one tells no more than the picture as a whole', async () => {
    const [file] = picturesOf(trained.dataset, 'val').map((picture) => picture.file) as [string];
    const [{ captions, wordMaps }] = (await explained(captioner, [file])) as [DescribedPicture];
    expect(wordMaps).toMatchObject({ by: 'cells', grid: 2 });
    expect(wordMaps!.words).toHaveLength(captions[0]!.words.length);

    const pixels = await decodePicture(await readFile(file), cnn.preprocessing, file);
    const { vectors, maps } = await lookAtPictures(captioner, cnn, [pixels]);
    const map = new Float32Array(4 * vectors.length);
    maps!.read(0, map);
    const word = captioner.vocabulary.idOf(captions[0]!.words[0]!.word)!;
    const logProbOf = (cells: Float32Array) => {
      const seen = { vectors, maps: { grid: 2, read: (_: number, target: Float32Array) => target.set(cells) } };
      return captioner.begin(seen)([specialIds(captioner.vocabulary).start], [0])[word]!;
    };
    for (const cell of [0, 3]) {
      const without = map.slice();
      without.set(vectors, cell * vectors.length);
      const fall = logProbOf(map) - logProbOf(without);
      expect(wordMaps!.words[0]![cell]).toBeCloseTo(fall, 5);
      expect(Math.abs(fall)).toBeGreaterThan(1e-4);
    }
  });

  it('refuses features without maps, other grids beside it, and a grid finer than the map', async () => {
    expect(() => captioner.describe(new Float32Array(fakeCnn.featureSize))).toThrow('maps of 2 × 2: found none');
    const finer = await training('finer', { attention: { grid: 4 }, settings: { ...trained.settings, epochs: 1 } });
    await trainCaptioner(finer);
    const other = await Captioner.load(finer.folder, engine);
    expect(
      () =>
        new CaptionerEnsemble(
          new Map([
            ['a', captioner],
            ['b', other],
          ]),
        ),
    ).toThrow('maps of different grids');
    const coarse = await training('coarse', { attention: { grid: 5 } });
    await expectInputError(trainCaptioner(coarse), /coarser than the grid/);
  });
});

describe('a captioner without attention', () => {
  it('tells by occlusion for which part of the picture each word stands', async () => {
    const plain = await Captioner.load(join(root, 'plain'), engine);
    const { file } = picturesOf(trained.dataset, 'val')[0]!;
    const [described] = await explained(plain, [file]);
    const { by, grid, words } = described!.wordMaps!;
    expect({ by, grid }).toEqual({ by: 'occlusion', grid: 7 });
    expect(words).toHaveLength(described!.captions[0]!.words.length);
    expect(Math.max(...words.flat().map(Math.abs))).toBeGreaterThan(0);
  });
});
