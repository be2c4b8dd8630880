/** Standard output of commands that write much. */
import { once } from 'node:events';

/** Writes to standard output, and waits while its reader is slow. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
