/** An EfficientNet-Lite on the layers of `src/nn`. Knows no files, and not which matrix products the engine has. */
import { InputError } from '../../base/errors.ts';
import { fromHalf } from '../../base/half.ts';
import type { StoredTensor } from '../../base/safetensors.ts';
import type { Matrix } from '../../compute/arena.ts';
import type { Engine } from '../../compute/engine.ts';
import { Workspace } from '../../compute/workspace.ts';
import { Convolution } from '../../nn/convolution.ts';
import type { FeatureMaps, MapSize } from '../../nn/feature-maps.ts';
import { globalMean } from '../../nn/global-mean.ts';
import { InvertedResidual } from '../../nn/inverted-residual.ts';
import { LearnedLayers } from '../../nn/learned-layers.ts';
import type { Parameter } from '../../nn/parameter.ts';
import type { EngineNetwork, LearnedStages, NetworkParts, Normalisation } from '../network.ts';
import {
  allConvolutions,
  type ConvolutionPlan,
  type EfficientNetPlan,
  type StoredNetwork,
  storedTensor,
  tensorsOf,
} from './efficientnet-lite.ts';

export class EfficientNet implements EngineNetwork {
  readonly #plan: EfficientNetPlan;
  readonly #engine: Engine;
  /** One for each thread. */
  readonly #workspaces: readonly Workspace[];
  readonly #normalisation: Normalisation;
  /** S, width and height of a picture. */
  readonly #size: number;
  readonly #head: Convolution;
  /** All, in their order. */
  readonly #layers: readonly (Convolution | InvertedResidual)[];

  /**
   * @param size of the pictures
   * @throws InputError when a tensor is missing or has another shape
   */
  constructor(engine: Engine, stored: StoredNetwork, { size, ...normalisation }: Normalisation & { size: number }) {
    const { plan } = stored;
    this.#plan = plan;
    this.#engine = engine;
    this.#workspaces = Array.from({ length: engine.threads }, () => new Workspace(engine.arena));
    this.#normalisation = normalisation;
    this.#size = size;
    this.#head = convolutionOf(engine, plan.head);
    const blocks = plan.blocks.map(
      ({ input: inputs, output: outputs, ...block }) => new InvertedResidual(engine, { ...block, inputs, outputs }),
    );
    this.#layers = [convolutionOf(engine, plan.stem), ...blocks, this.#head];
    const parameters = new Map(this.parameters.map((parameter) => [parameter.name, parameter]));
    for (const [name, shape] of allConvolutions(plan).flatMap(tensorsOf)) {
      fill(parameters.get(name)!, storedTensor(stored, name, shape));
    }
  }

  /** A filter and a bias of each convolution, in the order of the layers. */
  get parameters(): Parameter[] {
    return this.#layers.flatMap(({ parameters }) => parameters);
  }

  /** Bytes [S, S, 3] of a picture to the last feature maps [⌈S/32⌉ · ⌈S/32⌉, D], valid until the next call. */
  maps(picture: Uint8Array): FeatureMaps {
    return this.#mapsOf(picture, this.#workspaces[0]!);
  }

  /**
   * Bytes [N, S, S, 3] to features [N, D], the means of the last maps; valid until the next call. A single picture is
   * shared by the threads layer by layer; of several each thread takes one through the whole network, and none waits.
   *
   * @param N at most as many as the engine has threads
   */
  features(pictures: Uint8Array, N: number): Matrix {
    const features = this.#workspaces[0]!.matrix('features', N, this.#head.shape.outputs);
    if (N > 1) for (let n = 0; n < N; n++) this.#prepare(this.#workspaces[n]!);
    const bytes = pictures.length / N;
    this.#engine.together(N, (n) => {
      const maps = this.#mapsOf(pictures.subarray(n * bytes, (n + 1) * bytes), this.#workspaces[n]!);
      globalMean(this.#engine, features.rowRange(n, n + 1), maps);
    });
    return features;
  }

  /** As `LearnableNetwork.part`. */
  part(stages: LearnedStages): NetworkParts {
    const first = this.#firstLearned(stages);
    return {
      frozen: (picture) => this.#mapsOf(picture, this.#workspaces[0]!, first),
      learned: new LearnedLayers(this.#engine, this.#layers.slice(first)),
    };
  }

  #firstLearned(stages: LearnedStages): number {
    if (stages === 'all') return 0;
    const block = this.#plan.stages.at(-stages);
    if (stages > 0 && block !== undefined) return block + 1; // behind the stem
    throw new InputError(`the CNN ${this.#plan.name} has no ${stages} stages that could learn`, {
      expected: `1 to ${this.#plan.stages.length}, or all`,
    });
  }

  /** Makes room for a picture, which can't be made while calls are recorded. */
  #prepare(workspace: Workspace): void {
    const size = { height: this.#size, width: this.#size };
    workspace.matrix('bytes', 1, Math.ceil((3 * this.#size ** 2) / 4));
    workspace.matrix('pictures', this.#size ** 2, 3);
    let maps: MapSize = size;
    for (const [i, layer] of this.#layers.entries()) {
      layer.prepare(maps, workspace);
      maps = layer.sizeOf(maps);
      workspace.matrix(`maps ${i % 2}`, maps.height * maps.width, layer.shape.outputs);
    }
  }

  /** @param layers how many of the first ones the picture is taken through */
  #mapsOf(picture: Uint8Array, workspace: Workspace, layers = this.#layers.length): FeatureMaps {
    let x = this.#normalised(picture, workspace);
    for (const [i, layer] of this.#layers.slice(0, layers).entries()) {
      const { height, width } = layer.sizeOf(x);
      // Layers read and write two buffers in turn.
      const values = workspace.matrix(`maps ${i % 2}`, height * width, layer.shape.outputs);
      layer.forward(values, x, workspace);
      x = { values, height, width };
    }
    return x;
  }

  #normalised(picture: Uint8Array, workspace: Workspace): FeatureMaps {
    const { arena, kernels } = this.#engine;
    const { mean, scale } = this.#normalisation;
    const bytes = workspace.matrix('bytes', 1, Math.ceil(picture.length / 4));
    new Uint8Array(arena.memory.buffer, bytes.offset, picture.length).set(picture);
    const values = workspace.matrix('pictures', this.#size ** 2, 3);
    kernels.normaliseBytes(values.offset, bytes.offset, values.size, mean, scale);
    return { values, height: this.#size, width: this.#size };
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
