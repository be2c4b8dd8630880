/** `caption describe --write`: captions that are put beside pictures or into them, where there is no text yet. */
import { type Command, Option } from 'commander';
import { counted } from '../base/counted.ts';
import { InputError, UsageError } from '../base/errors.ts';
import type { PictureTexts } from '../captioning/texts/picture-texts.ts';
import { sidecarTexts } from '../captioning/texts/sidecar.ts';
import { xmpTexts } from '../captioning/texts/xmp.ts';
import type { PictureSource } from '../vision/extract.ts';
import { isGiven, refuseInapplicable } from './given-options.ts';
import type { Status } from './progress.ts';

export interface WriteFlags {
  write?: 'sidecar' | 'xmp';
  overwrite?: boolean;
  dryRun?: boolean;
  keepTimes?: boolean;
}

export function addWriteOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--write <place>',
        'puts captions beside pictures (photo.txt) or into them (XMP, by ExifTool), where there is no text yet',
      ).choices(['sidecar', 'xmp']),
    )
    .option('--overwrite', 'replaces texts that are there')
    .option('--dry-run', 'puts nothing anywhere: says what would be put')
    .option('--keep-times', 'pictures keep the time at which they were last changed');
}

/** @throws UsageError when an option is without effect */
export function checkWrite({ write }: WriteFlags, command: Command): void {
  const where = write === undefined ? 'what is not put beside pictures or into them by --write' : `--write ${write}`;
  if (write === undefined) refuseInapplicable(command, ['overwrite', 'dryRun', 'keepTimes'], where);
  if (write === 'sidecar') refuseInapplicable(command, ['keepTimes'], where);
  if (write !== undefined && isGiven(command, 'out')) {
    throw new UsageError('--write can not be given with --out', {
      advice: 'Give each in a command of its own: what is in a file or beside a picture is not described again.',
    });
  }
}

/** The place of captions that --write names. @throws InputError when it takes a program that is not there */
export async function openTexts(options: WriteFlags, status: Status): Promise<WrittenTexts | undefined> {
  if (options.write === undefined) return undefined;
  const texts = options.write === 'sidecar' ? sidecarTexts : await xmpTexts(options);
  return new WrittenTexts(texts, options, status);
}

/** Captions that are put to a place, with how many they are. */
export class WrittenTexts {
  failures = 0;
  readonly #texts: PictureTexts;
  readonly #options: WriteFlags;
  readonly #status: Status;
  readonly #counts = { written: 0, there: 0, unsure: 0 };

  constructor(texts: PictureTexts, options: WriteFlags, status: Status) {
    this.#texts = texts;
    this.#options = options;
    this.#status = status;
  }

  /** The pictures that have no text yet; all of them where texts are replaced, but one for each place. */
  async lacking(sources: readonly PictureSource[]): Promise<PictureSource[]> {
    const lacking: PictureSource[] = [];
    /** Pictures by the places of their texts. */
    const places = new Map<string, string>();
    for (const source of sources) {
      if (typeof source !== 'string') {
        throw new UsageError('--write is for pictures in files', { found: 'standard input' });
      }
      const isFree = await this.#trying(async () => {
        const place = this.#texts.placeOf(source);
        const other = places.get(place);
        if (other !== undefined) {
          throw new InputError(`${source} gets no text: ${place} is for that of ${other}`, {
            advice: 'Rename one of the two pictures.',
          });
        }
        places.set(place, source);
        return this.#isFree(source);
      });
      if (isFree) lacking.push(source);
      this.#status.update(() => `looking for texts: ${lacking.length + this.#counts.there} of ${sources.length}`);
    }
    return lacking;
  }

  /** @param caption none where it is not sure enough */
  async write(file: string, caption: string | undefined): Promise<void> {
    if (caption === undefined || caption === '') {
      this.#counts.unsure++;
      return;
    }
    await this.#trying(async () => {
      if (!(await this.#isFree(file))) return; // another program may have written one meanwhile
      if (!this.#options.dryRun) await this.#texts.write(file, caption);
      this.#counts.written++;
    });
  }

  /** Says what was done. */
  async close(): Promise<void> {
    await this.#texts.close();
    const { written, there, unsure } = this.#counts;
    const parts = [
      `${counted(written, 'text')} ${this.#options.dryRun ? 'would be written' : 'written'}`,
      there > 0 && `${counted(there, 'picture')} had one`,
      unsure > 0 && `${counted(unsure, 'caption')} left out, not sure enough`,
    ];
    this.#status.say(parts.filter(Boolean).join(', '));
  }

  async #isFree(file: string): Promise<boolean> {
    if (this.#options.overwrite || !(await this.#texts.has(file))) return true;
    this.#counts.there++;
    return false;
  }

  async #trying<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof InputError) || error instanceof UsageError) throw error;
      this.failures++;
      this.#status.warn(`caption: ${error.message}`);
      return undefined;
    }
  }
}
