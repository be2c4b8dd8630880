import { expect, it } from 'vitest';
import { runAtOnce } from '../../../src/base/steps.ts';
import { decodingDefaults } from '../../../src/captioning/caption.ts';
import { Captioner } from '../../../src/captioning/captioner.ts';
import { compareWithBaselines } from '../../../src/captioning/report/baselines.ts';
import { trainCaptioner } from '../../../src/captioning/train.ts';
import { standardise } from '../../../src/model/standardisation.ts';
import { COLOURS, captionOf, engineAndFolder, featuresFor, smallTraining } from '../small-captioning.ts';

const { engine, root } = await engineAndFolder();

const training = await smallTraining(engine, root, 'model', { epochs: 30 });
await trainCaptioner(training);
const captioner = await Captioner.load(training.folder, engine);
const pairs = COLOURS.flatMap((sky) => COLOURS.map((ground) => [sky, ground] as const));

function pictures(some: readonly (typeof pairs)[number][]) {
  const features = featuresFor(some);
  standardise(features, captioner.standardisation);
  return {
    features,
    captions: some.map(([sky, ground]) => [captionOf(sky, ground), `${captionOf(sky, ground)} here`]),
    names: some.map((pair) => pair.join('-')),
  };
}

const seen = pairs.filter(([sky, ground]) => sky !== ground);
const [model, agreed, nearest, ngrams, exchanged] = compareWithBaselines(captioner, pictures(seen), pictures(seen));

it('has the captioner first, then what it is measured by, each with a caption for each picture', () => {
  const systems = [model, agreed, nearest, ngrams, exchanged];
  expect(systems.map((system) => system?.name)).toEqual([
    'captioner',
    'nearest pictures',
    'nearest picture',
    'n-gram model',
    'other pictures',
  ]);
  for (const system of systems) {
    expect(system?.captions).toHaveLength(seen.length);
    expect(system?.scores).toMatchObject({ bleu4: expect.any(Number), cider: expect.any(Number) });
  }
  const byConsensus = { ...decodingDefaults, surest: false, consensus: 60 }; // as without confidence
  expect(model?.captions).toEqual(
    runAtOnce(captioner.describeStandardisedSteps(pictures(seen).features, byConsensus)).map(([best]) => best?.caption),
  );
});

it('copies the first caption of the nearest picture: its own where the picture was in the training', () => {
  expect(nearest?.captions).toEqual(seen.map(([sky, ground]) => captionOf(sky, ground)));
  expect(nearest?.scores).toMatchObject({ bleu1: expect.closeTo(1), copied: 1 });
});

it('copies a caption of the nearest pictures', () => {
  const written = pictures(seen).captions.flat();
  for (const caption of agreed?.captions ?? []) expect(written).toContain(caption);
  expect(agreed?.scores.copied).toBe(1);
  expect(agreed?.explanation).toMatch(/^Of the captions of the 1 training pictures /);
});

it('writes one caption without a picture, of words that follow each other in the training', () => {
  expect(new Set(ngrams?.captions).size).toBe(1);
  expect(ngrams?.captions[0]).toMatch(/^a (red|green|blue|white) sky over (red|green|blue|white) ground( here)?$/);
  expect(ngrams?.explanation).toMatch(/ of a \d-gram model .* its loss .* is \d\.\d\d nats a word\.$/);
});

it('writes by the lengths that the captioner keeps to', () => {
  const seven = { ...decodingDefaults, minLength: 7, maxLength: 7 };
  const [written, , , blind] = compareWithBaselines(captioner, pictures(seen), pictures(seen), seven);
  for (const system of [written, blind]) {
    for (const caption of system?.captions ?? []) expect(caption.split(' ')).toHaveLength(7);
  }
});

it('shows each picture as another one, which costs the captioner all that it reads in pictures', () => {
  const own = new Map(seen.map((_, i) => [i, model?.captions[i]]));
  for (const [i, caption] of own) expect(exchanged?.captions[i]).not.toBe(caption);
  expect(exchanged?.captions.toSorted()).toEqual(model?.captions.toSorted());
  expect(model?.scores.cider).toBeGreaterThan(2 * (exchanged?.scores.cider ?? Number.NaN));
});

it('says which share of the captions stands in the training, whatever its case and punctuation', () => {
  const other = { ...pictures(seen), captions: seen.map(() => ['Something ELSE.']) };
  const shouted = { ...other, captions: seen.map(([sky, ground]) => [`${captionOf(sky, ground).toUpperCase()}!`]) };
  expect(compareWithBaselines(captioner, shouted, pictures(seen))[0]?.scores.copied).toBe(model?.scores.copied);
  expect(model?.scores.copied).toBeGreaterThan(0.5);
  expect(compareWithBaselines(captioner, other, pictures(seen))[0]?.scores.copied).toBe(0);
});
