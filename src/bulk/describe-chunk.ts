/**
 * The records of a chunk of pictures: of all of them together or, where that has ended programs, one by one. Knows
 * captioners only as a function that describes pictures in their order.
 */
import { endedPrograms, failedAlone } from '../captioning/bulk/begun-note.ts';
import type { Describe } from '../captioning/bulk/describe-into.ts';
import { type CaptionRecord, type RecordLayout, rounded } from '../captioning/bulk/record.ts';
import { ahead } from '../vision/ahead.ts';
import type { PictureSource } from '../vision/extract.ts';
import type { CaptionJob } from './job.ts';
import type { QueuedPictureReader } from './read-queued.ts';

/** Pictures that are read ahead of those that are described. */
const AHEAD = 16;
/** How often a picture alone may end the program that describes it. */
const TRIES = 3;

/** What comes of a picture. */
type Result = ReturnType<Describe> extends AsyncIterable<readonly (infer One)[]> ? One : never;

export interface ChunkWork {
  describe: Describe;
  reader: Pick<QueuedPictureReader, 'read'>;
  layout: RecordLayout;
}

/** Records in the order of the names, and how many of the pictures could be read. */
export interface DescribedChunk {
  records: CaptionRecord[];
  readable: number;
}

/** @throws what `describe` does */
export async function describeChunk(
  names: readonly string[],
  { describe, reader, layout }: ChunkWork,
): Promise<DescribedChunk> {
  const records: CaptionRecord[] = [];
  const asked: number[] = []; // the places of the pictures that are being described
  let readable = 0;

  async function* pictures(): AsyncGenerator<PictureSource> {
    for await (const found of ahead(names, AHEAD, undefined, (name) => reader.read(name))) {
      if ('error' in found) {
        records.push({ ...found.picture, error: found.error });
        continue;
      }
      readable++;
      asked.push(records.length);
      records.push({ ...found.picture, captions: [] });
      yield { name: found.picture.file, bytes: found.bytes };
    }
  }
  for await (const results of describe(pictures())) {
    for (const result of results) {
      const place = asked.shift()!;
      records[place] = recordOf(records[place]!, result, layout);
    }
  }
  return { records, readable };
}

/** What is kept of a picture's captions: what a file may hold of them. */
function recordOf({ file, hash, bytes, modified }: CaptionRecord, result: Result, { top, words }: RecordLayout) {
  const picture = { file, hash, bytes, modified };
  if ('error' in result) return { ...picture, error: result.error.message };
  const captions = result.captions.slice(0, top).map(rounded);
  return { ...picture, captions: words ? captions : captions.map((caption) => ({ ...caption, words: [] })) };
}

/**
 * Describes the pictures of a chunk one by one, and notes in Redis which it begins: the worker that takes the chunk
 * when this program has been ended goes on behind the pictures that are done. A picture that has ended several programs gets that
 * as its reason; so does one whose describing throws.
 *
 * @throws InputError as `describe` does where no picture is to blame
 */
export async function describeOneByOne(
  job: CaptionJob,
  chunk: number,
  names: readonly string[],
  work: ChunkWork,
): Promise<CaptionRecord[]> {
  let { records, tries } = await job.trial(chunk);
  for (const name of names.slice(records.length)) {
    if (tries >= TRIES) {
      records = [...records, { file: name, error: endedPrograms(name, TRIES) }];
    } else {
      await job.setTrial(chunk, { records, tries: tries + 1 });
      records = [...records, await describeOne(name, work)];
    }
    tries = 0;
  }
  return records;
}

async function describeOne(name: string, work: ChunkWork): Promise<CaptionRecord> {
  try {
    return (await describeChunk([name], work)).records[0]!;
  } catch (error) {
    return { file: name, error: failedAlone(name, error) };
  }
}
