import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type ExportableModel, exportOnnx, exportPytorch } from '../../src/exchange/export.ts';
import type { LanguageModel } from '../../src/model/language-model.ts';
import { END } from '../../src/text/special-tokens.ts';
import { fakeCnn } from '../captioning/small-captioning.ts';
import { randomTextModel } from '../language/random-text-model.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { onnxruntime } from './onnx/runtime.ts';
import { runJavascript } from './programs.ts';
import { randomCaptioner, randomLabeller, randomTranslator } from './random-products.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

let folders = 0;
async function exported(model: ExportableModel): Promise<string> {
  const folder = join(root, `${++folders}`);
  await exportOnnx(model, folder);
  return folder;
}

/** What a program draws whose random numbers are all `random`: 300 tokens after those read. */
function drawn(model: LanguageModel, read: readonly number[], never: readonly number[], random: number): number[] {
  const state = model.newState(1);
  const ids = [...read];
  for (let t = 0; t < read.length + 299; t++) {
    const logProbs = model.step([ids[t]!], state);
    if (t + 1 < read.length) continue;
    const weights = Array.from(logProbs, (p, id) => (never.includes(id) ? 0 : Math.exp(p / 0.8)));
    let left = random * weights.reduce((sum, weight) => sum + weight, 0);
    const next = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    ids.push(next);
  }
  return ids.slice(read.length);
}

describe.skipIf(!onnxruntime)('the JavaScript of an exported README', () => {
  test.each([
    ['char', ['\n', 'a', 'b', 'ß', 'c'], 'aßb', [2, 4, 3]],
    ['byte', ['\n', 'a', 'b', '\u00c3', '\u009f'], 'aßb', [2, 4, 5, 3]],
    ['word', ['\n', ' ', 'a', " b's", ',', ' c'], "a b's, c", [3, 4, 5, 6]],
  ] as const)('writes as the model does, %ss', async (level, tokens, prime, read) => {
    const model = randomTextModel(wasm, tokens, { level, cell: 'gru' });
    const [UNKNOWN] = [0];
    const ids = drawn(model.model, read, [UNKNOWN], 0.37);
    const text = ids.map((id) => model.vocabulary.tokenOf(id)).join('');
    const output = await runJavascript(await exported(model), [prime], 0.37);
    expect(output).toBe(prime + (level === 'byte' ? Buffer.from(text, 'latin1').toString() : text));
    expect(new Set(ids).size).toBeGreaterThan(1);
  });

  test('begins after an END, and writes until the next', async () => {
    const model = randomTextModel(wasm, ['a', 'b', 'c', END]);
    const END_ID = 4;
    const draws = Array.from({ length: 40 }, (_, i) => {
      const random = (i + 0.5) / 40;
      return { random, ids: drawn(model.model, [END_ID, 1], [0], random) };
    });
    const { random, ids } = draws.find(({ ids }) => ids.indexOf(END_ID) > 0)!; // an END, but not at once
    const length = ids.indexOf(END_ID);
    const text = ids.slice(0, length).map((id) => model.vocabulary.tokenOf(id));
    expect(await runJavascript(await exported(model), ['a'], random)).toBe(['a', ...text].join(''));
  });

  test('labels texts, their words and vectors as the model does', async () => {
    const tokens = ['a', 'good', "isn't", 'film', '!'];
    const [text, words] = ["A good film, isn't it!", ['a', 'good', 'film', ',', "isn't", 'it', '!']];
    const classifier = randomLabeller(wasm, { tokens });
    const found = classifier.predict([words])[0]![0]!;
    const [label, probability] = (await runJavascript(await exported({ labeller: classifier }), [text])).split(' ');
    expect([label, Number(probability)]).toEqual([found.label, expect.closeTo(found.probability, 5)]);

    const tagger = randomLabeller(wasm, { tokens }, { writes: 'each' });
    const tags = tagger
      .predict([words])[0]!
      .map((tag, t) => `${words[t]} ${tag.label}\n`)
      .join('');
    expect(await runJavascript(await exported({ labeller: tagger }), [text])).toBe(tags);

    const ofVectors = randomLabeller(wasm, { D: 2 }, { writes: 'each' });
    const vectors = [
      [0.5, 3],
      [-2, 1],
    ];
    const steps = ofVectors.predict([Float32Array.from(vectors.flat())])[0]!.map(({ label }, t) => `${t} ${label}\n`);
    const output = await runJavascript(await exported({ labeller: ofVectors }), [JSON.stringify(vectors)]);
    expect(output).toBe(steps.join(''));
  });

  test.each([false, true])('translates as the model does, attention %s', async (attention) => {
    const translator = randomTranslator(wasm, attention);
    const folder = await exported(translator);
    for (const text of [attention ? 'A dog runs.' : "A dog l'eau"]) {
      const [found] = translator.translate([text], { beam: 1, lengthPenalty: 0 });
      expect(await runJavascript(folder, [text])).toBe(`${found!.text}\n`);
    }
  });
});

test('each folder has a README that names its other files', async () => {
  const torch = join(root, 'torch');
  await exportPytorch({ captioner: randomCaptioner(wasm), cnn: fakeCnn }, torch);
  for (const folder of [
    torch,
    await exported(randomTranslator(wasm, true)),
    await exported(randomTextModel(wasm, ['a'])),
  ]) {
    const [readme, ...others] = (await readdir(folder)).sort();
    const text = await readFile(join(folder, readme!), 'utf8');
    expect(others.length).toBeGreaterThan(1);
    for (const name of others) expect(text).toContain(`\`${name}\``);
  }
});

test('what has no form there is refused in a line', async () => {
  const captioner = randomCaptioner(wasm, { memory: 1280, grid: 5 });
  await expect(exportPytorch({ captioner, cnn: fakeCnn }, join(root, 'none'))).rejects.toThrow(
    /^a model that attends to places has no form among PyTorch's recurrent layers\. Export it as ONNX\.$/,
  );
  await expect(exportPytorch(randomTranslator(wasm, true), join(root, 'none'))).rejects.toThrow(/attends to places/);
  await expect(exportOnnx({ captioner, cnn: fakeCnn }, join(root, 'none'))).rejects.toThrow(
    /the CNN fake has no form in ONNX/,
  );
  const labeller = randomLabeller(wasm, { D: 1 });
  labeller.config.reading = 'permuted';
  await expect(exportOnnx({ labeller }, join(root, 'none'))).rejects.toThrow(/pixels in a random order/);
});

test('a folder that holds a model is left alone', async () => {
  const folder = join(root, 'model');
  await randomTextModel(wasm, ['a']).save(folder);
  const before = await readdir(folder);
  await expect(exportOnnx(randomTextModel(wasm, ['a']), folder)).rejects.toThrow(/holds a model already/);
  expect(await readdir(folder)).toEqual(before);
});
