/**
 * Captions for the pictures that a file of captions does not hold yet, appended to it as they come. Knows captioners only
 * as a function that describes pictures in their order.
 */
import { stat } from 'node:fs/promises';
import { InputError } from '../../base/errors.ts';
import { ahead } from '../../vision/ahead.ts';
import type { FailedPicture, PictureSource } from '../../vision/extract.ts';
import { contentHash } from '../../vision/feature-cache.ts';
import { readPicture } from '../../vision/read-picture.ts';
import type { DescribedPicture } from '../describe.ts';
import { BegunNote, endedPrograms, failedAlone } from './begun-note.ts';
import type { CaptionRecord, PictureIdentity } from './record.ts';
import type { RecordFile } from './record-file.ts';
import type { RecordIndex } from './record-index.ts';

/** A picture's captions, or why it has none. */
type Described = Pick<DescribedPicture, 'captions'> | Pick<FailedPicture, 'error'>;

/** Describes pictures in their order, a few at a time, each in its place, also one that can't be described. */
export type Describe = (pictures: AsyncIterable<PictureSource>) => AsyncIterable<readonly Described[]>;

export interface BulkOptions {
  describe: Describe;
  signal?: AbortSignal | undefined;
  /** Called when pictures are done. */
  onProgress?: ((counts: Readonly<BulkCounts>) => void) | undefined;
  /** Called for each picture that could not be described, in the pictures' order. */
  onFailure?: ((reason: string) => void) | undefined;
}

/** Pictures that are done. */
export interface BulkCounts {
  /** Of which the file held captions already. */
  known: number;
  /** That could not be described when the file was written before, and have not changed since. */
  failedBefore: number;
  described: number;
  /** Whose content the file holds under another name: they have the same captions. */
  copied: number;
  failed: number;
}

/** Pictures that are read ahead of those that are described. */
const AHEAD = 16;
/** Records that wait for no captions are written together, so many. */
const TOGETHER = 256;
/** Pictures that may have been under way when a program was ended: read ahead, decoded, looked at or described. */
const UNDER_WAY = 64;
/** How often a picture alone may end the program that describes it. */
const TRIES = 2;

/** A picture, and its record as soon as that is known: of one with the content of another, when that one is written. */
interface Waiting {
  picture: PictureIdentity;
  source: PictureSource;
  kind: 'new' | 'copy';
  record?: CaptionRecord;
}

/**
 * Appends a record for each picture that has none, in the pictures' order: the same records whatever has stopped the work
 * before, and however often. A picture that is unchanged since is told by its name, size and time, and is not read; one
 * that was moved, renamed or copied is told by its content, and is not described. Where a program before was ended in the
 * midst of its work, what may have ended it is described picture by picture, and given up when it ends further ones.
 *
 * @throws InputError as `describe` and `RecordFile.append` do; the reason of `signal`
 */
