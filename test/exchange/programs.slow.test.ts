/** Programs of exported READMEs with the CNN, in Python where there is one with what they need. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { readBytes } from '../../src/base/files.ts';
import { openCaptioner } from '../../src/captioning/open.ts';
import { lookAtPictures } from '../../src/captioning/see.ts';
import { exportOnnx, exportPytorch } from '../../src/exchange/export.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { decodePicture } from '../../src/vision/decode.ts';
import { loadCnn } from '../../src/vision/load-cnn.ts';
import { randomTextModel } from '../language/random-text-model.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { onnxruntime } from './onnx/runtime.ts';
import { pythonWith, runJavascript, runPython } from './programs.ts';
import { randomCaptioner, randomLabeller, randomTranslator } from './random-products.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));
const python = await pythonWith('onnxruntime', 'numpy', 'PIL');
const torch = await pythonWith('torch', 'safetensors');

const cnn = await loadCnn();
/** As it is seen: libraries scale pictures a little differently, and this one need not be scaled. */
const pixels = await decodePicture(await readBytes('docs/pictures/coffee.jpg'), cnn.preprocessing, 'coffee.jpg');
const photo = join(root, 'photo.png');
const { size } = cnn.preprocessing;
await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
  .png()
  .toFile(photo);
/** One whose CNN has learned with it, and one that attends to places. */
const captioners = {
  shipped: () => openCaptioner(wasm),
  attending: async () => ({ captioner: randomCaptioner(wasm, { memory: 1280, grid: 4, gate: true }), cnn }),
};

/** The greedy caption of the photo, as the README's programs write it. */
async function captioned(name: keyof typeof captioners) {
  const { captioner, cnn: own } = await captioners[name]();
  const folder = join(root, name);
  await exportOnnx({ captioner, cnn: own }, folder);
  const seen = await lookAtPictures(captioner, own, [pixels]);
  const [captions] = captioner.describe(seen, { beam: 1, lengthPenalty: 0, consensus: 0, maxLength: 20 });
  return { folder, expected: `${captions![0]!.caption}\n` };
}

describe.each(['shipped', 'attending'] as const)('a captioner in ONNX, %s', (name) => {
  test.skipIf(!onnxruntime)('writes the same greedy caption in JavaScript', async () => {
    const { folder, expected } = await captioned(name);
    expect(await runJavascript(folder, [photo])).toBe(expected);
  });

  test.skipIf(!python)('writes it in Python', async () => {
    const { folder, expected } = await captioned(name);
    expect(await runPython(python!, folder, [photo])).toBe(expected);
  });
});

test.skipIf(!onnxruntime)('a labeller of pictures labels them in JavaScript', async () => {
  const labeller = randomLabeller(wasm, { D: 1280 });
  const { label } = labeller.predict([await cnn.features([pixels])])[0]![0]!;
  const folder = join(root, 'pictures');
  await exportOnnx({ labeller, cnn }, folder);
  expect(await runJavascript(folder, [photo])).toMatch(new RegExp(`^${label} `));
});

