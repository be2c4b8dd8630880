import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { byBuild } from '../nn/engines.ts';
import { logSoftmax } from '../nn/reference.ts';
import { type Buffer, Guarded } from './guarded.ts';

describe.each(byBuild)('the %s build', (_, { arena, kernels }) => {
  /** All lengths of a last vector of four, with and without full ones before it. */
  const widths = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const ROWS = 3;
  /** One row twice and one never. */
  const IDS = [2, 0, 2];

  describe('kernels over rows', () => {
    test.each(widths)('are the plain loops, at a width of %d', (width) => {
      const { random, ids, guarded } = setting(width);
      const [one, two] = [() => random(width), () => random(ROWS * width)];
      const table = (source: Buffer, r: number, j: number) => source.data[IDS[r]! * width + j]!;

      let [target, source] = [one(), one()];
      let before = Array.from(target.data);
      kernels.add(target.offset, source.offset, width);
      expectValues(target, (j) => before[j]! + source.data[j]!);

      before = Array.from(target.data);
      kernels.scale(target.offset, width, -2.5);
      expectValues(target, (j) => -2.5 * before[j]!);

      before = Array.from(target.data);
      kernels.approach(target.offset, source.offset, width, 0.25);
      expectValues(target, (j) => before[j]! + 0.25 * (source.data[j]! - before[j]!));

      before = Array.from(target.data);
      kernels.clip(target.offset, width, 0.75);
      expectValues(target, (j) => Math.min(0.75, Math.max(-0.75, before[j]!)));

      expect(kernels.sumOfSquares(source.offset, width)).toBeCloseTo(
        source.data.reduce((sum, x) => sum + x * x, 0),
        6,
      );

      [target, source] = [two(), one()];
      kernels.fillRows(target.offset, source.offset, ROWS, width);
      expectValues(target, (i) => source.data[i % width]!);

      // Four rows at a time, twice, and one more.
      [target, source] = [one(), random(9 * width)];
      before = Array.from(target.data);
      kernels.addSumOfRows(target.offset, source.offset, 9, width);
      expectValues(target, (j) => source.data.reduce((sum, x, i) => sum + (i % width === j ? x : 0), before[j]!));

      [target, source] = [two(), two()];
      kernels.gatherRows(target.offset, source.offset, ids(IDS), ROWS, width);
      expectValues(target, (i) => table(source, Math.floor(i / width), i % width));

      const bias = one();
      kernels.gatherRowsPlus(target.offset, source.offset, bias.offset, ids(IDS), ROWS, width);
      expectValues(target, (i) => table(source, Math.floor(i / width), i % width) + bias.data[i % width]!);

      before = Array.from(target.data);
      kernels.scatterAddRows(target.offset, source.offset, ids(IDS), ROWS, width);
      expectValues(target, (i) => {
        const [row, j] = [Math.floor(i / width), i % width];
        return IDS.reduce((sum, id, r) => sum + (id === row ? source.data[r * width + j]! : 0), before[i]!);
      });
      guarded.expectIntact();
    });

    test('sumOfSquares keeps small values beside large ones', () => {
      const many = arena.matrix(1, 1_000_001);
      many.data.fill(1e-3).fill(1e4, 0, 1);
      const expected = 1e8 + 1e6 * Math.fround(1e-3) ** 2;
      expect(Math.abs(kernels.sumOfSquares(many.offset, many.size) - expected)).toBeLessThan(1e-3);
    });
  });

  // Their values are tested through the model, against the reference (test/model/contract.test.ts), and the optimisers'
  // against their textbook forms (test/nn/optimizer.test.ts).
  describe('kernels leave the memory around their buffers alone, and read nothing from it', () => {
    const calls: Record<string, (width: number, fresh: (length: number) => number, ids: number) => unknown> = {
      rnnForward: (n, fresh) => kernels.rnnForward(fresh(n), fresh(n), n),
      rnnBackward: (n, fresh) => kernels.rnnBackward(fresh(n), fresh(n), fresh(n), n),
      lstmForward: (H, fresh) =>
        kernels.lstmForward(fresh(12 * H), fresh(3 * H), fresh(3 * H), fresh(3 * H), fresh(3 * H), 3, H),
      lstmBackward: (H, fresh) =>
        kernels.lstmBackward(fresh(12 * H), fresh(3 * H), fresh(3 * H), fresh(3 * H), fresh(3 * H), 3, H),
      gruForward: (H, fresh) => kernels.gruForward(fresh(9 * H), fresh(9 * H), fresh(3 * H), fresh(3 * H), 3, H),
      gruBackward: (H, fresh) =>
        kernels.gruBackward(fresh(9 * H), fresh(9 * H), fresh(3 * H), fresh(3 * H), fresh(3 * H), 3, H),
      softmaxCrossEntropy: (V, fresh, ids) => kernels.softmaxCrossEntropy(fresh(3 * V), ids, fresh(3), 3, V, 0.1, 1),
      logSoftmax: (V, fresh) => kernels.logSoftmax(fresh(3 * V), 3, V),
      dropout: (n, fresh) => kernels.dropout(fresh(n), fresh(n), n, 2 ** 31, 2, 1),
      sgd: (n, fresh) => kernels.sgd(fresh(n), fresh(n), n, 0.1),
      adagrad: (n, fresh) => kernels.adagrad(fresh(n), fresh(n), fresh(n), n, 0.1, 1e-8),
      rmsprop: (n, fresh) => kernels.rmsprop(fresh(n), fresh(n), fresh(n), n, 0.1, 0.9, 1e-8),
      adam: (n, fresh) => kernels.adam(fresh(n), fresh(n), fresh(n), fresh(n), n, 0.1, 0.9, 0.999, 1e-8),
    };

    test.each(Object.keys(calls))('%s', (name) => {
      for (const width of widths) {
        const { positive, ids, guarded } = setting(width);
        calls[name]!(width, (length) => positive(length).offset, ids([0, -1, width - 1]));
        guarded.expectIntact();
      }
    });
  });

  describe('tanh and σ', () => {
    /** tanh and σ as the cells have them. */
    const tanh = (xs: number[]) => {
      const [z, h] = [floats(xs), floats(xs)];
      kernels.rnnForward(z.offset, h.offset, xs.length);
      return h.data;
    };
    const sigmoid = (xs: number[]) => {
      const z = floats(xs.flatMap((x) => [x, 0, 0, 0]));
      const others = Array.from({ length: 4 }, () => floats(xs.map(() => 0)).offset) as [
        number,
        number,
        number,
        number,
      ];
      kernels.lstmForward(z.offset, ...others, xs.length, 1);
      return z.data.filter((_, i) => i % 4 === 0);
    };
    const logistic = (x: number) => 1 / (1 + Math.exp(-x));
    const range = Float32Array.from({ length: 80_001 }, (_, i) => (i - 40_000) / 2000);

    test('tanh is exact to 6 units in the last place of 1, odd, and never beyond ±1', () => {
      const values = tanh([...range]);
      expect(largest(values, (i) => Math.tanh(range[i]!))).toBeLessThan(6 * 2 ** -24);
      expect(values.every((y, i) => Math.abs(y) <= 1 && y === -values[values.length - 1 - i]!)).toBe(true);
    });

    test('tanh of small values keeps their digits', () => {
      const small = Float32Array.from({ length: 300 }, (_, i) => 10 ** (-i / 10));
      expect(
        largest(
          tanh([...small]).map((y, i) => y / Math.tanh(small[i]!)),
          () => 1,
        ),
      ).toBeLessThan(1e-6);
    });

    test('σ is exact to 3 units in the last place of 1 and never beyond 0 and 1', () => {
      const values = sigmoid([...range]);
      expect(largest(values, (i) => logistic(range[i]!))).toBeLessThan(3 * 2 ** -24);
      expect(values.every((y) => y >= 0 && y <= 1)).toBe(true);
    });

    test('both reach their limits, and NaN stays NaN', () => {
      const ends = [Infinity, 1e30, 100, 0, -0, -100, -1e30, -Infinity, Number.NaN];
      expect([...tanh(ends)]).toEqual([1, 1, 1, 0, -0, -1, -1, -1, Number.NaN]);
      expect([...sigmoid(ends)]).toEqual([1, 1, 1, 0.5, 0.5, 0, 0, 0, Number.NaN]);
    });
  });

  describe('softmax', () => {
    /** The loss of one row of logits, and what has become of them: the gradient. */
    const crossEntropy = (logits: number[], target: number) => {
      const row = floats(logits);
      const targets = arena.integers(1);
      targets.data[0] = target;
      const loss = kernels.softmaxCrossEntropy(row.offset, targets.offset, floats([1]).offset, 1, logits.length, 0, 1);
      return { loss, gradient: [...row.data] };
    };
    const logP = (logits: number[]) => {
      const row = floats(logits);
      kernels.logSoftmax(row.offset, 1, logits.length);
      return [...row.data];
    };

    test('e^x is exact to 2 units in the last place wherever a float32 shows it', () => {
      const exponents = Array.from({ length: 86_000 }, (_, i) => Math.fround(-i / 1000));
      const rows = floats(exponents.flatMap((x) => [0, x, -50]));
      const targets = arena.integers(exponents.length);
      targets.data.fill(2);
      const weights = floats(exponents.map(() => 1));
      kernels.softmaxCrossEntropy(rows.offset, targets.offset, weights.offset, exponents.length, 3, 0, 1);
      const ratios = exponents.map((x, r) => rows.data[3 * r + 1]! / rows.data[3 * r]! / Math.exp(x));
      expect(largest(ratios, () => 1)).toBeLessThan(2 * 2 ** -23);
    });

    test('huge logits overflow nowhere', () => {
      expect(crossEntropy([1e30, 0, -1e30], 0)).toEqual({
        loss: 0,
        gradient: [0, expect.closeTo(0), expect.closeTo(0)],
      });
      expect(crossEntropy([1e30, 0, -1e30], 2).loss / 2e30).toBeCloseTo(1, 6);
      expect(crossEntropy([3e38, -3e38], 1)).toEqual({ loss: expect.any(Number), gradient: [1, -1] });
      expect(logP([1e30, 0])[1]! / -1e30).toBeCloseTo(1, 6);
      expect(logP([1000, 0, -1000])).toEqual([0, -1000, -2000]);
      expect(logP([-Infinity, 0])).toEqual([-Infinity, 0]);
    });

    test('a vocabulary of one has nothing to learn', () => {
      expect(crossEntropy([5], 0)).toEqual({ loss: 0, gradient: [0] });
      expect(logP([5])).toEqual([0]);
    });

    test('a vocabulary of 50,000 costs no more than the sixth digit', () => {
      const logits = Array.from({ length: 50_000 }, (_, i) => Math.fround(5 * Math.sin(i)));
      const expected = logSoftmax(logits);
      expect(crossEntropy(logits, 7).loss / -expected[7]!).toBeCloseTo(1, 5);
      expect(largest(logP(logits), (i) => expected[i]!)).toBeLessThan(5e-5);
    });

    test.each([
      ['NaN in a vector', [Number.NaN, 0, 0, 0, 0], 1],
      ['NaN behind the vectors', [0, 0, 0, 0, Number.NaN], 1],
      ['NaN in a short row', [0, Number.NaN], 0],
      ['Infinity', [0, Infinity], 1],
      ['nothing but -Infinity', [-Infinity, -Infinity], 0],
    ])('%s makes the loss NaN', (_, logits, target) => {
      expect(crossEntropy(logits, target).loss).toBeNaN();
      expect(logP(logits).some(Number.isNaN)).toBe(true);
    });
  });

  /** Random buffers with guards around them, and ids. */
  function setting(seed: number) {
    const source = new Random(seed);
    const guarded = new Guarded(arena);
    const uniform = (low: number) => (length: number) =>
      guarded.floats(Array.from({ length }, () => low + (1 - low) * source.uniform()));
    const ids = (values: number[]) => {
      const list = arena.integers(values.length);
      list.data.set(values);
      return list.offset;
    };
    return { guarded, ids, random: uniform(-1), positive: uniform(0) };
  }

  /** A buffer that holds these values. */
  function floats(values: readonly number[]): Buffer {
    const matrix = arena.matrix(1, values.length);
    matrix.data.set(values);
    return matrix;
  }

  /** Sums of up to five values below 2.5, in float32. */
  function expectValues({ data }: Buffer, expected: (i: number) => number): void {
    expect(largest(data, expected)).toBeLessThan(1e-6);
  }

  /** The largest difference; NaN where there is any. */
  function largest(values: ArrayLike<number>, expected: (i: number) => number): number {
    let worst = 0;
    for (let i = 0; i < values.length; i++) worst = Math.max(worst, Math.abs(values[i]! - expected(i)));
    return worst;
  }

  describe('toBf16 and transposeToBf16', () => {
    /** The upper half of the nearest float32 that has nothing in its lower half; of two, the one with an even last bit. */
    const nearest = (x: number) => {
      const bits = new Uint32Array(Float32Array.of(x).buffer)[0]!;
      const [lower, rest] = [bits >>> 16, bits & 0xffff];
      return rest > 0x8000 || (rest === 0x8000 && lower % 2 === 1) ? lower + 1 : lower;
    };
    const values = [0, -0, 1, 1.00390625, 1.01171875, -1.00390626, 3.4e38, -Infinity, Infinity, 1e-40, 0.1, 123456.789];
    const read = (offset: number, count: number) => Array.from(new Uint16Array(arena.memory.buffer, offset, count));

    test.each([1, 4, 5, 8, 11, 12])('round %d values to the nearest, ties to even', (count) => {
      arena.scratch(() => {
        const source = arena.matrix(1, 12);
        source.data.set(values);
        const target = arena.allocate(32);
        kernels.toBf16(target, source.offset, count, 1);
        expect(read(target, count)).toEqual(values.slice(0, count).map(nearest));
        kernels.toBf16(target, source.offset, count, -0.3);
        const scaled = values.slice(0, count).map((x) => Math.fround(x) * Math.fround(-0.3));
        expect(read(target, count)).toEqual(scaled.map(nearest));
      });
    });

    test('keep NaN', () => {
      arena.scratch(() => {
        const source = arena.matrix(1, 1);
        source.data[0] = Number.NaN;
        const target = arena.allocate(16);
        kernels.toBf16(target, source.offset, 1, 1);
        const bits = Uint32Array.of(read(target, 1)[0]! << 16);
        expect(new Float32Array(bits.buffer)[0]).toBeNaN();
      });
    });

    test('transpose', () => {
      arena.scratch(() => {
        const [k, n] = [19, 3];
        const source = arena.matrix(n, k + 2);
        source.data.forEach((_, i) => {
          source.data[i] = Math.sin(i);
        });
        const target = arena.allocate(k * n * 2);
        kernels.transposeToBf16(k, n, source.offset, (k + 2) * 4, target);
        const expected = Array.from({ length: k * n }, (_, i) => source.data[(i % n) * (k + 2) + Math.floor(i / n)]!);
        expect(read(target, k * n)).toEqual(expected.map(nearest));
      });
    });
  });
});
