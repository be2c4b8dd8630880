/** A Redis server of a test's own, where one is installed. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
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

/** A user that may do what a queue needs, and whose password is the same. */
export const USER = 'queue';

export interface TestServer {
  url: string;
  /** The certificate of one that encrypts, which nobody but itself has signed. */
  certificate: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A server with a password, which keeps all that it did in a folder that is deleted with it. */
export async function startRedis({ encrypts = false } = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'caption-lm-redis-'));
  const port = await freePort();
  const url = `redis${encrypts ? 's' : ''}://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  if (encrypts) writeCertificate(certificate, key);
  let child: ChildProcess;
  const start = async () => {
    const options = {
      ...(encrypts ? { port: 0, 'tls-port': port, 'tls-cert-file': certificate, 'tls-key-file': key } : { port }),
      ...(encrypts && { 'tls-auth-clients': 'no', 'tls-ca-cert-file': certificate }),
      dir: folder,
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
      requirepass: PASSWORD,
    };
    const rights = [USER, 'on', `#${createHash('sha256').update(PASSWORD).digest('hex')}`, '~caption-lm:*'];
    child = spawn('redis-server', [
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...['--user', ...rights, '+@all', '-@dangerous', '+info'],
    ]);
    await answer(url);
  };
  const stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  return {
    url,
    certificate,
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

/** Why there is no server that encrypts; undefined where there is one. */
export const noEncryption = noRedis || (spawnSync('openssl', ['version']).error && 'skipped: there is no openssl');

function writeCertificate(certificate: string, key: string): void {
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...made, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
}

async function answer(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      (await connect(new RedisAddress(url), 1)).close();
      return;
    } catch (error) {
      if (/self-signed/.test(String(error))) return; // it is there
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
