import { connect } from 'node:net';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type ServeProgram, serveProgram } from './serve-program.ts';

/** Requests that nobody should send, a thousand of them: each is refused by a 4xx, and the server goes on. */

let server: ServeProgram;
/** 400 million pixels in some kilobytes. */
const bomb = blackPng(20_000);

beforeAll(async () => {
  server = await serveProgram();
});

afterAll(async () => {
  server.child.kill('SIGKILL');
  await server.ended;
});

/** A black square of so many pixels, a bit each, as PNG. */
function blackPng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1; // bit of a grey pixel
  const chunk = (type: string, data: Uint8Array) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const around = Buffer.alloc(8);
    around.writeUInt32BE(data.length, 0);
    around.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([around.subarray(0, 4), named, around.subarray(4)]);
  };
  const lines = deflateSync(Buffer.alloc(side * (1 + side / 8)));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0))]);
}

interface Answer {
  /** Absent where the connection was closed without any. */
  status: number | undefined;
  body: string;
}

/** Sends bytes as they are. @param leaves whether the client closes its side of the connection at once */
function send(parts: readonly (string | Uint8Array)[], leaves = false): Promise<Answer> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const done = () => {
      socket.destroy();
      const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
      resolve({
        status: status === undefined ? undefined : Number(status),
        body: answer.slice(answer.indexOf('\r\n\r\n') + 4),
      });
    };
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (/\r\n\r\n[\s\S]/.test(answer)) done();
    });
    socket.on('close', done).on('error', () => {});
    for (const part of parts) socket.write(part);
    if (leaves) socket.end();
  });
}

function post(
  path: string,
  headers: Record<string, string | number>,
  body: string | Uint8Array = '',
  leaves = false,
): Promise<Answer> {
  const bytes = Buffer.from(body);
  const all = { host: 'localhost', 'content-length': bytes.length, connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return send([`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, bytes], leaves);
}

/** By what is wrong with them; `random` makes each another one. */
const requests: Readonly<Record<string, (random: Random) => Promise<Answer>>> = {
  'torn form': (random) => {
    const form = `--x\r\nContent-Disposition: form-data; name="a"; filename="b.jpg"\r\n\r\n${'z'.repeat(random.integer(500))}\r\n--x--\r\n`;
    return post(
      '/v1/captions',
      { 'content-type': 'multipart/form-data; boundary=x' },
      form.slice(0, random.integer(form.length - 9)),
    );
  },
  'form without a boundary': () => post('/v1/captions', { 'content-type': 'multipart/form-data' }, 'abc'),
  'length that is too large': (random) =>
    post('/v1/captions', { 'content-type': 'image/png', 'content-length': 1 + random.integer(1e6) }, '', true),
  'length that is no number': () => post('/v1/captions', { 'content-type': 'image/png', 'content-length': '-1' }, 'a'),
  'length of a huge body': () => post('/v1/captions', { 'content-type': 'image/png', 'content-length': 2 ** 31 }, 'a'),
  'two lengths': () =>
    send(['POST /v1/captions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab']),
  'torn chunks': () =>
    send([
      'POST /v1/captions HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc',
    ]),
  'huge headers': (random) => post('/v1/models', { 'x-huge': 'a'.repeat(20_000 + random.integer(1e5)) }),
  'no HTTP': (random) =>
    send([Uint8Array.from({ length: 1 + random.integer(200) }, () => random.integer(256)), '\r\n\r\n'], true),
  'torn JSON': (random) => {
    const json = JSON.stringify({ model: 'a', prompt: 'b'.repeat(random.integer(100)), n: 1 });
    return post(
      '/v1/completions',
      { 'content-type': 'application/json' },
      json.slice(0, random.integer(json.length - 1)),
    );
  },
  'JSON nested deeply': (random) => {
    const depth = 10_000 + random.integer(100_000);
    return post('/v1/captions', { 'content-type': 'application/json' }, '['.repeat(depth) + ']'.repeat(depth));
  },
  'a prototype in JSON': () =>
    post(
      '/v1/captions',
      { 'content-type': 'application/json' },
      '{"__proto__":{"top":3},"pictures":[{"data":"AAAA"}]}',
    ),
  'random bytes as a picture': (random) =>
    post(
      '/v1/captions',
      { 'content-type': 'image/png' },
      Uint8Array.from({ length: random.integer(1000) }, () => random.integer(256)),
    ),
  'a torn picture': (random) =>
    post('/v1/captions', { 'content-type': 'image/png' }, bomb.subarray(0, random.integer(1000))),
  'a bomb in PNG': () => post('/v1/captions', { 'content-type': 'image/png' }, bomb),
  'a bomb in gzip': () =>
    post(
      '/v1/captions',
      { 'content-type': 'image/svg+xml' },
      gzipSync(`<svg xmlns="http://www.w3.org/2000/svg">${' '.repeat(5e6)}</svg>`),
    ),
  'a packed body': () =>
    post('/v1/captions', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, gzipSync('a'.repeat(1e6))),
  'an address in place of a picture': () =>
    post('/v1/captions', { 'content-type': 'application/json' }, '{"pictures":[{"data":"file:///etc/passwd"}]}'),
  'a path out of the page': (random) => post(`/${'../'.repeat(random.integer(9))}etc/passwd`, {}, ''),
};

/** Of a connection that its client has closed in the middle of a request there may be none left to be answered. */
const CUT_OFF = new Set(['length that is too large', 'no HTTP']);

test('a thousand malformed requests', { timeout: 600_000 }, async () => {
  const kinds = Object.keys(requests);
  const random = new Random(1);
  const wrong: string[] = [];
  for (let n = 0; n < 1000; n += 10) {
    const some = Array.from({ length: 10 }, (_, i) => kinds[(n + i) % kinds.length]!);
    const answers = await Promise.all(some.map((kind) => requests[kind]!(random)));
    for (const [i, { status, body }] of answers.entries()) {
      const cutOff = status === undefined && CUT_OFF.has(some[i]!);
      const refused = status !== undefined && status >= 400 && status < 500 && 'error' in JSON.parse(body);
      if (!cutOff && !refused) wrong.push(`${some[i]}: ${status} ${body.slice(0, 200)}`);
    }
  }
  expect(wrong).toEqual([]);
  expect((await fetch(`${server.address}/readyz`)).status).toBe(200);
  expect(server.child.exitCode).toBeNull();
});

test('a body that comes too slowly is not waited for', { timeout: 60_000 }, async () => {
  const { hostname, port } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST /v1/captions HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/png\r\ncontent-length: 1000\r\n\r\n',
  );
  const slowly = setInterval(() => socket.write('a'), 1000);
  let answer = '';
  for await (const text of socket.setEncoding('utf8')) answer += text;
  clearInterval(slowly);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('"code":"request_timeout"');
});
