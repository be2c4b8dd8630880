/** The files that a command is asked for: says of each when it is written, and of all when the command is stopped. */
import { printable } from './printable.ts';
import type { Status } from './progress.ts';

export class WrittenFiles {
  readonly #status: Status;
  readonly #asked: readonly string[];
  readonly #written = new Set<string>();

  /** @param asked in the order in which they are written; undefined is none */
  constructor(status: Status, asked: readonly (string | undefined)[]) {
    this.#status = status;
    this.#asked = asked.filter((file) => file !== undefined);
  }

  /** Call when the file is there. */
  add(file: string): void {
    this.#written.add(file);
    this.#status.sayWritten(file);
  }

  /** Says that the command was stopped, and which of the files are there. @param kept what stays for another time, in words */
  sayStopped(kept?: string): void {
    const names = (isWritten: boolean) =>
      this.#asked.filter((file) => this.#written.has(file) === isWritten).map(printable);
    const [written, missing] = [names(true), names(false)];
    const files = [
      written.length > 0 && `${written.join(', ')} ${written.length > 1 ? 'were' : 'was'} written`,
      missing.length > 0 &&
        `${missing.join(', ')} ${missing.length > 1 ? 'were' : 'was'} not${written.length > 0 ? '' : ' written'}`,
    ].filter(Boolean);
    const parts = [files.length > 0 ? files.join(', ') : 'nothing was written', kept].filter(Boolean);
    this.#status.say(`stopped; ${parts.join('; ')}`);
  }
}
