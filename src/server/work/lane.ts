/** Pieces of work on one thing, one after another in the order in which they came. Knows no work. */

export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Does a piece when those before it are done, however they ended. @throws what the piece throws */
  run<Result>(piece: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(piece);
    this.#last = done.catch(() => {});
    return done;
  }
}
