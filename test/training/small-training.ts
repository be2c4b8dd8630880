/** A training of a few milliseconds: a model of a few weights that learns random sequences. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/base/random.ts';
import { readSafetensors } from '../../src/base/safetensors.ts';
import type { Engine } from '../../src/compute/engine.ts';
import { LanguageModel, type LanguageModelShape } from '../../src/model/language-model.ts';
import { optimizerDefaults } from '../../src/nn/optimizer.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { resetState } from '../../src/nn/state.ts';
import type { TrainingEvent } from '../../src/training/events.ts';
import type { TrainingRun } from '../../src/training/run.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';
import type { TrainingTask } from '../../src/training/task.ts';

/** Everything that is random or remembered is on: dropout, momenta, state carried from batch to batch. */
export const smallSettings: TrainingSettings = {
  epochs: 4,
  evaluateEvery: 0,
  patience: 0,
  optimizer: optimizerDefaults.adam,
  learningRate: 0.01,
  schedule: { name: 'cosine', warmup: 3 },
  clipping: { by: 'norm', limit: 1 },
  dropout: 0.3,
  smoothing: 0.1,
  seed: 1,
};

const shape: LanguageModelShape = { cell: 'lstm', vocabulary: 7, embedding: 5, layers: 2, hidden: 6, condition: 0 };
const [N, T] = [3, 4];

export function smallModel(engine: Engine, seed = 1): LanguageModel {
  return new LanguageModel(engine, shape).initialise(new Random(seed));
}

/** Five batches in an epoch, whose sequences go on from one to the next. */
export function smallTask(model: LanguageModel): TrainingTask {
  const state = model.newState(N);
  const batch = (seed: number) => {
    const random = new Random(seed);
    const tokens = () => Int32Array.from({ length: N * T }, () => random.integer(shape.vocabulary));
    return { packing: uniformPacking(N, T), inputs: tokens(), targets: tokens() };
  };
  return {
    iterationsPerEpoch: 5,
    batchSize: N,
    batch: (iteration) => batch(iteration % 5),
    continues: (iteration) => iteration % 5 !== 0,
    // biome-ignore lint/correctness/useYield: one step is all there is to it
    *validate() {
      resetState(state);
      const { sum, tokens } = model.loss(batch(99), state);
      return { criterion: -sum / tokens, scores: { loss: sum / tokens }, samples: ['a sample'] };
    },
  };
}

/** A run of the small task by a model with other first weights for each call: a resumed one must not depend on them. */
export function smallRun(engine: Engine, folder: string, changes: Partial<TrainingRun> = {}): TrainingRun {
  const model = changes.model ?? smallModel(engine, 1);
  return {
    model,
    task: smallTask(model),
    settings: smallSettings,
    folder,
    resume: false,
    saveBest: async () => {},
    onEvent: () => {},
    ...changes,
  };
}

/** A signal that says stop after this many updates, and the listener that it needs. */
export function stopAfter(updates: number): { signal: AbortSignal; onEvent: (event: TrainingEvent) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent(event) {
      if (event.type === 'update' && event.iteration >= updates) controller.abort();
    },
  };
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'caption-lm-test-'));
}

/** Everything that a resumed training goes on from, bit for bit. */
export async function checkpointIn(folder: string) {
  const { tensors, metadata } = await readSafetensors(join(folder, 'training-state.safetensors'));
  const bits = [...tensors].map(([name, { data }]) => [name, Buffer.from(data.slice().buffer).toString('latin1')]);
  return { ...Object.fromEntries(bits), progress: metadata['progress'] };
}

/** The lines of log.jsonl without what differs from run to run: times and speeds. */
export async function logIn(folder: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(join(folder, 'log.jsonl'), 'utf8')).split('\n');
  if (lines.pop() !== '') throw new Error('the log does not end with a line end');
  return lines.map((line) => {
    const { time: _, tokensPerSecond: __, secondsLeft: ___, ...event } = JSON.parse(line);
    return event;
  });
}
