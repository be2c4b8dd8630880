import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { stepModel } from '../../../src/exchange/onnx/language-model.ts';
import { encoderModel, labellerModel } from '../../../src/exchange/onnx/sequences.ts';
import { EncoderDecoder } from '../../../src/model/encoder-decoder.ts';
import { SequenceModel, type SequenceShape } from '../../../src/model/sequence-model.ts';
import { CELL_NAMES } from '../../../src/nn/cell.ts';
import { uniformPacking } from '../../../src/nn/packing.ts';
import { POOLINGS } from '../../../src/nn/pooling.ts';
import { wasm } from '../../nn/engines.ts';
import { randomise } from '../../nn/reference.ts';
import { farthest, floats, ids, onnxruntime, openOnnx } from './runtime.ts';

const TOLERANCE = 1e-5;
const shape: SequenceShape = {
  reads: { vocabulary: 7, embedding: 5 },
  writes: 'last',
  choices: 3,
  cell: 'lstm',
  layers: 2,
  hidden: 6,
  bidirectional: true,
};
const [N, T] = [2, 4];
/** [N, T], and as the model takes it: step after step. */
const TOKENS = [1, 2, 3, 6, 0, 5, 5, 4];
const inSteps = (t: number, n: number) => n * T + t;
const packing = uniformPacking(N, T);
const steps = Array.from({ length: N * T }, (_, row) => inSteps(Math.floor(row / N), row % N));

const shapes: Partial<SequenceShape>[] = [
  ...CELL_NAMES.map((cell) => ({ cell })),
  ...CELL_NAMES.map((cell) => ({ cell, writes: 'each' as const, bidirectional: false })),
  ...POOLINGS.map((writes) => ({ writes, layers: 1 })),
  { reads: { vocabulary: 7, embedding: 0 } },
  { reads: { vectors: 2 }, bidirectional: false },
];

describe.skipIf(!onnxruntime)('models of whole sequences in ONNX', () => {
  test.each(shapes)('label as the model does: %j', async (changes) => {
    const model = new SequenceModel(wasm, { ...shape, ...changes });
    randomise(model, new Random(1));
    const vectors = Float32Array.from({ length: N * T * 2 }, (_, i) => Math.sin(i));
    const by = { mean: Float32Array.of(0.5, -1), scale: Float32Array.of(2, 3) };
    const reads = 'vectors' in model.shape.reads;
    const scaled = steps.flatMap((at) => [0, 1].map((d) => (vectors[2 * at + d]! - by.mean[d]!) * by.scale[d]!));
    const inputs = reads ? { vectors: Float32Array.from(scaled) } : { ids: steps.map((at) => TOKENS[at]!) };
    const expected = model.logProbs({ packing, inputs }, model.newState(N));

    const network = await openOnnx(labellerModel(model, reads ? by : undefined));
    const { log_probs } = await network(reads ? { vectors: floats(vectors, N, T, 2) } : { tokens: ids(TOKENS, N, T) });
    const { data, dims } = log_probs!;
    expect(dims).toEqual(model.shape.writes === 'each' ? [N, T, 3] : [N, 3]);
    const rows = model.shape.writes === 'each' ? steps : [0, 1];
    expect(
      farthest(
        rows.flatMap((row) => [...data.subarray(3 * row, 3 * row + 3)]),
        expected,
      ),
    ).toBeLessThan(TOLERANCE);
  });

  test.each(CELL_NAMES.flatMap((cell) => [false, true].map((attention) => ({ cell, attention }))))(
    'encode and decode as the model does: %j',
    async ({ cell, attention }) => {
      const model = new EncoderDecoder(wasm, {
        source: 7,
        target: 8,
        embedding: 5,
        cell,
        layers: 2,
        hidden: 6,
        attention,
      });
      randomise(model, new Random(2));
      const read = steps.map((at) => TOKENS[at]!).reverse();
      // Reversed as a whole, the last sequence is the first.
      const start = model.read({ packing, ids: read }, model.newState(N));
      const encode = await openOnnx(encoderModel(model));
      const step = await openOnnx(stepModel(model.decoder));
      let given = await encode({ tokens: ids(TOKENS, N, T) });
      for (const tokens of [
        [0, 1],
        [3, 7],
        [5, 2],
      ]) {
        const expected = model.decoder.step(tokens, start, undefined, [0, 1]);
        const { log_probs, next_state } = await step({ ...given, token: ids(tokens.toReversed()) });
        const rows = [...log_probs!.data.subarray(8), ...log_probs!.data.subarray(0, 8)];
        expect(farthest(rows, expected)).toBeLessThan(TOLERANCE);
        given = { ...given, state: next_state! };
      }
    },
  );
});

test('a model of glimpses is refused', () => {
  const reads = { glimpses: 3, picture: { rows: 12, columns: 12 } };
  const model = new SequenceModel(wasm, { ...shape, reads, bidirectional: false });
  expect(() => labellerModel(model)).toThrow(/chooses where it looks/);
});
