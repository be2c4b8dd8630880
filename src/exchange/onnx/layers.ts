/**
 * The layers of this project in operators of ONNX: linear maps, one step of a cell, recurrent layers over whole sequences,
 * attention. Knows no product, and no files.
 *
 * N sequences, T steps, D inputs, H hidden units, P places that are attended to.
 */
import type { OnnxGraph } from '../../base/onnx-graph.ts';
import type { Standardisation } from '../../model/standardisation.ts';
import type { Attention } from '../../nn/attention.ts';
import type { CellName } from '../../nn/cell.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { RecurrentLayer } from '../../nn/recurrent-layer.ts';

/** The values of a parameter [rows, cols]. */
export function weights(graph: OnnxGraph, { value }: Parameter): string {
  return graph.constant([value.rows, value.cols], value.data);
}

/** x W + b for x [N, D], or with `added` in place of b, which may have a row for each of N. */
export function linear(graph: OnnxGraph, x: string, W: Parameter, b?: Parameter | string): string {
  const added = b === undefined || typeof b === 'string' ? b : weights(graph, b);
  return graph.apply('Gemm', [x, weights(graph, W), ...(added === undefined ? [] : [added])]);
}

/** Rows of a matrix by their numbers: what ids are read as. */
export function rowsAt(graph: OnnxGraph, table: Parameter, ids: string): string {
  return graph.apply('Gather', [weights(graph, table), ids]);
}

/** log softmax (x W + b) for x of any rank, whose last extent is D. */
export function logSoftmax(graph: OnnxGraph, x: string, W: Parameter, b: Parameter, name: string): string {
  const y = graph.apply('Add', [graph.apply('MatMul', [x, weights(graph, W)]), weights(graph, b)]);
  return graph.apply('LogSoftmax', [y], { axis: -1 }, name);
}

/** (x - mean) · scale. */
export function standardised(graph: OnnxGraph, x: string, { mean, scale }: Standardisation): string {
  const row = (values: Float32Array) => graph.constant([values.length], values);
  return graph.apply('Mul', [graph.apply('Sub', [x, row(mean)]), row(scale)]);
}

/** Columns of x [N, …], of these widths from left to right. */
export function columns(graph: OnnxGraph, x: string, widths: readonly number[]): string[] {
  if (widths.length === 1) return [x];
  return graph.applyForAll('Split', [x, graph.integers(...widths)], widths.length, { axis: 1 });
}

/** The state of a layer, [N, H] each. */
export interface StepState {
  h: string;
  c?: string | undefined;
}

/**
 * One step of a layer: the equations of `nn/cell.ts`.
 *
 * @param z x W_xh + b [N, G]
 */
export function cellStep(graph: OnnxGraph, layer: RecurrentLayer, z: string, { h, c }: StepState): StepState {
  const { hidden: H } = layer.shape;
  const apply = (operator: string, ...inputs: string[]) => graph.apply(operator, inputs);
  const recurrent = (added?: Parameter | string) => linear(graph, h, layer.recurrentWeights, added);
  const gates = (x: string) => columns(graph, x, Array(layer.cell.gates).fill(H));
  switch (layer.cell.name) {
    case 'rnn':
      return { h: apply('Tanh', recurrent(z)) };
    case 'lstm': {
      const [i, f, g, o] = gates(recurrent(z)) as [string, string, string, string];
      const kept = apply('Mul', apply('Sigmoid', f), c!);
      const cell = apply('Add', kept, apply('Mul', apply('Sigmoid', i), apply('Tanh', g)));
      return { h: apply('Mul', apply('Sigmoid', o), apply('Tanh', cell)), c: cell };
    }
    case 'gru': {
      const [xr, xu, xn] = gates(z) as [string, string, string];
      const [sr, su, sn] = gates(recurrent(layer.recurrentBias)) as [string, string, string];
      const r = apply('Sigmoid', apply('Add', xr, sr));
      const u = apply('Sigmoid', apply('Add', xu, su));
      const n = apply('Tanh', apply('Add', xn, apply('Mul', r, sn)));
      return { h: apply('Add', n, apply('Mul', u, apply('Sub', h, n))) }; // (1 - u) n + u h'
    }
  }
}

/** What a recurrent layer gives of whole sequences. */
export interface LayerOutputs {
  /** [T, N, H], or [T, N, 2H] of both directions. */
  steps: string;
  /** The state of each direction where it ended [N, H]. */
  ends: StepState[];
}

/** Which gate of ours stands at each place of ONNX's operators. */
const GATE_ORDER: Readonly<Record<CellName, readonly number[]>> = { rnn: [0], lstm: [0, 3, 1, 2], gru: [1, 0, 2] };
const OPERATORS: Readonly<Record<CellName, string>> = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' };

