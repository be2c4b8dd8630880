import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { type Engine, openEngine } from '../../src/compute/engine.ts';
import { TextModel } from '../../src/language/text-model.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let client: OpenAI;
let engine: Engine;
let model: TextModel;

beforeAll(async () => {
  server = await startTestServer({ captioners: [], limits: { waiting: 8 } });
  client = new OpenAI({ baseURL: `${server.address}/v1`, apiKey: 'none', maxRetries: 0 });
  engine = await openEngine('wasm');
  model = await TextModel.load(`${server.folder}/letters`, engine);
});

afterAll(async () => {
  engine.close();
  await server.end();
});

/** What `lm sample` writes. */
function written(prime: string, seed: number, length: number): string {
  const pieces = model.write({ prime, length, temperature: 1, topP: 1, random: new Random(seed) });
  return [...pieces].map(({ text }) => text).join('');
}

describe("OpenAI's client", () => {
  test('has texts written: those of `lm sample` with the same seed', async () => {
    const request = { model: 'letters', prompt: ['the ', ''], n: 2, max_tokens: 50, seed: 7 };
    const { choices, usage } = await client.completions.create(request);
    expect(choices.map(({ text }) => text)).toEqual([
      written('the ', 7, 50),
      written('the ', 8, 50),
      written('', 9, 50),
      written('', 10, 50),
    ]);
    expect(choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual(
      [0, 1, 2, 3].map((i) => [i, 'length']),
    );
    expect(usage).toEqual({ prompt_tokens: 5, completion_tokens: 200, total_tokens: 205 });
  });

  test('streams', async () => {
    const request = { model: 'letters', prompt: 'the ', max_tokens: 3000, seed: 7, stream: true } as const;
    const stream = await client.completions.create({ ...request, stream_options: { include_usage: true } });
    const pieces = [];
    for await (const piece of stream) pieces.push(piece);
    expect(pieces.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(written('the ', 7, 3000));
    expect(pieces.length).toBeGreaterThan(4); // the text came bit by bit
    expect(pieces.at(-2)!.choices[0]!.finish_reason).toBe('length');
    expect(pieces.at(-1)!.usage).toEqual({ prompt_tokens: 4, completion_tokens: 3000, total_tokens: 3004 });
  });

  test('ends where a model of sequences does', async () => {
    const lines = await TextModel.load(`${server.folder}/lines`, engine);
    const request = { model: 'lines', prompt: 'ab', max_tokens: 200, seed: 4, logprobs: 0 };
    const { choices, usage } = await client.completions.create(request);
    const pieces = [...lines.write({ prime: 'ab', temperature: 1, topP: 1, random: new Random(4) })];
    const text = pieces.map((piece) => piece.text).join('');
    expect(text).not.toBe('');
    expect(choices[0]).toMatchObject({ text, finish_reason: 'stop' });
    expect(choices[0]!.logprobs!.tokens!.join('')).toBe(text);
    expect(usage!.completion_tokens).toBe(text.length);
  });

  test('ends before a stop', async () => {
    const text = written('', 1, 200);
    const stop = text.slice(40, 43);
    const { choices } = await client.completions.create({
      model: 'letters',
      prompt: '',
      max_tokens: 200,
      seed: 1,
      stop: ['zzzzz', stop],
    });
    expect(choices[0]).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish_reason: 'stop' });
  });

  test('scores a text by echo and logprobs, with tokens that the model has never seen', async () => {
    const request = { model: 'letters', prompt: 'the cat§', max_tokens: 0, echo: true, logprobs: 2 };
    const { choices } = await client.completions.create(request);
    const { logprobs, text } = choices[0]!;
    expect(text).toBe('the cat§');
    expect(logprobs!.tokens!.join('')).toBe(text);
    expect(logprobs!.text_offset).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const sum = logprobs!.token_logprobs!.reduce((total, logProb) => total + logProb, 0);
    expect(sum).toBeCloseTo(model.score('the cat§').logProb, 3);
    for (const [i, likeliest] of logprobs!.top_logprobs!.entries()) {
      const highest = Math.max(...Object.values(likeliest));
      expect(highest).toBeGreaterThanOrEqual(logprobs!.token_logprobs![i]!);
    }
  });

  test('lists the models, and is told of one that is not there', async () => {
    const models = await client.models.list();
    expect(models.data).toEqual(
      ['letters', 'lines'].map((id) => expect.objectContaining({ id, object: 'model', owned_by: 'caption-lm' })),
    );
    expect(await client.models.retrieve('letters')).toMatchObject({ id: 'letters', kind: 'language' });
    await expect(client.completions.create({ model: 'gpt', prompt: '' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      type: 'invalid_request_error',
    });
  });

  test.each([
    [{ prompt: '§' }, 400, 'invalid_input'],
    [{ prompt: '§', stream: true }, 400, 'invalid_input'],
    [{ temperature: -1 }, 400, 'invalid_field'],
    [{ max_tokens: 1e6 }, 400, 'invalid_field'],
    [{ n: 1000 }, 400, 'invalid_field'],
    [{ prompt: 'a'.repeat(100_001) }, 413, 'too_long'],
    [{ presence_penalty: 1 }, 400, 'invalid_field'],
    [{ best_of: 5 }, 400, 'invalid_field'],
    [{ stop: ['b', ''] }, 400, 'invalid_field'],
    [{ logprobs: 21 }, 400, 'invalid_field'],
  ])('is told that %j is refused', async (wrong, status, code) => {
    const request = { model: 'letters', prompt: 'a', ...wrong };
    await expect(client.completions.create(request as never)).rejects.toMatchObject({ status, code });
  });
});

test('many texts of a request are written without a warning of the server', async () => {
  const warnings: string[] = [];
  const warn = ({ message }: Error) => warnings.push(message);
  process.on('warning', warn);
  const large = await startTestServer({ captioners: [] });
  const { json } = await large.ask('/v1/completions', { model: 'letters', max_tokens: 2, n: 20 });
  await large.end();
  process.off('warning', warn);
  expect(json.choices).toHaveLength(20);
  expect(warnings).toEqual([]);
});

test('JSON that is sent as another kind of text is refused as such', async () => {
  const answer = await fetch(`${server.address}/v1/completions`, { method: 'POST', body: '{"model":"letters"}' });
  expect([answer.status, await answer.json()]).toMatchObject([415, { error: { code: 'unsupported_media_type' } }]);
});

const PATIENT = { timeout: 20_000 };

test('a client that leaves makes room for others', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const writeOn = async () => {
    while (!signal.aborted) {
      await client.completions.create({ model: 'letters', prompt: '', max_tokens: 20_000 }, { signal }).catch(() => {});
    }
  };
  const writing = Promise.all(Array.from({ length: 8 }, writeOn));
  const ask = () => server.ask('/v1/completions', { model: 'letters' });
  await expect
    .poll(ask, PATIENT)
    .toMatchObject({ status: 503, json: { error: { code: 'overloaded', type: 'server_error' } } });
  controller.abort();
  await writing;
  await expect.poll(async () => (await ask()).status, PATIENT).toBe(200);
});

