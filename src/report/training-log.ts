/** The log of a training, read back for its report, and how long the training took. Knows nothing of what was trained. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { number } from '../base/schema.ts';

const time = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
);

const updateSchema = v.object({
  type: v.literal('update'),
  time,
  iteration: number,
  epoch: number,
  loss: number,
  tokensPerSecond: number,
});

const validationSchema = v.object({
  type: v.literal('validation'),
  time,
  iteration: number,
  epoch: number,
  /** The smoothed training loss; null before the first update. */
  trainingLoss: v.nullable(number),
  best: v.boolean(),
  scores: v.record(v.string(), number),
  /** The scores on each of several datasets. */
  datasets: v.optional(v.record(v.string(), v.record(v.string(), number))),
  samples: v.array(v.string()),
});

const sampleSchema = v.object({
  type: v.literal('sample'),
  time,
  iteration: number,
  epoch: number,
  /** The smoothed training loss; undefined before the first update. */
  loss: v.optional(number),
  samples: v.array(v.string()),
});

const lineSchema = v.variant('type', [updateSchema, validationSchema, sampleSchema]);

export type LoggedUpdate = v.InferOutput<typeof updateSchema>;
export type LoggedValidation = v.InferOutput<typeof validationSchema>;
export type LoggedSample = v.InferOutput<typeof sampleSchema>;

/** What a training's `log.jsonl` says. */
export interface TrainingLog {
  updates: LoggedUpdate[];
  validations: LoggedValidation[];
  /** What the model wrote between validations. */
  samples: LoggedSample[];
  /** How long the training took, pauses between a stop and a resume left out. */
  seconds: number;
}

/** Reads the log of the training in a folder; undefined where it has none. Lines that were torn by a kill are left out. */
export async function readTrainingLog(folder: string): Promise<TrainingLog | undefined> {
  const text = await readFile(join(folder, 'log.jsonl'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const events = text.split('\n').flatMap((line) => {
    const parsed = v.safeParse(lineSchema, parseOrNothing(line));
    return parsed.success ? [parsed.output] : [];
  });
  if (events.length === 0) return undefined;
  return {
    updates: events.filter((event) => event.type === 'update'),
    validations: events.filter((event) => event.type === 'validation'),
    samples: events.filter((event) => event.type === 'sample'),
    seconds: secondsOf(events),
  };
}

/** A longer time than this and than ten times the usual between two lines was a pause. */
const SHORTEST_PAUSE = 60;

/** The time between lines, and that of all other updates at the same pace. */
function secondsOf(events: readonly { time: number; iteration: number }[]): number {
  const gaps = events.slice(1).map(({ time, iteration }, i) => {
    const before = events[i]!;
    return { seconds: (time - before.time) / 1000, updates: iteration - before.iteration };
  });
  const usual = gaps.map(({ seconds }) => seconds).toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const worked = gaps.filter(({ seconds }) => seconds <= Math.max(SHORTEST_PAUSE, 10 * usual));
  const seconds = worked.reduce((sum, gap) => sum + gap.seconds, 0);
  const updates = worked.reduce((sum, gap) => sum + gap.updates, 0);
  return updates > 0 ? (seconds * events.at(-1)!.iteration) / updates : seconds;
}

function parseOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
