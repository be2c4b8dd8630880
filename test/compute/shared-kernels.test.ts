/** What the kernels compute on several threads is, to the last bit, what they compute on one. */
import { afterAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Arena } from '../../src/compute/arena.ts';
import { attendBackward, attendForward } from '../../src/compute/attention-call.ts';
import { compileKernels, instantiateKernels, type Kernels } from '../../src/compute/kernels.ts';
import { PARTED, shareKernels } from '../../src/compute/shared-kernels.ts';
import { Team } from '../../src/compute/team.ts';

const module = await compileKernels();
const [N, H, V] = [37, 133, 1001];
/** More values than are worth sharing, for the kernels that do little with each. */
const MANY = 100_003;

/** For attention: places of each source, sizes of a key, of a value and of a row that holds a context. */
const [S, A, D, STRIDE] = [5, 70, 33, 50];
const attentionSizes = { N, A, D, S, stride: STRIDE };

/** Sizes of the arrays in floats, then the call; indices are those of a table of N rows. */
const CASES: { [Name in keyof Kernels]?: [sizes: number[], call: (kernels: Kernels, at: number[]) => unknown] } = {
  rnnForward: [[MANY, MANY], (k, [z, h]) => k.rnnForward(z!, h!, MANY)],
  rnnBackward: [[MANY, MANY, MANY], (k, [dz, h, dh]) => k.rnnBackward(dz!, h!, dh!, MANY)],
  lstmForward: [
    [4 * N * H, N * H, N * H, N * H, N * H],
    (k, [z, cPrevious, c, tanhC, h]) => k.lstmForward(z!, cPrevious!, c!, tanhC!, h!, N, H),
  ],
  lstmBackward: [
    [4 * N * H, N * H, N * H, N * H, N * H],
    (k, [z, cPrevious, tanhC, dh, dc]) => k.lstmBackward(z!, cPrevious!, tanhC!, dh!, dc!, N, H),
  ],
  gruForward: [
    [3 * N * H, 3 * N * H, N * H, N * H],
    (k, [x, s, hPrevious, h]) => k.gruForward(x!, s!, hPrevious!, h!, N, H),
  ],
  gruBackward: [
    [3 * N * H, 3 * N * H, N * H, N * H, N * H],
    (k, [x, s, hPrevious, dh, dhPrevious]) => k.gruBackward(x!, s!, hPrevious!, dh!, dhPrevious!, N, H),
  ],
  gatherRowsPlus: [
    [N * V, N * V, V],
    (k, [target, table, bias, ids]) => k.gatherRowsPlus(target!, table!, bias!, ids!, N, V),
  ],
  attendForward: [
    [N * A, N * STRIDE, N * S, N * S * A, N * S * D, A, N],
    (k, [query, context, weights, keys, values, score, gates, sources, begins]) =>
      attendForward(k, {
        query: query!,
        context: context!,
        weights: weights!,
        sources: sources!,
        gates: gates!,
        keys: keys!,
        values: values!,
        begins: begins!,
        score: score!,
        ...attentionSizes,
      }),
  ],
  attendBackward: [
    [N * A, N * STRIDE, N * S, N * S, N * A, N * A, N * S * A, N * S * D, A, N * S * A, N * S * D, N, N],
    (k, [query, dContext, weights, dWeights, dQuery, dScore, keys, values, score, dKeys, dValues, ...others]) => {
      const [gates, dGates, sources, begins] = others;
      return attendBackward(k, {
        query: query!,
        dContext: dContext!,
        weights: weights!,
        sources: sources!,
        gates: gates!,
        dGates: dGates!,
        dWeights: dWeights!,
        dQuery: dQuery!,
        dScore: dScore!,
        keys: keys!,
        values: values!,
        begins: begins!,
        score: score!,
        dKeys: dKeys!,
        dValues: dValues!,
        ...attentionSizes,
      });
    },
  ],
  addSumOfRows: [[V, N * V * 4], (k, [target, source]) => k.addSumOfRows(target!, source!, 4 * N, V)],
  scatterAddRows: [[N * V, N * V], (k, [table, source, ids]) => k.scatterAddRows(table!, source!, ids!, N, V)],
  softmaxCrossEntropy: [
    [N * V, N],
    (k, [logits, weights, targets]) => k.softmaxCrossEntropy(logits!, targets!, weights!, N, V, 0.1, 0.5),
  ],
  logSoftmax: [[N * V], (k, [logits]) => k.logSoftmax(logits!, N, V)],
  sumOfSquares: [[MANY], (k, [source]) => k.sumOfSquares(source!, MANY)],
  toBf16: [[MANY, MANY], (k, [target, source]) => k.toBf16(target!, source!, MANY, 1.5)],
  biasRelu6: [[N * V, V], (k, [y, bias]) => k.biasRelu6(y!, bias!, N, V)],
  addBias: [[N * V, V], (k, [y, bias]) => k.addBias(y!, bias!, N, V)],
  addBiasAndResidual: [[N * V, N * V, V], (k, [y, x, bias]) => k.addBiasAndResidual(y!, x!, bias!, N, V)],
  normaliseBytes: [[MANY, MANY], (k, [target, source]) => k.normaliseBytes(target!, source!, MANY, 127, 128)],
  unfold: [
    [2 * N * 9 * 9 * 27, 2 * N * 18 * 17 * 3],
    (k, [target, x]) => k.unfold(target!, x!, 0, 2 * N * 9, 18, 17, 3, 3, 2, 0, 1, 9, 9),
  ],
  depthwise: [
    [2 * N * 9 * 9 * 7, 2 * N * 18 * 17 * 7, 25 * 7, 7],
    (k, [y, x, weights, bias]) => k.depthwise(y!, x!, weights!, bias!, 0, 2 * N * 9, 1, 18, 17, 7, 5, 2, 1, 2, 9, 9),
  ],
  relu6Backward: [[MANY, MANY], (k, [dy, y]) => k.relu6Backward(dy!, y!, MANY)],
  fold: [
    [2 * N * 18 * 17 * 3, 2 * N * 9 * 9 * 27],
    (k, [dx, rows]) => k.fold(dx!, rows!, 0, 2 * N * 18, 18, 17, 3, 3, 2, 0, 1, 9, 9),
  ],
  depthwiseInputGradient: [
    [2 * N * 18 * 17 * 7, 2 * N * 9 * 9 * 7, 25 * 7],
    (k, [dx, dy, weights]) => k.depthwiseInputGradient(dx!, dy!, weights!, 0, 2 * N * 18, 18, 17, 7, 5, 2, 1, 2, 9, 9),
  ],
  depthwiseFilterGradient: [
    [25 * 39, N * 18 * 17 * 39, N * 9 * 9 * 39],
    (k, [dw, x, dy]) => k.depthwiseFilterGradient(dw!, x!, dy!, N * 9, 0, 39, 18, 17, 39, 5, 2, 1, 2, 9, 9),
  ],
  sgd: [[MANY, MANY], (k, [x, g]) => k.sgd(x!, g!, MANY, 0.1)],
  adagrad: [[MANY, MANY, MANY], (k, [x, g, s]) => k.adagrad(x!, g!, s!, MANY, 0.1, 1e-8)],
  rmsprop: [[MANY, MANY, MANY], (k, [x, g, s]) => k.rmsprop(x!, g!, s!, MANY, 0.1, 0.9, 1e-8)],
  adam: [[MANY, MANY, MANY, MANY], (k, [x, g, m, v]) => k.adam(x!, g!, m!, v!, MANY, 0.1, 0.9, 0.999, 1e-8)],
};

