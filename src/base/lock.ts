/**
 * A lock on a folder, or on a file in it, that outlives no process, however it ends: a name that the system gives to one process at a time
 * (an abstract socket on Linux, a named pipe on Windows, elsewhere a socket file, which is taken over where nobody
 * answers it). It keeps out processes of the same machine alone, and leaves no file in the folder.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Takes the lock of a folder.
 *
 * @param folder which is there
 * @returns a function that gives it back; undefined where another holder has it
 */
export function lockFolder(folder: string): Promise<Release | undefined> {
  return lock(folder, '');
}

/**
 * Takes the lock of a file by its name, so that it stays locked when another file takes its place.
 *
 * @param path of a file, which need not be there, in a folder that is
 * @returns as `lockFolder`
 */
export function lockFile(path: string): Promise<Release | undefined> {
  return lock(dirname(path), ` ${basename(path)}`);
}

/** Gives a lock back. */
export type Release = () => Promise<void>;

async function lock(folder: string, name: string): Promise<Release | undefined> {
  const { dev, ino } = await stat(folder, { bigint: true }); // a folder may have several paths
  const address = addressOf(createHash('sha256').update(`caption-lm ${dev} ${ino}${name}`).digest('hex').slice(0, 24));
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const server = await listen(address);
      return () => new Promise((resolve) => server.close(() => resolve()));
    } catch (error) {
      const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!inUse) return async () => {}; // where sockets are forbidden there is no lock
      if (!address.startsWith('/') || (await isAnswered(address))) return undefined;
      await rm(address, { force: true });
    }
  }
  return undefined;
}

function addressOf(name: string): string {
  if (process.platform === 'linux') return `\0caption-lm-${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\caption-lm-${name}`;
  return join(tmpdir(), `caption-lm-${name}.sock`);
}

async function listen(address: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).unref();
  server.listen(address);
  await once(server, 'listening');
  return server;
}

/** Whether a process listens at the socket file. */
async function isAnswered(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
