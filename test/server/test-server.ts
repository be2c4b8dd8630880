/** A server for tests: the captioner that ships, language models of random weights (one of a text, one of lines), trainings that never were. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shippedCaptioner } from '../../src/captioning/open.ts';
import { openEngine } from '../../src/compute/engine.ts';
import type { ServerOptions } from '../../src/server/options.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import { randomTextModel } from '../language/random-text-model.ts';

/** What the language model knows. */
export const CHARACTERS = [...'\nabcdefghijklmnopqrstuvwxyz .'];

export interface TestServer extends RunningServer {
  /** Asks for JSON, or sends some by POST. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  ask(path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; json: any }>;
  folder: string;
  end(): Promise<void>;
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'caption-lm-server-'));
  const engine = await openEngine('wasm');
  await randomTextModel(engine, CHARACTERS, { cell: 'lstm', layers: 2, hidden: 24 }).save(join(folder, 'letters'));
  const ofLines = randomTextModel(engine, ['a', 'b'], { cell: 'gru', hidden: 8, sequences: { are: 'lines' } });
  await ofLines.save(join(folder, 'lines'));
  engine.close();
  const run = join(folder, 'runs', 'first', 'try');
  await mkdir(run, { recursive: true });
  await writeFile(join(run, 'config.json'), '{"settings":{"epochs":2}}');
  const at = { type: 'update', time: '2026-01-01T00:00:00.000Z', epoch: 1, tokensPerSecond: 10 };
  const lines = [100, 200].map((iteration) => JSON.stringify({ ...at, iteration, loss: 300 / iteration }));
  await writeFile(join(run, 'log.jsonl'), `${lines.join('\n')}\n{"type":"upd`);
  const server = await startServer({
    captioners: [shippedCaptioner()],
    languageModels: [join(folder, 'letters'), join(folder, 'lines')],
    labellers: [],
    runs: join(folder, 'runs'),
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    blas: 'wasm',
    cnnBackend: 'auto',
    log: { level: 'silent', stream: { write() {} } },
    ...options,
  });
  return {
    ...server,
    folder,
    async ask(path, body, headers = {}) {
      const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await fetch(`${server.address}${path}`, { ...sent, headers: { ...type, ...headers } });
      return { status: response.status, json: await response.json() };
    },
    async end() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
