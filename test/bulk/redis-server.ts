/** A Redis server of a test's own, where one is installed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { RedisAddress } from '../../src/bulk/address.ts';
import { connect } from '../../src/bulk/connection.ts';

/** Why tests that need a server are skipped; undefined where they are not. */
export const noRedis = spawnSync('redis-server', ['--version']).error && 'skipped: there is no redis-server';

export const PASSWORD = 'p@ss word/1';

export interface TestServer {
  url: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A server with a password, which keeps all that it did in a folder that is deleted with it. */
export async function startRedis(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'caption-lm-redis-'));
  const port = await freePort();
  const url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async () => {
    const options = { port, dir: folder, save: '', appendonly: 'yes', appendfsync: 'always', requirepass: PASSWORD };
    child = spawn(
      'redis-server',
      Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    );
    await answer(url);
  };
  const stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  return {
    url,
    async restart() {
      await stop();
      await start();
    },
    async stop() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function answer(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      (await connect(new RedisAddress(url), 1)).close();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await setTimeout(50);
    }
  }
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
