/** Puts pictures into the queue, by their names. Reads none of them. */
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '../base/errors.ts';
import type { CaptionJob, JobDescription, JobSize } from './job.ts';

const OTHER_PICTURES = 'of other pictures';
/** Chunks that go to Redis together. */
const TOGETHER = 32;

/**
 * Submits a job, or what is missing of one that was not submitted wholly; chunks that have failed for good are tried
 * again. To submit the same pictures twice changes nothing.
 *
 * @param names of the pictures, in the order in which they are collected
 * @throws InputError when there are none, or there is a job of this name with other pictures, another model or other
 *   options; the signal's reason, and then the same call goes on
 */
export async function submitJob(
  job: CaptionJob,
  names: Iterable<string> | AsyncIterable<string>,
  description: JobDescription,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (pictures: number) => void } = {},
): Promise<JobSize & { isNew: boolean }> {
  let known: JobSize | undefined;
  const size: JobSize = { pictures: 0, chunks: 0 };
  const queue = job.queue();
  try {
    for await (const batch of batchesOf(names, description.chunk)) {
      signal?.throwIfAborted();
      if (size.chunks === 0) {
        refuseOther(job, await job.begin(description), description);
        known = await job.size();
      }
      await put(batch);
      onProgress?.(size.pictures);
    }
    if (size.pictures === 0) throw new InputError('there are no pictures to submit');
    if (known && known.pictures !== size.pictures) throw otherJob(job.name, OTHER_PICTURES);
    await job.setSize(size);
    await queue.retryJobs({ state: 'failed' });
    return { ...size, isNew: known === undefined };
  } finally {
    await queue.close();
  }

  async function put(batch: readonly string[][]): Promise<void> {
    const numbers = batch.map((_, i) => size.chunks + i);
    const stored = await job.chunks(numbers);
    const added = new Map<number, string[]>();
    const again: number[] = [];
    for (const [i, chunk] of batch.entries()) {
      const there = stored[i];
      if (there ? !isDeepStrictEqual(there.names, chunk) : known) throw otherJob(job.name, OTHER_PICTURES);
      if (!there) added.set(numbers[i]!, chunk);
      else if (!there.done) again.push(numbers[i]!); // BullMQ may have been left without it
      size.pictures += chunk.length;
    }
    await job.add(queue, added);
    await job.enqueue(queue, again);
    size.chunks += batch.length;
  }
}

/** Chunks of names, some of them at once. */
async function* batchesOf(names: Iterable<string> | AsyncIterable<string>, chunk: number): AsyncGenerator<string[][]> {
  let batch: string[][] = [];
  let last: string[] = [];
  for await (const name of names) {
    last.push(name);
    if (last.length < chunk) continue;
    batch.push(last);
    last = [];
    if (batch.length < TOGETHER) continue;
    yield batch;
    batch = [];
  }
  if (last.length > 0) batch.push(last);
  if (batch.length > 0) yield batch;
}

function refuseOther({ name }: CaptionJob, found: JobDescription, asked: JobDescription): void {
  if (isDeepStrictEqual(found, JSON.parse(JSON.stringify(asked)))) return;
  throw otherJob(name, found.model === asked.model ? 'with other options' : 'for another model');
}

/** @param what tells the job that is there from the one that is asked for */
function otherJob(name: string, what: string): InputError {
  return new InputError(`there is a job ${name} already, ${what}`, {
    advice: 'Give this one another name, or collect and delete that one.',
    settings: ['name'],
  });
}
