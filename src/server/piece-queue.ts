/** Pieces that one side adds as they come and the other takes one after another. Knows nothing of the pieces. */

export class PieceQueue<Piece> implements AsyncIterable<Piece> {
  #pieces: Piece[] = [];
  #end: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  /** No more come. @param error thrown where all pieces have been taken; none where they have just ended */
  end(error?: unknown): void {
    this.#end = error === undefined ? {} : { error };
    this.#wake?.();
  }

  /** Waits for the first piece. @throws the error, where the queue has ended by one without any piece */
  async begun(): Promise<this> {
    await this.#something();
    if (this.#pieces.length === 0) this.#throwError();
    return this;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Piece, void, void> {
    for (;;) {
      await this.#something();
      const pieces = this.#pieces;
      this.#pieces = [];
      yield* pieces;
      if (this.#end && this.#pieces.length === 0) {
        this.#throwError();
        return;
      }
    }
  }

  async #something(): Promise<void> {
    while (this.#pieces.length === 0 && !this.#end) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #throwError(): void {
    if (this.#end && 'error' in this.#end) throw this.#end.error;
  }
}