/**
 * A layer over whole sequences x [T, N, D], all of the same length.
 *
 * @param directions a layer that reads from the first step to the last, then the one that reads the other way, if any
 * @param fromEnd whether the first of them reads from the last step to the first, as encoders do
 */
export function recurrentLayer(
  graph: OnnxGraph,
  x: string,
  directions: readonly RecurrentLayer[],
  { fromEnd = false } = {},
): LayerOutputs {
  const [{ cell, shape }] = directions as [RecurrentLayer];
  const { hidden: H } = shape;
  // ONNX has the direction from the first step first.
  const ordered = fromEnd ? directions.toReversed() : directions;
  const results = graph.applyForAll(
    OPERATORS[cell.name],
    [
      x,
      stackedGates(graph, ordered, (layer) => [layer.inputWeights]),
      stackedGates(graph, ordered, (layer) => [layer.recurrentWeights]),
      stackedGates(graph, ordered, (layer) => [layer.bias, layer.recurrentBias]),
    ],
    cell.hasCellState ? 3 : 2,
    {
      hidden_size: H,
      direction: directions.length === 2 ? 'bidirectional' : fromEnd ? 'reverse' : 'forward',
      ...(cell.name === 'gru' && { linear_before_reset: 1 }),
    },
  );
  const [steps, ...ends] = results.map((result, i) => {
    const parts = graph.applyForAll('Split', [result], directions.length, { axis: i === 0 ? 1 : 0 });
    const one = parts.map((part) => graph.apply('Squeeze', [part, graph.integers(i === 0 ? 1 : 0)]));
    return fromEnd ? one.reverse() : one;
  }) as [string[], string[], string[]?];
  const [h, c] = ends;
  return {
    steps: steps.length === 1 ? steps[0]! : graph.apply('Concat', steps, { axis: -1 }),
    ends: directions.map((_, i) => ({ h: h[i]!, c: c?.[i] })),
  };
}

/**
 * Weights as ONNX's operators take them, [directions, rows of all gates, inputs], or biases [directions, of all gates]:
 * those of the input, then those of the recurrent product, which are zeros for a cell that has none.
 */
function stackedGates(
  graph: OnnxGraph,
  directions: readonly RecurrentLayer[],
  partsOf: (layer: RecurrentLayer) => (Parameter | undefined)[],
): string {
  const [first] = directions as [RecurrentLayer];
  const { hidden: H } = first.shape;
  const parts = partsOf(first);
  const inputs = parts[0]!.value.rows;
  const size = parts.length * first.cell.gates * H * inputs;
  const stacked = new Float32Array(directions.length * size);
  let at = 0;
  for (const layer of directions) {
    for (const part of partsOf(layer)) {
      for (const gate of GATE_ORDER[layer.cell.name]) {
        for (let unit = 0; unit < H; unit++) {
          const column = gate * H + unit;
          for (let row = 0; row < inputs; row++) {
            stacked[at++] = part ? part.value.data[row * part.value.cols + column]! : 0;
          }
        }
      }
    }
  }
  const rows = parts.length * first.cell.gates * H;
  return graph.constant(parts.length === 2 ? [directions.length, rows] : [directions.length, rows, inputs], stacked);
}

/** The keys [N, P, A] of places [N, P, D]. */
export function attentionKeys(graph: OnnxGraph, attention: Attention, places: string): string {
  return graph.apply('MatMul', [places, weights(graph, attention.memory.keyWeights)], {}, 'keys');
}

/**
 * What is attended to before a step, see `nn/attention.ts`: the context [N, D], and the `attention` weights [N, P].
 *
 * @param h state before the step [N, H]
 * @param places `places` [N or 1, P, D] and `keys` [N or 1, P, A]
 */
export function attend(graph: OnnxGraph, attention: Attention, h: string): string {
  const { keys: A } = attention.shape;
  const query = graph.apply('Unsqueeze', [linear(graph, h, attention.queryWeights), graph.integers(1)]);
  const squashed = graph.apply('Tanh', [graph.apply('Add', [query, 'keys'])]); // [N, P, A]
  const score = graph.constant([A, 1], attention.scoreWeights.value.data);
  const scores = graph.apply('Transpose', [graph.apply('MatMul', [squashed, score])], { perm: [0, 2, 1] }); // [N, 1, P]
  const alpha = graph.apply('Softmax', [scores], { axis: -1 });
  const one = graph.integers(1);
  graph.apply('Squeeze', [alpha, one], {}, 'attention');
  const context = graph.apply('Squeeze', [graph.apply('MatMul', [alpha, 'places']), one]); // [N, D]
  const { gate } = attention;
  if (!gate) return context;
  return graph.apply('Mul', [context, graph.apply('Sigmoid', [linear(graph, h, gate.weights, gate.bias)])]);
}
