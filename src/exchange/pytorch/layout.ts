/**
 * Where the parameters of this project are among PyTorch's: its names and shapes (`torch.nn.LSTM`, `GRU`, `RNN`,
 * `Embedding`, `Linear`). Knows no files.
 *
 * The cells compute the same: gates stand in the same order (i, f, g, o; r, z, n), and its GRU too scales the recurrent
 * product by the reset gate. A weight matrix is transposed there. An RNN or LSTM has one bias here and two there, whose sum
 * is what counts.
 */
import type { NamedTensor } from '../../base/safetensors.ts';
import { BidirectionalLayer } from '../../nn/bidirectional-layer.ts';
import type { CellName } from '../../nn/cell.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { RecurrentLayer } from '../../nn/recurrent-layer.ts';

/** The classes of PyTorch. */
export const TORCH_CELLS: Readonly<Record<CellName, string>> = { rnn: 'nn.RNN', lstm: 'nn.LSTM', gru: 'nn.GRU' };

/** The transpose of a matrix [rows, cols]. */
export function transposed(data: ArrayLike<number>, rows: number, cols: number): Float32Array {
  const result = new Float32Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) result[col * rows + row] = data[row * cols + col]!;
  }
  return result;
}

/** Layers as `nn.LSTM` and its like have them, under the name of a module. */
export function recurrentTensors(
  module: string,
  layers: readonly (RecurrentLayer | BidirectionalLayer)[],
): NamedTensor[] {
  return layers.flatMap((layer, i) =>
    layer instanceof BidirectionalLayer
      ? [...layerTensors(module, `l${i}`, layer.onward), ...layerTensors(module, `l${i}_reverse`, layer.reversed)]
      : layerTensors(module, `l${i}`, layer),
  );
}

/** W_ih of a condition are further columns of the first layer's: it is read beside the first word, and zeros later. */
function layerTensors(module: string, suffix: string, layer: RecurrentLayer): NamedTensor[] {
  const G = layer.bias.value.cols;
  const { inputs, condition, hidden } = layer.shape;
  const read = new Float32Array((inputs + condition) * G);
  read.set(layer.inputWeights.value.data);
  if (layer.conditionWeights) read.set(layer.conditionWeights.value.data, inputs * G);
  const recurrentBias = layer.recurrentBias?.value.data.slice() ?? new Float32Array(G);
  const named = (role: string, shape: number[], data: Float32Array) => ({
    name: `${module}.${role}_${suffix}`,
    shape,
    data,
  });
  return [
    named('weight_ih', [G, inputs + condition], transposed(read, inputs + condition, G)),
    named('weight_hh', [G, hidden], transposed(layer.recurrentWeights.value.data, hidden, G)),
    named('bias_ih', [G], layer.bias.value.data.slice()),
    named('bias_hh', [G], recurrentBias),
  ];
}

/** An `nn.Linear`. */
export function linearTensors(module: string, weights: Parameter, bias: Parameter): NamedTensor[] {
  const { rows, cols, data } = weights.value;
  return [
    { name: `${module}.weight`, shape: [cols, rows], data: transposed(data, rows, cols) },
    { name: `${module}.bias`, shape: [cols], data: bias.value.data.slice() },
  ];
}

/** An `nn.Embedding`; nothing for one-hot vectors. */
export function embeddingTensors(module: string, embedding: Parameter | undefined): NamedTensor[] {
  if (!embedding) return [];
  const { rows, cols, data } = embedding.value;
  return [{ name: `${module}.weight`, shape: [rows, cols], data: data.slice() }];
}
