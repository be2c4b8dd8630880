/** How fast a training is, and how long it will take. Knows only counts. */

/** Measures the speed of a training and estimates the time left. */
export class Meter {
  readonly #started = performance.now();
  readonly #from: number;
  readonly #iterations: number;
  #tokens = 0;

  /** @param from updates done before */
  constructor(from: number, iterations: number) {
    this.#from = from;
    this.#iterations = iterations;
  }

  count(tokens: number): void {
    this.#tokens += tokens;
  }

  read(iteration: number): { tokensPerSecond: number; secondsLeft: number } {
    const seconds = (performance.now() - this.#started) / 1000;
    const secondsLeft = (seconds / (iteration - this.#from)) * (this.#iterations - iteration);
    return { tokensPerSecond: this.#tokens / seconds, secondsLeft };
  }
}
