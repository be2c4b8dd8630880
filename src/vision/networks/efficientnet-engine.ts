/** An EfficientNet-Lite on the layers of `src/nn`. Knows no files, and not which matrix products the engine has. */
import { fromHalf } from '../../base/half.ts';
import type { StoredTensor } from '../../base/safetensors.ts';
import type { Matrix } from '../../compute/arena.ts';
import type { Engine } from '../../compute/engine.ts';
import { Workspace } from '../../compute/workspace.ts';
import { Convolution } from '../../nn/convolution.ts';
import { type FeatureMaps, pictureCount } from '../../nn/feature-maps.ts';
import { globalMean } from '../../nn/global-mean.ts';
import { InvertedResidual } from '../../nn/inverted-residual.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { Normalisation } from '../network.ts';
import {
  allConvolutions,
  type ConvolutionPlan,
  type StoredNetwork,
  storedTensor,
  tensorsOf,
} from './efficientnet-lite.ts';

export class EfficientNet {
  readonly #engine: Engine;
  readonly #workspace: Workspace;
  readonly #normalisation: Normalisation;
  /** S, width and height of a picture. */
  readonly #size: number;
  readonly #stem: Convolution;
  readonly #blocks: readonly InvertedResidual[];
  readonly #head: Convolution;

  /**
   * @param size of the pictures
   * @throws InputError when a tensor is missing or has another shape
   */
  constructor(engine: Engine, stored: StoredNetwork, { size, ...normalisation }: Normalisation & { size: number }) {
    const { plan } = stored;
    this.#engine = engine;
    this.#workspace = new Workspace(engine.arena);
    this.#normalisation = normalisation;
    this.#size = size;
    this.#stem = convolutionOf(engine, plan.stem);
    this.#blocks = plan.blocks.map(
      ({ input: inputs, output: outputs, ...block }) =>
        new InvertedResidual(engine, this.#workspace, { ...block, inputs, outputs }),
    );
    this.#head = convolutionOf(engine, plan.head);
    const parameters = new Map(this.parameters.map((parameter) => [parameter.name, parameter]));
    for (const [name, shape] of allConvolutions(plan).flatMap(tensorsOf)) {
      fill(parameters.get(name)!, storedTensor(stored, name, shape));
    }
  }

  /** A filter and a bias of each convolution, in the order of the layers. */
  get parameters(): Parameter[] {
    return [this.#stem, ...this.#blocks, this.#head].flatMap(({ parameters }) => parameters);
  }

  /** Bytes [N, S, S, 3] to the last feature maps [N · ⌈S/32⌉ · ⌈S/32⌉, D], valid until the next call. */
  maps(pictures: Uint8Array, N: number): FeatureMaps {
    let x = this.#apply(this.#stem, this.#normalised(pictures, N), 0);
    for (const [i, block] of this.#blocks.entries()) x = this.#apply(block, x, i + 1);
    return this.#apply(this.#head, x, this.#blocks.length + 1);
  }

  /** Bytes [N, S, S, 3] to features [N, D], the means of the last maps; valid until the next call. */
  features(pictures: Uint8Array, N: number): Matrix {
    const features = this.#workspace.matrix('features', N, this.#head.shape.outputs);
    globalMean(this.#engine, features, this.maps(pictures, N));
    return features;
  }

  #normalised(pictures: Uint8Array, N: number): FeatureMaps {
    const { arena, kernels } = this.#engine;
    const { mean, scale } = this.#normalisation;
    const size = this.#size;
    const bytes = this.#workspace.matrix('bytes', 1, Math.ceil(pictures.length / 4));
    new Uint8Array(arena.memory.buffer, bytes.offset, pictures.length).set(pictures);
    const values = this.#workspace.matrix('pictures', N * size * size, 3);
    kernels.normaliseBytes(values.offset, bytes.offset, values.size, mean, scale);
    return { values, height: size, width: size };
  }

  /** Layers read and write two buffers in turn. */
  #apply(layer: Convolution | InvertedResidual, x: FeatureMaps, turn: number): FeatureMaps {
    const { height, width } = layer.sizeOf(x);
    const values = this.#workspace.matrix(`maps ${turn % 2}`, pictureCount(x) * height * width, layer.shape.outputs);
    layer.forward(values, x);
    return { values, height, width };
  }
}

function convolutionOf(engine: Engine, { name, shape, stride, activation }: ConvolutionPlan): Convolution {
  const [kernel, , inputs, outputs] = shape;
  return new Convolution(engine, { name, kernel, stride, inputs, outputs, relu6: activation === 'relu6' });
}

/** The value lies as the tensor does, and has one extent for several of the tensor's. */
function fill(parameter: Parameter, tensor: StoredTensor): void {
  parameter.edit((values) => (tensor.halves ? fromHalf(tensor.halves, values) : values.set(tensor.data)));
}
