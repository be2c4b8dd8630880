/** The file with the token that clients have to send. Its content stands in no message. Knows no request. */
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { readFilledLines } from '../base/text-file.ts';

/** Letters of a token, at least: fewer are soon guessed. */
const SHORTEST = 8;

/**
 * Reads a token: the only line of a file that is not blank, without the blanks around it.
 *
 * @throws InputError when the file can't be read, or holds what no header of a request can bring
 */
export async function readToken(path: string): Promise<string> {
  const lines = await readFilledLines(path, { what: 'token file' });
  const token = lines[0]?.text.trim() ?? '';
  const found =
    lines.length > 1
      ? `${lines.length} lines`
      : /[^!-~]/.test(token)
        ? 'a space, or another sign that is no ASCII letter, digit or punctuation'
        : token.length < SHORTEST && (token === '' ? 'nothing' : counted(token.length, 'character'));
  if (!found) return token;
  const expected = `a line of at least ${SHORTEST} ASCII letters, digits and punctuation`;
  throw new InputError(`${path} holds no token`, { found, expected });
}
