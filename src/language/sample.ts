/** Writing text with a language model, one token after another, without end: the caller stops. */
import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type SamplingOptions, sampleToken } from '../decoding/sampling.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { resetState, type StackState } from '../nn/state.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { UNKNOWN, type Vocabulary } from '../text/vocabulary.ts';
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
 * Writes on and on, in constant memory. Without a prime it begins as a line does.
 *
 * @throws InputError when the prime has a token that the model has never seen
 */
export function sampleText(
  model: LanguageModel,
  vocabulary: Vocabulary,
  { tokenizer, prime = '', state = model.newState(1), ...sampling }: SampleOptions,
): Generator<SampledToken> {
  const primed = encodeKnown(prime, vocabulary, tokenizer);
  if (primed.length === 0) primed.push(startOf(vocabulary));
  resetState(state);
  return sampleTokens(model, vocabulary, state, primed, sampling);
}

/** Writes on from a state, after it has read some tokens. */
export function* sampleTokens(
  model: LanguageModel,
  vocabulary: Vocabulary,
  state: StackState,
  read: readonly number[],
  { random, ...sampling }: TokenSampling,
): Generator<SampledToken> {
  const unknown = vocabulary.idOf(UNKNOWN);
  const weights = new Float64Array(vocabulary.size);
  let logProbs: Float32Array = new Float32Array();
  for (const id of read) logProbs = model.step([id], state);
  for (;;) {
    if (unknown !== undefined) logProbs[unknown] = Number.NEGATIVE_INFINITY;
    const id = sampleToken(logProbs, sampling, random, weights);
    yield { token: vocabulary.tokenOf(id), logProb: logProbs[id] ?? Number.NaN };
    logProbs = model.step([id], state);
  }
}

/**
 * The ids of a prime. A word that the model has seen behind a space only is read as that.
 *
 * @throws InputError that names the tokens which the vocabulary does not have
 */
function encodeKnown(prime: string, vocabulary: Vocabulary, tokenizer: Tokenizer): number[] {
  const unknown = new Set<string>();
  const ids = tokenizer.split(prime).map((token) => {
    const id = vocabulary.idOf(token) ?? vocabulary.idOf(` ${token}`);
    if (id === undefined) unknown.add(token);
    return id ?? 0;
  });
  if (unknown.size === 0) return ids;
  const named = Array.from(unknown, (token) => JSON.stringify(token)).join(', ');
  throw new InputError(`the prime has ${named}, which the model has never seen`, {
    advice: 'Leave it out, or train on a text that has it.',
  });
}
