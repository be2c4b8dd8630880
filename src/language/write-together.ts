/**
 * Many texts that one model writes at once: each takes a row of a batch, so that sixteen texts cost little more than one.
 * A text may begin and end at any step of the others. It knows no files and no server.
 */
import type { Random } from '../base/random.ts';
import { type SamplingOptions, sampleToken } from '../decoding/sampling.ts';
import { uniformPacking } from '../nn/packing.ts';
import { copyStateRow, resetState, type StackState } from '../nn/state.ts';
import { UNKNOWN } from '../text/special-tokens.ts';
import type { TextModel } from './text-model.ts';

/** Tokens of a prime that are read at once. */
const PIECE = 1024;

/** A text that is written beside others. */
export interface TextInRow extends SamplingOptions {
  /** Ids of the tokens that are read first, at least one: see `primeIds`. */
  prime: readonly number[];
  random: Random;
  /**
   * Takes a token of the text.
   *
   * @param id of the token
   * @param logProbs of all V tokens in its place, in nats; valid until the next step
   * @returns whether the text goes on
   */
  onToken(id: number, logProbs: Float32Array): boolean;
}

interface Row {
  text: TextInRow;
  /** The token that was written last. */
  last: number;
}

/** A prime that is being read. */
interface Beginning {
  text: TextInRow;
  read: number;
}

/** Writes up to `capacity` texts at once; more wait until one of them has ended. */
export class TextsTogether {
  readonly capacity: number;
  readonly #model: TextModel['model'];
  readonly #unknown: number | undefined;
  readonly #state: StackState;
  /** Of the prime that is being read, one at a time. */
  readonly #beginningState: StackState;
  readonly #weights: Float64Array;
  readonly #rows: Row[] = [];
  readonly #waiting: TextInRow[] = [];
  #beginning: Beginning | undefined;

  /** @param capacity rows of a batch; their states stay in the engine's memory */
  constructor({ model, vocabulary }: Pick<TextModel, 'model' | 'vocabulary'>, capacity = 16) {
    this.capacity = capacity;
    this.#model = model;
    this.#unknown = vocabulary.idOf(UNKNOWN);
    this.#state = model.newState(capacity);
    this.#beginningState = model.newState(1);
    this.#weights = new Float64Array(vocabulary.size);
  }

  /** Whether there is anything to write. */
  get isBusy(): boolean {
    return this.#rows.length + this.#waiting.length > 0 || this.#beginning !== undefined;
  }

  add(text: TextInRow): void {
    this.#waiting.push(text);
  }

  /** Ends a text before its end. */
  remove(text: TextInRow): void {
    const waits = this.#waiting.indexOf(text);
    if (waits !== -1) this.#waiting.splice(waits, 1);
    if (this.#beginning?.text === text) this.#beginning = undefined;
    const row = this.#rows.findIndex((one) => one.text === text);
    if (row !== -1) this.#leave(row);
  }

  /** Writes a token of each text, and reads a piece of the next one's prime. */
  step(): void {
    this.#readPrime();
    if (this.#rows.length === 0) return;
    const logProbs = this.#model.step(
      this.#rows.map(({ last }) => last),
      this.#state,
    ); // [N, V]
    const V = this.#weights.length;
    for (let row = this.#rows.length - 1; row >= 0; row--) {
      const goesOn = this.#write(this.#rows[row]!, logProbs.subarray(row * V, (row + 1) * V));
      if (!goesOn) this.#leave(row); // the last row takes its place, which has had its token
    }
  }

  /** Draws the next token of a text. @returns whether the text goes on */
  #write(row: Row, logProbs: Float32Array): boolean {
    if (this.#unknown !== undefined) logProbs[this.#unknown] = Number.NEGATIVE_INFINITY;
    row.last = sampleToken(logProbs, row.text, row.text.random, this.#weights);
    return row.text.onToken(row.last, logProbs);
  }

  #leave(row: number): void {
    const last = this.#rows.pop()!;
    if (row === this.#rows.length) return;
    this.#rows[row] = last;
    copyStateRow(this.#state, row, this.#state, this.#rows.length);
  }

  /** Reads a piece of a prime; when that is read, its text takes a row and has its first token. */
  #readPrime(): void {
    if (!this.#beginning && this.#rows.length < this.capacity) {
      const text = this.#waiting.shift();
      if (!text) return;
      this.#beginning = { text, read: 0 };
      resetState(this.#beginningState);
    }
    if (!this.#beginning) return;
    const { text, read } = this.#beginning;
    const T = Math.min(PIECE, text.prime.length - read);
    const inputs = Int32Array.from({ length: T }, (_, t) => text.prime[read + t]!);
    const logProbs = this.#model.logProbs({ packing: uniformPacking(1, T), inputs }, this.#beginningState); // [T, V]
    this.#beginning.read += T;
    if (this.#beginning.read < text.prime.length) return;
    this.#beginning = undefined;
    const V = this.#weights.length;
    const row: Row = { text, last: 0 };
    if (!this.#write(row, logProbs.subarray((T - 1) * V, T * V))) return;
    copyStateRow(this.#state, this.#rows.length, this.#beginningState, 0);
    this.#rows.push(row);
  }
}
