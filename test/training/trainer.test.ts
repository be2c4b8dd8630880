import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readSafetensors } from '../../src/base/safetensors.ts';
import type { Steps } from '../../src/base/steps.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import type { TrainingRun } from '../../src/training/run.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import type { TrainingTask, Validation } from '../../src/training/task.ts';
import { train } from '../../src/training/trainer.ts';
import { expectInputError } from '../input-error.ts';
import {
  checkpointIn,
  logIn,
  smallModel,
  smallRun,
  smallSettings,
  smallTask,
  stopAfter,
  temporaryFolder,
} from './small-training.ts';

const engine = await openEngine('wasm');
const root = await temporaryFolder();
afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

let folders = 0;
const newFolder = () => join(root, String(folders++));

const regularised = { lockedDropout: true, weightDropout: 0.3, weightDecay: 0.1, average: 0.9 } as const;

describe('a training that was interrupted and resumed in a new model is bit for bit the uninterrupted one', () => {
  const ways: [string, Partial<TrainingSettings>][] = [
    ...Object.values(optimizerDefaults).map((optimizer): [string, Partial<TrainingSettings>] => [
      optimizer.name,
      { optimizer },
    ]),
    ['averages, and weights that decay and are dropped', regularised],
  ];
  for (const [name, changes] of ways) {
    it(`with ${name}, wherever it was interrupted`, async () => {
      const settings = { ...smallSettings, ...changes };
      const whole = newFolder();
      const losses: number[] = [];
      await train(smallRun(engine, whole, { settings, onEvent: keepLosses(losses) }));

      for (const stops of [[1], [4], [5], [7, 8, 13], [19]]) {
        const folder = newFolder();
        const pieces: number[] = [];
        for (const [i, stop] of [...stops, Number.POSITIVE_INFINITY].entries()) {
          const { signal, onEvent } = stopAfter(stop);
          const keep = keepLosses(pieces);
          const result = await train(
            smallRun(engine, folder, {
              settings,
              resume: i > 0,
              model: smallModel(engine, i + 1),
              signal,
              onEvent: (event) => [keep(event), onEvent(event)],
            }),
          );
          expect(result.interrupted).toBe(i < stops.length);
        }
        expect(pieces).toEqual(losses);
        expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
      }
    });
  }

  it('for a stop in a validation, which is made first then', async () => {
    /** A task whose validations let others have their turn, and a signal that says stop in the `nth` of them. */
    const stoppedIn = (nth: number, changes: Partial<TrainingRun>) => {
      const stop = new AbortController();
      const model = changes.model ?? smallModel(engine, 1);
      const task = smallTask(model);
      let validations = 0;
      const validate: TrainingTask['validate'] = function* () {
        if (++validations === nth) stop.abort(new Error('enough'));
        yield 0.5;
        return yield* task.validate();
      };
      return train(smallRun(engine, folder, { ...changes, model, task: { ...task, validate }, signal: stop.signal }));
    };
    const whole = newFolder();
    const events: TrainingEvent[] = [];
    await train(smallRun(engine, whole, { onEvent: (event) => events.push(event) }));

    const folder = newFolder();
    const pieces: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent) => pieces.push(event);
    for (const [i, nth] of [2, 1, 3, 9].entries()) {
      const result = await stoppedIn(nth, { resume: i > 0, model: smallModel(engine, i + 1), onEvent });
      expect(result.interrupted).toBe(nth < 9);
    }
    const what = (all: TrainingEvent[]) =>
      all.flatMap((event) => (event.type === 'validation' ? [`${event.iteration} ${event.scores['loss']}`] : []));
    expect(what(pieces)).toEqual(what(events));
    expect(pieces).toContainEqual({ type: 'validating', share: 0.5 });
    expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
  });

  it('for a stop in an update, which is begun again then', async () => {
    /** A model that is stopped between two layers of its `nth` update, as if that took long. */
    const stoppedIn = async (nth: number, changes: Partial<TrainingRun>) => {
      const stop = new AbortController();
      const model = changes.model ?? smallModel(engine, 1);
      let [updates, clock] = [0, 0];
      vi.spyOn(performance, 'now').mockImplementation(() => clock);
      const steps = model.lossAndGradientsSteps.bind(model);
      model.lossAndGradientsSteps = function* (...args) {
        const stopsNow = ++updates === nth;
        for (const work = steps(...args); ; ) {
          const step = work.next();
          if (step.done) return step.value;
          if (stopsNow && step.value > 0.5) stop.abort(new Error('enough'));
          clock += 25;
          yield step.value;
        }
      };
      const result = await train(smallRun(engine, folder, { ...changes, model, signal: stop.signal }));
      vi.restoreAllMocks();
      return result;
    };
    const whole = newFolder();
    await train(smallRun(engine, whole));

    const folder = newFolder();
    const iterations: number[] = [];
    for (const [i, nth] of [3, 1, 6, 99].entries()) {
      const result = await stoppedIn(nth, { resume: i > 0, model: smallModel(engine, i + 1) });
      expect(result.interrupted).toBe(nth < 99);
      iterations.push(result.progress.iteration);
    }
    expect(iterations).toEqual([2, 2, 7, 20]);
    expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
    expect(await logIn(folder)).toEqual(await logIn(whole));
  });

  it('for a stop before the first update', async () => {
    const folder = newFolder();
    const aborted = await train(smallRun(engine, folder, { signal: AbortSignal.abort() }));
    expect(aborted).toMatchObject({ interrupted: true, progress: { iteration: 0 } });
    await train(smallRun(engine, folder, { resume: true, model: smallModel(engine, 2) }));
    const whole = newFolder();
    await train(smallRun(engine, whole));
    expect(await checkpointIn(folder)).toEqual(await checkpointIn(whole));
  });

  it('and has nothing to do when it was done', async () => {
    const folder = newFolder();
    const { progress } = await train(smallRun(engine, folder));
    const events: TrainingEvent[] = [];
    const again = await train(smallRun(engine, folder, { resume: true, onEvent: (event) => events.push(event) }));
    expect(again).toEqual({ progress, interrupted: false });
    expect(events).toEqual([]);
  });
});

