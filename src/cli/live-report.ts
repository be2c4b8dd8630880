/** A report of a training that is written anew while it goes on. Knows neither the training nor the report. */

/** Least milliseconds between two reports: a training may have something new to show many times a second. */
const INTERVAL = 5000;

/** Writes a report again and again, never twice at once; a report that can't be written does not stop the training. */
export class LiveReport {
  readonly #write: () => Promise<void>;
  #writing: Promise<void> = Promise.resolve();
  #writtenAt = Number.NEGATIVE_INFINITY;
  /** Whether there is something that the report does not show yet. */
  #stale = false;

  constructor(write: () => Promise<void>) {
    this.#write = write;
  }

  /** Call when there is something new to show: writes the report, unless it was written just now. */
  refresh(): void {
    this.#stale = true;
    if (performance.now() - this.#writtenAt > INTERVAL) this.#start();
  }

  /** Resolves when the report shows everything. */
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
