import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { explain } from '../../src/sequences/explain.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { trainSequences } from '../../src/sequences/train.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { fastSettings, opinions, smallShape } from './small-sequences.ts';

const folder = await temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

test('explain ranks the words that decide before those that do not, with the sign of what they say', async () => {
  const run = { engine: wasm, folder, data: opinions(300), settings: fastSettings, onEvent: () => {} };
  await trainSequences({ ...run, start: { ...smallShape, bidirectional: true } });
  const labeller = await SequenceLabeller.load(folder, wasm);
  const words = ['the', 'film', 'is', 'not', 'bad'];
  const [whole] = labeller.predict([words])[0]!;
  expect(whole!.label).toBe('pos');
  const moving = explain(labeller, words, whole!);
  expect(moving).toHaveLength(5);
  expect(new Set(moving.slice(0, 2).map(({ word }) => word))).toContain('not');
  const not = moving.find(({ word }) => word === 'not')!;
  expect(not).toMatchObject({ step: 3 });
  const [without] = labeller.predict([['the', 'film', 'is', 'bad']])[0]!;
  const label = labeller.coder.labels.indexOf('pos');
  const odds = (p: number) => Math.log(p / (1 - p));
  expect(not.moves).toBeCloseTo(odds(whole!.probability) - odds(without!.probabilities[label]!), 2);
  expect(not.moves).toBeGreaterThan(1);
  expect(explain(labeller, ['good'], whole!)).toEqual([]);
});
