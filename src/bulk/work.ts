/** A worker: takes chunks of pictures from the queue, describes them, stores their records. Knows no options. */
import type { Job as Entry } from 'bullmq';
import { InputError } from '../base/errors.ts';
import type { RedisConnection } from './connection.ts';
import { type ChunkWork, describeChunk, describeOneByOne } from './describe-chunk.ts';
import { CaptionJob, type ChunkEntry, type JobDescription } from './job.ts';

/** Milliseconds between two looks at what is to do. */
const POLL = 1000;
/** How often a chunk is handed on of which no picture can be read: the fault may be this machine's. */
const UNREADABLE_ATTEMPTS = 5;
/** Chunks one after another of which no picture can be read: the fault is this machine's. */
const UNREADABLE_CHUNKS = 3;

export interface WorkOptions {
  /** The only job to work on; else all, the oldest first. */
  name?: string | undefined;
  /** The `modelFingerprint` of the captioner at hand. */
  model: string;
  /** What chunks of a job are described by. */
  workOf: (description: JobDescription) => ChunkWork;
  /** Whether to wait for further jobs when none is left. */
  wait: boolean;
  /** Seconds without a sign of life after which a worker's chunk is given to another one. */
  stalledAfter: number;
  /** Stops after the chunk at hand. */
  signal: AbortSignal;
  onProgress?: (job: string, pictures: number) => void;
  /** Called with each message for the user. */
  onMessage?: (message: string) => void;
}

/**
 * Works until all jobs are done that wait for this model; until the signal is raised where it is to wait for more.
 *
 * @returns pictures that were described
 * @throws InputError when there is nothing to work on, all there is waits for another model, Redis is lost, or the
 *   pictures can't be read or described on this machine
 */
export async function workOnJobs(connection: RedisConnection, options: WorkOptions): Promise<number> {
  const { name, model, workOf, wait, signal, onMessage } = options;
  const refused = new Set<string>();
  let pictures = 0;
  for (let worked = false; !signal.aborted; ) {
    const jobs = name === undefined ? await CaptionJob.all(connection) : [new CaptionJob(connection, name)];
    if (jobs.length === 0 && !wait) throw new InputError(`there are no jobs on Redis at ${connection.address}`);
    let mine: { job: CaptionJob; description: JobDescription } | undefined;
    const others: InputError[] = [];
    for (const job of jobs) {
      const description = name !== undefined && !wait && !worked ? await job.expect() : await job.description();
      if (!description || (await job.isFinished())) continue;
      if (description.model === model) mine ??= { job, description };
      else others.push(otherModel(job, description, model));
    }
    if (others[0] && !mine && !wait && !worked) throw others[0];
    for (const { message } of others) {
      if (!refused.has(message)) onMessage?.(message);
      refused.add(message);
    }
    if (mine) {
      pictures += await workOn(mine.job, workOf(mine.description), mine.description, options);
      worked = true;
    } else if (wait) await pause(POLL, signal);
    else break;
  }
  return pictures;
}

function otherModel({ name }: CaptionJob, description: JobDescription, model: string): InputError {
  return new InputError(`the job ${name} is for another model`, {
    found: model,
    expected: description.model,
    advice: 'Give the captioner that it was submitted with.',
  });
}

/** Works on a job until it is done, or the signal is raised and the chunk at hand is done. @returns pictures described */
async function workOn(
  job: CaptionJob,
  work: ChunkWork,
  { attempts }: JobDescription,
  { stalledAfter, signal, onProgress }: WorkOptions,
): Promise<number> {
  const { bullmq } = job.connection;
  let pictures = 0;
  let unreadable = 0;
  const ended = new AbortController(); // with the error that ends this worker

  /** Describes a chunk. What it throws has BullMQ hand the chunk on after a while. */
  async function describe({ data: { chunk }, attemptsStarted, attemptsMade }: Entry<ChunkEntry>): Promise<void> {
    const names = await job.waiting(chunk);
    if (!names) return; // done, by a worker that could not say so
    try {
      if (attemptsStarted > attempts) await job.finish(chunk, await describeOneByOne(job, chunk, names, work));
      else {
        const { records, readable } = await describeChunk(names, work);
        if (readable === 0 && attemptsMade + 1 < UNREADABLE_ATTEMPTS) throw unreadableChunk(records[0]!);
        await job.finish(chunk, records);
      }
      unreadable = 0;
      pictures += names.length;
      onProgress?.(job.name, pictures);
    } catch (error) {
      if (error instanceof UnreadableChunk) unreadable++;
      if (error instanceof InputError && (!(error instanceof UnreadableChunk) || unreadable >= UNREADABLE_CHUNKS)) {
        ended.abort(error); // another one can do what this one can't
      }
      throw error;
    }
  }

  const worker = new bullmq.Worker<ChunkEntry>(job.name, describe, {
    ...job.queueOptions,
    lockDuration: stalledAfter * 1000,
    stalledInterval: (stalledAfter * 1000) / 2,
    maxStalledCount: Number.MAX_SAFE_INTEGER, // what ends programs is found by describing pictures one by one
    drainDelay: 1,
  });
  worker.on('error', () => {}); // the connection tells when it is lost; all else is tried again
  const stop = () => void worker.close().catch(() => {}); // at once, so that no further chunk is taken
  signal.addEventListener('abort', stop);
  ended.signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted && !ended.signal.aborted && !(await job.isFinished())) {
      await pause(POLL, signal, ended.signal);
    }
    await worker.close(); // waits for the chunk at hand
  } catch (error) {
    await worker.close(true).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (ended.signal.aborted) throw ended.signal.reason;
  return pictures;
}

/** Waits, until a signal is raised. By listeners, as what `AbortSignal.any` makes stays with long-lived signals. */
function pause(milliseconds: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, signals.some(({ aborted }) => aborted) ? 0 : milliseconds);
    for (const signal of signals) signal.addEventListener('abort', end);
  });
}

/** None of a chunk's pictures can be read on this machine. */
class UnreadableChunk extends InputError {}

function unreadableChunk(record: object): UnreadableChunk {
  return new UnreadableChunk(`none of ${UNREADABLE_CHUNKS} chunks of pictures can be read on this machine`, {
    found: 'error' in record ? String(record.error) : undefined,
    advice: 'Name the folder that their paths are relative to as root.',
    settings: ['root'],
  });
}
