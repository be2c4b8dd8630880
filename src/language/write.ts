/**
 * Tokens as they are sampled become a text of a certain length, or one that ends by END or before a stop text, piece by
 * piece and in constant memory. It knows no model.
 */
import type { Random } from '../base/random.ts';
import type { SamplingOptions } from '../decoding/sampling.ts';
import { END } from '../text/special-tokens.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { SampledToken } from './sample.ts';

/** Where a text ends. */
export interface TextLimits {
  /** Most tokens: characters, bytes or words, whichever the model writes. */
  length: number;
  /** Texts before the first of which the writing ends. */
  stops?: readonly string[] | undefined;
}

/** How a text is written. What is left out is as in `writingDefaults`. */
export interface WritingOptions extends Partial<TextLimits>, Partial<SamplingOptions> {
  /** Equal seeds write equal texts. By default seeded by the time: another text each time. */
  random?: Random;
  /**
   * Text to be continued. It is read, not written again; without it the text begins as a line does. A model of sequences
   * begins one, with this text where it is given.
   */
  prime?: string;
}

/** `sequenceLength` is that of models of sequences, which end by themselves. */
export const writingDefaults = { length: 500, sequenceLength: 10_000, temperature: 0.8 };

export interface Written {
  /** What is certain to be written now: nothing while it may turn out to begin a stop text. */
  text: string;
  /** The token that was sampled; none at the end, when what was kept waiting is written. */
  token?: SampledToken;
}

/** Takes as many tokens as are needed and gives their text. */
export function* writeText(
  tokens: Iterable<SampledToken>,
  tokenizer: Tokenizer,
  limits: TextLimits,
): Generator<Written> {
  if (limits.length < 1) return;
  const writing = new TextWriting(tokenizer, limits);
  for (const token of tokens) {
    yield { text: writing.add(token.token), token };
    if (writing.ended) break;
  }
  if (writing.ended !== 'stop') yield { text: writing.rest() };
}

/** A text that grows by the tokens it is given, and says where it ends. */
export class TextWriting {
  readonly #limits: TextLimits;
  readonly #join: ReturnType<Tokenizer['joiner']>;
  #waiting = '';
  #count = 0;
  #ended: 'length' | 'stop' | 'end' | undefined;

  constructor(tokenizer: Tokenizer, limits: TextLimits) {
    this.#limits = limits;
    this.#join = tokenizer.joiner();
  }

  /** Why no more tokens are taken: there are as many as there may be, a stop text came, or END. */
  get ended(): 'length' | 'stop' | 'end' | undefined {
    return this.#ended;
  }

  /** Tokens that were taken. */
  get count(): number {
    return this.#count;
  }

  /** Takes a token. @returns what is certain to be written now: nothing while it may turn out to begin a stop text */
  add(token: string): string {
    const { length, stops = [] } = this.#limits;
    if (token === END) {
      this.#ended = 'end';
      return '';
    }
    const waiting = this.#waiting + this.#join(token);
    this.#count++;
    const end = firstOf(stops, waiting);
    if (end !== -1) {
      this.#ended = 'stop';
      return waiting.slice(0, end);
    }
    if (this.#count === length) this.#ended = 'length';
    const certain = this.#ended ? 0 : waiting.length - mostOverlap(stops, waiting);
    this.#waiting = waiting.slice(certain);
    return waiting.slice(0, certain);
  }

  /** What was kept waiting, where the text has not ended by a stop text. */
  rest(): string {
    return this.#waiting + this.#join();
  }
}

/** Where the first of some texts begins in another; -1 where none does. */
function firstOf(stops: readonly string[], text: string): number {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at !== -1);
  return found.length > 0 ? Math.min(...found) : -1;
}

/** How many characters at the end of a text are the beginning of one of `stops`. */
function mostOverlap(stops: readonly string[], text: string): number {
  const overlaps = stops.map((stop) => {
    let length = Math.min(text.length, stop.length - 1);
    while (!text.endsWith(stop.slice(0, length))) length--;
    return length;
  });
  return Math.max(0, ...overlaps);
}
