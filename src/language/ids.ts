/** Tokens as the numbers that a model reads, those among them that its vocabulary does not have. */
import { InputError } from '../base/errors.ts';
import type { Vocabulary } from '../text/vocabulary.ts';

/**
 * Stands for every token that the vocabulary does not have; it is never written. No token is spelled like this. A
 * vocabulary has it unless it was made from all tokens of a text that nothing was kept of for validation.
 */
export const UNKNOWN = '<unk>';

/**
 * The ids of tokens; that of the unknown one for those which the vocabulary does not have.
 *
 * @throws InputError when it has no unknown one either
 */
export function idsOf(tokens: readonly string[], vocabulary: Vocabulary): number[] {
  const unknown = vocabulary.idOf(UNKNOWN);
  return tokens.map((token) => {
    const id = vocabulary.idOf(token) ?? unknown;
    if (id !== undefined) return id;
    throw new InputError(`the text has ${JSON.stringify(token)}, which the model has never seen`, {
      advice: 'A model that is trained with a part of its text for validation takes it for an unknown token.',
    });
  });
}
