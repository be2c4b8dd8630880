import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/base/safetensors.ts';
import { exportPytorch } from '../../src/exchange/export.ts';
import { importPytorch, type PytorchImport } from '../../src/exchange/pytorch/import.ts';
import { TextModel } from '../../src/language/text-model.ts';
import { randomTextModel } from '../language/random-text-model.ts';
import { wasm } from '../nn/engines.ts';
import { temporaryFolder } from '../training/small-training.ts';
import { farthest } from './onnx/runtime.ts';

/** What PyTorch computed, see scripts/reference/language-model.py. */
const fixtures = new URL('fixtures/', import.meta.url).pathname;
const { tokens, ids, logProbs } = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as {
  tokens: string[];
  ids: number[];
  logProbs: Record<string, number[][]>;
};

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

let files = 0;
async function json(value: unknown): Promise<string> {
  const file = join(root, `${++files}.json`);
  await writeFile(file, JSON.stringify(value));
  return file;
}

const weights = (name: string) => join(fixtures, `${name}.safetensors`);
const imported = async (name: string, options: Partial<PytorchImport> = {}) =>
  importPytorch({ engine: wasm, weights: weights(name), vocabulary: await json(tokens), level: 'char', ...options });

describe('importPytorch', () => {
  test.each(Object.keys(logProbs))('computes what PyTorch does: %s', async (name) => {
    const { model } = await imported(name);
    const state = model.newState(1);
    for (const [t, id] of ids.entries()) {
      expect(farthest(model.step([id], state), logProbs[name]![t]!)).toBeLessThan(2e-6);
    }
  });

  test('gives a model that is saved, scores and writes', async () => {
    const folder = join(root, 'model');
    await (await imported('lstm')).save(folder);
    const model = await TextModel.load(folder, wasm);
    const text = ids.slice(1).map((id) => tokens[id]!);
    const expected = ids.slice(1).reduce((sum, id, t) => sum + logProbs['lstm']![t]![id]!, 0);
    expect(model.score(text).logProb).toBeCloseTo(expected, 5);
    expect([...model.write({ length: 5 })].map(({ text }) => text).join('')).toMatch(/^[\nabc ]{5}$/);
  });

  test('reads a vocabulary of any form', async () => {
    const byId = Object.fromEntries(tokens.map((token, id) => [token, id]).reverse());
    for (const vocabulary of [tokens, { tokens, end: 1 }, byId]) {
      expect((await imported('gru', { vocabulary: await json(vocabulary) })).vocabulary.tokens).toEqual(tokens);
    }
    const words = ['<eos>', 'the', 'cat', ',', 'sat', 'UNK'];
    const ofWords = await imported('gru', { vocabulary: await json(words), level: 'word', unknown: 'UNK' });
    expect(ofWords.vocabulary.tokens).toEqual(['\n', ' the', ' cat', ' ,', ' sat', '<unk>']);
  });

  test('refuses, in a line, what it can not compute', async () => {
    const refuses = (model: Promise<unknown>, message: RegExp) => expect(model).rejects.toThrow(message);
    await refuses(imported('gru-bidirectional'), /is no language model .*: found rnn\.\w+_l0_reverse, expected/);
    await refuses(
      imported('gru', { vocabulary: await json(['a', 'b']) }),
      /does not fit its vocabulary of 2 tokens: found decoder.weight of 6 × 5, encoder.weight of 6 × 4/,
    );
    await refuses(
      imported('gru', { vocabulary: await json({ a: 0, b: 2 }) }),
      /ids in the vocabulary .*: found 2 for "b", expected 1/,
    );
    await refuses(imported('gru', { vocabulary: await json([...'aabcde']) }), /a token twice/);
    await refuses(imported('gru', { unknown: '[UNK]' }), /has no token "\[UNK\]"/);
    const file = join(root, 'other.safetensors');
    await writeSafetensors(file, [{ name: 'fc.weight', shape: [1, 1], data: Float32Array.of(1) }]);
    await refuses(imported('gru', { weights: file }), /found no tensor weight_hh_l0/);
  });
});

test.each([
  { cell: 'lstm', layers: 2 },
  { cell: 'gru', embedding: 4 },
  { cell: 'rnn', embedding: 6 },
] as const)('what exportPytorch has written importPytorch reads: %j', async (shape) => {
  const model = randomTextModel(wasm, ['\n', 'a', 'b'], shape);
  const folder = join(root, JSON.stringify(shape));
  await exportPytorch(model, folder);
  const again = await importPytorch({
    engine: wasm,
    weights: join(folder, 'model.safetensors'),
    vocabulary: join(folder, 'model.json'),
    level: 'char',
  });
  expect(again.config.shape).toEqual({ ...model.config.shape, condition: 0 });
  for (const [i, { name, value }] of again.model.parameters.entries()) {
    expect({ name, data: value.data }).toEqual({ name, data: model.model.parameters[i]!.value.data });
  }
});
