/** Cross-validation: a model for each fold of the data, which learns from the others and is measured on that one. */
import { join } from 'node:path';
import { InputError } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';
import { Random } from '../base/random.ts';
import { isStop, runInTurns } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { TrainingEvent } from '../training/events.ts';
import { baselinesSteps } from './baselines.ts';
import type { SequenceExample } from './data/example.ts';
import { evaluateSteps } from './evaluate.ts';
import { SequenceLabeller } from './labeller.ts';
import { type SequenceTraining, trainSequences } from './train.ts';
import { baselineWithoutMemory } from './without-memory.ts';

/** A cross-validation, as `crossValidate` runs it; `folder` is where the folders of the models go. */
export interface CrossValidation
  extends Omit<SequenceTraining, 'engine' | 'validation' | 'onStart' | 'onEvent' | 'onDone'> {
  /** The number of folds, at least 2. */
  folds: number;
  /** Opens an engine for one fold, which is closed after it. */
  openEngine(): Promise<Engine>;
  onEvent(fold: number, event: TrainingEvent): void;
  onFold(fold: number, result: FoldResult): void;
}

/** Accuracies on the sequences of one fold. */
export interface FoldResult {
  /** The model's. */
  accuracy: number;
  /** Those of the baselines, which learned from the same sequences, by name. */
  baselines: Record<string, number>;
}

export interface CrossValidationResult {
  folds: FoldResult[];
  interrupted: boolean;
}

/**
 * Trains a model for each fold on all other folds and measures it on that one, which nothing of it was chosen by: a part
 * of the other folds chooses the best weights. The models are kept in `fold-1`, … and the accuracies in
 * `cross-validation.json`.
 *
 * @throws InputError when a fold would have fewer than two sequences
 */
export async function crossValidate(run: CrossValidation): Promise<CrossValidationResult> {
  const { data, folder, settings, folds: count, signal } = run;
  if (data.examples.length < 2 * count) {
    throw new InputError(`${data.name} has too few sequences for ${count} folds`, {
      found: String(data.examples.length),
      expected: `at least ${2 * count}`,
    });
  }
  const shuffled = new Random(settings.seed).shuffle([...data.examples]);
  const folds: FoldResult[] = [];
  for (let fold = 0; fold < count; fold++) {
    const heldOut = shuffled.filter((_, i) => i % count === fold);
    const others = shuffled.filter((_, i) => i % count !== fold);
    const result = await measureFold(run, fold, others, heldOut);
    if (!result || signal?.aborted) return { folds, interrupted: true };
    folds.push(result);
    run.onFold(fold, result);
    await writeFileAtomically(join(folder, 'cross-validation.json'), `${JSON.stringify({ folds }, null, 2)}\n`);
  }
  return { folds, interrupted: false };
}

/** The result of a fold; undefined when the training was interrupted. */
async function measureFold(...args: Parameters<typeof trainAndMeasure>): Promise<FoldResult | undefined> {
  const [{ signal }] = args;
  try {
    return await trainAndMeasure(...args);
  } catch (error) {
    if (isStop(error, signal)) return undefined;
    throw error;
  }
}

async function trainAndMeasure(
  { openEngine, onEvent, folds: _, onFold: __, ...training }: CrossValidation,
  fold: number,
  others: readonly SequenceExample[],
  heldOut: readonly SequenceExample[],
): Promise<FoldResult | undefined> {
  const engine = await openEngine();
  try {
    const folder = join(training.folder, `fold-${fold + 1}`);
    const { interrupted } = await trainSequences({
      ...training,
      engine,
      folder,
      data: { ...training.data, examples: others },
      labels: heldOut.flatMap(({ labels }) => labels),
      onEvent: (event) => onEvent(fold, event),
    });
    if (interrupted) return undefined;
    const labeller = await SequenceLabeller.load(folder, engine);
    const alone = await baselineWithoutMemory(labeller, { training: others, validation: heldOut }, training);
    const { signal } = training;
    const { task } = training.start;
    return {
      accuracy: (await runInTurns(evaluateSteps(labeller, heldOut), { signal })).accuracy,
      baselines: { ...(await runInTurns(baselinesSteps(task, others, heldOut), { signal })), ...alone },
    };
  } finally {
    engine.close();
  }
}

/** The mean accuracy over the folds and its standard deviation, of the model and of each baseline. */
export function summarise(folds: readonly FoldResult[]): Record<string, { mean: number; deviation: number }> {
  const names = new Set(folds.flatMap(({ baselines }) => Object.keys(baselines)));
  const columns = [
    ['the model', folds.map(({ accuracy }) => accuracy)] as const,
    ...[...names].map((name) => [name, folds.flatMap(({ baselines }) => baselines[name] ?? [])] as const),
  ];
  return Object.fromEntries(columns.map(([name, values]) => [name, meanAndDeviation(values)]));
}

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
