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

/** What the codes of the operating system say of a file, as what was found. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EBUSY: 'a file that another program is using',
  EDQUOT: 'no space left of what the user may fill',
  EEXIST: 'a file of this name there already',
  EFBIG: 'a file that grows larger than it may be',
  EIO: 'a disk that can not be read or written',
  EISDIR: 'a folder, not a file',
  ELOOP: 'links that lead in a circle',
  EMFILE: 'too many files open in this process',
  ENAMETOOLONG: 'a name that is too long',
  ENFILE: 'too many files open on this computer',
  ENOENT: 'no such file or folder',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a file where a folder is to be',
  ENOTEMPTY: 'a folder that is not empty',
  EPERM: 'no permission',
  EROFS: 'a disk that can only be read',
};

/** The first line of an error's message, or what the operating system's code means, for quoting it inside another message. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n', 1)[0]!;
  if (!(error instanceof Error && 'syscall' in error)) return line;
  // "ENOENT: no such file or directory, open 'photo.jpg'"; what else has a code (connections) says more than that.
  const [, code = ''] = /^(E[A-Z]+): /.exec(line) ?? [];
  const words = SYSTEM_REASONS[code];
  if (words !== undefined) return `${words} (${code})`;
  // Others end with the call and the path, which the message around them names.
  return line.replace(/, .*/, '');
}
