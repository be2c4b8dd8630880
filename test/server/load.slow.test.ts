import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import autocannon from 'autocannon';
import { afterEach, expect, test } from 'vitest';
import { runProgram } from '../cli/run-program.ts';
import { type ServeProgram, serveProgram } from './serve-program.ts';

/** 10,000 before a release; each takes a processor for some 30 ms. */
const REQUESTS = Number(process.env['SERVER_REQUESTS'] ?? 1000);
/** After which the server's memory is measured first, and by how much it may have grown at the end. */
const WARMING = Math.min(1000, REQUESTS / 2);
const GROWTH = WARMING < 1000 ? 1.15 : 1.05; // about a thousand requests bring it to its level
const CONNECTIONS = 32;
const PICTURE = 'docs/pictures/coffee.jpg';

let server: ServeProgram;

afterEach(async () => {
  server.child.kill('SIGKILL');
  await server.ended;
});

/** Resident memory of the server, in bytes. */
async function memory(): Promise<number> {
  const text = await (await fetch(`${server.address}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)![1]);
}

test(`${REQUESTS} requests on ${CONNECTIONS} connections: all are answered as the command answers, in a memory that does not grow`, {
  timeout: 3_600_000,
}, async () => {
  const { stdout } = await runProgram('caption', ['describe', '--json', '--quiet', PICTURE]);
  const expected = JSON.parse(stdout).caption;
  server = await serveProgram();
  const photo = await readFile(PICTURE);
  const fire = (amount: number) =>
    autocannon({
      url: `${server.address}/v1/captions`,
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: photo,
      connections: CONNECTIONS,
      timeout: 60,
      amount: Math.max(CONNECTIONS, amount),
      verifyBody: (body) =>
        JSON.parse(String(body)).caption === expected || JSON.parse(String(body)).error.code === 'overloaded',
    });
  const health: number[] = [];
  const watching = new AbortController();
  const watched = (async () => {
    while (!watching.signal.aborted) {
      const start = performance.now();
      expect((await fetch(`${server.address}/healthz`)).status).toBe(200);
      health.push(performance.now() - start);
      await setTimeout(50);
    }
  })();
  watched.catch(() => {}); // thrown at its end
  await fire(WARMING);
  const warm = await memory();
  const result = await fire(REQUESTS - WARMING);
  watching.abort();
  await watched;
  expect(result).toMatchObject({ errors: 0, timeouts: 0, mismatches: 0 });
  expect(Object.keys(result.statusCodeStats ?? {}).filter((status) => status !== '200' && status !== '503')).toEqual(
    [],
  );
  expect((await memory()) / warm).toBeLessThan(GROWTH);
  health.sort((a, b) => a - b);
  expect(health[Math.floor(health.length * 0.99)]).toBeLessThan(100); // the rest is left to the machine's other work
});

test('SIGTERM under load: what has been accepted is answered, and the server ends with 0', async () => {
  server = await serveProgram();
  const photo = await readFile(PICTURE);
  const sent = Array.from({ length: CONNECTIONS }, () =>
    fetch(`${server.address}/v1/captions`, { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg' } }),
  );
  // All have arrived when as many wait as were sent.
  await expect
    .poll(
      async () =>
        (await (await fetch(`${server.address}/metrics`)).text()).match(/^caption_pictures_waiting (\d+)/m)?.[1],
      {
        timeout: 20_000,
      },
    )
    .toMatch(/^[1-9]/);
  await setTimeout(200);
  server.child.kill('SIGTERM');
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await server.ended).toBe(0);
  await expect(fetch(server.address)).rejects.toThrow();
});

test('a port that is taken is told in a line, and an address for others needs a token', async () => {
  server = await serveProgram();
  const { port } = new URL(server.address);
  const taken = await runProgram('caption', ['serve', '--port', port]);
  expect(taken).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^caption: --port \d+ is taken[^\n]*\n$/),
  });
  const others = await runProgram('caption', ['serve', '--host', '0.0.0.0']);
  expect(others).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^caption: [^\n]*--token-file[^\n]*\n$/),
  });
});
