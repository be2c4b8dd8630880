/**
 * How the EfficientNet-Lite networks are arranged: MobileNetV2's inverted residual blocks (Sandler et al. 2018, section 3)
 * as in EfficientNet-B0 (Tan and Le 2019, table 1), wider and deeper from size to size, without squeeze-and-excitation
 * and with ReLU6; stem and head, and the depth of the first and the last stage, are the same in all of them. The batch
 * norms were folded into filters and biases by `scripts/convert-efficientnet.ts`. Knows no files, not how pixels are
 * scaled, and not what computes a network.
 */
import { InputError } from '../../base/errors.ts';
import type { StoredTensor } from '../../base/safetensors.ts';

/** Each row: kernel, stride of the first block, expansion, output channels, blocks of EfficientNet-B0. */
const stages = [
  [3, 1, 1, 16, 1],
  [3, 2, 6, 24, 2],
  [5, 2, 6, 40, 2],
  [3, 2, 6, 80, 3],
  [5, 1, 6, 112, 3],
  [5, 2, 6, 192, 4],
  [3, 1, 6, 320, 1],
] as const;
const STEM_CHANNELS = 32;
const FEATURE_SIZE = 1280;

/** By how much each size is wider and deeper than EfficientNet-B0. */
const scales: Readonly<Record<string, { width: number; depth: number }>> = {
  'efficientnet-lite0': { width: 1, depth: 1 },
  'efficientnet-lite1': { width: 1, depth: 1.1 },
  'efficientnet-lite2': { width: 1.1, depth: 1.2 },
  'efficientnet-lite3': { width: 1.2, depth: 1.4 },
  'efficientnet-lite4': { width: 1.4, depth: 1.8 },
};

/** One convolution; its filter is named `NAME.filter` in the weights, its bias `NAME.bias`. */
export interface ConvolutionPlan {
  name: string;
  /** [height, width, input, output] as tfjs has it; [height, width, channels, 1] if depthwise. */
  shape: readonly [number, number, number, number];
  depthwise: boolean;
  stride: 1 | 2;
  activation: 'relu6' | 'linear';
}

export interface BlockPlan {
  name: string;
  kernel: number;
  stride: 1 | 2;
  input: number;
  expansion: number;
  output: number;
}

export interface EfficientNetPlan {
  name: string;
  stem: ConvolutionPlan;
  blocks: readonly BlockPlan[];
  /** The number of the first block of each stage: its blocks write maps of the same shape. */
  stages: readonly number[];
  head: ConvolutionPlan;
  /** Channels of the last maps. */
  featureSize: number;
}

/**
 * How a network of this family is built.
 *
 * @param name `efficientnet-lite0` to `efficientnet-lite4`
 * @throws InputError when there is no such network
 */
export function planEfficientNet(name: string): EfficientNetPlan {
  const scale = scales[name];
  if (!scale) throw new InputError(`there is no CNN ${name}`, { expected: Object.keys(scales).join(', ') });
  const blocks: BlockPlan[] = [];
  const starts: number[] = [];
  let input = STEM_CHANNELS;
  for (const [stage, [kernel, firstStride, expansion, channels, repeats]] of stages.entries()) {
    const output = widened(channels, scale.width);
    starts.push(blocks.length);
    const isFixed = stage === 0 || stage === stages.length - 1;
    for (let repeat = 0; repeat < (isFixed ? repeats : Math.ceil(repeats * scale.depth)); repeat++) {
      const stride = repeat === 0 ? firstStride : 1;
      blocks.push({ name: `blocks.${blocks.length}`, kernel, stride, input, expansion, output });
      input = output;
    }
  }
  const stem = convolution('stem', 3, 3, STEM_CHANNELS, { stride: 2 });
  const head = convolution('head', 1, input, FEATURE_SIZE);
  return { name, stem, blocks, stages: starts, head, featureSize: FEATURE_SIZE };
}