describe('what is told of a text', () => {
  test('scores', async () => {
    const { json } = await server.ask('/v1/scores', { text: 'the cat', likeliest: 1 });
    expect(json.score.logProb).toBeCloseTo(model.score('the cat').logProb, 3);
    expect(json.tokens.map(({ token }: { token: string }) => token).join('')).toBe('the cat');
    expect(json.tokens[0].likeliest).toHaveLength(1);
  });

  test('scores of a sequence with its end, which a prompt does not have', async () => {
    const lines = await TextModel.load(`${server.folder}/lines`, engine);
    const { json } = await server.ask('/v1/scores', { model: 'lines', text: 'ab' });
    expect(json.score.logProb).toBeCloseTo(lines.score('ab').logProb, 3);
    expect(json.tokens.map(({ token }: { token: string }) => token)).toEqual(['a', 'b', '<end>']);
    const request = { model: 'lines', prompt: 'ab', max_tokens: 0, echo: true, logprobs: 0 };
    expect((await client.completions.create(request)).choices[0]!.logprobs!.tokens).toEqual(['a', 'b']);
  });

  test('scores of an empty text: none, but of an empty sequence that of its end', async () => {
    const refused = await server.ask('/v1/scores', { model: 'letters', text: '' });
    expect(refused).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringMatching(/an empty text/) } },
    });
    const lines = await TextModel.load(`${server.folder}/lines`, engine);
    const { json } = await server.ask('/v1/scores', { model: 'lines', text: '' });
    expect(json.score).toMatchObject({ tokens: 1, logProb: expect.closeTo(lines.score('').logProb, 3) });
  });

  test('cells', async () => {
    const { json } = await server.ask('/v1/cells', { text: 'the cat', cells: [{ layer: 1, cell: 5 }] });
    const values = (await model.cells('the cat')).valuesOf({ layer: 1, cell: 5 });
    expect(json).toMatchObject({ texts: [...'the cat'], quantity: 'tanh(c)' });
    expect(json.cells[0].values).toEqual(Array.from(values, (value) => expect.closeTo(value, 2)));
    expect(await server.ask('/v1/cells', { text: 'a', cells: [{ layer: 2, cell: 0 }] })).toMatchObject({ status: 400 });
    const { json: found } = await server.ask('/v1/cells', { text: 'a line\n'.repeat(200), find: 2 });
    expect(found.search.findings[0].cells).toHaveLength(2);
  });
});

test('trainings: which there are, and of one what is new', async () => {
  const { json } = await server.ask('/v1/runs');
  expect(json).toEqual({ runs: [{ id: 'first/try', updated: expect.any(String) }] });
  const { json: log } = await server.ask('/v1/runs/first%2Ftry?after=100');
  expect(log).toMatchObject({ id: 'first/try', config: { settings: { epochs: 2 } }, validations: [], samples: [] });
  expect(log.updates).toEqual([expect.objectContaining({ iteration: 200, loss: 1.5 })]);
  for (const id of ['first', '..%2F..%2Fetc', '%2Fetc', 'first%2F..%2Ffirst%2Ftry']) {
    expect(await server.ask(`/v1/runs/${id}`)).toMatchObject({
      status: 404,
      json: { error: { code: 'run_not_found' } },
    });
  }
});
