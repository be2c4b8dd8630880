import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type { Matrix } from '../../src/compute/arena.ts';
import { BidirectionalLayer } from '../../src/nn/bidirectional-layer.ts';
import { cells } from '../../src/nn/cell.ts';
import { GlimpseReader } from '../../src/nn/glimpse-reader.ts';
import { uniformPacking } from '../../src/nn/packing.ts';
import { RecurrentLayer } from '../../src/nn/recurrent-layer.ts';
import { wasm } from './engines.ts';
import { glimpse } from './glimpse-reference.ts';

const [N, T, H] = [3, 4, 6];
const size = { rows: 10, columns: 8 };
const packing = uniformPacking(N, T);

/** The gradients are held to the reference in `test/model/sequence-model.test.ts`. */
describe('GlimpseReader', () => {
  test('looks at the middle first, then where the state before each step says', () => {
    const { reader, layer, pictures } = newReader();
    const input = reader.look(pictures);
    const h = layer.forward({ packing, input }, layer.newState(N)).data.slice();
    const W = reader.weights.value.data;
    for (let row = 0; row < N * T; row++) {
      const before = row < N ? new Float32Array(H) : h.subarray((row - N) * H, (row - N + 1) * H);
      const place = [0, 1].map((k) => Math.tanh(before.reduce((sum, x, i) => sum + x * W[2 * i + k]!, 0)));
      expect(reader.places[2 * row]).toBeCloseTo(place[0]!, 6);
      expect(reader.places[2 * row + 1]).toBeCloseTo(place[1]!, 6);
      const picture = rowOf(pictures, row % N);
      const expected = [...glimpse(picture, size, place[0]!, place[1]!), ...place];
      const found = Array.from(rowOf(input.values, row));
      found.forEach((value, i) => {
        expect(value, `value ${i} of row ${row}`).toBeCloseTo(expected[i]!, 5);
      });
    }
    expect(Array.from(reader.places.subarray(0, 2 * N))).toEqual(new Array(2 * N).fill(0));
    expect(new Set(reader.places).size).toBeGreaterThan(2 * N);
  });

  test('has the same gradients again, whatever was read between', () => {
    const { reader, layer, pictures } = newReader();
    const gradients = (batch: Matrix) => {
      const input = reader.look(batch);
      const steps = { packing: uniformPacking(batch.rows, T), input };
      const dh = matrix(batch.rows * T, H, 3);
      layer.forward(steps, layer.newState(batch.rows));
      layer.backward(dh, steps, wasm.arena.matrix(dh.rows, reader.size));
      return reader.parameters.map(({ gradient }) => Array.from(gradient.data));
    };
    const first = gradients(pictures);
    expect(first.flat().filter((value) => value !== 0)).toHaveLength(2 * H + 2);
    expect(gradients(pictures.rowRange(0, 1))).not.toEqual(first);
    expect(gradients(pictures)).toEqual(first);
  });

  test('learns nothing where no gradient of the input is wanted', () => {
    const { reader, layer, pictures } = newReader();
    const steps = { packing, input: reader.look(pictures) };
    layer.forward(steps, layer.newState(N));
    layer.backward(matrix(N * T, H, 3), steps);
    for (const { gradient } of reader.parameters) expect(gradient.data.every((value) => value === 0)).toBe(true);
  });

  test('is not read from its end: there is no state yet that chooses', () => {
    const { reader, pictures } = newReader();
    const layer = new BidirectionalLayer(wasm, cells.gru, { name: 'layer', inputs: reader.size, hidden: H });
    expect(() => layer.forward({ packing, input: reader.look(pictures) }, layer.newState(N))).toThrow(
      'read from its end',
    );
  });

  test('says so where there is nothing to look at', () => {
    expect(() => newReader().reader.places).toThrow(/no pictures to look at/);
  });
});

function newReader() {
  const random = new Random(1);
  const reader = new GlimpseReader(wasm, size, T, H);
  const layer = new RecurrentLayer(wasm, cells.gru, { name: 'layer', inputs: reader.size, hidden: H, condition: 0 });
  reader.initialise(random);
  layer.initialise(random);
  return { reader, layer, pictures: matrix(N, reader.pixels, 2) };
}

function matrix(rows: number, cols: number, seed: number): Matrix {
  const random = new Random(seed);
  const made = wasm.arena.matrix(rows, cols);
  made.data.set(Float32Array.from({ length: rows * cols }, () => random.uniform()));
  return made;
}

function rowOf({ data, cols }: Matrix, row: number): Float32Array {
  return data.subarray(row * cols, (row + 1) * cols);
}
