/**
 * A page that grows while work goes on, and is whole at any moment: also after Ctrl-C, an error or a kill. Its memory
 * does not grow with it. Knows nothing of what is on the page.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { InputError, reasonOf } from '../base/errors.ts';
import { writeFileAtomically } from '../base/files.ts';

/**
 * The file of a page. New content is written over the foot of the page, with a foot after it:
 *
 *     head | content … | foot
 *     head | content … | more content | foot
 *
 * What stood at the path before is replaced, atomically, when there is something to show.
 */
export class GrowingPage {
  readonly path: string;
  #file: FileHandle | undefined;
  #headLength = 0;
  /** Where the foot begins. */
  #end = 0;
  #foot = '';

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Adds content to the page.
   *
   * @param head of the page now, whose length in bytes never changes
   * @param foot of the page now, of any length
   * @throws InputError when the file can't be written; the page is then what it was before
   */
  async write(head: string, content: string, foot: string): Promise<void> {
    const added = Buffer.byteLength(content);
    if (!this.#file) {
      await writeFileAtomically(this.path, head + content + foot);
      this.#file = await this.#trying(() => open(this.path, 'r+'));
      this.#headLength = Buffer.byteLength(head);
      this.#end = this.#headLength;
    } else {
      if (Buffer.byteLength(head) !== this.#headLength) throw new RangeError('the head of the page has another length');
      await this.#overwrite(this.#file, head, content + foot);
    }
    this.#end += added;
    this.#foot = foot;
  }

  /** Nothing can be written after it. @throws InputError when the disk refuses what was written */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await this.#trying(() => file?.sync());
    await file?.close();
  }

  async #overwrite(file: FileHandle, head: string, rest: string): Promise<void> {
    const put = async (text: string, at: number) => {
      await writeAll(file, text, at);
      await file.truncate(at + Buffer.byteLength(text));
    };
    await this.#trying(async () => {
      try {
        await put(rest, this.#end);
      } catch (error) {
        await put(this.#foot, this.#end); // the disk has room for it, as it was there before
        throw error;
      }
      await writeAll(file, head, 0);
    });
  }

  async #trying<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await work();
    } catch (cause) {
      const advice = 'The page holds what was written before.';
      throw new InputError(`cannot write ${this.path}`, { found: reasonOf(cause), advice, cause });
    }
  }
}

/** Writes text at a place in a file; a system may take it in several parts. */
async function writeAll(file: FileHandle, text: string, at: number): Promise<void> {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
