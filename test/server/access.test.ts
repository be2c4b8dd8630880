import { request } from 'node:http';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;

beforeAll(async () => {
  const options = { captioners: [], token: 'a-long-token', allowedHosts: ['captions.example'], rateLimit: 100 };
  server = await startTestServer(options);
});

afterAll(() => server.end());

const TOKEN = { authorization: 'Bearer a-long-token' };

/** Asks with headers that `fetch` does not let be set. */
function ask(path: string, headers: Record<string, string> | string[], method = 'GET', target = path) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asking = request(server.address, { path: target, headers, method }, async (response) => {
        let body = '';
        for await (const chunk of response.setEncoding('utf8')) body += chunk;
        resolve({ status: response.statusCode, headers: response.headers, body });
      });
      asking.on('error', reject).end();
    },
  );
}

describe('who may ask', () => {
  test.each([
    [{}, 401, 'token_missing'],
    [{ authorization: 'Bearer another-token' }, 401, 'token_wrong'],
    [{ authorization: 'Basic YTpi' }, 401, 'token_missing'],
    [{ ...TOKEN, host: 'evil.example' }, 421, 'host_not_allowed'],
    [{ ...TOKEN, host: '127.0.0.1.evil.example' }, 421, 'host_not_allowed'],
    [{ ...TOKEN, expect: 'the best' }, 417, 'expectation_failed'],
    [{ ...TOKEN, origin: 'http://evil.example' }, 403, 'origin_not_allowed'],
    [{ ...TOKEN, origin: 'null' }, 403, 'origin_not_allowed'],
  ])('not one who sends %j', async (headers, status, code) => {
    const answer = await ask('/v1/models', headers);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
  });

  test.each([
    [TOKEN],
    [{ ...TOKEN, host: 'localhost:1234' }],
    [{ ...TOKEN, host: '[::1]' }],
    [{ ...TOKEN, host: 'Captions.example' }],
    [{ ...TOKEN, host: 'captions.example', origin: 'https://captions.example' }],
  ])('one who sends %j', async (headers) => {
    expect((await ask('/v1/models', headers)).status).toBe(200);
  });

  test('not one who names two hosts, or none', async () => {
    expect((await ask('/healthz', ['host', 'localhost', 'host', 'evil.example'])).status).toBe(400);
    expect((await ask('/healthz', ['x', 'y'])).status).toBe(400);
  });

  test('not one who asks as of a proxy for another host', async () => {
    const { address } = server;
    expect((await ask('/healthz', {}, 'GET', 'http://evil.example/healthz')).status).toBe(421);
    expect((await ask('/healthz', {}, 'GET', `${address}/healthz`)).status).toBe(200);
  });

  test.each(['/', '/healthz', '/readyz', '/openapi.json'])('all may ask for %s', async (path) => {
    expect((await ask(path, {})).status).toBe(200);
    expect((await ask(path, { host: 'evil.example' })).status).toBe(421);
  });
});

test.each(['/', '/v1/models', '/nothing'])('what is answered at %s has the headers of a safe page', async (path) => {
  const { headers } = await ask(path, {});
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/);
  expect(headers).not.toHaveProperty('x-powered-by');
});

test.each([
  ['GET', '/v1/captions', 405, 'POST'],
  ['DELETE', '/v1/models/x', 405, 'GET, HEAD'],
  ['GET', '/v1/nothing', 404, undefined],
  ['GET', '/%', 400, undefined],
  ['GET', '/../../package.json', 404, undefined],
])('%s %s is answered by %i', async (method, path, status, allow) => {
  const answer = await ask(path, TOKEN, method);
  expect(answer.status).toBe(status);
  expect(answer.headers['allow']).toBe(allow);
  expect(JSON.parse(answer.body)).toEqual({
    error: { message: expect.any(String), type: 'invalid_request_error', code: expect.any(String) },
  });
});

test('its description is one of OpenAPI 3.1', async () => {
  const { body } = await ask('/openapi.json', {});
  const description = JSON.parse(body);
  expect(await new Validator().validate(description)).toMatchObject({ valid: true });
  expect(Object.keys(description.paths)).toEqual(
    expect.arrayContaining(['/v1/captions', '/v1/image-to-text', '/v1/completions', '/v1/models', '/v1/labels']),
  );
});

test('an address may ask no more often than it is allowed to', async () => {
  const statuses = [];
  for (let i = 0; i < 101; i++) statuses.push(ask('/v1/models', TOKEN).then(({ status }) => status));
  expect(await Promise.all(statuses)).toContain(429);
  expect((await ask('/healthz', {})).status).toBe(200);
});
