/** Writing with a language model, one token after another and without end: the caller stops. It knows no files. */
import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type SamplingOptions, sampleToken } from '../decoding/sampling.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { END, UNKNOWN } from '../text/special-tokens.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { startOf } from './ids.ts';

export interface TokenSampling extends SamplingOptions {
  random: Random;
}

export interface SampleOptions extends TokenSampling {
  /** Of the level that the model was trained on. */
  tokenizer: Tokenizer;
  /** Text to be continued. It is read, not written again. */
  prime?: string;
  /** Working memory for one sequence, where a caller samples again and again. */
  state?: StackState;
}

export interface SampledToken {
  token: string;
  /** Of the token under the model, in nats, whatever the temperature. */
  logProb: number;
}

/**
 * Writes on and on, in constant memory. Without a prime the text begins as a line does; a sequence ends with END, behind
 * which nothing is of use.
 *
 * @throws InputError when the prime has a token that the model has never seen
 */
export function sampleText(
  model: LanguageModel,
  vocabulary: Vocabulary,
  { tokenizer, prime = '', state = model.newState(1), ...sampling }: SampleOptions,
): Generator<SampledToken> {
  const read = primeIds(prime, vocabulary, tokenizer);
  resetState(state);
  return sampleTokens(model, vocabulary, state, read, sampling);
}

/**
 * Writes on from a state, after some tokens. The unknown token is never written.
 *
 * @param read ids of the tokens that are read first, at least one
 */
export function* sampleTokens(
  model: LanguageModel,
  vocabulary: Vocabulary,
  state: StackState,
  read: readonly number[],
  { random, ...sampling }: TokenSampling,
): Generator<SampledToken> {
  const unknown = vocabulary.idOf(UNKNOWN);
  const weights = new Float64Array(vocabulary.size);
  let logProbs: Float32Array = new Float32Array(); // [V]
  for (const id of read) logProbs = model.step([id], state);
  for (;;) {
    if (unknown !== undefined) logProbs[unknown] = Number.NEGATIVE_INFINITY;
    const id = sampleToken(logProbs, sampling, random, weights);
    yield { token: vocabulary.tokenOf(id), logProb: logProbs[id]! };
    logProbs = model.step([id], state);
  }
}

/**
 * The ids of a prime, which the error calls by `name`; of an empty one that of the token that stands before a text. A prime
 * begins a sequence, where the model knows sequences: END is read before it. A word that the model has seen behind a space
 * only is read as that.
 *
 * @throws InputError that names the tokens which the vocabulary does not have
 */
export function primeIds(prime: string, vocabulary: Vocabulary, tokenizer: Tokenizer, name = 'prime'): number[] {
  const tokens = tokenizer.split(prime);
  if (tokens.length === 0) return [startOf(vocabulary)];
  const ids = tokens.map((token) => vocabulary.idOf(token) ?? vocabulary.idOf(` ${token}`));
  const end = vocabulary.idOf(END);
  if (ids.every((id) => id !== undefined)) return end === undefined ? ids : [end, ...ids];
  const unknown = new Set(tokens.filter((_, i) => ids[i] === undefined));
  const named = Array.from(unknown, (token) => JSON.stringify(token)).join(', ');
  throw new InputError(`the ${name} has ${named}, which the model has never seen`, {
    advice: 'Leave it out, or train on a text that has it.',
  });
}