describe.skipIf(!python)('the Python of an exported README', () => {
  test.each(['char', 'byte', 'word'] as const)('writes with probabilities of the model, %ss', async (level) => {
    const model = randomTextModel(wasm, ['\n', 'a', 'b', ' c'], { level, cell: 'lstm', embedding: 3 });
    const folder = join(root, level);
    await exportOnnx(model, folder);
    const after =
      'print(json.dumps([ids, run(step, token=np.array([ids[0]], np.int32), state=given["state"])["log_probs"][0].tolist()]))';
    const [prime] = level === 'word' ? ['a c'] : ['ab'];
    const lines = (await runPython(python!, folder, [prime!], `print()\n${after}`)).trimEnd().split('\n');
    const [ids, logProbs] = JSON.parse(lines.at(-1)!) as [number[], number[]];
    expect(ids).toHaveLength(302);
    const state = model.model.newState(1);
    for (const id of ids.slice(0, -1)) model.model.step([id], state);
    const expected = model.model.step([ids[0]!], state);
    for (const [id, p] of logProbs.entries()) expect(p).toBeCloseTo(expected[id]!, 4);
  });

  test('labels and translates as the model does', async () => {
    const labeller = randomLabeller(wasm, { tokens: ['a', 'good', "isn't"] }, { writes: 'each' });
    await exportOnnx({ labeller }, join(root, 'labels'));
    const words = ['a', 'good', "isn't", '?'];
    const tags = labeller.predict([words])[0]!.map(({ label }, t) => `${words[t]} ${label}\n`);
    expect(await runPython(python!, join(root, 'labels'), ["A good, isn't?".replace(',', '')])).toBe(tags.join(''));

    const translator = randomTranslator(wasm, true);
    await exportOnnx(translator, join(root, 'translations'));
    const [found] = translator.translate(["A dog l'eau."], { beam: 1, lengthPenalty: 0 });
    expect(await runPython(python!, join(root, 'translations'), ["A dog l'eau."])).toBe(`${found!.text}\n`);
  });
});

describe.skipIf(!torch)('the module of a README for PyTorch', () => {
  const print = (value: string) =>
    `import sys\nwith torch.no_grad():\n    sys.stdout.write("\\n" + json.dumps((${value}).tolist()))`;
  const computed = async (folder: string, value: string) =>
    JSON.parse((await runPython(torch!, folder, [], print(value))).split('\n').at(-1)!).flat(Number.POSITIVE_INFINITY);

  test.each(['lstm', 'gru', 'rnn'] as const)('computes what a language model does, %s', async (cell) => {
    const model = randomTextModel(wasm, ['\n', 'a', 'b'], { cell, embedding: cell === 'rnn' ? 0 : 3 });
    const folder = join(root, `torch-${cell}`);
    await exportPytorch(model, folder);
    const logProbs = await computed(folder, 'model(torch.tensor([[1, 3, 2]]))[0][0, -1]');
    const state = model.model.newState(1);
    for (const id of [1, 3]) model.model.step([id], state);
    const expected = model.model.step([2], state);
    for (const [id, p] of logProbs.entries()) expect(p).toBeCloseTo(expected[id]!, 5);
  });

  test('computes what the other products do', async () => {
    const captioner = randomCaptioner(wasm);
    await exportPytorch({ captioner, cnn }, join(root, 'torch-captioner'));
    const first = captioner.begin(new Float32Array(1280).fill(0.7))([0], [0]);
    const features = 'torch.full((1, 1280), 0.7)';
    const logProbs = await computed(join(root, 'torch-captioner'), `model(torch.tensor([[0]]), ${features})[0]`);
    for (const [id, p] of logProbs.entries()) expect(p).toBeCloseTo(first[id]!, 4);

    for (const writes of ['last', 'max', 'mean', 'each'] as const) {
      const labeller = randomLabeller(wasm, { D: 2 }, { writes, cell: 'gru' });
      const folder = join(root, `torch-${writes}`);
      await exportPytorch({ labeller }, folder);
      const found = await computed(folder, 'model(torch.tensor([[[0.5, 3], [-2, 1]]])).exp()');
      const expected = labeller.predict([Float32Array.of(0.5, 3, -2, 1)])[0]!.flatMap((one) => [...one.probabilities]);
      for (const [i, p] of found.entries()) expect(p).toBeCloseTo(expected[i]!, 5);
    }

    const translator = randomTranslator(wasm, false);
    await exportPytorch(translator, join(root, 'torch-translator'));
    const state = translator.model.read({ packing: uniformPacking(1, 2), ids: [4, 3] }, translator.model.newState(1));
    const written = await computed(
      join(root, 'torch-translator'),
      'model(torch.tensor([[0, 5]]), model.encode(torch.tensor([[3, 4]])))[0][0]',
    );
    const expected = [0, 5].flatMap((id) => [...translator.model.decoder.step([id], state)]);
    for (const [i, p] of written.entries()) expect(p).toBeCloseTo(expected[i]!, 4);
  });
});
