/** `caption describe --out`: captions that go to a file as they come, where a work that was stopped goes on. */
import { extname } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { type BulkCounts, type Describe, describeInto } from '../captioning/bulk/describe-into.ts';
import { fingerprint } from '../captioning/bulk/fingerprint.ts';
import { commaSeparated, jsonLines, type RecordLayout } from '../captioning/bulk/record.ts';
import { RecordFile } from '../captioning/bulk/record-file.ts';
import type { DecodingOptions } from '../captioning/caption.ts';
import type { PictureSource } from '../vision/extract.ts';
import { nameOfPicture } from '../vision/read-picture.ts';
import { refuseInapplicable } from './given-options.ts';
import { describeSeconds, type Status } from './progress.ts';
import { Exit, ExitCode, interruptible } from './run.ts';

export interface OutOptions {
  out?: string;
  retryFailed?: boolean;
}

const FORMATS = { '.jsonl': jsonLines, '.csv': commaSeparated };

export function addOutOptions(command: Command): Command {
  return command
    .option(
      '--out <file>',
      'appends the captions to a .jsonl or .csv file, in place of stdout; a picture that it holds is not described again',
    )
    .option('--retry-failed', 'tries pictures again that could not be described when --out was written before');
}

/** @throws UsageError when the name has another ending, or there are options that do not apply to a file */
export function checkOut({ out, retryFailed }: OutOptions, command: Command): void {
  if (out === undefined) {
    if (retryFailed) throw new UsageError('--retry-failed is for a file of captions', { expected: '--out FILE' });
    return;
  }
  const isCsv = recordFormat(out) === commaSeparated;
  refuseInapplicable(command, ['tags', 'explain', 'explainBy', 'svg'], '--out');
  const where = '--out, whose captions are the same whenever they are written';
  refuseInapplicable(command, ['html', 'sample', 'temperature', 'topK', 'topP', 'minP', 'seed'], where);
  if (isCsv) refuseInapplicable(command, ['json'], 'a .csv file');
}

/** The format of a file of captions, by its name. @throws UsageError when the name has another ending */
export function recordFormat(out: string): typeof jsonLines {
  const ending = extname(out);
  if (ending in FORMATS) return FORMATS[ending as keyof typeof FORMATS];
  throw new UsageError('--out names a file of no kind that is known', {
    found: out,
    expected: `a name that ends in ${Object.keys(FORMATS).join(' or ')}`,
  });
}

export interface OutWork {
  sources: readonly PictureSource[];
  /** Arguments in which there are no pictures, or some that are not read. */
  missing: number;
  /** Describes pictures until the signal is raised. */
  describe: (pictures: Parameters<Describe>[0], signal: AbortSignal) => ReturnType<Describe>;
  /** The captioner's `modelFingerprint`. */
  model: string;
  decoding: DecodingOptions;
  layout: RecordLayout;
  status: Status;
}

/** Describes the pictures that the file does not hold. @throws Exit when one of them could not be, now or before */
export async function describeToFile(
  { out = '', retryFailed = false }: OutOptions,
  { sources, missing, describe, model, decoding, layout, status }: OutWork,
): Promise<void> {
  const by = fingerprint(model, { decoding, layout });
  const format = recordFormat(out)(layout, by);
  const names = () => new Set(sources.map(nameOfPicture));
  const file = await RecordFile.open(out, { format, by, retry: retryFailed ? names() : undefined });
  if (file.repaired) status.say(`the last line of ${out} was torn, and is written again`);
  let counts: BulkCounts | undefined;
  try {
    counts = await interruptible(
      (signal) =>
        describeInto(file, sources, {
          describe: (pictures) => describe(pictures, signal),
          signal,
          onProgress: progressOf(status, sources.length),
          onFailure: (reason) => status.warn(`caption: ${reason}`),
        }),
      () => status.say(`stopped; the same command goes on, ${out} is whole`),
    );
  } finally {
    await file.close();
  }
  status.say(inWords(out, counts));
  if (missing + counts.failed + counts.failedBefore > 0) throw new Exit(ExitCode.failed);
}

/** Shows how many pictures are done, how many a second are described, and how long the others will take at that speed. */
function progressOf(status: Status, total: number): (counts: Readonly<BulkCounts>) => void {
  let begun: { at: number; tried: number } | undefined;
  return ({ known, failedBefore, described, copied, failed }) => {
    const now = performance.now();
    const tried = described + failed;
    if (tried > 0) begun ??= { at: now, tried };
    const done = known + failedBefore + copied + tried;
    const speed = begun && begun.tried < tried ? ((tried - begun.tried) / (now - begun.at)) * 1000 : undefined;
    status.update(() => {
      const left = speed && `  ${speed.toFixed(1)} pictures/s  ${describeSeconds((total - done) / speed)} left`;
      return `${done.toLocaleString('en')} of ${total.toLocaleString('en')} pictures${left ?? ''}`;
    });
  };
}

function inWords(out: string, { known, failedBefore, described, copied, failed }: BulkCounts): string {
  const parts = [
    `${described.toLocaleString('en')} described`,
    known > 0 && `${known.toLocaleString('en')} known before`,
    copied > 0 && `${copied.toLocaleString('en')} known by another name`,
    failed > 0 && `${failed.toLocaleString('en')} failed`,
    failedBefore > 0 && `${failedBefore.toLocaleString('en')} failed before (--retry-failed tries them again)`,
  ];
  return `${out}: ${parts.filter(Boolean).join(', ')}`;
}
