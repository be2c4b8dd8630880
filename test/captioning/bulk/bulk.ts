/** A describer that needs no captioner: it says what a picture's bytes say, and can't read those that say `torn`. */
import { readFile } from 'node:fs/promises';
import { InputError } from '../../../src/base/errors.ts';
import { type BulkCounts, type Describe, describeInto } from '../../../src/captioning/bulk/describe-into.ts';
import { commaSeparated, jsonLines, type RecordLayout } from '../../../src/captioning/bulk/record.ts';
import { RecordFile } from '../../../src/captioning/bulk/record-file.ts';
import type { Caption } from '../../../src/captioning/caption.ts';
import type { PictureSource } from '../../../src/vision/extract.ts';

export const BY = '0123456789abcdef-01234567';
export const FORMATS = { '.jsonl': jsonLines, '.csv': commaSeparated };

/** @param seen gets the names of the pictures that are described */
export function describeBytes(seen: string[] = []): Describe {
  return async function* (pictures) {
    let batch: Result[] = [];
    for await (const source of pictures) {
      batch.push(await resultOf(source));
      seen.push(nameOf(source));
      if (batch.length === 3) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  };
}

type Result = { captions: Caption[] } | { error: InputError };

async function resultOf(source: PictureSource): Promise<Result> {
  const name = nameOf(source);
  const text = String(typeof source === 'string' ? await readFile(source) : source.bytes);
  if (text.startsWith('torn')) return { error: new InputError(`${name} is no picture`) };
  const words = text.split(' ').map((word, i) => ({ word, logProb: -1 / (i + 3), confidence: 1 / 3 }));
  const captions = [text, `${text}, "or so"`].map((caption) => ({
    caption,
    logProb: -1 / 3,
    confidence: 2 / 3,
    words,
  }));
  return { captions };
}

const nameOf = (source: PictureSource) => (typeof source === 'string' ? source : source.name);

export interface Work {
  sources: readonly PictureSource[];
  layout?: Partial<RecordLayout>;
  seen?: string[];
  failures?: string[];
  retry?: boolean;
  by?: string;
}

/** What `caption describe --out` does, by `describeBytes`. */
export async function work(
  path: string,
  { sources, layout, seen, failures, retry, by = BY }: Work,
): Promise<BulkCounts & { repaired: boolean }> {
  const ending = path.endsWith('.csv') ? '.csv' : '.jsonl';
  const format = FORMATS[ending]({ top: 1, minConfidence: 0, words: false, ...layout }, by);
  const file = await RecordFile.open(path, { format, by, retry: retry ? new Set(sources.map(nameOf)) : undefined });
  const { repaired } = file;
  try {
    const onFailure = (reason: string) => failures?.push(reason);
    return { ...(await describeInto(file, sources, { describe: describeBytes(seen), onFailure })), repaired };
  } finally {
    await file.close();
  }
}
