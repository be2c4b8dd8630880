/** `caption serve` in a process of its own, as it is built. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ServeProgram {
  address: string;
  child: ChildProcess;
  /** The code that it ends with. */
  ended: Promise<number | null>;
}

/** Starts it on a free port. */
export async function serveProgram(...args: string[]): Promise<ServeProgram> {
  const script = fileURLToPath(new URL('../../dist/cli/caption.js', import.meta.url));
  const child = spawn(process.execPath, [script, 'serve', '--port', '0', '--quiet', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const [line] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>,
    ended.then((code) => Promise.reject(new Error(`the server has ended with ${code}`))),
  ]);
  return { address: line.trim(), child, ended };
}
