/**
 * Models that read whole sequences, as ONNX models: those that label sequences, and encoders. Knows ids and vectors, not
 * what they stand for.
 *
 * N sequences of the same length, T steps, D values of a vector, H hidden units.
 */
import { InputError } from '../../base/errors.ts';
import { FLOAT, type GraphValue, INT32, INT64, OnnxGraph } from '../../base/onnx-graph.ts';
import type { EncoderDecoder } from '../../model/encoder-decoder.ts';
import type { InputReader } from '../../model/input-reader.ts';
import type { SequenceModel } from '../../model/sequence-model.ts';
import type { Standardisation } from '../../model/standardisation.ts';
import { BidirectionalLayer } from '../../nn/bidirectional-layer.ts';
import type { Pooling } from '../../nn/pooling.ts';
import type { RecurrentLayer } from '../../nn/recurrent-layer.ts';
import { placesOf, stateSize } from './language-model.ts';
import { attentionKeys, type LayerOutputs, logSoftmax, recurrentLayer, rowsAt, standardised } from './layers.ts';

/**
 * A model that labels sequences: `tokens` [N, T] or `vectors` [N, T, D] to `log_probs` [N, labels], or [N, T, labels] where
 * each step has a label.
 *
 * @param by how vectors are standardised. Default: not
 * @throws InputError for one that reads by glimpses
 */
export function labellerModel({ shape, reader, stack, output }: SequenceModel, by?: Standardisation): Uint8Array {
  const graph = new OnnxGraph();
  const { input, x } = read(graph, reader, by);
  const { steps, ends } = through(graph, x, stack.layers);
  const written =
    shape.writes === 'each'
      ? graph.apply('Transpose', [steps], { perm: [1, 0, 2] })
      : pooled(graph, steps, ends, shape.writes);
  logSoftmax(graph, written, output.weights, output.bias, 'log_probs');
  const extents = shape.writes === 'each' ? ['N', 'T', shape.choices] : ['N', shape.choices];
  return graph.encode([input], [{ name: 'log_probs', type: FLOAT, shape: extents }]);
}

/** What is kept of all steps [T, N, W], see `nn/pooling.ts`. */
function pooled(graph: OnnxGraph, steps: string, ends: LayerOutputs['ends'], how: Pooling): string {
  if (how !== 'last')
    return graph.apply(how === 'mean' ? 'ReduceMean' : 'ReduceMax', [steps], { axes: [0], keepdims: 0 });
  return ends.length === 1
    ? ends[0]!.h
    : graph.apply(
        'Concat',
        ends.map(({ h }) => h),
        { axis: 1 },
      );
}

/**
 * An encoder: `tokens` [N, T] of sources to the `state` [N, S] that a decoder begins from (`stepModel`), and with attention
 * to `places` [N, T, 2H] and `keys`.
 */
export function encoderModel({ reader, encoder, decoder }: EncoderDecoder): Uint8Array {
  const graph = new OnnxGraph();
  const { input, x } = read(graph, reader);
  const { steps, states } = through(graph, x, encoder.layers, { fromEnd: true });
  graph.apply(
    'Concat',
    states.flatMap(({ h, c }) => [h, ...(c === undefined ? [] : [c])]),
    { axis: 1 },
    'state',
  );
  const outputs: GraphValue[] = [{ name: 'state', type: FLOAT, shape: ['N', stateSize(decoder)] }];
  if (decoder.attention) {
    const places = graph.apply('Transpose', [steps], { perm: [1, 0, 2] }, 'places');
    attentionKeys(graph, decoder.attention, places);
    outputs.push(...placesOf(decoder, 'N'));
  }
  return graph.encode([input], outputs);
}

/** What is read at each step, [T, N, D]. */
function read(
  graph: OnnxGraph,
  { shape, embedding }: InputReader,
  by?: Standardisation,
): { input: GraphValue; x: string } {
  if ('glimpses' in shape) {
    throw new InputError('a model that chooses where it looks has no form in ONNX', {
      expected: 'a model that reads its whole input',
      settings: ['model'],
    });
  }
  if ('vectors' in shape) {
    const vectors = by ? standardised(graph, 'vectors', by) : 'vectors';
    const x = graph.apply('Transpose', [vectors], { perm: [1, 0, 2] });
    return { input: { name: 'vectors', type: FLOAT, shape: ['N', 'T', shape.vectors] }, x };
  }
  const ids = graph.apply('Transpose', ['tokens'], { perm: [1, 0] });
  const x = embedding ? rowsAt(graph, embedding, ids) : oneHot(graph, ids, shape.vocabulary);
  return { input: { name: 'tokens', type: INT32, shape: ['N', 'T'] }, x };
}

function oneHot(graph: OnnxGraph, ids: string, V: number): string {
  const offAndOn = graph.constant([2], Float32Array.of(0, 1));
  return graph.apply('OneHot', [graph.apply('Cast', [ids], { to: INT64 }), graph.integers(V), offAndOn], { axis: -1 });
}

/** All layers of a stack over [T, N, D]: the steps of the last, where it ended, and where the first direction of each did. */
function through(
  graph: OnnxGraph,
  x: string,
  layers: readonly (RecurrentLayer | BidirectionalLayer)[],
  options?: { fromEnd: boolean },
): LayerOutputs & { states: LayerOutputs['ends'] } {
  let outputs: LayerOutputs = { steps: x, ends: [] };
  const states: LayerOutputs['ends'] = [];
  for (const layer of layers) {
    const directions = layer instanceof BidirectionalLayer ? [layer.onward, layer.reversed] : [layer];
    outputs = recurrentLayer(graph, outputs.steps, directions, options);
    states.push(outputs.ends[0]!);
  }
  return { ...outputs, states };
}
