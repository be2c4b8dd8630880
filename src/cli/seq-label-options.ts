/** What the options of `seq train` mean for labels: the data that is read, the new model, its settings. */
import type { Command } from 'commander';
import type { Engine } from '../compute/engine.ts';
import {
  epochsForSequences,
  type NewSequenceModel,
  type PictureReading,
  type SequenceConfig,
  type SequenceSettings,
  sequenceDefaults,
  type Task,
} from '../sequences/config.ts';
import { isWords, type SequenceData } from '../sequences/data/example.ts';
import { loadCnnOfLabeller } from '../sequences/data/pictures.ts';
import { readSequences } from '../sequences/data/read.ts';
import { loadCnn } from '../vision/load-cnn.ts';
import { isGiven, refuseInapplicable } from './given-options.ts';
import type { Status } from './progress.ts';
import { readingFor, type SequenceTrainingOptions } from './seq-options.ts';
import { trainingSettings } from './training-options.ts';

interface LabelledReading {
  status: Status;
  signal: AbortSignal;
  /** Shared by a CNN that sees the pictures, where there are any; by default it has one of its own. */
  engine?: Engine;
  /** The config of a model whose training is resumed: the data is read as it was then. */
  trained?: SequenceConfig | undefined;
}

/** Reads the sequences that are learned from and, where they are others, those for validation. */
export async function readLabelled(
  paths: readonly string[],
  options: SequenceTrainingOptions,
  { status, signal, engine, trained }: LabelledReading,
): Promise<{ data: SequenceData; validation: SequenceData | undefined }> {
  const { valFile, skipOdd, encoding, cnn, cnnBackend } = options;
  const { task, reading } = trained ?? newModelOf(options);
  const openCnn = trained
    ? () => loadCnnOfLabeller(trained, cnnBackend, engine)
    : async () => ({ name: cnn, cnn: await loadCnn(cnn, cnnBackend, engine) });
  const how = { ...readingFor(status, { skipOdd, encoding, signal }), task, reading, openCnn };
  const data = await readSequences(paths, how);
  if (!valFile) return { data, validation: undefined };
  const labels = [...new Set(data.examples.flatMap((example) => example.labels))];
  return { data, validation: await readSequences(valFile, { ...how, labels, use: 'test' }) };
}

/** @throws UsageError that names an option without effect on a model of labels, whatever its data */
export function refuseIdleOptions({ cell }: SequenceTrainingOptions, command: Command): void {
  refuseInapplicable(command, ['attention'], 'labels: it is for --task translate');
  if (cell === 'rnn') refuseInapplicable(command, ['memory'], 'the cell rnn, which has no gates');
}

/** @throws UsageError that names an option without effect on such data */
export function refuseIdleOptionsOn(
  { name, cnn, examples }: SequenceData,
  { task, read }: SequenceTrainingOptions,
  command: Command,
): void {
  const { inputs } = examples[0]!;
  if (!isWords(inputs)) refuseInapplicable(command, ['minCount', 'embedding'], `${name}, which has no words`);
  if (!(inputs instanceof Uint8Array)) refuseInapplicable(command, ['read'], `${name}, which is no IDX file`);
  if (!cnn) refuseInapplicable(command, ['cnn', 'cnnBackend'], `${name}, which has no pictures for a CNN`);
  if (read !== 'glimpses') {
    refuseInapplicable(command, ['glimpses'], 'pictures that are read otherwise: it needs --read glimpses');
  }
  if (task === 'tag') refuseInapplicable(command, ['pool'], '--task tag, which labels every step');
}

/** The shape of a new model. */
export function newModelOf(options: SequenceTrainingOptions): NewSequenceModel & { reading: PictureReading } {
  const { pool, embedding, cell, layers, hidden, bidirectional, read: reading, glimpses } = options;
  const task = options.task as Task; // not 'translate', whose training has options of its own
  return { task, pool, embedding, cell, layers, hidden, bidirectional, reading, glimpses };
}

/** The settings of a training; little data is shown more often, unless the epochs were given. */
export function settingsOf(
  options: SequenceTrainingOptions,
  { examples }: SequenceData,
  command: Command,
): SequenceSettings {
  const { minCount, memory, valFraction, valFile, batch } = options;
  const settings = {
    ...trainingSettings(options, sequenceDefaults),
    minCount,
    valFraction: valFile ? 0 : valFraction,
    ...(memory && { memory }),
  };
  return isGiven(command, 'epochs') ? settings : { ...settings, epochs: epochsForSequences(examples.length, batch) };
}

/** Accuracies of baselines in a line. */
export function describeBaselines(baselines: Readonly<Record<string, number>>): string {
  return Object.entries(baselines)
    .map(([name, accuracy]) => `${name} ${accuracy.toFixed(4)}`)
    .join(', ');
}
