import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { beginModel, stateSize, stepModel } from '../../../src/exchange/onnx/language-model.ts';
import type { LanguageModelShape } from '../../../src/model/language-model.ts';
import { CELL_NAMES } from '../../../src/nn/cell.ts';
import { randomModel, small } from '../../model/batches.ts';
import { wasm } from '../../nn/engines.ts';
import { farthest, floats, ids, onnxruntime, openOnnx } from './runtime.ts';

const TOLERANCE = 1e-5;
const random = new Random(5);
const numbers = (length: number) => Float32Array.from({ length }, () => 4 * random.uniform() - 2);
const standardisation = (D: number) => ({ mean: numbers(D), scale: numbers(D).map(Math.abs) });
const standardise = (values: Float32Array, { mean, scale }: ReturnType<typeof standardisation>) =>
  values.map((x, i) => (x - mean[i % mean.length]!) * scale[i % mean.length]!);

const shapes: Partial<LanguageModelShape>[] = [
  ...CELL_NAMES.map((cell) => ({ cell, condition: 0 })),
  ...CELL_NAMES.map((cell) => ({ cell, embedding: 0, layers: 1 })),
  { cell: 'gru', memory: 9, gate: true, layers: 3 },
  { cell: 'lstm', memory: 9 },
];

describe.skipIf(!onnxruntime)('a step of a language model in ONNX', () => {
  test.each(shapes)('writes as the model does: %j', async (shape) => {
    const { condition, memory = 0 } = { ...small, ...shape };
    const model = randomModel(wasm, shape);
    const N = 2;
    const P = 4;
    const [features, map] = [numbers(N * condition), numbers(N * P * memory)];
    const by = { features: standardisation(condition), map: standardisation(memory) };

    let given = { state: floats(new Float32Array(N * stateSize(model)), N, stateSize(model)) };
    if (condition > 0) {
      const begin = await openOnnx(beginModel(model, by));
      const seen = { features: floats(features, N, condition), ...(memory && { map: floats(map, N, P, memory) }) };
      given = (await begin(seen)) as typeof given;
    }
    if (memory > 0) model.attention!.memory.setVectors(standardise(map, by.map), N);

    const step = await openOnnx(stepModel(model));
    const state = model.newState(N);
    for (const [t, tokens] of [
      [0, 1],
      [6, 2],
      [3, 3],
    ].entries()) {
      const v = t === 0 && condition > 0 ? standardise(features, by.features) : undefined;
      const expected = model.step(tokens, state, v, [0, 1]);
      const { log_probs, next_state, attention } = await step({ ...given, token: ids(tokens) });
      expect(farthest(log_probs!.data, expected)).toBeLessThan(TOLERANCE);
      if (memory > 0) expect(farthest(attention!.data, model.attention!.weights.data)).toBeLessThan(TOLERANCE);
      given = { ...given, state: next_state as typeof given.state };
    }
  });
});
