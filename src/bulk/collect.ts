/** What has become of a job: how far it is, and the file of captions that comes of it. */
import { InputError } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';
import type { RecordFormat } from '../captioning/bulk/record.ts';
import type { CaptionJob, JobDescription } from './job.ts';

/** Chunks that come from Redis together. */
const TOGETHER = 32;
/** Missing chunks that are named. */
const NAMED = 5;

export interface JobStatus {
  name: string;
  /** The `modelFingerprint` of the captioner that writes. */
  model: string;
  /** Undefined while the job is being submitted. */
  pictures: number | undefined;
  /** Pictures that are done, and those among them without captions. */
  done: number;
  failed: number;
  /** Chunks: done, in the hands of a worker, waiting, waiting for another attempt, given up. */
  chunks: Readonly<Record<'done' | 'active' | 'waiting' | 'delayed' | 'failed', number>>;
  /** Why the last chunk was given up. */
  reason?: string | undefined;
  /** Undefined where the server does not tell who its clients are. */
  workers: number | undefined;
}

export async function jobStatus(job: CaptionJob): Promise<JobStatus> {
  const queue = job.queue();
  try {
    const { model, chunk } = await job.expect();
    const [size, done, failed, counts, [given], workers] = await Promise.all([
      job.size(),
      job.done(),
      job.failures(),
      queue.getJobCounts('active', 'waiting', 'delayed', 'failed'),
      queue.getFailed(0, 0),
      queue.getWorkersCount().catch(() => undefined),
    ]);
    const last = size && (await job.records([size.chunks - 1]))[0];
    const lacking = size && last ? size.chunks * chunk - size.pictures : 0;
    const { active = 0, waiting = 0, delayed = 0, failed: givenUp = 0 } = counts;
    return {
      name: job.name,
      model,
      pictures: size?.pictures,
      done: done * chunk - lacking,
      failed,
      chunks: { done, active, waiting, delayed, failed: givenUp },
      reason: given?.failedReason,
      workers,
    };
  } finally {
    await queue.close();
  }
}

/**
 * Writes the file of captions of a job that is done: the pictures in the order in which they were submitted, each once.
 *
 * @param onFailure called with the reason of each picture that has no captions
 * @throws InputError that says what is missing of a job that is not done, or that the file can't be written; what stood
 *   there before is untouched
 */
export async function collectJob(
  job: CaptionJob,
  path: string,
  format: RecordFormat,
  onFailure: (reason: string) => void = () => {},
): Promise<{ pictures: number; failed: number }> {
  const description = await job.expect();
  const size = await job.size();
  const chunks = size?.chunks ?? 0;
  if (!size || (await job.done()) < chunks) throw await unfinished(job, description);
  const counts = { pictures: 0, failed: 0 };

  async function* lines(): AsyncGenerator<Buffer> {
    yield Buffer.from(format.header);
    for (let first = 0; first < chunks; first += TOGETHER) {
      const numbers = Array.from({ length: Math.min(TOGETHER, chunks - first) }, (_, i) => first + i);
      for (const records of await job.records(numbers)) {
        if (!records) throw await unfinished(job, description); // deleted meanwhile
        for (const record of records) {
          counts.pictures++;
          if (!('error' in record)) continue;
          counts.failed++;
          onFailure(record.error);
        }
        yield Buffer.from(records.map((record) => format.format(record)).join(''));
      }
    }
  }
  await writeFileAtomically(path, lines());
  return counts;
}

async function unfinished(job: CaptionJob, { chunk }: JobDescription): Promise<InputError> {
  const { pictures, done } = await jobStatus(job);
  if (pictures === undefined) {
    return new InputError(`the job ${job.name} is not submitted wholly yet`, {
      advice: 'Wait for `caption bulk submit`; where that was stopped, the same command goes on.',
    });
  }
  const missing = await job.missing();
  const ranges = missing
    .slice(0, NAMED)
    .map((number) => `${number * chunk + 1}–${Math.min((number + 1) * chunk, pictures)}`);
  const more = missing.length > NAMED ? ` and those of ${missing.length - NAMED} more chunks` : '';
  return new InputError(`the job ${job.name} is not done`, {
    found: `captions for ${done} of ${pictures} pictures; missing are the pictures ${ranges.join(', ')}${more}`,
  });
}
