/** JSON files, checked by a schema. Knows no file's content. */
import * as v from 'valibot';
import { InputError, reasonOf } from './errors.ts';
import { readBytes } from './files.ts';

/**
 * Reads and checks a JSON file.
 *
 * @throws InputError that names the file and the first field that is wrong
 */
export async function readJson<T>(path: string, schema: v.GenericSchema<unknown, T>, what = 'file'): Promise<T> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readBytes(path)); // without a byte order mark, which is no JSON
  } catch (error) {
    throw new InputError(`cannot read the ${what} ${path}`, { found: reasonOf(error), cause: error });
  }
  return parseJson(text, schema, `the ${what} ${path}`);
}

/** Parses and checks JSON text; `name` says in the error where it came from. */
export function parseJson<T>(text: string, schema: v.GenericSchema<unknown, T>, name: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name} is not valid JSON`, { found: reasonOf(error), cause: error });
  }
  return checkJson(value, schema, name);
}

/**
 * Checks what stood in JSON; `name` says in the error where it came from.
 *
 * @param place where in it the value stands, as `images.3`; '' where it is all of it
 * @throws InputError that names the first field that is wrong
 */
export function checkJson<T>(value: unknown, schema: v.GenericSchema<unknown, T>, name: string, place = ''): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = [place, v.getDotPath(issue)].filter(Boolean).join('.');
  const where = path ? `at ${path}` : 'at the top';
  throw new InputError(`${name} does not hold what it should`, { found: `${where}: ${issue.message}` });
}