describe.each([2, 3])('on %d threads', (threads) => {
  const arena = new Arena();
  const team = new Team(arena, module, threads);
  const own = instantiateKernels(module, arena.memory);
  const kernels = shareKernels(own, team);
  afterAll(() => team.close());

  test('every kernel that is shared is tried here', () => {
    expect(Object.keys(CASES).sort()).toEqual(PARTED.toSorted());
  });

  test.each(Object.entries(CASES))('%s', async (name, [sizes, call]) => {
    await team.start();
    const random = new Random(3);
    const ids = arena.integers(N);
    const buffers = sizes.map((size) => arena.matrix(1, size));
    const begins = arena.integers(N + 1);
    const addresses = [...buffers, ids, begins].map(({ offset }) => offset);
    const values = buffers.map(({ size }) => Float32Array.from({ length: size }, () => random.uniform()));
    const outcome = (using: Kernels) => {
      for (const [i, { data }] of buffers.entries()) data.set(values[i]!);
      ids.data.set(Array.from({ length: N }, (_, i) => (name === 'attendBackward' ? N - 1 - i : (i * i) % N)));
      begins.data.set(Array.from({ length: N + 1 }, (_, i) => i * S));
      const result = call(using, addresses);
      return { result: Number(result ?? 0), bytes: buffers.map(({ data }) => Buffer.from(data.slice().buffer)) };
    };
    const expected = outcome(own);
    const found = outcome(kernels);
    for (const [i, bytes] of found.bytes.entries()) expect(bytes.equals(expected.bytes[i]!), `array ${i}`).toBe(true);
    expect(Math.abs(found.result - expected.result)).toBeLessThanOrEqual(1e-12 * Math.abs(expected.result));
  });
});
