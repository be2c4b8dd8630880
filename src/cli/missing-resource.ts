/** Errors that are neither a defect nor in what the user gave: the system has nothing left of what the program needs. */
import { reasonOf } from '../base/errors.ts';

/** What is missing, in a line; undefined for any other error. */
export function missingResource(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  const reason = reasonOf(error);
  if (syscall === 'uv_cwd') return 'the current folder is not there any more: change to another one';
  if (code === 'EMFILE' || code === 'ENFILE') return `${reason}. Allow more by \`ulimit -n 1024\``;
  if (code === 'ENOSPC') return reason;
  if (code === 'EAGAIN' || code === 'ERR_WORKER_INIT_FAILED')
    return `no further thread or process can be started: ${reason}`;
  if (code === 'ENOMEM' || code === 'ERR_WORKER_OUT_OF_MEMORY' || NO_MEMORY.test(reason)) {
    return `there is not enough memory: ${reason}. Allow more (\`ulimit -v unlimited\`), or ask for less at once`;
  }
  return undefined;
}

const NO_MEMORY = /could not allocate memory|allocation failed|Out of memory|cannot allocate memory/i;
