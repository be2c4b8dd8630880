/** What is known of trainings, from their logs, and the lines that are drawn of it. Knows no element and no chart. */
import type { RunLogAnswer, TrainingLog } from '../../server/api.ts';

export type LinePoint = readonly [x: number, y: number];
/** What stands on the x axis. */
export type Axis = 'epoch' | 'iteration' | 'minutes';

type Validation = TrainingLog['validations'][number];
type Logged = { iteration: number; epoch: number; time: number };

/** A training, put together from all that was told of it. */
export interface KnownRun extends RunLogAnswer {
  /** The last update that is known of; -1 for none. */
  last: number;
}

/** What is known after an answer to what came after `known.last`; of a training that has begun anew, undefined. */
export function withNew(known: KnownRun | undefined, news: RunLogAnswer): KnownRun | undefined {
  const { updates, validations, samples } = news;
  const iterations = [...updates, ...validations, ...samples].map(({ iteration }) => iteration);
  if (!known) return { ...news, last: iterations.reduce((a, b) => Math.max(a, b), -1) };
  if (iterations.length === 0 && news.updated !== known.updated && news.seconds < known.seconds) return undefined;
  return {
    ...news,
    updates: [...known.updates, ...updates],
    validations: [...known.validations, ...validations],
    samples: [...known.samples, ...samples],
    last: iterations.reduce((a, b) => Math.max(a, b), known.last),
  };
}

/** The training loss, and with it that at validations, which is all that a short training has logged of it. */
export function trainingLine({ updates, validations, samples }: KnownRun, axis: Axis): LinePoint[] {
  const begun = beginOf(updates, validations, samples);
  const points = [
    ...updates.map((event) => [placeOf(event, axis, begun), event.loss] as const),
    ...validations.flatMap((event): LinePoint[] =>
      event.trainingLoss === null ? [] : [[placeOf(event, axis, begun), event.trainingLoss]],
    ),
  ];
  return points.sort(([a], [b]) => a - b);
}

/** A score by validations. */
export function scoreLine({ updates, validations, samples }: KnownRun, score: string, axis: Axis): LinePoint[] {
  const begun = beginOf(updates, validations, samples);
  return validations.flatMap((event): LinePoint[] => {
    const value = event.scores[score];
    return value === undefined ? [] : [[placeOf(event, axis, begun), value]];
  });
}

/** The names of the scores that any of the trainings has, beside the loss. */
export function scoreNames(runs: readonly KnownRun[]): string[] {
  const names = runs.flatMap(({ validations }) => validations.flatMap(({ scores }) => Object.keys(scores)));
  return [...new Set(names)].filter((name) => name !== 'loss');
}

/** How a training stands: its last figures. */
export function standing({ updates, validations, last, seconds }: KnownRun) {
  const [update, validation] = [updates.at(-1), validations.at(-1)];
  const losses = validations.flatMap(({ scores }) => scores['loss'] ?? []);
  return {
    epoch: Math.max(update?.epoch ?? 0, validation?.epoch ?? 0),
    iteration: Math.max(0, last),
    trainingLoss: lastTrainingLoss(update, validation),
    validationLoss: losses.at(-1),
    best: losses.length > 0 ? Math.min(...losses) : undefined,
    seconds,
  };
}

function lastTrainingLoss(update: TrainingLog['updates'][number] | undefined, validation: Validation | undefined) {
  const ofValidation = validation?.trainingLoss ?? undefined;
  if (!update) return ofValidation;
  return validation && validation.iteration > update.iteration ? (ofValidation ?? update.loss) : update.loss;
}

/** The scores of the last validation, beside those of the best where that is another; undefined before the first. */
export function measuredScores({ validations }: KnownRun) {
  const last = validations.at(-1);
  if (!last) return undefined;
  const best = validations.findLast((validation) => validation.best);
  const other = best === last ? undefined : best;
  return {
    iteration: last.iteration,
    epoch: last.epoch,
    /** The update of the best. */
    best: other?.iteration,
    scores: Object.entries(last.scores).map(([name, value]) => ({ name, last: value, atBest: other?.scores[name] })),
  };
}

/** What was written, with where the training was then, newest first. */
export function writtenSamples({
  validations,
  samples,
}: KnownRun): { iteration: number; epoch: number; texts: string[] }[] {
  return [...validations, ...samples]
    .filter((event) => event.samples.length > 0)
    .map(({ iteration, epoch, samples: texts }) => ({ iteration, epoch, texts }))
    .sort((a, b) => b.iteration - a.iteration);
}

/** What says nothing to a reader, and names that are left out before the names of what is in them. */
const [UNTOLD, SURROUNDING] = [new Set(['format', 'hash']), new Set(['settings', 'shape'])];

/** Settings as names and values, those within others too: `optimizer name`, `adam`. Long lists are left out. */
export function flatSettings(value: unknown, name = ''): [name: string, value: string][] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.length > 8 ? [] : [[name, value.map(String).join(', ')]];
  if (typeof value === 'number') return [[name, String(Number(value.toPrecision(6)))]];
  if (typeof value !== 'object') return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (UNTOLD.has(key)) return [];
    return flatSettings(inner, SURROUNDING.has(key) ? name : `${name} ${key}`.trim());
  });
}

function beginOf(...lists: readonly (readonly Logged[])[]): number {
  return lists.flatMap((list) => list[0]?.time ?? []).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function placeOf(event: Logged, axis: Axis, begun: number): number {
  return axis === 'minutes' ? (event.time - begun) / 60_000 : event[axis];
}
