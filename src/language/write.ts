/** Tokens as they are sampled become a text of a certain length, or one that ends before a stop text. */
import type { Tokenizer } from '../text/tokenizer.ts';
import type { SampledToken } from './sample.ts';

export interface WritingOptions {
  tokenizer: Tokenizer;
  /** Most tokens. */
  length: number;
  /** Texts before the first of which the writing ends. */
  stops?: readonly string[] | undefined;
}

export interface Written {
  /** What is certain to be written now: nothing while it may turn out to begin a stop text. */
  text: string;
  /** The token that was taken; none at the end, when what was held back is written. */
  token?: SampledToken;
}

/** Takes tokens and gives text, piece by piece, in constant memory. */
export function* writeText(
  tokens: Iterable<SampledToken>,
  { tokenizer, length, stops = [] }: WritingOptions,
): Generator<Written> {
  const join = tokenizer.joiner();
  let held = '';
  let count = 0;
  for (const token of tokens) {
    held += join(token.token);
    const end = firstOf(stops, held);
    if (end !== -1) return yield { text: held.slice(0, end), token };
    if (++count === length) {
      yield { text: '', token };
      break;
    }
    const certain = held.length - mostOverlap(stops, held);
    yield { text: held.slice(0, certain), token };
    held = held.slice(certain);
  }
  yield { text: held + join() };
}

/** Where the first of some texts begins; -1 where there is none. */
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
