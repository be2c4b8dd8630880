/** Milliseconds between two reports: a training may have something new to show many times a second. */
const INTERVAL = 5000;

/**
 * A report that is written anew while a training goes on: never twice at once, and without stopping the training if it
 * can't be written.
 */
export class LiveReport {
  readonly #write: () => Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #writtenAt = Number.NEGATIVE_INFINITY;
  /** Something is to be shown that the report does not have. */
  #stale = false;

  constructor(write: () => Promise<void>) {
    this.#write = write;
  }

  /** There is something new to show: the report is written, unless that was done just now. */
  refresh(): void {
    this.#stale = true;
    if (performance.now() - this.#writtenAt > INTERVAL) this.#start();
  }

  /** When the report has everything. */
  settled(): Promise<void> {
    if (this.#stale) this.#start();
    return this.#writing;
  }

  #start(): void {
    this.#stale = false;
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(this.#write).catch(() => {});
  }
}
