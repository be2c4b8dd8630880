import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { openEngine } from '../../src/compute/engine.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';
import { train } from '../../src/training/trainer.ts';
import { expectInputError } from '../input-error.ts';
import { smallRun, smallSettings, temporaryFolder } from './small-training.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

describe('a checkpoint', () => {
  it('refuses to go on when there is nothing to go on from', async () => {
    await expectInputError(
      train(smallRun(engine, join(root, 'training'), { resume: true })),
      /^cannot read the tensors in .*training-state\.safetensors: found no such file/,
    );
  });

  it('refuses a state that is torn, or of another model', async () => {
    const folder = join(root, 'torn');
    await train(smallRun(engine, folder));
    const file = join(folder, 'training-state.safetensors');
    const state = await readFile(file);
    await writeFile(file, state.subarray(0, state.length / 2));
    await expectInputError(
      train(smallRun(engine, folder, { resume: true })),
      /training-state\.safetensors: tensor .* is cut off/,
    );

    await writeFile(file, state);
    const settings = { ...smallSettings, optimizer: optimizerDefaults.rmsprop };
    await train(smallRun(engine, folder, { settings }));
    await expectInputError(
      train(smallRun(engine, folder, { resume: true })),
      /training-state\.safetensors does not fit .*: found no tensor optimizer\.embedding\.mean/,
    );
  });
});
