import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SequenceSettings } from '../../src/sequences/config.ts';
import type { SequenceData, SequenceExample } from '../../src/sequences/data/example.ts';
import { evaluate } from '../../src/sequences/evaluate.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { writeSequenceReport } from '../../src/sequences/report.ts';
import { resumeSequences, type SequenceTraining, trainSequences } from '../../src/sequences/train.ts';
import type { DataSplit } from '../../src/training/split.ts';
import { expectInputError } from '../input-error.ts';
import { wasm } from '../nn/engines.ts';
import { checkpointIn, logIn, stopAfter, temporaryFolder } from '../training/small-training.ts';
import { expectToStopAnywhere } from '../training/stop-anywhere.ts';
import { fastSettings, opinions, parities, smallShape, waves } from './small-sequences.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const trainInto = (out: string, data: SequenceData, changes: Partial<SequenceTraining> = {}) =>
  trainSequences({
    engine: wasm,
    folder: join(root, out),
    data,
    settings: fastSettings,
    start: smallShape,
    onEvent: () => {},
    ...changes,
  });

const load = (out: string) => SequenceLabeller.load(join(root, out), wasm);

describe('trainSequences learns', () => {
  it.each([
    ['last', false],
    ['last', true],
    ['mean', true],
    ['max', true],
  ] as const)('what the order of words says, by %s, both directions %s', async (pool, bidirectional) => {
    const out = `${pool}-${bidirectional}`;
    await trainInto(out, opinions(300), { start: { ...smallShape, pool, bidirectional } });
    const labeller = await load(out);
    expect(evaluate(labeller, opinions(200, 2).examples).accuracy).toBeGreaterThan(0.97);
    const { scores, baselines, labels } = labeller.config;
    expect(scores['accuracy']).toBeGreaterThan(0.97);
    expect(baselines['naive Bayes']).toBeLessThan(0.75);
    expect(labels.toSorted()).toEqual(['neg', 'pos']);
  });

  it('a tag for each step that depends on all before it', async () => {
    await trainInto('tags', parities(400), { start: { ...smallShape, task: 'tag' } });
    const labeller = await load('tags');
    const said = labeller.predict([['a', 'b', 'a'], ['b']]);
    expect(said.map((ofSteps) => ofSteps.map(({ label }) => label))).toEqual([['odd', 'odd', 'even'], ['even']]);
    expect(evaluate(labeller, parities(100, 2).examples).accuracy).toBeGreaterThan(0.98);
    expect(labeller.config.baselines['most frequent tag of each word']).toBeLessThan(0.8);
  });

  it('from gates that remember as long as is asked for, in both directions', async () => {
    const settings = { ...fastSettings, epochs: 1, learningRate: 1e-6, memory: 50 };
    await trainInto('memory', opinions(60), { settings, start: { ...smallShape, cell: 'lstm', bidirectional: true } });
    const { model, config } = await load('memory');
    expect(config.settings.memory).toBe(50);
    const biases = model.parameters.filter(({ name }) => name.endsWith('.bias') && name.startsWith('layers'));
    expect(biases).toHaveLength(2);
    for (const { value } of biases) {
      const H = smallShape.hidden;
      const [takes, keeps] = [value.data.subarray(0, H), value.data.subarray(H, 2 * H)];
      expect(Math.max(...keeps)).toBeGreaterThan(2);
      expect(Math.max(...keeps)).toBeLessThan(Math.log(49) + 0.01);
      for (const [i, b] of keeps.entries()) expect(takes[i]).toBeCloseTo(-b, 3);
    }
  });

  it('a label for each of some vectors, both directions', async () => {
    const vectorsOf = ({ examples }: SequenceData): SequenceData => ({
      name: 'vectors',
      D: 2,
      examples: examples.map(({ inputs, labels }) => ({
        inputs: Float32Array.from((inputs as string[]).flatMap((letter) => (letter === 'a' ? [1, 0] : [0, 1]))),
        labels,
      })),
    });
    const start = { ...smallShape, task: 'tag', bidirectional: true } as const;
    await trainInto('frames', vectorsOf(parities(400)), { start });
    expect(evaluate(await load('frames'), vectorsOf(parities(100, 2)).examples).accuracy).toBeGreaterThan(0.98);
  });

  it('vectors of one step as a plain network, whatever their units', async () => {
    const settings = { ...fastSettings, epochs: 40 };
    await trainInto('vectors', waves(600), { start: { ...smallShape, cell: 'rnn' }, settings });
    const labeller = await load('vectors');
    expect(evaluate(labeller, waves(300, 2).examples).accuracy).toBeGreaterThan(0.9);
    expect(labeller.config.baselines['most frequent label']).toBeLessThan(0.6);
  });
});

