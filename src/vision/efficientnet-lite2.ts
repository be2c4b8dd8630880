/**
 * EfficientNet-Lite2's forward pass: MobileNetV2's inverted residual blocks (Sandler et al. 2018, section 3) in
 * EfficientNet-B0's arrangement (Tan and Le 2019, table 1), 1.1 times as wide and 1.2 times as deep, without
 * squeeze-and-excitation and with ReLU6. The batch norms were folded into filters and biases by `scripts/convert-efficientnet.ts`. Knows no files and no pixels' scale.
 */
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { InputError } from '../base/errors.ts';
import type { StoredTensor } from '../base/safetensors.ts';
import type { Network } from './cnn.ts';
import type { Tf } from './tfjs.ts';

// Each row: kernel, stride of the first block, expansion, output channels, blocks. The channels are B0's times 1.1, to
// the next multiple of 8; the first and the last stage keep their single block.
const stages = [
  [3, 1, 1, 16, 1],
  [3, 2, 6, 24, 3],
  [5, 2, 6, 48, 3],
  [3, 2, 6, 88, 4],
  [5, 1, 6, 120, 4],
  [5, 2, 6, 208, 5],
  [3, 1, 6, 352, 1],
] as const;
const STEM_CHANNELS = 32;
export const FEATURE_SIZE = 1280;
/** Of the pictures it was trained on, in pixels. */
export const PICTURE_SIZE = 260;

/** One convolution; its filter is named `NAME.filter` in the weights, its bias `NAME.bias`. */
export interface Convolution {
  name: string;
  /** [height, width, input, output] as tfjs has it; [height, width, channels, 1] if depthwise. */
  shape: readonly [number, number, number, number];
  depthwise: boolean;
  stride: 1 | 2;
  activation: 'relu6' | 'linear';
}

interface Block {
  /** Absent where the expansion is 1. */
  expand?: Convolution;
  depthwise: Convolution;
  project: Convolution;
  /** Whether the block's input is added to its output. */
  skip: boolean;
}

const stem: Convolution = convolution('stem', 3, 3, STEM_CHANNELS, { stride: 2 });
const blocks: readonly Block[] = unroll();
const head: Convolution = convolution('head', 1, stages.at(-1)![3], FEATURE_SIZE);

/**
 * Puts the weights on tfjs' current backend; the network takes normalised pictures [N, 260, 260, 3].
 *
 * @param path says in an error where the weights came from
 * @throws InputError when a tensor is missing or has another shape
 */
export function buildEfficientNet(tf: Tf, weights: ReadonlyMap<string, StoredTensor>, path: string): Network {
  const layers = new Map<Convolution, { filter: Tensor4D; bias: Tensor1D }>();
  for (const layer of allConvolutions()) {
    const { name, shape, depthwise } = layer;
    const filter = tf.tensor4d(stored(weights, `${name}.filter`, shape, path), [...shape]);
    const bias = tf.tensor1d(stored(weights, `${name}.bias`, [depthwise ? shape[2] : shape[3]], path));
    layers.set(layer, { filter, bias });
  }

  function convolve(x: Tensor4D, layer: Convolution): Tensor4D {
    const { stride: strides, activation, depthwise } = layer;
    const call = { x, ...layers.get(layer)!, strides, pad: 'same', activation } as const;
    return depthwise ? tf.fused.depthwiseConv2d(call) : tf.fused.conv2d(call);
  }

  return {
    features: (pictures) =>
      tf.tidy(() => {
        let x = convolve(pictures, stem);
        for (const { expand, depthwise, project, skip } of blocks) {
          const y = convolve(convolve(expand ? convolve(x, expand) : x, depthwise), project);
          x = skip ? tf.add(x, y) : y;
        }
        return tf.mean(convolve(x, head), [1, 2]);
      }),
    dispose() {
      for (const { filter, bias } of layers.values()) tf.dispose([filter, bias]);
    },
  };
}

export function allConvolutions(): Convolution[] {
  return [stem, ...blocks.flatMap(({ expand, depthwise, project }) => [expand ?? [], depthwise, project].flat()), head];
}

function unroll(): Block[] {
  const unrolled: Block[] = [];
  let input = STEM_CHANNELS;
  for (const [kernel, firstStride, expansion, output, repeats] of stages) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const name = `blocks.${unrolled.length}`;
      const stride = repeat === 0 ? firstStride : 1;
      const width = input * expansion;
      unrolled.push({
        ...(expansion > 1 && { expand: convolution(`${name}.expand`, 1, input, width) }),
        depthwise: convolution(`${name}.depthwise`, kernel, width, 1, { stride, depthwise: true }),
        project: convolution(`${name}.project`, 1, width, output, { activation: 'linear' }),
        skip: stride === 1 && input === output,
      });
      input = output;
    }
  }
  return unrolled;
}

function convolution(
  name: string,
  kernel: number,
  input: number,
  output: number,
  { stride = 1, activation = 'relu6', depthwise = false }: Partial<Convolution> = {},
): Convolution {
  return { name, shape: [kernel, kernel, input, output], depthwise, stride, activation };
}

function stored(
  weights: ReadonlyMap<string, StoredTensor>,
  name: string,
  shape: readonly number[],
  path: string,
): Float32Array {
  const tensor = weights.get(name);
  if (!(tensor?.data instanceof Float32Array) || `${tensor.shape}` !== `${shape}`) {
    throw new InputError(`${path}: tensor ${name} does not fit EfficientNet-Lite2`, {
      found: tensor ? `[${tensor.shape}]` : 'none',
      expected: `floats [${shape}]`,
    });
  }
  return tensor.data;
}
