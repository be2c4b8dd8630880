/** An EfficientNet-Lite on TensorFlow.js. Knows no files, and not what TensorFlow.js runs on. */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf, TfjsNetwork } from '../network.ts';
import {
  allConvolutions,
  applyEfficientNet,
  type ConvolutionPlan,
  type StoredNetwork,
  weightsOf,
} from './efficientnet-lite.ts';

/**
 * Puts the weights on tfjs' current backend; the network takes normalised pictures [N, S, S, 3].
 *
 * @throws InputError when a tensor is missing or has another shape
 */
export function buildOnTfjs(tf: Tf, stored: StoredNetwork): TfjsNetwork {
  const layers = new Map<string, { filter: Tensor4D; bias: Tensor1D }>();
  for (const layer of allConvolutions(stored.plan)) {
    const { filter, bias } = weightsOf(stored, layer);
    layers.set(layer.name, { filter: tf.tensor4d(filter, [...layer.shape]), bias: tf.tensor1d(bias) });
  }

  function convolve(x: Tensor4D, layer: ConvolutionPlan): Tensor4D {
    const { stride: strides, activation, depthwise } = layer;
    const call = { x, ...layers.get(layer.name)!, strides, pad: 'same', activation } as const;
    return depthwise ? tf.fused.depthwiseConv2d(call) : tf.fused.conv2d(call);
  }

  return {
    features: (pictures) =>
      tf.tidy(() => tf.mean(applyEfficientNet(stored.plan, pictures, { convolve, add: tf.add<Tensor4D> }), [1, 2])),
    dispose() {
      for (const { filter, bias } of layers.values()) tf.dispose([filter, bias]);
    },
  };
}
