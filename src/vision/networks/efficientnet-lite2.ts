/**
 * How EfficientNet-Lite2 is arranged: MobileNetV2's inverted residual blocks (Sandler et al. 2018, section 3) as in
 * EfficientNet-B0 (Tan and Le 2019, table 1), 1.1 times as wide and 1.2 times as deep, without squeeze-and-excitation
 * and with ReLU6. The batch norms were folded into filters and biases by `scripts/convert-efficientnet.ts`. Knows no
 * files, not how pixels are scaled, and not what computes the network.
 */
import { InputError } from '../../base/errors.ts';
import type { StoredTensor } from '../../base/safetensors.ts';

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
/** Width and height of the pictures that the network was trained on, in pixels. */
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

/** The operations of what computes the network; X is its type for a batch of feature maps. */
interface Operations<X> {
  /** Pads the maps with zeros so that a stride of 1 keeps their size; an odd row or column goes below or to the right. */
  convolve(x: X, layer: Convolution): X;
  add(x: X, y: X): X;
}

/** The forward pass: from pictures [N, 260, 260, 3] to feature maps [N, 9, 9, 1280], whose means are the features. */
export function applyEfficientNet<X>(pictures: X, { convolve, add }: Operations<X>): X {
  let x = convolve(pictures, stem);
  for (const { expand, depthwise, project, skip } of blocks) {
    const y = convolve(convolve(expand ? convolve(x, expand) : x, depthwise), project);
    x = skip ? add(x, y) : y;
  }
  return convolve(x, head);
}

export function allConvolutions(): Convolution[] {
  return [stem, ...blocks.flatMap(({ expand, depthwise, project }) => [expand ?? [], depthwise, project].flat()), head];
}

/** A stored network: its tensors by their names, and where they came from, for errors. */
export interface StoredNetwork {
  tensors: ReadonlyMap<string, StoredTensor>;
  path: string;
}

/**
 * The weights of one convolution: its filter as its `shape` says, its bias [output].
 *
 * @throws InputError when a tensor is missing or has another shape
 */
export function weightsOf({ tensors, path }: StoredNetwork, { name, shape, depthwise }: Convolution) {
  const stored = (part: string, expected: readonly number[]): Float32Array => {
    const tensor = tensors.get(`${name}.${part}`);
    if (tensor?.data instanceof Float32Array && `${tensor.shape}` === `${expected}`) return tensor.data;
    throw new InputError(`${path}: tensor ${name}.${part} does not fit EfficientNet-Lite2`, {
      found: tensor ? `[${tensor.shape}]` : 'none',
      expected: `floats [${expected}]`,
    });
  };
  return { filter: stored('filter', shape), bias: stored('bias', [depthwise ? shape[2] : shape[3]]) };
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
