import { expect } from 'vitest';
import { InputError } from '../src/base/errors.ts';

/** The work fails as the user's mistake, with a message in one line that matches. */
export async function expectInputError(work: Promise<unknown>, message: string | RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(InputError);
  const found = (error as InputError).message;
  expect(found).not.toContain('\n');
  expect(found).toMatch(message);
}
