import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { temporaryFolder } from '../training/small-training.ts';
import { runProgram } from './run-program.ts';
import { writeSquares } from './squares.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const [dataset, smaller, model] = ['dataset', 'smaller', 'model'].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
const COLOURS = ['red', 'green', 'blue', 'white'];
const caption = (...args: string[]) =>
  runProgram('caption', [...args, '--tfjs', 'wasm', '--blas', 'wasm'], { cache: inject('features') });

beforeAll(async () => {
  await writeDataset(dataset, 3);
  await writeDataset(smaller, 2);
}, 60_000);

async function writeDataset(folder: string, trainingOfEach: number): Promise<void> {
  for (const [split, each] of [
    ['train', trainingOfEach],
    ['val', 13],
  ] as const) {
    const names = COLOURS.flatMap((colour) => Array.from({ length: each }, (_, i) => `${colour}${i}`));
    await writeSquares(join(folder, split), names);
    // Every third square of the val split is described as another one.
    const lines = names.map((name, i) => {
      const colour = split === 'val' && i % 3 === 0 ? COLOURS[i % 4]! : name.replace(/\d+$/, '');
      const text = [`a ${colour} square`, `one square in ${colour}`, `the ${colour} colour`];
      return `${JSON.stringify({ file_name: `${name}.png`, text })}\n`;
    });
    await writeFile(join(folder, split, 'metadata.jsonl'), lines);
  }
}

describe('a calibration', () => {
  it('is made at the end of a training, and again by a command', async () => {
    const shape = '--hidden 16 --embedding 8 --epochs 40 --threshold 1 --no-mirror'.split(' ');
    const trained = await caption('train', dataset, '--out', model, ...shape);
    expect(trained.code).toBe(0);
    expect(trained.stderr).toMatch(/\ndone: the best weights \(update \d+\), with a calibration, are in .*model,/);

    const again = await caption('calibrate', dataset, '--model', model, '--json');
    expect(again.stderr).toMatch(/\ndataset: \d+ % of the captions of 52 pictures fit .*\ndone: the calibration is in/);
    const [calibration] = JSON.parse(again.stdout);
    expect(calibration).toMatchObject({ datasets: [{ name: 'dataset', pictures: 52 }] });
    const { stdout } = await runProgram('caption', ['info', model]);
    expect(JSON.parse(stdout).confidence).toEqual({
      file: 'confidence-2.safetensors',
      pictures: 12,
      languages: [{ pictures: 12, power: 0.5, calibration }],
    });

    const described = await caption(
      'describe',
      join(dataset, 'val', 'red1.png'),
      '--model',
      model,
      '--json',
      '--quiet',
    );
    expect(JSON.parse(described.stdout).confidence).toBeGreaterThan(0);

    for (const [options, pictures] of [
      [[], 12], // what was learned from more pictures is kept
      [['--anew'], 8],
    ] as const) {
      await caption('calibrate', smaller, '--model', model, ...options);
      const info = await runProgram('caption', ['info', model]);
      expect(JSON.parse(info.stdout).confidence).toMatchObject({ pictures, languages: [{ pictures }] });
    }
  });
});