/** The nearest multiple of 8, but not less than nine tenths. */
function widened(channels: number, width: number): number {
  const nearest = Math.floor((channels * width + 4) / 8) * 8;
  return nearest < 0.9 * channels * width ? nearest + 8 : nearest;
}

/** The operations of what computes the network; X is its type for a batch of feature maps. */
interface Operations<X> {
  /** Pads the maps with zeros so that a stride of 1 keeps their size; an odd row or column goes below or to the right. */
  convolve(x: X, layer: ConvolutionPlan): X;
  add(x: X, y: X): X;
}

/** The forward pass: from pictures [N, S, S, 3] to feature maps [N, ⌈S/32⌉, ⌈S/32⌉, D], whose means are the features. */
export function applyEfficientNet<X>(plan: EfficientNetPlan, pictures: X, { convolve, add }: Operations<X>): X {
  let x = convolve(pictures, plan.stem);
  for (const block of plan.blocks) {
    const { expand, depthwise, project } = convolutionsOf(block);
    const y = convolve(convolve(expand ? convolve(x, expand) : x, depthwise), project);
    x = block.stride === 1 && block.input === block.output ? add(x, y) : y;
  }
  return convolve(x, plan.head);
}

/** All convolutions, in the order in which they are applied. */
export function allConvolutions({ stem, blocks, head }: EfficientNetPlan): ConvolutionPlan[] {
  const inBlocks = blocks.map(convolutionsOf).flatMap(({ expand, depthwise, project }) => [expand, depthwise, project]);
  return [stem, ...inBlocks, head].filter((layer) => layer !== undefined);
}

/** A stored network: its tensors by their names, and where they came from, for errors. */
export interface StoredNetwork {
  plan: EfficientNetPlan;
  tensors: ReadonlyMap<string, StoredTensor>;
  path: string;
}

/**
 * One of a network's tensors.
 *
 * @throws InputError when the tensor is missing or has another shape
 */
export function storedTensor({ plan, tensors, path }: StoredNetwork, name: string, shape: readonly number[]) {
  const tensor = tensors.get(name);
  if (tensor && (tensor.halves || tensor.data instanceof Float32Array) && `${tensor.shape}` === `${shape}`) {
    return tensor as StoredTensor & { data: Float32Array };
  }
  throw new InputError(`${path}: tensor ${name} does not fit ${plan.name}`, {
    found: tensor ? `[${tensor.shape}]` : 'none',
    expected: `floats [${shape}]`,
  });
}

/**
 * The weights of one convolution: its filter as its `shape` says, its bias [output].
 *
 * @throws InputError when a tensor is missing or has another shape
 */
export function weightsOf(stored: StoredNetwork, layer: ConvolutionPlan) {
  const [filter, bias] = tensorsOf(layer).map(([name, shape]) => storedTensor(stored, name, shape).data);
  return { filter: filter!, bias: bias! };
}

/** The names and shapes of a convolution's tensors: filter and bias. */
export function tensorsOf({ name, shape, depthwise }: ConvolutionPlan): [string, readonly number[]][] {
  return [
    [`${name}.filter`, shape],
    [`${name}.bias`, [depthwise ? shape[2] : shape[3]]],
  ];
}

function convolutionsOf({ name, kernel, stride, input, expansion, output }: BlockPlan) {
  const width = input * expansion;
  return {
    /** Absent where the expansion is 1. */
    expand: expansion > 1 ? convolution(`${name}.expand`, 1, input, width) : undefined,
    depthwise: convolution(`${name}.depthwise`, kernel, width, 1, { stride, depthwise: true }),
    project: convolution(`${name}.project`, 1, width, output, { activation: 'linear' }),
  };
}

function convolution(
  name: string,
  kernel: number,
  input: number,
  output: number,
  { stride = 1, activation = 'relu6', depthwise = false }: Partial<ConvolutionPlan> = {},
): ConvolutionPlan {
  return { name, shape: [kernel, kernel, input, output], depthwise, stride, activation };
}