describe('training', () => {
  it('reports every update and a validation after every epoch', async () => {
    const events: TrainingEvent[] = [];
    const { progress } = await train(smallRun(engine, newFolder(), { onEvent: (event) => events.push(event) }));
    const updates = events.filter((event) => event.type === 'update');
    expect(updates.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(updates.at(-1)).toMatchObject({ iterations: 20, epoch: 4, secondsLeft: 0 });
    for (const { loss, gradientNorm, tokensPerSecond, secondsLeft, learningRate } of updates) {
      for (const figure of [loss, gradientNorm, tokensPerSecond, learningRate]) expect(figure).toBeGreaterThan(0);
      expect(secondsLeft).toBeGreaterThanOrEqual(0);
    }
    const validations = events.filter((event) => event.type === 'validation');
    expect(validations.map(({ iteration, epoch }) => [iteration, epoch])).toEqual([
      [5, 1],
      [10, 2],
      [15, 3],
      [20, 4],
    ]);
    expect(progress.iteration).toBe(20);
  });

  it('validates as often as it is told, and at the end', async () => {
    const settings = { ...smallSettings, epochs: 2, evaluateEvery: 4 };
    expect(await validationsOf({ settings })).toEqual([4, 8, 10]);
  });

  it('makes one update at least', async () => {
    expect(await validationsOf({ settings: { ...smallSettings, epochs: 0.001 } })).toEqual([1]);
  });

  it('keeps the weights of the best validation, and says which it was', async () => {
    const saved: number[] = [];
    const { progress } = await train(
      smallRun(engine, newFolder(), {
        task: scripted([1, 3, 2, 4]),
        saveBest: async (_, { iteration }) => void saved.push(iteration),
      }),
    );
    expect(saved).toEqual([5, 10, 20]);
    expect(progress.best).toEqual({ criterion: 4, iteration: 20, scores: { score: 4 } });
  });

  it('keeps the weights of the last validation instead where it is told so', async () => {
    const saved: number[] = [];
    const settings = { ...smallSettings, keep: 'last' as const };
    const saveBest: TrainingRun['saveBest'] = async (_, { iteration }) => void saved.push(iteration);
    const { progress } = await train(
      smallRun(engine, newFolder(), { task: scripted([1, 3, 2, 1]), saveBest, settings }),
    );
    expect(saved).toEqual([5, 10, 15, 20]);
    expect(progress.best).toEqual({ criterion: 1, iteration: 20, scores: { score: 1 } });
  });

  it('measures and saves averages of the weights, and goes on from the weights', async () => {
    const saved: number[][] = [];
    const [model, plain] = [smallModel(engine), smallModel(engine)];
    const weights = ({ parameters }: { parameters: typeof model.parameters }) =>
      parameters.flatMap(({ value }) => Array.from(value.data));
    const settings = { ...smallSettings, keep: 'last', average: 0.9 } as const;
    const saveBest = async () => {
      saved.push(weights(model));
    };
    const folder = newFolder();
    await train(smallRun(engine, folder, { model, settings, saveBest }));
    await train(smallRun(engine, newFolder(), { model: plain }));
    expect(weights(model)).toEqual(weights(plain));
    expect(saved.at(-1)).not.toEqual(weights(model));
    const { tensors } = await readSafetensors(join(folder, 'training-state.safetensors'));
    const averages = model.parameters.flatMap(({ name }) => Array.from(tensors.get(`average.${name}`)!.data));
    expect(saved.at(-1)).toEqual(averages);
  });

  it('lets matrices decay, and biases not', async () => {
    const sizes = async (weightDecay: number) => {
      const model = smallModel(engine);
      await train(smallRun(engine, newFolder(), { model, settings: { ...smallSettings, weightDecay } }));
      return model.parameters.map(({ value }) => Math.hypot(...value.data));
    };
    const [free, decaying] = [await sizes(1e-9), await sizes(2)];
    const { parameters } = smallModel(engine);
    for (const [i, { value }] of parameters.entries()) {
      if (value.rows > 1) expect(decaying[i]).toBeLessThan(0.95 * free[i]!);
      else expect(Math.abs(decaying[i]! / free[i]! - 1)).toBeLessThan(0.3);
    }
  });

  it('stops when nothing got better for as many validations as its patience, also when resumed', async () => {
    const folder = newFolder();
    const run = (resume: boolean, events: TrainingEvent[]) =>
      train(
        smallRun(engine, folder, {
          task: scripted([1, 3, 2, 3, 9, 9]),
          settings: { ...smallSettings, epochs: 6, patience: 2 },
          resume,
          onEvent: (event) => events.push(event),
        }),
      );
    const events: TrainingEvent[] = [];
    const result = await run(false, events);
    expect(result).toMatchObject({ interrupted: false, progress: { iteration: 20, best: { iteration: 10 } } });
    expect(events.at(-1)).toEqual({ type: 'stopped', reason: 'no better for 2 validations' });

    const after: TrainingEvent[] = [];
    expect(await run(true, after)).toEqual(result);
    expect(after).toEqual([{ type: 'stopped', reason: 'no better for 2 validations' }]);
  });

  it('measures the first weights too when told, whose training loss is not known yet, but not when resumed', async () => {
    const folder = newFolder();
    const saved: number[] = [];
    const events: TrainingEvent[] = [];
    const run = (changes: Partial<TrainingRun> = {}) =>
      train(
        smallRun(engine, folder, {
          validateFirst: true,
          saveBest: async (_, { iteration }) => void saved.push(iteration),
          ...changes,
          onEvent(event) {
            if (event.type !== 'validating') events.push(event);
            changes.onEvent?.(event);
          },
        }),
      );
    const { progress } = await run({ task: scripted([9, 1]), ...stopAfter(6) });
    expect(progress.best).toEqual({ criterion: 9, iteration: 0, scores: { score: 9 } });
    expect(saved).toEqual([0]);
    expect(events[0]).toMatchObject({ type: 'validation', iteration: 0, epoch: 0, trainingLoss: null, best: true });
    expect(events[6]).toMatchObject({ type: 'validation', iteration: 5, trainingLoss: expect.any(Number) });
    expect((await logIn(folder))[0]).toMatchObject({ iteration: 0, trainingLoss: null });

    events.length = 0;
    await run({ task: scripted([2, 3, 4]), resume: true });
    expect(events[0]).toMatchObject({ type: 'update', iteration: 7 });
    expect(saved).toEqual([0]);
  });

  it('takes of validations that are as good the one with the lowest loss', async () => {
    const losses = [3, 2, 2, 1];
    let next = 0;
    const validate = () => validated({ criterion: 1, scores: { loss: losses[next++]! }, samples: [] });
    const saved: number[] = [];
    const saveBest: TrainingRun['saveBest'] = async (_, { iteration }) => void saved.push(iteration);
    await train(smallRun(engine, newFolder(), { task: { ...smallTask(smallModel(engine)), validate }, saveBest }));
    expect(saved).toEqual([5, 10, 20]);
  });

  it('shows what the model writes when the task says so, from the start, once where it is validated too', async () => {
    const events: TrainingEvent[] = [];
    const states: number[] = [];
    const sample: TrainingTask['sample'] = (iteration, state) => {
      states.push(Math.max(...(state[0]?.h.data.map(Math.abs) ?? [])));
      return iteration % 2 === 0 ? written(iteration) : undefined;
    };
    const task = { ...smallTask(smallModel(engine)), sample };
    await train(smallRun(engine, newFolder(), { task, onEvent: (event) => events.push(event) }));
    const shown = events.filter((event) => event.type === 'sample');
    expect(shown.map(({ iteration, samples }) => [iteration, samples])).toEqual(
      [0, 2, 4, 6, 8, 12, 14, 16, 18].map((iteration) => [iteration, [`after ${iteration}`]]),
    );
    expect(shown[1]).toMatchObject({ epoch: 0.4, loss: expect.any(Number) });
    // The state that the next batch starts from: zeros at the start only, since it is validated at the end of epochs.
    expect(states.map((value) => value > 0)).toEqual(states.map((_, i) => i > 0));
  });

  it.each([6, 20])('stopped in writing a sample after update %i, writes it when it is resumed', async (last) => {
    const folder = newFolder();
    const shown: number[] = [];
    const run = (changes: Partial<TrainingRun>, stop = () => {}) => {
      const sample: TrainingTask['sample'] = (iteration) => (iteration === last ? written(iteration, stop) : undefined);
      const onEvent = (event: TrainingEvent) => void (event.type === 'sample' && shown.push(event.iteration));
      const validate = () => validated({ criterion: 0, scores: {}, samples: [] });
      return train(
        smallRun(engine, folder, { task: { ...smallTask(smallModel(engine)), sample, validate }, onEvent, ...changes }),
      );
    };
    const controller = new AbortController();
    expect(await run({ signal: controller.signal }, () => controller.abort())).toMatchObject({
      interrupted: true,
      progress: { iteration: last },
    });
    expect(shown).toEqual([]);
    expect(await run({ resume: true })).toMatchObject({ interrupted: false, progress: { iteration: 20 } });
    expect(shown).toEqual([last]);
  });

  it('takes the last weights for the best where nothing is measured', async () => {
    const saved: number[] = [];
    const unmeasured = {
      ...smallTask(smallModel(engine)),
      validate: () => validated({ criterion: 0, scores: {}, samples: [] }),
    };
    const saveBest: TrainingRun['saveBest'] = async (_, { iteration }) => void saved.push(iteration);
    const settings = { ...smallSettings, patience: 1 };
    const { progress } = await train(smallRun(engine, newFolder(), { task: unmeasured, saveBest, settings }));
    expect(saved).toEqual([5, 10, 15, 20]);
    expect(progress.best).toMatchObject({ iteration: 20, scores: {} });
  });

  it('smooths the loss as min-char-rnn does, if so asked', async () => {
    const lossesWith = async (lossMemory: number) => {
      const losses: number[] = [];
      const onEvent = (event: TrainingEvent) => void (event.type === 'update' && losses.push(event.loss));
      await train(smallRun(engine, newFolder(), { settings: { ...smallSettings, lossMemory }, onEvent }));
      return losses;
    };
    const [latest, smoothed] = [await lossesWith(0), await lossesWith(0.9)];
    let expected = Math.log(7);
    for (const [i, loss] of latest.entries()) {
      expected = 0.9 * expected + 0.1 * loss;
      expect(smoothed[i]).toBeCloseTo(expected, 10);
    }
  });

  it('without a folder learns the same, and keeps nothing', async () => {
    const kept = await train(smallRun(engine, newFolder()));
    const { folder: _, ...run } = smallRun(engine, '');
    expect(await train(run)).toEqual(kept);
    expect((await train({ ...run, model: smallModel(engine), ...stopAfter(2) })).interrupted).toBe(true);
  });

  it('does not stop early without patience', async () => {
    expect(await validationsOf({ task: scripted([4, 3, 2, 1]) })).toEqual([5, 10, 15, 20]);
  });

  it('started anew in the same folder forgets the older one', async () => {
    const folder = newFolder();
    await train(smallRun(engine, folder));
    await train(smallRun(engine, folder, { signal: AbortSignal.abort(), model: smallModel(engine, 5) }));
    const { progress } = await train(smallRun(engine, folder, { resume: true, ...stopAfter(1) }));
    expect(progress.iteration).toBe(1);
    expect((await logIn(folder)).length).toBe(0);
  });
});

describe('training stops with one clear line', () => {
  it('when the loss is not a number any more; the state before it can still be resumed', async () => {
    const folder = newFolder();
    const healthy = (run: TrainingRun): TrainingRun => ({ ...run, settings: { ...smallSettings, evaluateEvery: 3 } });
    const broken = healthy(smallRun(engine, folder));
    const { batch } = broken.task;
    broken.task.batch = (iteration) => {
      if (iteration === 7) broken.model.outputBias.value.data.fill(Number.NaN);
      return batch(iteration);
    };
    await expectInputError(
      train(broken),
      /^the loss at update 8 is not a number any more: found a learning rate of 0\.01\. Use a smaller learningRate or clipping\. The best weights \(update [36]\) are kept\.$/,
    );
    const { progress } = await train(healthy(smallRun(engine, folder, { resume: true })));
    expect(progress.iteration).toBe(20);
  });

  it('when a score is not a number', async () => {
    const saved: number[] = [];
    const run = smallRun(engine, newFolder(), {
      task: scripted([Number.NaN]),
      saveBest: async (_, { iteration }) => void saved.push(iteration),
    });
    await expectInputError(
      train(run),
      'a score after update 5 is not a number any more: found a learning rate of 0.01. ' +
        'Use a smaller learningRate or clipping. Nothing was worth keeping yet.',
    );
    expect(saved).toEqual([]);
  });

  it('when its folder is a file', async () => {
    const folder = newFolder();
    await writeFile(folder, 'a file');
    await expectInputError(
      train(smallRun(engine, folder)),
      /^cannot write .*training-state\.safetensors: found a file where its folder is to be/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('when its folder may not be written', async () => {
    const folder = newFolder();
    await mkdir(folder, { mode: 0o500 });
    await expectInputError(
      train(smallRun(engine, folder)),
      /^cannot write .*training-state\.safetensors: found no permission/,
    );
  });

  it('when the checkpoint can not be replaced', async () => {
    const folder = newFolder();
    const run = smallRun(engine, folder);
    run.saveBest = () => mkdirInstead(join(folder, 'training-state.safetensors'));
    await expectInputError(train(run), /^cannot write .*training-state\.safetensors: found .*\(E[A-Z]+\)/);
  });
});

async function validationsOf(changes: Partial<TrainingRun>): Promise<number[]> {
  const validations: number[] = [];
  const onEvent = (event: TrainingEvent) => {
    if (event.type === 'validation') validations.push(event.iteration);
  };
  await train(smallRun(engine, newFolder(), { ...changes, onEvent }));
  return validations;
}

function keepLosses(losses: number[]): (event: TrainingEvent) => void {
  return (event) => {
    if (event.type === 'update') losses.push(event.loss);
    if (event.type === 'validation') losses.push(event.scores['loss'] ?? Number.NaN);
  };
}

/** A validation of one step. */
function* validated(validation: Validation): Steps<Validation> {
  yield 0;
  return validation;
}

/** A sample of one step. */
function* written(iteration: number, meanwhile = () => {}): Steps<string> {
  meanwhile();
  yield 0.5;
  return `after ${iteration}`;
}

/** The small task with these criteria, one validation after another. */
function scripted(criteria: readonly number[]): TrainingTask {
  let next = 0;
  const validate = () => {
    const criterion = criteria[next++] ?? Number.NaN;
    return validated({ criterion, scores: { score: criterion }, samples: [] });
  };
  return { ...smallTask(smallModel(engine)), validate };
}

async function mkdirInstead(path: string): Promise<void> {
  await rm(path, { force: true, recursive: true });
  await mkdir(join(path, 'not empty'), { recursive: true });
}
