/**
 * A language model as an ONNX model of one step, so that a loop in any language runs it; and what such a loop begins from.
 * Knows ids and vectors, not what they stand for.
 *
 * N sequences, V vocabulary, H hidden units, D values of a condition, P places that are attended to, S values of a state.
 */
import { FLOAT, type GraphValue, INT32, OnnxGraph } from '../../base/onnx-graph.ts';
import type { LanguageModel } from '../../model/language-model.ts';
import type { Standardisation } from '../../model/standardisation.ts';
import {
  attend,
  attentionKeys,
  cellStep,
  columns,
  linear,
  logSoftmax,
  rowsAt,
  type StepState,
  standardised,
} from './layers.ts';

/** S: h and where there is one c of each layer, then what the condition adds to the first step's pre-activations. */
export function stateSize(model: LanguageModel): number {
  return stateWidths(model).reduce((sum, width) => sum + width, 0);
}

function stateWidths({ stack, shape }: LanguageModel): number[] {
  const [first] = stack.layers;
  const ofLayers = stack.layers.flatMap(({ cell }) => Array<number>(cell.hasCellState ? 2 : 1).fill(shape.hidden));
  return shape.condition > 0 ? [...ofLayers, first!.conditionWeights!.value.cols] : ofLayers;
}

/**
 * One step: `token` [N] and `state` [N, S] to `log_probs` [N, V] and `next_state` [N, S]. Sequences begin from a state of
 * zeros, or from that of `beginModel`. With attention `places` and `keys` [N or 1, P, ·] are given at each step as well,
 * and `attention` [N, P] says which places mattered.
 */
export function stepModel(model: LanguageModel): Uint8Array {
  const { shape, stack, embedding, attention } = model;
  const S = stateSize(model);
  const graph = new OnnxGraph();
  const parts = columns(graph, 'state', stateWidths(model));
  const states: StepState[] = stack.layers.map(({ cell }) =>
    cell.hasCellState ? { h: parts.shift()!, c: parts.shift()! } : { h: parts.shift()! },
  );
  const [condition] = parts;

  let output = '';
  const next: string[] = [];
  for (const [i, layer] of stack.layers.entries()) {
    let z: string;
    if (i > 0) z = linear(graph, output, layer.inputWeights, layer.bias);
    else if (!embedding) {
      const row = rowsAt(graph, layer.inputWeights, 'token');
      z = graph.apply('Add', [row, graph.constant([layer.bias.value.cols], layer.bias.value.data)]);
    } else {
      const word = rowsAt(graph, embedding, 'token');
      const read = attention
        ? graph.apply('Concat', [word, attend(graph, attention, states[0]!.h)], { axis: 1 })
        : word;
      z = linear(graph, read, layer.inputWeights, layer.bias);
    }
    if (i === 0 && condition !== undefined) z = graph.apply('Add', [z, condition]); // z₀ += v W_ih
    const { h, c } = cellStep(graph, layer, z, states[i]!);
    output = h;
    next.push(h, ...(c === undefined ? [] : [c]));
  }
  if (condition !== undefined) {
    next.push(graph.apply('Mul', [condition, graph.constant([], Float32Array.of(0))])); // it enters the first step alone
  }
  logSoftmax(graph, output, model.outputWeights, model.outputBias, 'log_probs');
  graph.apply('Concat', next, { axis: 1 }, 'next_state');
  return graph.encode(
    [
      { name: 'token', type: INT32, shape: ['N'] },
      { name: 'state', type: FLOAT, shape: ['N', S] },
      ...(attention ? placesOf(model, 'M') : []),
    ],
    [
      { name: 'log_probs', type: FLOAT, shape: ['N', shape.vocabulary] },
      { name: 'next_state', type: FLOAT, shape: ['N', S] },
      ...(attention ? [{ name: 'attention', type: FLOAT, shape: ['N', 'P'] } as const] : []),
    ],
  );
}

/** `places` and `keys`, as a step takes them. */
export function placesOf({ attention }: LanguageModel, N: string): GraphValue[] {
  const { values, keys } = attention!.shape;
  return [
    { name: 'places', type: FLOAT, shape: [N, 'P', values] },
    { name: 'keys', type: FLOAT, shape: [N, 'P', keys] },
  ];
}

/**
 * What sequences begin from that have a condition: `features` [N, D] to the `state` [N, S] before the first step, and with
 * attention `map` [N, P, D] to `places` and `keys`.
 *
 * @param by how features, and the vectors of maps, are standardised
 */
export function beginModel(
  model: LanguageModel,
  by: { features: Standardisation; map?: Standardisation | undefined },
): Uint8Array {
  const { shape, stack, attention } = model;
  const graph = new OnnxGraph();
  const widths = stateWidths(model);
  const zeros = widths.slice(0, -1).reduce((sum, width) => sum + width, 0);
  const added = linear(graph, standardised(graph, 'features', by.features), stack.layers[0]!.conditionWeights!);
  graph.apply('Pad', [added, graph.integers(0, zeros, 0, 0)], {}, 'state');
  const inputs: GraphValue[] = [{ name: 'features', type: FLOAT, shape: ['N', shape.condition] }];
  const outputs: GraphValue[] = [{ name: 'state', type: FLOAT, shape: ['N', stateSize(model)] }];
  if (attention && by.map) {
    const places = graph.apply('Identity', [standardised(graph, 'map', by.map)], {}, 'places');
    attentionKeys(graph, attention, places);
    inputs.push({ name: 'map', type: FLOAT, shape: ['N', 'P', attention.shape.values] });
    outputs.push(...placesOf(model, 'N'));
  }
  return graph.encode(inputs, outputs);
}
