/** Stops a training in each of its stages, at the first, a middle and the last moment at which it can be stopped. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { TrainingHooks } from '../../src/training/session.ts';
import type { TrainingResult } from '../../src/training/trainer.ts';
import { checkpointIn } from './small-training.ts';

/** A training that can be stopped, with `Data` for its report. */
interface Stoppable<Data> {
  train(training: StoppableTraining<Data>): Promise<TrainingResult>;
  resume(training: StoppableTraining<Data>): Promise<TrainingResult>;
  writeReport(folder: string, data: Data, signal: AbortSignal): Promise<void>;
}

type StoppableTraining<Data> = Required<Omit<TrainingHooks<unknown, Data>, 'signal'>> & {
  folder: string;
  signal: AbortSignal;
};

type Stage = 'before the first update' | 'updates' | 'validation' | 'report';

/**
 * Expects a training that is asked to stop to do so before its next step, whatever it is doing, and to end bit for bit
 * as if nothing had been when it goes on.
 *
 * @param root where the folders of the trainings go
 */
export async function expectToStopAnywhere<Data>(root: string, stoppable: Stoppable<Data>): Promise<void> {
  let clock = 0;
  // As if each step took so long that everything else has a turn after it.
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 25));
  const whole = join(root, 'whole');
  const { asked } = await trainUntil(Number.POSITIVE_INFINITY, whole, stoppable);
  // Between updates, where it stops too, it asks in another way: see trainer.test.ts.
  const stops = (['before the first update', 'validation', 'report'] satisfies Stage[]).flatMap((stage) => {
    const places = [...asked.keys()].filter((place) => asked[place] === stage);
    expect(places, `it can't be stopped: ${stage}`).not.toEqual([]);
    return [...new Set([places[0]!, places[Math.floor(places.length / 2)]!, places.at(-1)!])];
  });
  for (const place of stops) {
    const folder = join(root, `stopped at ${place}`);
    const stopped = await trainUntil(place, folder, stoppable);
    expect(stopped, asked[place]).toMatchObject({ interrupted: true });
    const begun = asked[place] !== 'before the first update';
    const hooks = { ...silent, folder, signal: new AbortController().signal };
    await (begun ? stoppable.resume(hooks) : stoppable.train(hooks));
    expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
  }
  now.mockRestore();
}

const silent = { onStart() {}, onEvent() {}, async onDone() {} };

/**
 * Starts a training that is told to stop when it asks for the nth time, n from 0.
 *
 * @returns whether it was interrupted, and the stages in which it has asked
 */
async function trainUntil<Data>(n: number, folder: string, { train, writeReport }: Stoppable<Data>) {
  const controller = new AbortController();
  const { signal } = controller;
  let stage: Stage = 'before the first update';
  const asked: Stage[] = [];
  const ask = signal.throwIfAborted.bind(signal);
  signal.throwIfAborted = () => {
    if (asked.push(stage) > n) controller.abort(new Error(`stopped at ${n}`));
    ask();
  };
  const training = train({
    folder,
    signal,
    onStart() {
      stage = 'updates';
    },
    onEvent({ type }) {
      expect(signal.aborted, `${type} after it was stopped`).toBe(false);
      stage = type === 'validating' ? 'validation' : 'updates';
    },
    onDone(data) {
      stage = 'report';
      return writeReport(folder, data, signal);
    },
  });
  const result = await training.catch((error: unknown) => {
    expect(error).toBe(signal.reason);
    return { interrupted: true };
  });
  // Once more at most, on its way out.
  if (signal.aborted) expect(asked.length, `asked in ${stage} after it was stopped`).toBeLessThanOrEqual(n + 2);
  return { ...result, asked };
}
