/** What was trained and how, in words, for the table of what was trained. Knows no product. */
import { counted } from '../base/counted.ts';
import { type Fact, formatInteger } from './page.ts';
import type { TrainingLog } from './training-log.ts';

/** A recurrent network, as a config says it. */
interface RecurrentShape {
  cell: string;
  layers: number;
  hidden: number;
}

/** The settings that all trainings have, see training/settings.ts. */
export interface ReportedSettings {
  epochs: number;
  optimizer: { name: string };
  learningRate: number;
  schedule: { name: string; warmup?: number };
  clipping?: { by: string; limit: number } | undefined;
  dropout: number;
  smoothing: number;
  seed: number;
}

/** A network for a sentence: LSTM 2 × 128 */
export function networkInShort({ cell, layers, hidden }: RecurrentShape): string {
  return `${cell.toUpperCase()} ${layers} × ${hidden}`;
}

/** A network for the table of what was trained: LSTM, 2 layers of 128 units */
export function networkInWords({ cell, layers, hidden }: RecurrentShape): string {
  return `${cell.toUpperCase()}, ${counted(layers, 'layer')} of ${counted(hidden, 'unit')}`;
}

/** The settings, a row of the table of what was trained for each. */
export function settingsInWords(settings: ReportedSettings): Fact[] {
  const { epochs, optimizer, learningRate, schedule, clipping, dropout, smoothing, seed } = settings;
  const warmup = schedule.warmup ? `, ${schedule.warmup} updates of warm-up` : '';
  return [
    ['Epochs', String(Number(epochs.toFixed(2)))],
    ['Optimiser', `${optimizer.name}, learning rate ${learningRate}, ${schedule.name} schedule${warmup}`],
    ['Clipping', clipping ? `gradients to ${clipping.by} ${clipping.limit}` : 'none'],
    ['Dropout', String(dropout)],
    ['Label smoothing', String(smoothing)],
    ['Seed', String(seed)],
  ];
}

/**
 * Updates, time and speed of a training so far.
 *
 * @param unit what the speed counts, in the plural: words, characters
 */
export function timeInWords({ updates, validations, seconds }: TrainingLog, unit: string): Fact[] {
  const done = Math.max(updates.at(-1)?.iteration ?? 0, validations.at(-1)?.iteration ?? 0);
  const speeds = updates.map(({ tokensPerSecond }) => tokensPerSecond).toSorted((a, b) => a - b);
  const speed = speeds[Math.floor(speeds.length / 2)];
  return [
    ['Updates', formatInteger(done)],
    ['Time', seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`],
    ...(speed === undefined
      ? []
      : [['Speed', `${formatInteger(speed)} ${unit} a second, validation included`] as const]),
  ];
}
