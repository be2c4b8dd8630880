import { connect } from 'node:net';
import { expect, test } from 'vitest';
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
