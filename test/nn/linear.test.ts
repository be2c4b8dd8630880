import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Linear } from '../../src/nn/linear.ts';
import { Parameter } from '../../src/nn/parameter.ts';
import { byDriver } from './engines.ts';
import { matrixOf, randomVectors } from './packed.ts';
import {
  addOuter,
  difference,
  oneHot,
  plus,
  randomise,
  rowsOf,
  times,
  transposed,
  type Vector,
  weightsOf,
  zerosLike,
} from './reference.ts';

/** D inputs, G outputs. */
const [D, G] = [5, 6];
const TOLERANCE = 2e-6;

const random = new Random(1);
const vectors = (count: number, size: number) => randomVectors(random, count, size);

describe.each(byDriver)('Linear on %s', (_, engine) => {
  describe.each(['with a bias', 'without one'])('%s', (title) => {
    const bias = title === 'with a bias' ? [new Parameter(engine.arena, 'b', 1, G)] : [];
    const parameters = [new Parameter(engine.arena, 'W', D, G), ...bias];
    const linear = new Linear(engine, parameters[0]!, bias[0]);
    randomise({ parameters }, random);
    const weights = weightsOf({ parameters });
    const expected = (xs: Vector[], W = weights['W']!) =>
      xs.map((x) => plus(times(x, W), weights['b']?.[0] ?? new Array(G).fill(0)));
    /** Gradients of the parameters for these inputs and gradients of the outputs. */
    const gradientsFor = (xs: Vector[], dys: Vector[]) => {
      const gradients = zerosLike(weights);
      for (const [m, x] of xs.entries()) {
        addOuter(gradients['W']!, x, dys[m]!);
        if (gradients['b']) addOuter(gradients['b'], [1], dys[m]!);
      }
      return gradients;
    };
    const gradients = () =>
      Object.fromEntries(parameters.map(({ name, gradient }) => [name, rowsOf(gradient.data, gradient.cols)]));
    const output = (M: number) => {
      const y = engine.arena.matrix(M, G);
      y.data.fill(bias.length > 0 ? Number.NaN : 0);
      return y;
    };

    test('y = x W + b, at once or in two steps', () => {
      const xs = vectors(4, D);
      const x = matrixOf(engine, xs);
      const [once, twice] = [output(4), output(4)];
      linear.forward(once, x);
      linear.fillBias(twice);
      linear.add(twice, x);
      for (const y of [once, twice]) expect(difference(rowsOf(y.data, G), expected(xs))).toBeLessThan(TOLERANCE);
    });

    test('gradients of W, b and x, set or added up', () => {
      const [xs, dys] = [vectors(4, D), vectors(4, G)];
      const [x, dy, dx] = [matrixOf(engine, xs), matrixOf(engine, dys), engine.arena.matrix(4, D)];
      for (const { gradient } of parameters) gradient.data.fill(Number.NaN);
      dx.data.fill(Number.NaN);
      const expectedX = dys.map((d) => times(d, transposed(weights['W']!)));
      for (const [beta, times] of [
        [0, 1],
        [1, 2],
      ] as const) {
        linear.backward(dy, x, beta);
        linear.inputGradient(dx, dy, beta);
        const all = (rows: Vector[]) => Array.from({ length: times }, () => rows).flat();
        expect(difference(gradients(), gradientsFor(all(xs), all(dys)))).toBeLessThan(TOLERANCE);
        expect(
          difference(
            rowsOf(dx.data, D),
            expectedX.map((d) => d.map((g) => times * g)),
          ),
        ).toBeLessThan(TOLERANCE);
      }
    });

    test.each([
      ['fewer', 3],
      ['more', 9],
    ])('one-hot vectors by their ids, %s than there are', (_, M) => {
      const list = Array.from({ length: M }, () => random.integer(D));
      const ids = engine.arena.integers(M);
      ids.data.set(list);
      const [xs, dys, y] = [list.map((id) => oneHot(id, D)), vectors(M, G), output(M)];
      linear.forwardIds(y, ids);
      expect(difference(rowsOf(y.data, G), expected(xs))).toBeLessThan(TOLERANCE);
      const table = vectors(D, G);
      linear.forwardIds(y, ids, matrixOf(engine, table));
      expect(difference(rowsOf(y.data, G), expected(xs, table))).toBeLessThan(TOLERANCE);
      for (const { gradient } of parameters) gradient.data.fill(Number.NaN);
      linear.backwardIds(matrixOf(engine, dys), ids);
      expect(difference(gradients(), gradientsFor(xs, dys))).toBeLessThan(TOLERANCE);
    });
  });
});
