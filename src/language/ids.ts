/** Tokens as the numbers that a language model reads, unknown ones among them. It knows no model. */
import { InputError } from '../base/errors.ts';
import { END, UNKNOWN } from '../text/special-tokens.ts';
import type { Vocabulary } from '../text/vocabulary.ts';

/**
 * The ids of tokens, that of `UNKNOWN` for those which the vocabulary does not have. A vocabulary has `UNKNOWN` unless it
 * was made from all tokens of a text of which nothing was held out for validation.
 *
 * @throws InputError when it has neither a token nor `UNKNOWN`
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

/**
 * The id of the token that stands before a text: a line end. Models of one line know none, and begin as after a frequent
 * token. A model of sequences reads END first, as if a sequence before had ended (as GPT-2 does): with a token of its own
 * for the start, which never is to be predicted, the probabilities of all sequences would sum to less than one.
 */
export function startOf(vocabulary: Vocabulary): number {
  return (
    vocabulary.idOf(END) ?? vocabulary.idOf('\n') ?? vocabulary.idOf('\r\n') ?? (vocabulary.idOf(UNKNOWN) === 0 ? 1 : 0)
  );
}
