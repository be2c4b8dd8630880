/** Errors whose message is written for the person at the keyboard: one line, no stack trace needed. */

export interface Explanation {
  /** The value or state that was found. */
  found?: string | undefined;
  /** What would have been right. */
  expected?: string | undefined;
  /** What the user can do about it. */
  advice?: string | undefined;
  /**
   * Settings that the message names, as a program knows them (`learningRate`). A command line puts its options in their
   * place.
   */
  settings?: readonly string[] | undefined;
  cause?: unknown;
}

/**
 * A file, a value or a piece of data that the user can mend: a torn picture, a broken JSON, an option out of range.
 * The command line prints its message alone and exits with 1; every other error is a defect of ours.
 */
export class InputError extends Error {
  readonly settings: readonly string[];

  constructor(what: string, { found, expected, advice, settings = [], cause }: Explanation = {}) {
    const detail = [found && `found ${found}`, expected && `expected ${expected}`].filter(Boolean).join(', ');
    super([detail ? `${what}: ${detail}` : what, advice].filter(Boolean).join('. '), { cause });
    this.name = 'InputError';
    this.settings = settings;
  }
}

/** An option or argument that can't be right whatever the files hold; the command line exits with 2. */
export class UsageError extends InputError {
  override name = 'UsageError';
}

/** The first line of an error's message, for quoting it inside another message. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n', 1)[0]!;
  // Those of the operating system end with the call and the path, which the message around them names.
  return error instanceof Error && 'syscall' in error ? line.replace(/, .*/, '') : line;
}
