/** What was asked for last of a part of the page: what was asked for before is given up. Knows not what is asked. */
import { announce } from '../announce.ts';
import { inWords } from '../back-end.ts';
import { fill } from '../elements.ts';

export class LatestWork {
  readonly #status: Element;
  #running: AbortController | undefined;

  /** @param status where it says how it goes */
  constructor(status: Element) {
    this.#status = status;
  }

  /** @param work returns what is to be said when it is done; '' where its result speaks for itself */
  async run(work: (signal: AbortSignal) => Promise<string>): Promise<void> {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    fill(this.#status, 'reading …');
    try {
      const outcome = await work(running.signal);
      fill(this.#status, outcome);
      announce(outcome === '' ? 'Read' : outcome);
    } catch (error) {
      if (running.signal.aborted) return;
      fill(this.#status, inWords(error));
      announce(inWords(error));
    }
  }

  stop(): void {
    this.#running?.abort();
  }
}