describe('trainSequences', () => {
  it('stopped and resumed ends as if it had not been stopped', async () => {
    const settings: SequenceSettings = { ...fastSettings, epochs: 2, dropout: 0.3 };
    const data = opinions(100);
    await trainInto('whole', data, { settings });
    expect((await trainInto('parts', data, { settings, ...stopAfter(7) })).interrupted).toBe(true);
    await resumeSequences({ engine: wasm, folder: join(root, 'parts'), data, onEvent: () => {} });
    expect(await checkpointIn(join(root, 'parts'))).toEqual(await checkpointIn(join(root, 'whole')));
    expect(await logIn(join(root, 'parts'))).toEqual(await logIn(join(root, 'whole')));
    const texts = opinions(20, 3).examples.map(({ inputs }) => inputs);
    expect((await load('parts')).predict(texts)).toEqual((await load('whole')).predict(texts));
  });

  it('does not resume with other data', async () => {
    await trainInto('other', opinions(50), { settings: { ...fastSettings, epochs: 1 } });
    const resumed = resumeSequences({
      engine: wasm,
      folder: join(root, 'other'),
      data: opinions(51),
      onEvent: () => {},
    });
    await expectInputError(
      resumed,
      /was not trained on these sequences: found 41 sequences of opinions, expected the 40/,
    );
  });

  it('refuses sequences without as many labels as the task asks for', async () => {
    const { examples, ...data } = opinions(10);
    const unlabelled = { ...data, examples: [...examples, { inputs: ['good'], labels: [] }] };
    const message = /opinions does not have a label for each sequence: found 0 for sequence 11, of 1 step, expected 1/;
    await expectInputError(trainInto('unlabelled', unlabelled), message);
    await expectInputError(trainInto('unlabelled', opinions(10), { validation: unlabelled }), message);
  });

  it('measures on labels that come only in the part that is held out, which it can not have learned', async () => {
    const rare = Array.from({ length: 10 }, (_, i) => ({ inputs: ['good'], labels: [`rare-${i}`] }));
    const data = { ...opinions(10), examples: [...opinions(10).examples, ...rare] };
    await trainInto('rare', data, { settings: { ...fastSettings, epochs: 1, valFraction: 0.5 }, labels: ['rarest'] });
    const { config, coder } = await load('rare');
    expect(config.labels).toHaveLength(13);
    expect(config.labels.slice(10)).toContain('rarest');
    expect([...coder.encodeLabels(rare.map(({ labels }) => labels[0]!))]).toHaveLength(10);
  });

  it('refuses sequences of one label, and labels that come in validation only', async () => {
    const [first] = opinions(1).examples;
    const one = { ...opinions(0), examples: [first!, first!] };
    await expectInputError(trainInto('one', one), /nothing to tell apart in opinions: found only the label "\w+"/);
    const validation = { ...one, name: 'other', examples: [{ ...first!, labels: ['meh'] }] };
    await expectInputError(
      trainInto('unseen', opinions(50), { validation }),
      /the label "meh" was never seen in training: expected one of "pos", "neg"|expected one of "neg", "pos"/,
    );
  });
});

describe('SequenceLabeller', () => {
  it('says the same of a sequence alone and among others, probabilities that sum to one', async () => {
    await trainInto('labeller', opinions(60), { settings: { ...fastSettings, epochs: 1 } });
    const labeller = await load('labeller');
    const texts = opinions(150, 2).examples.map(({ inputs }) => inputs);
    const together = labeller.predict(texts);
    for (const i of [0, 63, 64, 149]) {
      const [alone] = labeller.predict([texts[i]!])[0]!;
      expect(together[i]![0]!.label).toBe(alone!.label);
      expect(together[i]![0]!.probability).toBeCloseTo(alone!.probability, 5);
      expect(alone!.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
  });

  it('reads words that it does not know, and refuses what is no word', async () => {
    const labeller = await load('labeller');
    expect(labeller.predict([['never', 'seen']])[0]).toHaveLength(1);
    expect(() => labeller.predict([new Float32Array(3)])).toThrow(/does not read this: found vectors of 3 numbers/);
  });
});

it.each([
  ['texts', opinions(60), smallShape],
  ['vectors', waves(60), { ...smallShape, task: 'tag' }],
] as const)('a training on %s stops wherever it is asked to, and goes on from there', async (name, data, start) => {
  const training = { engine: wasm, data, settings: { ...fastSettings, epochs: 2 }, start };
  await expectToStopAnywhere<DataSplit<SequenceExample>>(join(root, `stops in ${name}`), {
    train: (hooks) => trainSequences({ ...training, ...hooks }),
    resume: (hooks) => resumeSequences({ ...training, ...hooks }),
    writeReport: (folder, split, signal) => writeSequenceReport(folder, split, wasm, { signal }),
  });
});
