/** An EfficientNet-Lite as an ONNX model. Knows no files, and not what runs the model. */
import { FLOAT, type GraphValue, OnnxGraph, UINT8 } from '../../base/onnx-graph.ts';
import { poolingMatrix } from '../../nn/grid-pooling.ts';
import type { Normalisation, OnnxOptions } from '../network.ts';
import { applyEfficientNet, type ConvolutionPlan, type StoredNetwork, weightsOf } from './efficientnet-lite.ts';

/**
 * Builds a model that takes bytes `pictures` [N, S, S, 3] and gives `features` [N, D], with a `grid` also `map` [N, G · G, D].
 * What need be done only once, such as transposing filters, ONNX Runtime does when it loads the model.
 *
 * @throws InputError when a tensor is missing or has another shape
 */
export function buildOnnxModel(
  stored: StoredNetwork,
  { mean, scale, size }: Normalisation & { size: number },
  { grid }: OnnxOptions = {},
): Uint8Array {
  const graph = new OnnxGraph();
  const number = (value: number) => graph.constant([], Float32Array.of(value));
  const [zero, six] = [number(0), number(6)];

  /** Feature maps are [N, C, S, S] here, filters [output, input, height, width]. */
  function convolve(x: string, layer: ConvolutionPlan): string {
    const { shape, depthwise, stride, activation } = layer;
    const { filter, bias } = weightsOf(stored, layer);
    const perm = depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1];
    const transposed = graph.apply('Transpose', [graph.constant(shape, filter)], { perm });
    const y = graph.apply('Conv', [x, transposed, graph.constant([bias.length], bias)], {
      kernel_shape: shape.slice(0, 2),
      strides: [stride, stride],
      group: depthwise ? shape[2] : 1,
      auto_pad: 'SAME_UPPER',
    });
    return activation === 'relu6' ? graph.apply('Clip', [y, zero, six]) : y;
  }

  const floats = graph.apply('Cast', ['pictures'], { to: FLOAT });
  const normalised = graph.apply('Div', [graph.apply('Sub', [floats, number(mean)]), number(scale)]);
  const pictures = graph.apply('Transpose', [normalised], { perm: [0, 3, 1, 2] });
  const add = (x: string, y: string) => graph.apply('Add', [x, y]);
  const maps = applyEfficientNet(stored.plan, pictures, { convolve, add });
  const D = stored.plan.featureSize;
  const features = graph.apply('Flatten', [graph.apply('GlobalAveragePool', [maps])], { axis: 1 }, 'features');
  const outputs: GraphValue[] = [{ name: features, type: FLOAT, shape: ['N', D] }];
  if (grid !== undefined) {
    const side = Math.ceil(size / 32);
    const cells = graph.apply('Reshape', [maps, graph.integers(0, D, side * side)]); // [N, D, pixels]
    const pixels = graph.apply('Transpose', [cells], { perm: [0, 2, 1] });
    const pooling = graph.constant([grid * grid, side * side], poolingMatrix(side, side, grid));
    const map = graph.apply('MatMul', [pooling, pixels], {}, 'map');
    outputs.push({ name: map, type: FLOAT, shape: ['N', grid * grid, D] });
  }
  return graph.encode([{ name: 'pictures', type: UINT8, shape: ['N', size, size, 3] }], outputs);
}
