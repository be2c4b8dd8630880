import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/compute/engine.ts';
import type { TokenBatch } from '../../src/model/token-batch.ts';
import {
  refuseOtherData,
  runSession,
  type SavedScores,
  type TrainingHooks,
  type TrainingSession,
} from '../../src/training/session.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import { checkpointIn, smallModel, smallSettings, smallTask, stopAfter, temporaryFolder } from './small-training.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

interface Config {
  settings: TrainingSettings;
}
const DATA = ['what is learned from'];

let folders = 0;
const newFolder = () => join(root, String(folders++));

/** A training of the small model in a folder, and the scores that it was saved with, one after another. */
function smallSession(folder: string, changes: Partial<TrainingSession<Config, TokenBatch, string[]>> = {}) {
  const model = smallModel(engine, changes.resume ? 2 : 1);
  const saved: SavedScores[] = [];
  const session: TrainingSession<Config, TokenBatch, string[]> = {
    product: {
      config: { settings: smallSettings },
      model,
      save: async (into, scores) => {
        expect(into).toBe(folder);
        saved.push(scores);
      },
    },
    folder,
    task: smallTask(model),
    data: DATA,
    resume: false,
    ...changes,
  };
  const run = (hooks: TrainingHooks<Config, string[]> = {}) => runSession(session, hooks);
  return { session, saved, run };
}

describe('runSession', () => {
  it('saves the model before it says that it starts, and again whenever it is better, with what it was measured on', async () => {
    const { session, saved, run } = smallSession(newFolder(), { measured: { split: 'val' } });
    const started: unknown[] = [];
    const best: number[] = [];
    const { progress, interrupted } = await run({
      onStart: (config, parameters) => started.push(config, parameters, saved.length),
      onEvent: (event) => event.type === 'validation' && event.best && best.push(event.iteration),
    });
    expect(interrupted).toBe(false);
    expect(started).toEqual([session.product.config, session.product.model.size, 1]);
    expect(saved[0]).toEqual({});
    expect(saved.slice(1).map(({ iteration }) => iteration)).toEqual(best);
    expect(saved.at(-1)).toEqual({ ...progress.best!.scores, split: 'val', iteration: progress.best!.iteration });
  });

  it('saves the model behind the first checkpoint, so that it can be resumed whenever it is killed', async () => {
    const folder = newFolder();
    const { session } = smallSession(folder);
    const save = async () => {
      expect(await readdir(folder)).toContain('training-state.safetensors');
      throw new Error('killed');
    };
    await expect(runSession({ ...session, product: { ...session.product, save } }, {})).rejects.toThrow('killed');
  });

  it('says nothing of a measurement where nothing is measured', async () => {
    const { session, saved } = smallSession(newFolder(), { measured: { split: 'val' } });
    const task: typeof session.task = {
      ...session.task,
      // biome-ignore lint/correctness/useYield: nothing is measured
      *validate() {
        return { criterion: 0, scores: {}, samples: [] };
      },
    };
    await runSession({ ...session, task }, {});
    expect(saved.at(-1)).toEqual({ iteration: 20 });
  });

  it('measures weights that were trained before at once, if it is asked to', async () => {
    const { saved, run } = smallSession(newFolder(), { validateFirst: true });
    await run();
    expect(saved[1]).toEqual({ loss: expect.any(Number), iteration: 0 });
  });

  it('hands its data over when it is done, with the best weights saved', async () => {
    const { saved, run } = smallSession(newFolder());
    const done: unknown[] = [];
    const { progress } = await run({ onDone: async (data) => void done.push(data, saved.at(-1)!['iteration']) });
    expect(done).toEqual([DATA, progress.best!.iteration]);
  });

  it('stopped before it is done does not say that it is; resumed it ends bit for bit as if nothing had been', async () => {
    const [whole, folder] = [newFolder(), newFolder()];
    await smallSession(whole).run();
    const done: string[] = [];
    const { interrupted } = await smallSession(folder).run({
      ...stopAfter(7),
      onDone: async () => void done.push('before'),
    });
    expect(interrupted).toBe(true);
    const { saved, run } = smallSession(folder, { resume: true });
    await run({ onStart: () => expect(saved).toEqual([]), onDone: async () => void done.push('resumed') });
    expect(done).toEqual(['resumed']);
    expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
  });

  it('stopped in what is done at the end counts as interrupted, and resumed does no more than that', async () => {
    const folder = newFolder();
    const stop = new AbortController();
    const onDone = async () => {
      stop.abort(new Error('enough'));
      stop.signal.throwIfAborted();
    };
    const first = await smallSession(folder).run({ signal: stop.signal, onDone });
    expect(first).toMatchObject({ interrupted: true, progress: { iteration: 20 } });

    const events: unknown[] = [];
    const done: unknown[] = [];
    const { saved, run } = smallSession(folder, { resume: true });
    const { progress, interrupted } = await run({
      onEvent: (event) => events.push(event),
      onDone: async (data) => void done.push(data),
    });
    expect({ progress, interrupted, events, saved, done }).toEqual({
      progress: first.progress,
      interrupted: false,
      events: [],
      saved: [],
      done: [DATA],
    });
  });

  it('throws what goes wrong at the end, also after a stop', async () => {
    const stop = new AbortController();
    for (const stopped of [false, true]) {
      const onDone = async () => {
        if (stopped) stop.abort(new Error('enough'));
        throw new Error('the disk is full');
      };
      const ended = smallSession(newFolder()).run({ signal: stop.signal, onDone });
      await expect(ended).rejects.toThrow('the disk is full');
    }
  });
});

describe('refuseOtherData', () => {
  const said = { what: 'these pairs', found: '3 pairs of a.tsv', expected: 'the 4 of a.tsv' };

  it('says what is there now and what it began with', () => {
    expect(() => refuseOtherData('out', { found: 'abc', expected: 'abd' }, said)).toThrow(
      /^out was not trained on these pairs: found 3 pairs of a\.tsv, expected the 4 of a\.tsv\. Resume with the data/,
    );
  });

  it('minds nothing where it is the same', () => {
    refuseOtherData('out', { found: 'abc', expected: 'abc' }, said);
  });
});
