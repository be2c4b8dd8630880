import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runAtOnce, runInTurns } from '../../../src/base/steps.ts';
import { averageWeights } from '../../../src/captioning/average.ts';
import { Captioner } from '../../../src/captioning/captioner.ts';
import {
  calibrateCaptioner,
  calibrateCaptionerSteps,
  calibrationShortages,
} from '../../../src/captioning/confidence/calibrate.ts';
import { calibrateTrained } from '../../../src/captioning/confidence/calibrate-folder.ts';
import { measureConfidenceSteps } from '../../../src/captioning/confidence/scores.ts';
import { resumeCaptioner, trainCaptioner } from '../../../src/captioning/train.ts';
import { unstandardised } from '../../../src/model/standardisation.ts';
import { Vocabulary } from '../../../src/text/vocabulary.ts';
import { expectInputError } from '../../input-error.ts';
import { engineAndFolder, featuresFor, smallTraining } from '../small-captioning.ts';
import { calibrate, heldOut } from './calibrated.ts';

const { engine, root } = await engineAndFolder();

const folder = join(root, 'trained');
const open = () => Captioner.load(folder, engine);
/** One candidate a picture. */
const greedy = { beam: 1, lengthPenalty: 0, maxLength: 20 };
const picture = featuresFor([['red', 'blue']]);
beforeAll(async () => {
  await trainCaptioner(await smallTraining(engine, root, 'trained', { epochs: 30, evaluateEvery: 1000 }));
});

describe('a calibration', () => {
  it('comes true on other pictures, and orders captions by how good they are', async () => {
    const captioner = calibrate(await open(), greedy);
    const { features, captions } = heldOut(captioner, 600, 'others', 3);
    const written = captioner.describe(unstandardised(features, captioner.standardisation), greedy);
    const { scores } = runAtOnce(measureConfidenceSteps(written, captions))!;
    expect(scores.fitting).toBeGreaterThan(0.5);
    expect(scores.fitting).toBeLessThan(0.9);
    expect(Math.abs(scores.meanConfidence - scores.fitting)).toBeLessThan(0.1);
    expect(scores.calibrationError).toBeLessThan(0.15);
    expect(scores.wordCalibrationError).toBeLessThan(0.15);
  });

  it('is the same each time, and when it is read again', async () => {
    const captioner = calibrate(await open());
    await captioner.save(join(root, 'saved'));
    const again = await Captioner.load(join(root, 'saved'), engine);
    expect(again.confidence).toEqual(captioner.confidence);
    expect(again.describe(picture)).toEqual(captioner.describe(picture));
    expect(calibrate(await open()).confidence).toEqual(captioner.confidence);
  });

  it('counts each dataset as much as the others', async () => {
    const captioner = await open();
    const [few, many] = [heldOut(captioner, 60, 'few'), heldOut(captioner, 300, 'many', 4)];
    // In `many` captions fit as they do in `few`; here none does.
    const strange = { ...many, captions: many.captions.map(() => ['water', 'a lake of water', 'something']) };
    const training = heldOut(captioner, 80, 'training', 2);
    const [calibration] = calibrateCaptioner(captioner, { training, validation: [few, strange] });
    const { datasets } = calibration!;
    expect(datasets.map(({ name, pictures }) => [name, pictures])).toEqual([
      ['few', 60],
      ['many', 300],
    ]);
    expect(datasets[1]!.fitting).toBe(0);
    const both = captioner.describe(picture)[0]![0]!.confidence!;
    const alone = calibrate(captioner).describe(picture)[0]![0]!.confidence!;
    expect(both / alone).toBeGreaterThan(0.3); // by pictures, it would be a sixth
    expect(both / alone).toBeLessThan(0.75);
  });

  it('changes nothing when it is stopped', async () => {
    const captioner = await open();
    const stop = new AbortController();
    const sets = { training: heldOut(captioner, 80), validation: [heldOut(captioner, 60)] };
    const onProgress = (share: number) => share > 0.6 && stop.abort(new Error('stopped'));
    await expect(
      runInTurns(calibrateCaptionerSteps(captioner, sets), { signal: stop.signal, onProgress }),
    ).rejects.toThrow('stopped');
    expect(captioner.confidence).toBeUndefined();
  });

  it('needs fifty pictures with several captions each, and something to learn from', async () => {
    const captioner = await open();
    const training = heldOut(captioner, 80);
    const fails = async (sets: Parameters<typeof calibrateCaptionerSteps>[1]) =>
      runAtOnce(calibrateCaptionerSteps(captioner, sets));
    await expectInputError(
      fails({ training, validation: [heldOut(captioner, 49)] }),
      /too few.*found 49 .*at least 50/,
    );
    const single = heldOut(captioner, 80);
    const validation = [{ ...single, captions: single.captions.map(([first]) => [first!]) }];
    await expectInputError(fails({ training, validation }), /too few.*found 0 with several captions/);
    await expectInputError(fails({ training, validation: [] }), /too few.*found 0/);
    const least = { language: undefined, least: 50 };
    expect(calibrationShortages(captioner, validation)).toEqual([{ ...least, pictures: 0 }]);
    expect(calibrationShortages(captioner, [heldOut(captioner, 49)])).toEqual([{ ...least, pictures: 49 }]);
    expect(calibrationShortages(captioner, [...validation, heldOut(captioner, 50)])).toEqual([]);
    await expectInputError(fails({ validation: [heldOut(captioner, 60)] }), /does not know what it has learned from/);
  });
});

