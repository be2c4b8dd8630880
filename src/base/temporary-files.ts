/**
 * Files that are being written under temporary names: a process that is told to end while it writes leaves none. Knows
 * nothing of what is in them.
 */
import { rmSync } from 'node:fs';

/** Not SIGHUP, which a listener would make heard again where `nohup` has turned it off. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const temporaries = new Set<string>();

/**
 * Has a file deleted if the process ends from now on, also by Ctrl-C where nothing else listens to that.
 *
 * @returns a function that ends this: the file has got its name, or is gone
 */
export function guardTemporary(path: string): () => void {
  if (temporaries.size === 0) {
    process.on('exit', discard);
    for (const signal of SIGNALS) process.on(signal, leave);
  }
  temporaries.add(path);
  return () => {
    temporaries.delete(path);
    if (temporaries.size === 0) stopListening();
  };
}

function stopListening(): void {
  process.off('exit', discard);
  for (const signal of SIGNALS) process.off(signal, leave);
}

function discard(): void {
  for (const path of temporaries) rmSync(path, { force: true });
}

/** Ends the process as the signal would have, had nobody listened to it. */
function leave(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return; // they know what is to be saved, and when to end
  discard();
  stopListening();
  process.kill(process.pid, signal);
}
