/**
 * A lock on a folder that outlives no process, however it ends: a name that the system gives to one process at a time
 * (an abstract socket on Linux, a named pipe on Windows, elsewhere a socket file, which is taken over where nobody
 * answers it). It keeps out processes of the same machine alone, and leaves no file in the folder.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Takes the lock of a folder.
 *
 * @param folder which is there
 * @returns a function that gives it back; undefined where another holder has it
 */
export async function lockFolder(folder: string): Promise<(() => Promise<void>) | undefined> {
  const { dev, ino } = await stat(folder, { bigint: true }); // a folder may have several paths
  const address = addressOf(createHash('sha256').update(`caption-lm ${dev} ${ino}`).digest('hex').slice(0, 24));
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
