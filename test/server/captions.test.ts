import { readFile } from 'node:fs/promises';
import { InferenceClient } from '@huggingface/inference';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodingDefaults } from '../../src/captioning/caption.ts';
import { describePictures } from '../../src/captioning/describe.ts';
import { type Description, descriptionOf } from '../../src/captioning/description/description.ts';
import { type Where, whereOf } from '../../src/captioning/explained/shown-maps.ts';
import { openCaptioner } from '../../src/captioning/open.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const PICTURES = ['docs/pictures/coffee.jpg', 'docs/nagasaki-boats.jpg'];
let server: TestServer;
let photos: Buffer<ArrayBuffer>[];
/** As `caption describe --json` prints it. */
let expected: Description[];
/** Where the words of the first come from, as `--explain` has it. */
let expectedWhere: Where;

beforeAll(async () => {
  server = await startTestServer();
  photos = await Promise.all(PICTURES.map((file) => readFile(file) as Promise<Buffer<ArrayBuffer>>));
  const engine = await openEngine('wasm');
  const { captioner, cnn } = await openCaptioner(engine);
  expected = [];
  for await (const { name, captions } of describePictures(captioner, cnn, PICTURES, { decoding: decodingDefaults })) {
    const description = descriptionOf(name, captions, { top: 1, minConfidence: 0 });
    expected.push(JSON.parse(JSON.stringify(description)));
  }
  const [first] = PICTURES;
  for await (const { captions, wordMaps } of describePictures(captioner, cnn, [first!], { explain: true })) {
    expectedWhere = whereOf(captions[0]!, wordMaps!);
  }
  engine.close();
});

afterAll(() => server.end());

