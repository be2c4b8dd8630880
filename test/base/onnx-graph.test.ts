import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FLOAT, OnnxGraph, UINT8 } from '../../src/base/onnx-graph.ts';

test("OnnxGraph writes the bytes that ONNX's own package writes", async () => {
  const graph = new OnnxGraph();
  const filters = graph.constant(
    [32, 1, 3, 3],
    Float32Array.from({ length: 288 }, (_, i) => (i - 100) / 8),
  );
  const limit = graph.constant([], Float32Array.of(6));
  const floats = graph.apply('Cast', ['pictures'], { to: FLOAT });
  const convolved = graph.apply('Conv', [floats, filters], { auto_pad: 'SAME_UPPER', group: 1, kernel_shape: [3, 3] });
  const result = graph.apply('Min', [convolved, limit], {}, 'result');
  const model = graph.encode(
    [{ name: 'pictures', type: UINT8, shape: ['N', 1, 260, 260] }],
    [{ name: result, type: FLOAT, shape: ['N', 32, 260, 260] }],
  );
  expect(Buffer.from(model).equals(await readFile('test/base/small.onnx'))).toBe(true);
});

test('OnnxGraph writes an integer below zero as 64 bits', () => {
  const graph = new OnnxGraph();
  graph.apply('Softmax', ['x'], { axis: -1 }, 'y');
  const model = graph.encode([], []);
  const field = [3 << 3, ...Array(9).fill(0xff), 1]; // as https://protobuf.dev/programming-guides/encoding has them
  expect(Buffer.from(model).includes(Buffer.from(field))).toBe(true);
});
