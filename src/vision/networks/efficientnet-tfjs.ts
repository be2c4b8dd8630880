/** EfficientNet-Lite2 on TensorFlow.js. Knows no files, and not what TensorFlow.js runs on. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf, TfjsNetwork } from '../network.ts';
import {
  allConvolutions,
  applyEfficientNet,
  type Convolution,
  type StoredNetwork,
  weightsOf,
} from './efficientnet-lite2.ts';

/**
 * Puts the weights on tfjs' current backend; the network takes normalised pictures [N, 260, 260, 3].
 *
 * @throws InputError when a tensor is missing or has another shape
 */
export function buildOnTfjs(tf: Tf, stored: StoredNetwork): TfjsNetwork {
  const layers = new Map<Convolution, { filter: Tensor4D; bias: Tensor1D }>();
  for (const layer of allConvolutions()) {
    const { filter, bias } = weightsOf(stored, layer);
    layers.set(layer, { filter: tf.tensor4d(filter, [...layer.shape]), bias: tf.tensor1d(bias) });
  }

  function convolve(x: Tensor4D, layer: Convolution): Tensor4D {
    const { stride: strides, activation, depthwise } = layer;
    const call = { x, ...layers.get(layer)!, strides, pad: 'same', activation } as const;
    return depthwise ? tf.fused.depthwiseConv2d(call) : tf.fused.conv2d(call);
  }

  return {
    features: (pictures) =>
      tf.tidy(() => tf.mean(applyEfficientNet(pictures, { convolve, add: tf.add<Tensor4D> }), [1, 2])),
    dispose() {
      for (const { filter, bias } of layers.values()) tf.dispose([filter, bias]);
    },
  };
}