async function send(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.address}${path}`, { method: 'POST', body, headers });
  return { status: response.status, json: await response.json() };
}

/** A description, of whose numbers so many decimals are compared: a batch of another size rounds otherwise. */
function rounded(description: Description): unknown {
  return JSON.parse(JSON.stringify(description), (_, value) => (typeof value === 'number' ? value.toFixed(3) : value));
}

describe('POST /v1/captions with explain', () => {
  test('says where the words come from as the command says it, and lets other pictures pass', async () => {
    const done: string[] = [];
    const type = { 'content-type': 'image/jpeg' };
    const explained = send(`/v1/captions?name=${PICTURES[0]}&explain=true`, photos[0]!, type);
    explained.then(() => done.push('explained'));
    const other = send(`/v1/captions?name=${PICTURES[1]}`, photos[1]!, type).then(() => done.push('other'));
    const { status, json } = await explained;
    await other;
    expect(status).toBe(200);
    expect(done).toEqual(['other', 'explained']);
    const { where, ...description } = json as Description;
    expect(rounded(description)).toEqual(rounded(expected[0]!));
    expect(where).toMatchObject({ by: expectedWhere.by, grid: expectedWhere.grid, fit: expectedWhere.fit });
    for (const [i, { word, falls }] of expectedWhere.words.entries()) {
      expect(where!.words[i]!.word).toBe(word);
      for (const [cell, fall] of falls!.entries()) expect(where!.words[i]!.falls![cell]).toBeCloseTo(fall, 2);
    }
  });

  test('has no place in the answer of image-to-text', async () => {
    const { status, json } = await send('/v1/image-to-text?explain=true', photos[0]!, { 'content-type': 'image/jpeg' });
    expect([status, json.error.code]).toEqual([400, 'unknown_field']);
  });

  test('refuses more of them at once than it has room for', async () => {
    const small = await startTestServer({ limits: { explained: 1 } });
    try {
      const picture = { data: photos[0]!.toString('base64') };
      const body = { explain: true, pictures: [picture, picture] };
      const { status, json } = await small.ask('/v1/captions', body);
      expect([status, json.error.code]).toEqual([503, 'overloaded']);
    } finally {
      await small.end();
    }
  });
});

describe('POST /v1/captions', () => {
  test('says of a picture as body what the command says', async () => {
    const { status, json } = await send(`/v1/captions?name=${PICTURES[0]}`, photos[0]!, {
      'content-type': 'image/jpeg',
    });
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(Object.keys(expected[0]!));
    expect(rounded(json)).toEqual(rounded(expected[0]!));
  });

  test('describes the files of a form together, and tells of one that is no picture in its place', async () => {
    const form = new FormData();
    for (const [i, photo] of photos.entries())
      form.append('picture', new Blob([photo]), PICTURES[i]!.replace(/.*\//, ''));
    form.append('picture', new Blob(['no picture']), '../../etc/passwd');
    const { status, json } = await send('/v1/captions', form);
    expect(status).toBe(200);
    expect(json.pictures.map(({ caption }: Description) => caption)).toEqual([
      ...expected.map(({ caption }) => caption),
      undefined,
    ]);
    expect(json.pictures[2]).toEqual({
      file: expect.stringContaining('passwd'),
      error: {
        message: expect.stringContaining('is not a picture'),
        type: 'invalid_request_error',
        code: 'invalid_input',
      },
    });
  });

  test('takes the options of the command: in the address, in a form, in JSON', async () => {
    const { json: inAddress } = await send('/v1/captions?top=2&min_confidence=1', photos[0]!, {
      'content-type': 'image/jpeg',
    });
    expect(inAddress).toMatchObject({
      caption: null,
      logProb: null,
      candidates: [],
      confidence: expected[0]!.confidence,
    });
    const { json: tagged } = await send('/v1/captions?tags=2', photos[0]!);
    expect(tagged.tags).toHaveLength(2);
    const form = new FormData();
    form.append('seed', '3');
    form.append('picture', new Blob([photos[0]!]), 'a.jpg');
    const data = `data:image/jpeg;base64,${photos[0]!.toString('base64')}`;
    const [{ json: inForm }, { json: inJson }] = await Promise.all([
      send('/v1/captions', form),
      server.ask('/v1/captions', { pictures: [{ name: 'a.jpg', data }], seed: 3 }),
    ]);
    expect(inForm).toEqual(inJson); // drawn with the same seed
    expect(inForm.pictures[0].caption).not.toBe(expected[0]!.caption);
  });

  test.each([
    ['a picture of no bytes', '', { 'content-type': 'image/png' }, 400, 'invalid_input'],
    ['what is no picture', 'text', { 'content-type': 'image/png' }, 400, 'invalid_input'],
    ['another type', 'text', { 'content-type': 'text/html' }, 415, 'unsupported_media_type'],
    ['a text', 'text', { 'content-type': 'text/plain;charset=UTF-8' }, 415, 'unsupported_media_type'],
    ['a packed body', 'text', { 'content-type': 'image/png', 'content-encoding': 'gzip' }, 415, 'unsupported_encoding'],
    ['broken JSON', '{"pictures":', { 'content-type': 'application/json' }, 400, 'invalid_body'],
    ['JSON of another kind', '{"pictures":3}', { 'content-type': 'application/json' }, 400, 'invalid_field'],
    [
      'an address to be fetched',
      '{"pictures":[{"data":"http://localhost/a.jpg"}]}',
      { 'content-type': 'application/json' },
      400,
      'invalid_field',
    ],
    [
      'a field that is not there',
      '{"pictures":[{"data":"AA=="}],"tpo":3}',
      { 'content-type': 'application/json' },
      400,
      'unknown_field',
    ],
    [
      'a form without its end',
      '--x\r\ncontent-disposition: form-data; name="a"; filename="a.jpg"\r\n\r\nabc',
      { 'content-type': 'multipart/form-data; boundary=x' },
      400,
      'invalid_body',
    ],
  ])('refuses %s', async (_, body, headers, status, code) => {
    expect(await send('/v1/captions', body, headers)).toEqual({
      status,
      json: { error: { message: expect.not.stringMatching(/\n|node_modules/), type: 'invalid_request_error', code } },
    });
  });

  test('names what is wrong with options as requests name them', async () => {
    const { json } = await send('/v1/captions?min_length=9&max_length=3', photos[0]!, { 'content-type': 'image/jpeg' });
    expect(json.error.message).toMatch(/the shortest caption is longer than the longest/);
    const { json: of } = await send('/v1/captions?diversity=1', photos[0]!, { 'content-type': 'image/jpeg' });
    expect(of.error.message).toMatch(/diversity is for several captions: found top 1/);
  });
});

test("Hugging Face's client has a picture described", async () => {
  const client = new InferenceClient();
  const endpointUrl = `${server.address}/v1/image-to-text`;
  const answer = await client.imageToText({ endpointUrl, data: new Blob([photos[1]!]) });
  expect(answer).toEqual({ generated_text: expected[1]!.caption });
});