export async function describeInto(
  file: RecordFile,
  pictures: Iterable<PictureSource>,
  { describe, signal, onProgress, onFailure }: BulkOptions,
): Promise<BulkCounts> {
  const { index } = file;
  const counts: BulkCounts = { known: 0, failedBefore: 0, described: 0, copied: 0, failed: 0 };
  const queue: Waiting[] = [];
  const asked: Waiting[] = []; // of the queue those that are being described
  const contents = new Set<string>(); // of these
  const note = await BegunNote.open(file.path);
  let suspects = note.isLeft ? UNDER_WAY : 0;

  /** Writes the records of the queue up to the first that is still to be described: those of one batch at once. */
  async function write(): Promise<void> {
    let records: CaptionRecord[] = [];
    const end = queue.findIndex(({ kind, record }) => kind === 'new' && !record);
    for (const { picture, source, record } of queue.splice(0, end === -1 ? queue.length : end)) {
      if (record) {
        records.push(record);
        count(record);
        continue;
      }
      await file.append(records);
      records = [];
      if (index.holds(picture.file, picture.hash!))
        counts.known++; // the same name twice
      else if (await file.appendCopy(picture)) counts.copied++;
      else {
        const alone = await describeAlone(picture, source); // as bad as the one that it is a copy of
        records.push(alone);
        count(alone);
      }
    }
    await file.append(records);
    onProgress?.(counts);
  }

  async function describeAlone(picture: PictureIdentity, source: PictureSource): Promise<CaptionRecord> {
    if (note.triesOf(picture) >= TRIES) return { ...picture, error: endedPrograms(picture.file, TRIES) };
    await note.begin(picture);
    try {
      return recordOf(picture, await resultOf(source, describe));
    } catch (error) {
      if (signal?.aborted) throw error;
      return { ...picture, error: failedAlone(picture.file, error) };
    }
  }

  function count(record: CaptionRecord): void {
    if ('error' in record) {
      counts.failed++;
      onFailure?.(record.error);
    } else counts.described++;
  }

  async function* unknownPictures(): AsyncGenerator<PictureSource> {
    for await (const { source, picture, state, error } of ahead(pictures, AHEAD, signal, (source) =>
      identify(source, index),
    )) {
      if (state === 'described') counts.known++;
      else if (state === 'failed') counts.failedBefore++;
      else if (error !== undefined) queue.push({ picture, source, kind: 'new', record: { ...picture, error } });
      else if (contents.has(picture.hash!) || index.offsetOf(picture.hash!) !== undefined) {
        queue.push({ picture, source, kind: 'copy' });
      } else {
        const waiting: Waiting = { picture, source, kind: 'new' };
        queue.push(waiting);
        if (suspects > 0) {
          suspects--;
          waiting.record = await describeAlone(picture, source);
          await write();
          continue;
        }
        asked.push(waiting);
        contents.add(picture.hash!);
        yield source;
        continue;
      }
      if (asked.length === 0 && (queue.length === 0 || queue.length >= TOGETHER)) await write();
    }
  }

  try {
    for await (const results of describe(unknownPictures())) {
      for (const result of results) {
        const waiting = asked.shift()!;
        waiting.record = recordOf(waiting.picture, result);
        contents.delete(waiting.picture.hash!);
      }
      await write();
    }
    await write();
  } catch (error) {
    if (error instanceof InputError || signal?.aborted) await note.end(); // else a picture may be to blame
    throw error;
  }
  await note.end();
  return counts;
}

function recordOf(picture: PictureIdentity, result: Described): CaptionRecord {
  return 'error' in result ? { ...picture, error: result.error.message } : { ...picture, captions: result.captions };
}

/** What comes of a picture that is described by itself. */
async function resultOf(source: PictureSource, describe: Describe): Promise<Described> {
  const results: Described[] = [];
  const only = (async function* () {
    yield source;
  })();
  for await (const batch of describe(only)) results.push(...batch);
  return results[0]!;
}

interface Identified {
  source: PictureSource;
  picture: PictureIdentity;
  /** What the file says of it already. */
  state?: 'described' | 'failed' | undefined;
  /** Why it can't be read. */
  error?: string;
}

/** What a picture is known by; its content is read only where its name, size and time do not tell. */
async function identify(source: PictureSource, index: RecordIndex): Promise<Identified> {
  if (typeof source !== 'string') {
    const hash = contentHash(source.bytes);
    const state = index.holds(source.name, hash) ? 'described' : undefined;
    return { source, picture: { file: source.name, hash, bytes: source.bytes.length }, state };
  }
  const found = await stat(source).catch(() => undefined);
  const picture = { file: source, bytes: found?.size, modified: found && Math.floor(found.mtimeMs) };
  const state = index.stateOf(picture);
  if (state) return { source, picture, state };
  try {
    const hash = contentHash(await readPicture(source));
    return { source, picture: { ...picture, hash }, state: index.holds(source, hash) ? 'described' : undefined };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { source, picture, error: error.message };
  }
}
