import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { runAtOnce } from '../../src/base/steps.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { languageTask } from '../../src/language/task.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { UNKNOWN } from '../../src/text/special-tokens.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { openSmallText, smallLanguage } from './small-language.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

/** Letters in random order, of which the last tenth has one more. */
const random = new Random(1);
const letters = Array.from({ length: 3000 }, (_, i) => 'abcdefghijklmnop'[random.integer(i < 2700 ? 15 : 16)]).join('');
const file = join(root, 'letters.txt');
await writeFile(file, letters);
const settings = { ...smallLanguage, batch: 4, steps: 10 };
const text = await openSmallText([file], root, settings);

const shape = {
  cell: 'lstm',
  layers: 1,
  hidden: 16,
  vocabulary: text.vocabulary.size,
  embedding: 0,
  condition: 0,
} as const;
const model = new LanguageModel(engine, shape).initialise(new Random(1));
const task = languageTask(model, text, settings);

describe('the task of a language model', () => {
  it('reads the training text in streams that go on for an epoch and start again in the next', () => {
    expect(task.iterationsPerEpoch).toBe(Math.floor(2699 / 4 / 10));
    const { iterationsPerEpoch: epoch } = task;
    expect([0, 1, epoch - 1, epoch, epoch + 1].map((iteration) => task.continues!(iteration))).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);

    const streams = Array.from({ length: epoch }, (_, i) => task.batch(i)).map(({ packing, inputs, targets }) => {
      expect(packing).toMatchObject({ batch: 4, rows: 40, uniform: true });
      return { inputs: Array.from(inputs), targets: Array.from(targets) };
    });
    for (const n of [0, 3]) {
      const read = streams.flatMap(({ inputs }) => inputs.filter((_, row) => row % 4 === n));
      const asked = streams.flatMap(({ targets }) => targets.filter((_, row) => row % 4 === n));
      const start = n * Math.floor(2699 / 4);
      expect(read.map((id) => text.vocabulary.tokenOf(id)).join('')).toBe(letters.slice(start, start + read.length));
      expect(asked.slice(0, -1)).toEqual(read.slice(1));
    }
    expect(Array.from(task.batch(epoch + 2).inputs)).toEqual(streams[2]?.inputs);
  });

  it('measures about ln V before anything is learned, the same each time', async () => {
    const validation = runAtOnce(task.validate());
    const { loss = 0, bits = 0 } = validation.scores;
    expect(Math.abs(loss - Math.log(shape.vocabulary))).toBeLessThan(0.1);
    expect(bits).toBeCloseTo(loss / Math.LN2);
    expect(validation.criterion).toBe(-loss);
    model.lossAndGradients(task.batch(0), model.newState(4));
    expect(runAtOnce(task.validate())).toEqual(validation);
  });

  it('shows what the model writes after 0, 10, 30, 100, … updates, or every so many', () => {
    const state = model.newState(4);
    const stagesOf = (changes: object) => {
      const { sample } = languageTask(model, text, { ...settings, ...changes });
      return Array.from({ length: 400 }, (_, i) => i).filter((i) => sample?.(i, state));
    };
    expect(stagesOf({})).toEqual([0, 10, 30, 100, 300]);
    expect(stagesOf({ samples: { ...settings.samples, every: 150 } })).toEqual([0, 150, 300]);
  });

  it('samples from where the first stream stands, if so asked', () => {
    const samples = { every: 1, temperature: 0, from: 'stream' } as const;
    const { sample, batch } = languageTask(model, text, { ...settings, samples });
    const state = model.newState(4);
    model.loss(batch(0), state);
    const before = state[0]?.h.data.slice();
    const written = runAtOnce(sample!(1, state)!);
    expect(state[0]?.h.data).toEqual(before);

    const own = model.newState(1);
    const read = Array.from(
      { length: 11 },
      (_, t) => [batch(0), batch(1)].flatMap(({ inputs }) => Array.from(inputs))[4 * t] ?? -1,
    );
    let logProbs = new Float32Array();
    for (const id of read) logProbs = Float32Array.from(model.step([id], own));
    logProbs[0] = Number.NEGATIVE_INFINITY;
    expect(written[0]).toBe(text.vocabulary.tokenOf(logProbs.indexOf(Math.max(...logProbs))));
  });

  it('shows what the model writes', async () => {
    const { samples } = runAtOnce(task.validate());
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatch(/^[a-o]{200}$/);
    expect(samples[0]).not.toContain(UNKNOWN);
  });
});
