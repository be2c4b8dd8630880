import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openEngine } from '../../src/compute/engine.ts';
import { readTrainingLog } from '../../src/report/training-log.ts';
import { train } from '../../src/training/trainer.ts';
import { logIn, smallRun, smallSettings, temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** A line of an update `minutes` after midnight. */
function update(iteration: number, minutes: number): string {
  const time = new Date(Date.UTC(2025, 0, 1) + 60_000 * minutes).toISOString();
  const fields = { iteration, iterations: 1000, epoch: iteration / 50, loss: 2, tokensPerSecond: 1000 };
  return JSON.stringify({ time, type: 'update', ...fields });
}

const logOf = async (lines: readonly string[]) => {
  await writeFile(join(root, 'log.jsonl'), lines.join('\n'));
  return readTrainingLog(root);
};

it('reads what a training logged', async () => {
  const engine = await openEngine('wasm');
  const folder = join(root, 'trained');
  const run = smallRun(engine, folder, { settings: { ...smallSettings, epochs: 30, evaluateEvery: 50 } });
  await train({ ...run, validateFirst: true });
  engine.close();
  const written = await logIn(folder);
  const log = await readTrainingLog(folder);
  expect(log?.updates).toMatchObject([{ iteration: 100, epoch: 20, loss: written[2]?.['loss'] }]);
  expect(log?.validations.map(({ iteration }) => iteration)).toEqual([0, 50, 100, 150]);
  expect(log?.validations[0]).toMatchObject({ trainingLoss: null, best: true, samples: ['a sample'] });
  expect(log?.validations[1]).toMatchObject({ scores: written[1]?.['scores'], trainingLoss: expect.any(Number) });
});

it('has what the model wrote between validations', async () => {
  const sample = { time: new Date().toISOString(), type: 'sample', iteration: 10, epoch: 0.2, samples: ['abc'] };
  const log = await logOf([JSON.stringify({ ...sample, iteration: 0 }), JSON.stringify({ ...sample, loss: 2.5 })]);
  expect(log?.samples).toMatchObject([{ iteration: 0 }, { iteration: 10, loss: 2.5, samples: ['abc'] }]);
});

it('is not there where there was no training, or nothing was logged yet', async () => {
  expect(await readTrainingLog(join(root, 'none'))).toBeUndefined();
  expect(await logOf([''])).toBeUndefined();
});

it('leaves out lines that a kill tore, and those of another kind', async () => {
  const log = await logOf([update(100, 1), '{"type":"comment"}', update(200, 2).slice(0, 40)]);
  expect(log).toMatchObject({ updates: [{ iteration: 100 }], validations: [] });
});

it('counts the time of the updates before its first line too, and no pauses', async () => {
  const lines = [update(100, 10), update(200, 11), update(300, 12)];
  expect((await logOf(lines))?.seconds).toBe(180);
  expect((await logOf([...lines, update(400, 100), update(500, 101)]))?.seconds).toBe(300);
});
