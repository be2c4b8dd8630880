/** What `/v1/completions` answers, in the shapes of the OpenAI API. Knows no threads and no HTTP. */
import { randomUUID } from 'node:crypto';
import type { TokenOut } from './work/reading.ts';

/** The tokens of a choice, or of a piece of it. */
export interface Logprobs {
  tokens: string[];
  token_logprobs: number[];
  /** The likeliest tokens in each place, where they were asked for. */
  top_logprobs: Record<string, number>[] | null;
  /** Where each token begins in the choice's text. */
  text_offset: number[];
}

export interface CompletionChoice {
  text: string;
  index: number;
  logprobs: Logprobs | null;
  finish_reason: 'length' | 'stop' | null;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export interface Completion {
  id: string;
  object: 'text_completion';
  created: number;
  model: string;
  choices: CompletionChoice[];
  usage?: Usage | null;
}

/** What all pieces of an answer have in common. */
export function completionHead(model: string): Omit<Completion, 'choices'> {
  return { id: `cmpl-${randomUUID()}`, object: 'text_completion', created: Math.floor(Date.now() / 1000), model };
}

export function usageOf(prompt: number, completion: number): Usage {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** Tells the tokens of a choice, piece by piece. */
export class LogprobsWriter {
  readonly #top: boolean;
  #offset = 0;

  /** @param top whether the likeliest tokens of each place are told */
  constructor(top: boolean) {
    this.#top = top;
  }

  add(tokens: readonly TokenOut[]): Logprobs {
    return {
      tokens: tokens.map(({ token }) => token),
      token_logprobs: tokens.map(({ logProb }) => logProb),
      top_logprobs: this.#top ? tokens.map(topOf) : null,
      text_offset: tokens.map(({ token }) => {
        this.#offset += token.length;
        return this.#offset - token.length;
      }),
    };
  }
}

/** The likeliest tokens, and the one that came. */
function topOf({ token, logProb, likeliest = [] }: TokenOut): Record<string, number> {
  return Object.fromEntries([...likeliest, { token, logProb }].map((one) => [one.token, one.logProb]));
}

/** Puts pieces of a choice together. */
export function joinPieces(pieces: readonly CompletionChoice[], index: number): CompletionChoice {
  const told = pieces.flatMap(({ logprobs }) => logprobs ?? []);
  const logprobs: Logprobs | null =
    told.length === 0
      ? null
      : {
          tokens: told.flatMap(({ tokens }) => tokens),
          token_logprobs: told.flatMap(({ token_logprobs }) => token_logprobs),
          top_logprobs: told.every(({ top_logprobs }) => top_logprobs === null)
            ? null
            : told.flatMap(({ top_logprobs }) => top_logprobs ?? []),
          text_offset: told.flatMap(({ text_offset }) => text_offset),
        };
  return {
    text: pieces.map(({ text }) => text).join(''),
    index,
    logprobs,
    finish_reason: pieces.at(-1)?.finish_reason ?? null,
  };
}
