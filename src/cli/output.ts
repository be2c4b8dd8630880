/** Standard output of commands that show how far they are. */
import { once } from 'node:events';
import { wipeProgress } from './progress.ts';

/** Writes to standard output, on a terminal in place of a line of progress, and waits while its reader is slow. */
export async function write(text: string): Promise<void> {
  if (process.stdout.isTTY) wipeProgress();
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
