import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SequenceData } from '../../src/sequences/data/example.ts';
import { explain } from '../../src/sequences/explain.ts';
import { labelled } from '../../src/sequences/labelled.ts';
import { SequenceLabeller } from '../../src/sequences/labeller.ts';
import { trainSequences } from '../../src/sequences/train.ts';
import { wordsOf } from '../../src/sequences/words.ts';
import { collectFeatures } from '../../src/vision/extract.ts';
import { loadCnn } from '../../src/vision/load-cnn.ts';
import { wasm } from '../nn/engines.ts';
import { fastSettings, opinions, parities, smallShape } from '../sequences/small-sequences.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const PHOTOS = ['docs/pictures/coffee.jpg', 'docs/nagasaki-boats.jpg'];
let root: string;
let server: TestServer;

/** Trains a labeller, for no longer than it needs to say anything at all. */
async function train(name: string, data: SequenceData, task: 'classify' | 'tag'): Promise<string> {
  const folder = join(root, name);
  const settings = { ...fastSettings, epochs: 1 };
  await trainSequences({ engine: wasm, folder, data, settings, start: { ...smallShape, task }, onEvent: () => {} });
  return folder;
}

beforeAll(async () => {
  root = await temporaryFolder();
  const cnn = await loadCnn('efficientnet-lite2', 'auto', wasm);
  const { features } = await collectFeatures(PHOTOS, cnn);
  const D = cnn.featureSize;
  const examples = Array.from({ length: 20 }, (_, i) => ({
    inputs: features.slice((i % 2) * D, ((i % 2) + 1) * D),
    labels: [i % 2 ? 'boats' : 'coffee'],
  }));
  const labellers = [
    await train('opinions', opinions(100), 'classify'),
    await train('parities', parities(50), 'tag'),
    await train('photos', { name: 'photos', D, cnn: { key: cnn.key }, examples }, 'classify'),
  ];
  server = await startTestServer({ captioners: [], languageModels: [], labellers });
});

afterAll(async () => {
  await server.end();
  await rm(root, { recursive: true });
});

const load = (name: string) => SequenceLabeller.load(join(root, name), wasm);
const rounded = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === 'number' ? one.toFixed(4) : one));

test('texts have the labels that `seq predict --json` says, an empty one none', async () => {
  const labeller = await load('opinions');
  const text = 'The film is not rather good';
  const [prediction] = labeller.predict([wordsOf(text)])[0]!;
  const words = explain(labeller, wordsOf(text), prediction!).slice(0, 5);
  const { json } = await server.ask('/v1/labels', { input: text, explain: true });
  expect(rounded(json)).toEqual(rounded(labelled({ text }, labeller, prediction!, words)));
  const { json: several } = await server.ask('/v1/labels', { model: 'opinions', inputs: [text, ''] });
  expect(several.labels).toMatchObject([{ label: prediction!.label }, { text: '', label: null }]);
});

test('tokens have tags', async () => {
  const tokens = ['a', 'b', 'a'];
  const tags = (await load('parities')).predict([tokens])[0]!.map(({ label }) => label);
  expect((await server.ask('/v1/labels', { model: 'parities', input: tokens })).json).toEqual({ tokens, tags });
});

test('pictures have labels: one as body, several in a form', async () => {
  const photos = (await Promise.all(PHOTOS.map((file) => readFile(file)))) as Buffer<ArrayBuffer>[];
  const one = await fetch(`${server.address}/v1/labels?model=photos`, { method: 'POST', body: photos[1]! });
  expect(await one.json()).toMatchObject({ file: 'picture', label: expect.stringMatching(/^(boats|coffee)$/) });
  const form = new FormData();
  form.append('model', 'photos');
  for (const photo of photos) form.append('picture', new Blob([photo]), 'a.jpg');
  const { labels } = await (await fetch(`${server.address}/v1/labels`, { method: 'POST', body: form })).json();
  const { probabilities } = labels[1];
  expect(labels).toHaveLength(2);
  expect(probabilities.boats + probabilities.coffee).toBeCloseTo(1);
});

test.each([
  [{ model: 'parities', input: 'a text' }, 400, /does not read this input/],
  [{ model: 'photos', input: 'a text' }, 400, /reads pictures/],
  [{ model: 'opinions', pictures: [{ data: 'AAAA' }] }, 400, /reads no pictures/],
  [{ model: 'none', input: 'a' }, 404, /no model none/],
  [{}, 400, /Expected input/],
])('%j is refused', async (body, status, message) => {
  expect(await server.ask('/v1/labels', body)).toMatchObject({
    status,
    json: { error: { message: expect.stringMatching(message) } },
  });
});
