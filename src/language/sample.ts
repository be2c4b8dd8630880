/** Writing text with a language model, one token after another, without end: the caller stops. */
import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type SamplingOptions, sampleToken } from '../decoding/sampling.ts';
import type { LanguageModel } from '../model/language-model.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { splitCharacters } from '../text/characters.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { UNKNOWN } from './text.ts';

export interface SampleOptions extends SamplingOptions {
  random: Random;
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
 * Writes on and on, in constant memory.
 *
 * @throws InputError when the prime has a character that the model has never seen
 */
export function sampleText(
  model: LanguageModel,
  vocabulary: Vocabulary,
  { random, prime = '', state = model.newState(1), ...sampling }: SampleOptions,
): Generator<SampledToken> {
  const primed = splitCharacters(prime).map((character) => {
    const id = vocabulary.idOf(character);
    if (id !== undefined) return id;
    throw new InputError(`the prime has ${JSON.stringify(character)}, which the model has never seen`, {
      advice: 'Leave it out, or train on a text that has it.',
    });
  });
  // A text begins as if a line had ended; models of one line know no better start than their most frequent token.
  if (primed.length === 0) primed.push(vocabulary.idOf('\n') ?? 1);
  return writeOn();

  function* writeOn(): Generator<SampledToken> {
    const unknown = vocabulary.idOf(UNKNOWN);
    resetState(state);
    let logProbs: Float32Array = new Float32Array();
    for (const id of primed) logProbs = model.step([id], state);
    for (;;) {
      if (unknown !== undefined) logProbs[unknown] = Number.NEGATIVE_INFINITY;
      const id = sampleToken(logProbs, sampling, random);
      yield { token: vocabulary.tokenOf(id), logProb: logProbs[id] ?? Number.NaN };
      logProbs = model.step([id], state);
    }
  }
}
