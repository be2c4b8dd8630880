import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { apiErrorOf, errorBody } from '../../src/server/errors.ts';
import { startTestServer } from './test-server.ts';

test('a server ends though a connection is not used, one is kept, and a request is not sent to its end', async () => {
  const server = await startTestServer({ captioners: [], limits: { sendingSeconds: 1 } });
  const { hostname, port } = new URL(server.address);
  const sent = ['', 'GET /healthz HT', 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n'];
  const body =
    'POST /v1/scores HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';
  const closed = [...sent, body].map(
    (text) =>
      new Promise((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(text));
        socket.on('close', resolve).on('error', () => {});
        socket.resume();
      }),
  );
  expect((await fetch(`${server.address}/healthz`)).status).toBe(200); // all have arrived before
  await server.end();
  await Promise.all(closed);
});

test('what takes too long, and what there is no room for, is to be tried again later', async () => {
  const server = await startTestServer({ captioners: [], limits: { seconds: 0.01, waiting: 2 } });
  const ask = async (n: number) => {
    const body = JSON.stringify({ model: 'letters', max_tokens: 6000, n });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.address}/v1/completions`, { method: 'POST', body, headers });
    const { error } = (await answer.json()) as ReturnType<typeof errorBody>;
    return [answer.status, error.code, Number(answer.headers.get('retry-after')) > 0];
  };
  expect(await ask(1)).toEqual([503, 'timeout', true]);
  expect(await ask(2)).toEqual([503, 'timeout', true]); // the first has given its place back
  expect(await ask(3)).toEqual([503, 'overloaded', true]);
  await server.end();
});

test('of a defect a client is told nothing but that it is one', () => {
  const refused = apiErrorOf(new TypeError('cannot read /home/ada/.secret'));
  expect([refused.status, errorBody(refused)]).toEqual([
    500,
    {
      error: {
        message: 'The server has failed on this request; its log says why.',
        type: 'server_error',
        code: 'internal_error',
      },
    },
  ]);
});
