import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import type { CaptionedFeatures } from '../../src/captioning/batch.ts';
import { Captioner } from '../../src/captioning/captioner.ts';
import type { CaptionConfig, CaptionSettings } from '../../src/captioning/config.ts';
import { captionTaskSteps } from '../../src/captioning/task.ts';
import { specialIds } from '../../src/captioning/vocabulary.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { measureStandardisationSteps } from '../../src/model/standardisation.ts';
import type { TokenBatch } from '../../src/model/token-batch.ts';
import type { Validation } from '../../src/training/task.ts';
import { smallSettings, vocabularyOf } from './small-captioning.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

const D = 3;
const NUMBERS = 'zero one two three four five six seven eight nine ten'.split(' ');
/** Eleven pictures with one to three captions of different lengths, each of which names its picture. */
const captions = NUMBERS.map((number, i) =>
  Array.from({ length: 1 + (i % 3) }, (_, j) => `${number} ${'very '.repeat((i * 5 + j * 3) % 7)}nice`),
);
const training: CaptionedFeatures = {
  features: Float32Array.from({ length: NUMBERS.length * D }, (_, i) => Math.floor(i / D) + 0.1 * (i % D)),
  mirrored: undefined,
  captions,
  names: NUMBERS,
};
const vocabulary = vocabularyOf(captions.flat());
const { start, end } = specialIds(vocabulary);

function makeTask(changes: Partial<CaptionSettings> = {}, set = training, captionsOnly: readonly string[][] = []) {
  const shape = {
    cell: 'lstm',
    layers: 1,
    hidden: 8,
    embedding: 4,
    vocabulary: vocabulary.size,
    condition: D,
  } as const;
  const model = new LanguageModel(engine, shape).initialise(new Random(1));
  const standardisation = runAtOnce(measureStandardisationSteps([training.features], D));
  const captioner = new Captioner({ shape, pictures: {} } as CaptionConfig, vocabulary, model, standardisation);
  const sets = {
    training: set,
    validation: [{ ...training, dataset: 'numbers' }],
    captionsOnly: { captions: captionsOnly },
  };
  return runAtOnce(captionTaskSteps(captioner, sets, { ...smallSettings, batch: 4, ...changes }));
}

/** The picture and the caption that each sequence of a batch learns. */
function examplesIn({ packing, inputs, targets, condition = new Float32Array() }: TokenBatch) {
  return Array.from({ length: packing.batch }, (_, n) => {
    const rows = packing.counts.flatMap((count, t) => (n < count ? [packing.starts[t]! + n] : []));
    const read = rows.map((row) => inputs[row]!);
    const asked = rows.map((row) => targets[row]!);
    expect(read[0]).toBe(start);
    expect(asked.at(-1)).toBe(end);
    expect(asked.slice(0, -1)).toEqual(read.slice(1));
    const features = condition.subarray(n * D, (n + 1) * D);
    return {
      features: [...features],
      words: read
        .slice(1)
        .map((id) => vocabulary.tokenOf(id))
        .join(' '),
    };
  });
}

const epochOf = (task: ReturnType<typeof makeTask>, epoch: number) =>
  Array.from({ length: task.iterationsPerEpoch }, (_, i) => task.batch(epoch * task.iterationsPerEpoch + i));

describe('the task of a captioner', () => {
  const task = makeTask();

  it('shows every caption once in an epoch, beside the features of its picture', () => {
    expect(task.iterationsPerEpoch).toBe(Math.ceil(captions.flat().length / 4));
    for (const epoch of [0, 1, 7]) {
      const batches = epochOf(task, epoch);
      expect(batches.map(({ packing }) => packing.batch).toSorted()).toEqual([1, ...new Array(5).fill(4)]);
      const shown = batches.flatMap(examplesIn);
      expect(shown.map(({ words }) => words).toSorted()).toEqual(captions.flat().toSorted());
      for (const { features, words } of shown) {
        const picture = NUMBERS.indexOf(words.split(' ')[0]!);
        expect(features).toEqual([...training.features.subarray(picture * D, (picture + 1) * D)]);
      }
    }
  });

  it('has another order in each epoch and for each seed', () => {
    const orders = [
      [task, 0],
      [task, 1],
      [makeTask({ seed: 2 }), 0],
    ] as const;
    const seen = orders.map(([task, epoch]) => JSON.stringify(epochOf(task, epoch).flatMap(examplesIn)));
    expect(new Set(seen).size).toBe(3);
  });

  it('makes a batch from its number alone, in whatever order they are asked for', () => {
    const mirrored = { ...training, mirrored: training.features.map((x) => -x) };
    const [forwards, backwards] = [makeTask({}, mirrored), makeTask({}, mirrored)];
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    const later = numbers.toReversed().map((i) => backwards.batch(i));
    expect(numbers.map((i) => forwards.batch(i))).toEqual(later.toReversed());
  });

  it('shows the mirror image about half the time, of the same picture', () => {
    const task = makeTask({}, { ...training, mirrored: training.features.map((x) => -1 - x) });
    const shown = Array.from({ length: 40 }, (_, epoch) => epochOf(task, epoch).flatMap(examplesIn)).flat();
    const mirrored = shown.filter(({ features }) => features[0]! < 0);
    for (const { features, words } of mirrored) {
      expect(features[0]).toBeCloseTo(-1 - NUMBERS.indexOf(words.split(' ')[0]!));
    }
    expect(mirrored.length / shown.length).toBeGreaterThan(0.45);
    expect(mirrored.length / shown.length).toBeLessThan(0.55);
  });

  it('measures about ln V before anything is learned, BLEU and CIDEr, and shows captions by name', async () => {
    const { scores, samples, criterion } = runAtOnce(task.validate());
    expect(Math.abs(scores['loss']! - Math.log(vocabulary.size))).toBeLessThan(0.2);
    expect(scores).toMatchObject({ bleu1: expect.any(Number), bleu4: expect.any(Number), cider: expect.any(Number) });
    expect(criterion).toBe(2 * scores['bleu4']! + scores['cider']!);
    expect(samples.map((sample) => sample.split(':')[0])).toEqual(NUMBERS.slice(0, 5));
  });

  it('measures the same loss whatever the size of its batches', async () => {
    const [one, all] = [1, 100].map((batch) => runAtOnce(makeTask({ batch }).validate())) as [Validation, Validation];
    expect(one.scores['loss']).toBeCloseTo(all.scores['loss']!, 5);
    expect(one.samples).toEqual(all.samples);
  });
});