describe('what a captioner knows', () => {
  it('is kept, unless there are as many pictures to learn from', async () => {
    const captioner = calibrate(await open());
    const known = () => captioner.confidence!.languages.get(undefined)!;
    const { detectors } = known();
    const validation = [heldOut(captioner, 60, 'mine', 5)];
    for (const training of [undefined, heldOut(captioner, 79)]) {
      runAtOnce(calibrateCaptionerSteps(captioner, { training, validation }));
      expect(known().detectors).toBe(detectors);
      expect(known().calibration!.datasets[0]!.name).toBe('mine');
    }
    runAtOnce(calibrateCaptionerSteps(captioner, { training: heldOut(captioner, 80), validation }));
    expect(known().detectors).not.toBe(detectors);
  });

  it('is no calibration of other weights: of a mean, and of a training that starts from it', async () => {
    const captioner = calibrate(await open());
    const training = await smallTraining(engine, root, 'started from it', { epochs: 1 });
    await trainCaptioner({ ...training, start: captioner });
    const started = await Captioner.load(training.folder, engine);
    expect(started.confidence!.familiarity.pictures).toBe(80);
    expect(started.isCalibrated()).toBe(false);
    expect(started.describe(picture)[0]![0]).not.toHaveProperty('confidence');

    averageWeights(captioner, await open());
    expect(captioner.confidence!.languages.get(undefined)!.detectors.pictures).toBe(80);
    expect(captioner.isCalibrated()).toBe(false);
  });
});

describe('a captioner of several languages', () => {
  it('is calibrated in each by itself, as far as there are pictures', async () => {
    const plain = await open();
    const { config, vocabulary, model, standardisation } = plain;
    // The one START becomes that of English; a word stands for that of German.
    const tokens = vocabulary.tokens.map(
      (token) => ({ '<start>': '<start:en>', ground: '<start:de>' })[token] ?? token,
    );
    const captioner = new Captioner(config, new Vocabulary(tokens), model, standardisation);
    const english = { ...heldOut(captioner, 60, 'photos (en)'), language: 'en' };
    const german = { ...heldOut(captioner, 60, 'photos (de)', 2), language: 'de' };
    const few = {
      ...german,
      captions: german.captions.map((captions, i) => (i < 10 ? captions : captions.slice(0, 1))),
    };
    const training = heldOut(captioner, 80);
    const languages = training.names.map((_, i) => (i < 40 ? 'en' : 'de'));
    const sets = { training: { ...training, languages }, validation: [english, few] };
    expect(calibrateCaptioner(captioner, sets).map(({ datasets }) => datasets[0]!.name)).toEqual(['photos (en)']);
    expect([captioner.isCalibrated('en'), captioner.isCalibrated('de')]).toEqual([true, false]);

    expect(calibrateCaptioner(captioner, { ...sets, validation: [english, german] })).toHaveLength(2);
    await captioner.save(join(root, 'languages'));
    const again = await Captioner.load(join(root, 'languages'), engine);
    expect(again.confidence).toEqual(captioner.confidence);
    for (const language of ['en', 'de']) {
      expect(again.confidence!.languages.get(language)!.detectors.pictures).toBe(40);
      const [best] = again.describe(picture, { ...greedy, language })[0]!;
      expect(best!.confidence).toBeGreaterThan(0);
    }
    const unsaid = new Captioner(config, vocabulary, model, standardisation);
    await expectInputError(
      (async () => calibrateCaptioner(unsaid, sets))(),
      /language does not apply to a captioner that was trained without languages/,
    );
  });
});

