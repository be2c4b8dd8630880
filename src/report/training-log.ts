import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const time = z.string().transform((text) => Date.parse(text));

const updateSchema = z.object({
  type: z.literal('update'),
  time,
  iteration: z.number(),
  epoch: z.number(),
  loss: z.number(),
  tokensPerSecond: z.number(),
});

const validationSchema = z.object({
  type: z.literal('validation'),
  time,
  iteration: z.number(),
  epoch: z.number(),
  /** Not there before the first update. */
  trainingLoss: z.number().nullable(),
  best: z.boolean(),
  scores: z.record(z.string(), z.number()),
  samples: z.array(z.string()),
});

const sampleSchema = z.object({
  type: z.literal('sample'),
  time,
  iteration: z.number(),
  epoch: z.number(),
  /** Of the training, in its own units. Not there before the first update. */
  loss: z.number().optional(),
  samples: z.array(z.string()),
});

const lineSchema = z.discriminatedUnion('type', [updateSchema, validationSchema, sampleSchema]);

export type LoggedUpdate = z.infer<typeof updateSchema>;
export type LoggedValidation = z.infer<typeof validationSchema>;
export type LoggedSample = z.infer<typeof sampleSchema>;

/** What a training's `log.jsonl` says. */
export interface TrainingLog {
  updates: LoggedUpdate[];
  validations: LoggedValidation[];
  /** What the model wrote between validations. */
  samples: LoggedSample[];
  /** How long it took, pauses between a stop and a resume left out. */
  seconds: number;
}

/** Reads the log of the training in a folder; undefined where it has none. Lines that were torn by a kill are left out. */
export async function readTrainingLog(folder: string): Promise<TrainingLog | undefined> {
  const text = await readFile(join(folder, 'log.jsonl'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const events = text.split('\n').flatMap((line) => {
    const parsed = lineSchema.safeParse(parseOrNothing(line));
    return parsed.success ? [parsed.data] : [];
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
    const before = events[i] ?? { time, iteration };
    return { seconds: (time - before.time) / 1000, updates: iteration - before.iteration };
  });
  const usual = gaps.map(({ seconds }) => seconds).toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const worked = gaps.filter(({ seconds }) => seconds <= Math.max(SHORTEST_PAUSE, 10 * usual));
  const seconds = worked.reduce((sum, gap) => sum + gap.seconds, 0);
  const updates = worked.reduce((sum, gap) => sum + gap.updates, 0);
  return updates > 0 ? (seconds * (events.at(-1)?.iteration ?? 0)) / updates : seconds;
}

function parseOrNothing(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
