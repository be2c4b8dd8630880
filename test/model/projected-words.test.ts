import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { openEngine } from '../../src/compute/engine.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { ProjectedWords } from '../../src/model/projected-words.ts';
import { CELL_NAMES } from '../../src/nn/cell.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { randomModel, small } from './batches.ts';

const engine = await openEngine('wasm');
afterAll(() => engine.close());

/** More words than are remembered. */
const MANY = { ...small, vocabulary: 1500, condition: 0 };

describe.each(CELL_NAMES)('steps of a model with an embedding (%s)', (cell) => {
  it('say what the whole sequences say, also when the words were more than are remembered', () => {
    const model = randomModel(engine, { ...MANY, cell });
    const random = new Random(1);
    const [N, T] = [300, 8];
    const inputs = Int32Array.from({ length: N * T }, () => random.integer(MANY.vocabulary));
    const whole = model.logProbs({ packing: uniformPacking(N, T), inputs }, model.newState(N)).slice();
    const state = model.newState(N);
    for (let t = 0; t < T; t++) {
      const step = model.step(inputs.subarray(t * N, (t + 1) * N), state);
      expectClose(step, whole.subarray(t * step.length, (t + 1) * step.length));
    }
  });

  it('follow the weights when these change', () => {
    const model = randomModel(engine, { ...small, cell });
    for (const parameter of [model.embedding!, model.stack.layers[0]!.inputWeights]) {
      const before = model.step([3], model.newState(1)).slice();
      parameter.edit((values) => values.set(values.map((x) => -2 * x)));
      const fresh = new LanguageModel(engine, { ...small, cell });
      fresh.copyFrom(model);
      const after = model.step([3], model.newState(1)).slice();
      expect(after).not.toEqual(before);
      expectClose(after, fresh.step([3], fresh.newState(1)));
    }
  });
});

describe('ProjectedWords', () => {
  const model = randomModel(engine, MANY);
  const [layer] = model.stack.layers;
  const words = new ProjectedWords(engine, model.embedding!, layer!);

  it('computes a word once', () => {
    let projected = 0;
    const { project } = layer!;
    layer!.project = (target, values) => {
      projected += values.rows;
      project.call(layer, target, values);
    };
    words.read([7, 8, 7]);
    words.read([8, 9]);
    expect(projected).toBe(3);
  });

  it('leaves more words at once than it remembers to others', () => {
    expect(words.read(new Array(2000).fill(1))).toBeUndefined();
  });

  it('refuses ids that are no words', () => {
    expect(() => words.read([1, MANY.vocabulary])).toThrow('inputs: id 1500 in row 1; expected 0 to 1499');
  });

  it('is not for learning', () => {
    const input = words.read([1])!;
    const dh = engine.arena.matrix(1, MANY.hidden);
    expect(() => layer!.backward(dh, { packing: uniformPacking(1, 1), input })).toThrow('nothing is learned');
  });
});

/** A loop, because there are millions of values. */
function expectClose(actual: Float32Array, expected: Float32Array): void {
  let furthest = 0;
  for (let i = 0; i < expected.length; i++) furthest = Math.max(furthest, Math.abs(actual[i]! - expected[i]!));
  expect(actual).toHaveLength(expected.length);
  expect(furthest).toBeLessThan(1e-5);
}
