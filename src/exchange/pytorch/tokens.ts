/** The vocabulary of a model of PyTorch, in any of the forms that are common, as one of this package. Knows no model. */
import * as v from 'valibot';
import { InputError } from '../../base/errors.ts';
import { readJson } from '../../base/json.ts';
import { integerFrom } from '../../base/schema.ts';
import { UNKNOWN } from '../../text/special-tokens.ts';
import type { Level } from '../../text/tokenizer.ts';
import { Vocabulary } from '../../text/vocabulary.ts';

const tokenList = v.array(v.string());
const vocabularySchema = v.union([tokenList, v.object({ tokens: tokenList }), v.record(v.string(), integerFrom(0))]);

/**
 * Reads a vocabulary as `PytorchImport.vocabulary` says.
 *
 * @throws InputError when it can't be read, or does not give each id a token of its own
 */
export async function readTokens(file: string, level: Level, unknown: string | undefined): Promise<Vocabulary> {
  const read = await readJson(file, vocabularySchema, 'vocabulary');
  const named = Array.isArray(read) ? read : hasTokens(read) ? read.tokens : inOrder(read, file);
  if (unknown !== undefined && !named.includes(unknown)) {
    throw new InputError(`${file} has no token ${JSON.stringify(unknown)}`, { settings: ['unknown'] });
  }
  const tokens = named.map((token) => (token === unknown ? UNKNOWN : token));
  const spaced = level === 'word' ? withSpaces(tokens) : tokens;
  if (new Set(spaced).size === spaced.length && spaced.length > 0) return new Vocabulary(spaced);
  throw new InputError(`the vocabulary ${file} has ${spaced.length > 0 ? 'a token twice' : 'no tokens'}`);
}

function hasTokens(read: object): read is { tokens: string[] } {
  return 'tokens' in read && Array.isArray(read.tokens);
}

/** The tokens of an object of token and id. */
function inOrder(ids: Record<string, number>, file: string): string[] {
  const entries = Object.entries(ids).sort(([, a], [, b]) => a - b);
  const wrong = entries.findIndex(([, id], place) => id !== place);
  if (wrong === -1) return entries.map(([token]) => token);
  throw new InputError(`the ids in the vocabulary ${file} are not 0, 1, 2 and so on`, {
    found: `${entries[wrong]![1]} for ${JSON.stringify(entries[wrong]![0])}`,
    expected: `${wrong}`,
  });
}

function withSpaces(tokens: readonly string[]): string[] {
  if (tokens.some((token) => /^ \S/.test(token))) return [...tokens];
  const lineEnd = tokens.includes('\n') ? undefined : '<eos>';
  return tokens.map((token) =>
    token === lineEnd ? '\n' : token === UNKNOWN || /\s/.test(token) ? token : ` ${token}`,
  );
}
