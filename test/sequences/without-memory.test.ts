import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { SequenceData } from '../../src/sequences/data/example.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { trainSequences } from '../../src/sequences/train.ts';
import { baselineWithoutMemory } from '../../src/sequences/without-memory.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { fastSettings, opinions, parities, smallShape } from './small-sequences.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** Vectors that say at each step whether they are above or below a line, and whether the one before was. */
function steps(count: number, asks: 'now' | 'before'): SequenceData {
  const random = new Random(1);
  const examples = Array.from({ length: count }, () => {
    const values = Array.from({ length: 2 + random.integer(4) }, () => 2 * random.uniform() - 1);
    const labels = values.map((x, t) => ((asks === 'now' ? x : (values[t - 1] ?? x)) > 0 ? 'above' : 'below'));
    return { inputs: Float32Array.from(values), labels };
  });
  return { name: 'steps', D: 1, examples };
}

async function trained(data: SequenceData, changes: Partial<Parameters<typeof trainSequences>[0]> = {}) {
  const folder = join(root, String(Math.random()));
  const start = { ...smallShape, task: 'tag' } as const;
  await trainSequences({ engine: wasm, folder, data, settings: fastSettings, start, onEvent: () => {}, ...changes });
  return SequenceLabeller.load(folder, wasm);
}

it('a network without memory is as good as one with it where a step says all, and not where it does not', async () => {
  const now = (await trained(steps(200, 'now'))).config;
  expect(now.baselines['each step alone']).toBeGreaterThan(0.95);
  const before = (await trained(steps(200, 'before'))).config;
  expect(before.scores['accuracy']).toBeGreaterThan(0.95);
  expect(before.baselines['each step alone']).toBeLessThan(0.8);
});

it('counts its updates, and is called by what the steps are', async () => {
  const data = steps(50, 'now');
  const examples = data.examples.map((example) => ({ ...example, pictures: example.labels.map(() => 'a.png') }));
  const done: string[] = [];
  const { config } = await trained(
    { ...data, examples },
    { onCompare: (update, of) => done.push(`${update} of ${of}`) },
  );
  expect(Object.keys(config.baselines)).toEqual(['most frequent label', 'each frame alone']);
  expect(done).toEqual(Array.from({ length: 32 }, (_, i) => `${i + 1} of 32`));
});

it('is stopped by a signal, before anything is kept', async () => {
  const controller = new AbortController();
  const stopped = trained(steps(50, 'now'), {
    signal: controller.signal,
    onCompare: (update) => update === 3 && controller.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
});

it('is nothing for words, for a label of the whole, or with nothing to measure on', async () => {
  const data = steps(20, 'now');
  const split = { training: data.examples, validation: [] };
  expect(await baselineWithoutMemory(await trained(data), split, {})).toEqual({});
  expect(Object.keys((await trained(parities(50))).config.baselines)).not.toContain('each step alone');
  const classifier = await trained(opinions(50), { start: smallShape });
  expect(Object.keys(classifier.config.baselines)).toEqual(['most frequent label', 'naive Bayes']);
});
