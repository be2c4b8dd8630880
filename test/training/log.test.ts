import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/compute/engine.ts';
import { train } from '../../src/training/trainer.ts';
import { logIn, smallRun, smallSettings, stopAfter, temporaryFolder } from './small-training.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

describe('the log', () => {
  const settings = { ...smallSettings, epochs: 60, evaluateEvery: 25 };
  const wholeFolder = join(root, 'whole');

  it('has a line for every validation and every hundredth update', async () => {
    await train(smallRun(engine, wholeFolder, { settings }));
    const log = await logIn(wholeFolder);
    expect(log.map(({ type, iteration }) => `${type} ${iteration}`)).toEqual(
      Array.from({ length: 12 }, (_, i) => 25 * (i + 1)).flatMap((iteration) =>
        iteration % 100 === 0 ? [`update ${iteration}`, `validation ${iteration}`] : [`validation ${iteration}`],
      ),
    );
    expect(log[0]).toMatchObject({
      trainingLoss: expect.any(Number),
      best: true,
      scores: { loss: expect.any(Number) },
    });
  });

  it('of a resumed training has each line once, also those that came after the last checkpoint', async () => {
    const folder = join(root, 'resumed');
    await train(smallRun(engine, folder, { settings, ...stopAfter(100) }));
    await train(smallRun(engine, folder, { settings, resume: true, ...stopAfter(110) }));
    const state = await readFile(join(folder, 'training-state.safetensors'));
    await train(smallRun(engine, folder, { settings, resume: true, ...stopAfter(230) }));
    // As after a kill: the state is that of update 110, the log is ahead of it and ends in half a line.
    await writeFile(join(folder, 'training-state.safetensors'), state);
    await writeFile(join(folder, 'log.jsonl'), '{"type":"update","itera', { flag: 'a' });
    await train(smallRun(engine, folder, { settings, resume: true }));
    expect(await logIn(folder)).toEqual(await logIn(wholeFolder));
  });
});
