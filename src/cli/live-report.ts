/**
 * A report that is written anew while a training goes on: never twice at once, and without stopping the training if it
 * can't be written.
 */
export class LiveReport {
  readonly #write: () => Promise<void>;
  #writing: Promise<void> = Promise.resolve();

  constructor(write: () => Promise<void>) {
    this.#write = write;
  }

  refresh(): void {
    this.#writing = this.#writing.then(this.#write).catch(() => {});
  }

  /** When nothing is being written any more. */
  settled(): Promise<void> {
    return this.#writing;
  }
}
