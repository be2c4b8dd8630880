import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { LanguageModel } from '../../src/model/language-model.ts';
import { WeightDropout } from '../../src/training/weight-dropout.ts';
import { wasm } from '../nn/engines.ts';

const shape = { vocabulary: 5, embedding: 3, cell: 'gru', layers: 2, hidden: 16, condition: 0 } as const;
const model = () => new LanguageModel(wasm, shape).initialise(new Random(1));
const valuesOf = ({ parameters }: LanguageModel) => parameters.map(({ value }) => Array.from(value.data));

test('drops recurrent weights alone, scales the others up, and puts all back', () => {
  const dropped = model();
  const before = valuesOf(dropped);
  const dropout = new WeightDropout(wasm, dropped.parameters, 0.25);
  dropout.drop(7);
  for (const [i, { value, recurrent, name }] of dropped.parameters.entries()) {
    expect(recurrent).toBe(name.endsWith('.recurrent'));
    if (!recurrent) expect(Array.from(value.data)).toEqual(before[i]);
    else {
      const kept = value.data.filter((x) => x !== 0).length / value.size;
      expect(kept).toBeGreaterThan(0.65);
      expect(kept).toBeLessThan(0.85);
      for (const [j, x] of value.data.entries()) if (x !== 0) expect(x).toBeCloseTo(before[i]![j]! / 0.75, 6);
    }
  }
  dropout.restore(7);
  expect(valuesOf(dropped)).toEqual(before);
});

test('the gradient is that of the loss by the weights before they are dropped', () => {
  const [dropped, plain] = [model(), model()];
  const batch = {
    packing: { counts: [1, 1, 1], starts: [0, 1, 2], rows: 3, batch: 1, uniform: true },
    inputs: [1, 2, 3],
    targets: [2, 3, 4],
  };
  const dropout = new WeightDropout(wasm, dropped.parameters, 0.5);
  dropout.drop(3);
  const weights = valuesOf(dropped);
  dropped.lossAndGradients(batch, dropped.newState(1));
  dropout.restore(3);
  for (const [i, parameter] of plain.parameters.entries()) parameter.edit((values) => values.set(weights[i]!));
  plain.lossAndGradients(batch, plain.newState(1));
  for (const [i, { gradient, recurrent }] of dropped.parameters.entries()) {
    const expected = Array.from(plain.parameters[i]!.gradient.data, (g, j) =>
      recurrent ? (weights[i]![j] === 0 ? 0 : 2 * g) : g,
    );
    for (const [j, g] of gradient.data.entries()) expect(g).toBeCloseTo(expected[j]!, 6);
  }
});

test('a rate of 0 touches nothing', () => {
  const whole = model();
  const versions = whole.parameters.map(({ version }) => version);
  const dropout = new WeightDropout(wasm, whole.parameters, 0);
  dropout.drop(1);
  dropout.restore(1);
  expect(whole.parameters.map(({ version }) => version)).toEqual(versions);
});
