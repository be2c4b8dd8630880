/** The text of the page by its tokens, as it is and as it is shown. Knows no cells and nothing of how it is drawn. */
import type { Stretch } from '../../language/cells/on-cells.ts';
import { visible } from '../../report/visible.ts';

export class PageText {
  /** Tokens. */
  readonly length: number;
  readonly text: string;
  /** What is shown: the text with signs for what is not printed. */
  readonly shown: string;
  /** Where each token begins in `shown`; one more at the end. */
  readonly shownStarts: Uint32Array;
  /** Which of `kindsShown` each token is. */
  readonly kinds: Uint32Array;
  /** The different tokens, as they are shown. */
  readonly kindsShown: readonly string[];
  readonly #starts: Uint32Array;
  #small: string | undefined;

  /** @param lengths how many UTF-16 code units each token completes */
  constructor(text: string, lengths: Uint32Array) {
    const { length } = lengths;
    const kinds = new Map<string, number>();
    const kindsShown: string[] = [];
    this.text = text;
    this.length = length;
    this.#starts = new Uint32Array(length + 1);
    this.shownStarts = new Uint32Array(length + 1);
    this.kinds = new Uint32Array(length);
    const shown: string[] = [];
    for (let token = 0; token < length; token++) {
      const start = this.#starts[token]!;
      const end = start + lengths[token]!;
      const own = text.slice(start, end);
      let kind = kinds.get(own);
      if (kind === undefined) {
        kind = kindsShown.push(visible(own)) - 1;
        kinds.set(own, kind);
      }
      this.kinds[token] = kind;
      shown.push(kindsShown[kind]!);
      this.#starts[token + 1] = end;
      this.shownStarts[token + 1] = this.shownStarts[token]! + kindsShown[kind]!.length;
    }
    this.kindsShown = kindsShown;
    this.shown = shown.join('');
  }

  /** The text in small letters; as it is where one of them is longer than its capital, so that places are the same. */
  get small(): string {
    if (this.#small === undefined) {
      const small = this.text.toLowerCase();
      this.#small = small.length === this.text.length ? small : this.text;
    }
    return this.#small;
  }

  /** The text of the tokens from `start` to `end` - 1. */
  slice(start: number, end: number): string {
    return this.text.slice(this.#starts[start], this.#starts[end]);
  }

  /** What is shown of one token in a line of its own. */
  shownToken(token: number): string {
    return this.shown.slice(this.shownStarts[token], this.shownStarts[token + 1]).replaceAll('\n', '');
  }

  /** The tokens of letters and digits around one; that token alone where it is none of them. */
  wordAround(token: number): Stretch {
    const isOfWord = (at: number) => at >= 0 && at < this.length && /^[\p{L}\p{N}_]+$/u.test(this.slice(at, at + 1));
    let [start, end] = [token, token + 1];
    if (isOfWord(token)) {
      while (isOfWord(start - 1)) start--;
      while (isOfWord(end)) end++;
    }
    return { start, end };
  }

  /** The token that a code unit of the text belongs to. */
  tokenAt(unit: number): number {
    return lastAtMost(this.#starts, unit, this.length);
  }

  /** The token that a code unit of what is shown belongs to. */
  tokenAtShown(unit: number): number {
    return lastAtMost(this.shownStarts, unit, this.length);
  }
}

/** The last of the first `count` places whose number is at most `value`; the numbers rise, and the first is 0. */
export function lastAtMost(numbers: ArrayLike<number>, value: number, count: number): number {
  let [low, high] = [0, count];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