describe("a captioner's folder", () => {
  it('gets a calibration while its weights stay as they are', async () => {
    const captioner = await open();
    await captioner.save(join(root, 'halves'), {}, { half: true });
    const weights = () => readFile(join(root, 'halves', 'weights.safetensors'));
    const before = await weights();
    const half = calibrate(await Captioner.load(join(root, 'halves'), engine));
    await half.saveConfidence(join(root, 'halves'));
    expect((await weights()).equals(before)).toBe(true);
    expect((await Captioner.load(join(root, 'halves'), engine)).describe(picture)).toEqual(half.describe(picture));
  });

  it('has the calibration before, or the new one, wherever the writing of another ends', async () => {
    const folder = join(root, 'killed');
    const described = async () => (await Captioner.load(folder, engine)).describe(picture);
    const files = async () => (await readdir(folder)).filter((name) => name.startsWith('confidence'));
    await calibrate(await open()).save(folder);
    const before = await described();
    const other = await Captioner.load(folder, engine);
    other.confidence = undefined;
    const training = heldOut(other, 90, 'training', 5);
    calibrateCaptioner(other, { training, validation: [heldOut(other, 60, 'colours', 6)] });

    Object.assign(other.config, { count: 1n }); // which no JSON can be made of, once the tensors are written
    await expect(other.saveConfidence(folder)).rejects.toThrow(TypeError);
    expect(await files()).toEqual(['confidence-2.safetensors', 'confidence.safetensors']);
    expect(await described()).toEqual(before);

    Object.assign(other.config, { count: undefined });
    await other.saveConfidence(folder);
    expect(await described()).toEqual(other.describe(picture));
    expect(await described()).not.toEqual(before);
    expect(await files()).toEqual(['confidence-2.safetensors']);
    await other.saveConfidence(folder);
    expect(await files()).toEqual(['confidence.safetensors']);
  });

  it('that lost its tensors, or has those of another captioner, is refused', async () => {
    const broken = join(root, 'broken');
    await calibrate(await open()).save(broken);
    const file = join(broken, 'confidence.safetensors');
    const config = JSON.parse(await readFile(join(broken, 'config.json'), 'utf8'));
    const bytes = await readFile(file);
    await writeFile(file, bytes.toString('latin1').replace('detectors.mean', 'detectors.meen'), 'latin1');
    await expectInputError(Captioner.load(broken, engine), /confidence\.safetensors .*no tensor detectors\.mean/);
    await rm(file);
    await expectInputError(Captioner.load(broken, engine), /cannot read the tensors in .*confidence\.safetensors/);
    config.confidence.languages[0].calibration.captions.logProb = -1;
    await writeFile(join(broken, 'config.json'), JSON.stringify(config));
    await expectInputError(
      Captioner.load(broken, engine),
      /config\.json .*confidence\.languages\.0\.calibration\.captions\.logProb/,
    );
  });

  it('is calibrated at the end of a training, to the same bits when that was stopped there', async () => {
    const training = await smallTraining(engine, root, 'ends', { epochs: 2, evaluateEvery: 1000 });
    /** Trains, and stops at this share of the calibration. */
    const run = async (folder: string, { resume = false, until = 2 } = {}) => {
      const stop = new AbortController();
      const onDone = async () => {
        const captioner = await Captioner.load(folder, engine);
        const sets = { training: heldOut(captioner, 80), validation: [heldOut(captioner, 60)] };
        const onProgress = (share: number) => share > until && stop.abort(new Error('stopped'));
        const captionsOnly = { captions: [] };
        await calibrateTrained(folder, captioner, { ...sets, captionsOnly }, { onProgress, signal: stop.signal });
      };
      const hooks = { ...training, folder, onDone, signal: stop.signal };
      return resume ? resumeCaptioner(hooks) : trainCaptioner(hooks);
    };
    const [whole, pieces] = [join(root, 'whole'), join(root, 'pieces')];
    await run(whole);
    expect((await run(pieces, { until: 0.6 })).interrupted).toBe(true);
    expect((await Captioner.load(pieces, engine)).isCalibrated()).toBe(false);
    expect((await run(pieces, { resume: true })).interrupted).toBe(false);
    expect((await Captioner.load(pieces, engine)).isCalibrated()).toBe(true);
    for (const file of ['config.json', 'confidence.safetensors', 'weights.safetensors']) {
      expect((await readFile(join(pieces, file))).equals(await readFile(join(whole, file))), file).toBe(true);
    }
  });

  it('stays without one where there are too few pictures', async () => {
    const training = await smallTraining(engine, root, 'few', { epochs: 1 });
    await trainCaptioner({
      ...training,
      onDone: async (sets) => calibrateTrained(training.folder, await Captioner.load(training.folder, engine), sets),
    });
    expect((await Captioner.load(training.folder, engine)).config).not.toHaveProperty('confidence');
  });
});
