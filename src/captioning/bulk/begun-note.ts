/**
 * A note of what has been begun, beside the file of captions that it is for. Where one is found, the program before was
 * ended in the midst of its work: by a kill, a lack of memory, or a picture that no decoder survives. Knows no records.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { PictureIdentity } from './record.ts';

/** The picture that was being described alone, and how often it was begun. */
interface Begun {
  file?: string;
  hash?: string | undefined;
  tries?: number;
}

export class BegunNote {
  /** Whether a program before this one has not come to its end. */
  readonly isLeft: boolean;
  readonly #path: string;
  readonly #left: Begun;

  private constructor(path: string, left: Begun | undefined) {
    this.#path = path;
    this.#left = left ?? {};
    this.isLeft = left !== undefined;
  }

  /** @param path of the file of captions */
  static async open(path: string): Promise<BegunNote> {
    const notePath = `${path}.begun`;
    const text = await readFile(notePath, 'utf8').catch(() => undefined);
    const note = new BegunNote(notePath, text === undefined ? undefined : begunIn(text));
    if (!note.isLeft) await note.#write({});
    return note;
  }

  /** How often programs have begun to describe a picture alone that did not come to its end. */
  triesOf({ hash }: PictureIdentity): number {
    return hash !== undefined && this.#left.hash === hash ? (this.#left.tries ?? 0) : 0;
  }

  /** Notes that a picture is begun alone. */
  async begin(picture: PictureIdentity): Promise<void> {
    await this.#write({ file: picture.file, hash: picture.hash, tries: this.triesOf(picture) + 1 });
  }

  /** Takes the note away: the program ends as it should. */
  async end(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => {});
  }

  /** A folder that takes no further file is no reason not to describe pictures. */
  async #write(begun: Begun): Promise<void> {
    await writeFile(this.#path, `${JSON.stringify(begun)}\n`).catch(() => {});
  }
}

function begunIn(text: string): Begun {
  try {
    return JSON.parse(text) as Begun;
  } catch {
    return {}; // half of it was written
  }
}

/** The reason why a picture has no captions whose describing alone has thrown. @throws the error where no picture is to blame */
export function failedAlone(name: string, error: unknown): string {
  if (error instanceof InputError) throw error;
  return `${name} could not be described: found ${reasonOf(error)}`;
}

/** The reason why a picture has no captions that has ended so many programs. */
export function endedPrograms(name: string, times: number): string {
  return `${name} has ended the program that described it, ${times} times`;
}
