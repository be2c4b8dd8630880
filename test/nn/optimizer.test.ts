import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Optimizer, type OptimizerConfig, optimizerDefaults, type UpdateRule } from '../../src/nn/optimizer.ts';
import { Parameter } from '../../src/nn/parameter.ts';
import { wasm } from './engines.ts';

const RATE = 0.1;
const STEPS = 20;
/** Not a multiple of four, so that the last lanes of the kernels are used in part. */
const COUNT = 7;

/** The formulas as the papers write them, in float64, for one value: given each step's gradient, the next x. */
const textbook: Record<OptimizerConfig['name'], (config: never) => (x: number, g: number) => number> = {
  sgd: () => (x, g) => x - RATE * g,

  adagrad: ({ epsilon }: typeof optimizerDefaults.adagrad) => {
    let squares = 0;
    return (x, g) => {
      squares += g * g;
      return x - (RATE * g) / Math.sqrt(squares + epsilon);
    };
  },

  rmsprop: ({ decay, epsilon }: typeof optimizerDefaults.rmsprop) => {
    let squares = 0;
    return (x, g) => {
      squares = decay * squares + (1 - decay) * g * g;
      return x - (RATE * g) / (Math.sqrt(squares) + epsilon);
    };
  },

  /** Kingma and Ba 2015, algorithm 1. */
  adam: ({ beta1, beta2, epsilon }: typeof optimizerDefaults.adam) => {
    let [m, v, t] = [0, 0, 0];
    return (x, g) => {
      t++;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const unbiasedM = m / (1 - beta1 ** t);
      const unbiasedV = v / (1 - beta2 ** t);
      return x - (RATE * unbiasedM) / (Math.sqrt(unbiasedV) + epsilon);
    };
  },
};

describe('Optimizer', () => {
  const configs: OptimizerConfig[] = [
    ...Object.values(optimizerDefaults),
    // An epsilon that is as large as the gradients shows where it stands in the formula.
    { name: 'adagrad', epsilon: 0.5 },
    { name: 'rmsprop', decay: 0.8, epsilon: 0.5 },
    { name: 'adam', beta1: 0.5, beta2: 0.8, epsilon: 0.5 },
  ];

  test.each(configs)('takes the steps of the textbook: %o', (config) => {
    const { parameter, optimizer, gradients } = task(config);
    const formulas = Array.from({ length: COUNT }, () => textbook[config.name](config as never));
    let expected = Array.from(parameter.value.data);
    for (const [t, gradient] of gradients.entries()) {
      parameter.gradient.data.set(gradient);
      optimizer.step(RATE);
      expected = expected.map((x, i) => formulas[i]!(x, gradient[i]!));
      // Of values near 1 after up to 20 steps; the largest difference that was seen is 6e-7.
      for (const [i, x] of expected.entries()) {
        expect(Math.abs(parameter.value.data[i]! - x), `value ${i}, step ${t}`).toBeLessThan(2e-6);
      }
    }
  });

  test.each(configs)('takes other steps for the parameters of a rule: %o', (config) => {
    const decay = 0.5;
    const rule = task(config, { rate: 2, decay });
    const plain = task(config);
    // Twice the rate on what is left of the values after the decay, by the same gradients.
    for (const gradient of rule.gradients) {
      const before = Array.from(rule.parameter.value.data);
      const beforePlain = Array.from(plain.parameter.value.data);
      rule.take(gradient);
      plain.take(gradient);
      const expected = before.map(
        (x, i) => (1 - 2 * RATE * decay) * x + 2 * (plain.parameter.value.data[i]! - beforePlain[i]!),
      );
      for (const [i, x] of expected.entries()) expect(Math.abs(rule.parameter.value.data[i]! - x)).toBeLessThan(2e-6);
    }
  });

  test.each(configs)('goes on from a saved state as if it had not stopped: %o', (config) => {
    const whole = task(config);
    const saved = task(config);
    const resumed = task(config);
    const half = STEPS / 2;
    for (const gradient of whole.gradients) whole.take(gradient);
    for (const gradient of saved.gradients.slice(0, half)) saved.take(gradient);

    resumed.parameter.value.data.set(saved.parameter.value.data);
    resumed.optimizer.steps = saved.optimizer.steps;
    for (const [name, moment] of saved.optimizer.state) resumed.optimizer.state.get(name)!.data.set(moment.data);
    for (const gradient of whole.gradients.slice(half)) resumed.take(gradient);
    expect(resumed.parameter.value.data).toEqual(whole.parameter.value.data);
  });

  test('names its state after the parameters and shapes it as they are', () => {
    const names = (config: OptimizerConfig) => [...task(config).optimizer.state.keys()];
    expect(names(optimizerDefaults.sgd)).toEqual([]);
    expect(names(optimizerDefaults.adagrad)).toEqual(['w.squares']);
    expect(names(optimizerDefaults.rmsprop)).toEqual(['w.squares']);
    expect(names(optimizerDefaults.adam)).toEqual(['w.mean', 'w.squares']);
    const moment = task(optimizerDefaults.adam).optimizer.state.get('w.mean');
    expect([moment?.rows, moment?.cols]).toEqual([1, COUNT]);
  });

  test('tells of each change of a parameter by its version', () => {
    const { parameter, optimizer } = task(optimizerDefaults.sgd);
    const { version } = parameter;
    optimizer.step(RATE);
    expect(parameter.version).toBeGreaterThan(version);
    expect(optimizer.steps).toBe(1);
  });

  test.each(Object.values(optimizerDefaults))('a gradient of 0 from the start moves nothing: %o', (config) => {
    const { parameter, optimizer } = task(config);
    const before = parameter.value.data.slice();
    parameter.gradient.data.fill(0);
    optimizer.step(RATE);
    expect(parameter.value.data).toEqual(before);
  });
});

/** One parameter with random values, its optimiser, and the gradients of some steps, of very different sizes. */
function task(config: OptimizerConfig, rule?: UpdateRule) {
  const random = new Random(1);
  const parameter = new Parameter(wasm.arena, 'w', 1, COUNT);
  parameter.value.data.forEach((_, i, values) => {
    values[i] = 2 * random.uniform() - 1;
  });
  const sizes = [1, 1, 0.1, 0.01, 1e-4, 3, 1];
  const gradients = Array.from({ length: STEPS }, () =>
    Float32Array.from(sizes, (size) => size * (2 * random.uniform() - 1)),
  );
  const optimizer = new Optimizer(wasm, [parameter], config, rule && new Map([[parameter, rule]]));
  const take = (gradient: Float32Array) => {
    parameter.gradient.data.set(gradient);
    optimizer.step(RATE);
  };
  return { parameter, optimizer, gradients, take };
}
