/** An EfficientNet-Lite on the layers of `src/nn`. Knows no files, and not which matrix products the engine has. */
import { InputError } from '../../base/errors.ts';
import { fromHalf } from '../../base/half.ts';
import type { StoredTensor } from '../../base/safetensors.ts';
import type { Matrix } from '../../compute/arena.ts';
import type { Engine } from '../../compute/engine.ts';
import { Convolution } from '../../nn/convolution.ts';
import type { FeatureMaps, MapSize } from '../../nn/feature-maps.ts';
import { globalMean } from '../../nn/global-mean.ts';
import { InvertedResidual } from '../../nn/inverted-residual.ts';
import { LearnedLayers } from '../../nn/learned-layers.ts';
import { MapMemory } from '../../nn/map-memory.ts';
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
  /** One for each thread that has had a picture. */
  readonly #memories: MapMemory[] = [];
  /** Of as many pictures as there are threads [threads, D]. */
  readonly #features: Matrix;
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
    this.#normalisation = normalisation;
    this.#size = size;
    this.#head = convolutionOf(engine, plan.head);
    this.#features = engine.arena.matrix(engine.threads, this.#head.shape.outputs);
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
    return this.#mapsOf(picture, this.#memoryOf(0));
  }

  /**
   * Bytes [S, S, 3] of each of N pictures to features [N, D], the means of the last maps; valid until the next call. A
   * single picture is shared by the threads layer by layer; of several each thread takes one through the whole network, and
   * none waits.
   *
   * @param pictures at most as many as the engine has threads
   */
  features(pictures: readonly Uint8Array[]): Matrix {
    const N = pictures.length;
    const features = this.#features.rowRange(0, N);
    if (N > 1) this.#pack();
    const memories = Array.from({ length: N }, (_, n) => this.#memoryOf(n)); // no room can be made while calls are recorded
    this.#engine.together(N, (n) => {
      const maps = this.#mapsOf(pictures[n]!, memories[n]!);
      globalMean(this.#engine, features.rowRange(n, n + 1), maps);
    });
    return features;
  }

  /** Keeps the weights in the form that products take alone, where the driver lets it: the network can't learn any more. */
  packInPlace(): void {
    for (const layer of this.#layers) layer.packInPlace();
  }

  /** As `LearnableNetwork.part`. */
  part(stages: LearnedStages): NetworkParts {
    const first = this.#firstLearned(stages);
    return {
      frozen: (picture) => this.#mapsOf(picture, this.#memoryOf(0), first),
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

  /** Packs the weights for threads that each take a picture through the network. */
  #pack(): void {
    let maps = this.#pictureSize;
    for (const layer of this.#layers) {
      layer.pack(maps);
      maps = layer.sizeOf(maps);
    }
  }

  #memoryOf(thread: number): MapMemory {
    this.#memories[thread] ??= new MapMemory(this.#engine.arena, this.#needs());
    return this.#memories[thread];
  }

  /** For each layer, and for the pixels before, the floats of all matrices that are in use at once. */
  #needs(): number[][] {
    const { height, width } = this.#pictureSize;
    let maps = this.#pictureSize;
    let read = 3 * height * width;
    const needs = [[read, floatsOfBytes(read)]];
    for (const layer of this.#layers) {
      const result = layer.sizeOf(maps);
      const written = result.height * result.width * layer.shape.outputs;
      needs.push([read, written, ...layer.needs(maps)]);
      maps = result;
      read = written;
    }
    return needs;
  }

  get #pictureSize(): MapSize {
    return { height: this.#size, width: this.#size };
  }

  /** @param layers how many of the first ones the picture is taken through */
  #mapsOf(picture: Uint8Array, memory: MapMemory, layers = this.#layers.length): FeatureMaps {
    let x = this.#normalised(picture, memory);
    for (const layer of this.#layers.slice(0, layers)) {
      const { height, width } = layer.sizeOf(x);
      const values = memory.next(height * width, layer.shape.outputs);
      layer.forward(values, x, memory);
      x = { values, height, width };
    }
    return x;
  }

  #normalised(picture: Uint8Array, memory: MapMemory): FeatureMaps {
    const { arena, kernels } = this.#engine;
    const { mean, scale } = this.#normalisation;
    const values = memory.begin(this.#size ** 2, 3);
    const bytes = memory.matrix('bytes', 1, floatsOfBytes(picture.length));
    new Uint8Array(arena.memory.buffer, bytes.offset, picture.length).set(picture);
    kernels.normaliseBytes(values.offset, bytes.offset, values.size, mean, scale);
    return { values, ...this.#pictureSize };
  }
}

function floatsOfBytes(count: number): number {
  return Math.ceil(count / 4);
}

function convolutionOf(engine: Engine, { name, shape, stride, activation }: ConvolutionPlan): Convolution {
  const [kernel, , inputs, outputs] = shape;
  return new Convolution(engine, { name, kernel, stride, inputs, outputs, relu6: activation === 'relu6' });
}

/** The value lies as the tensor does, and has one extent for several of the tensor's. */
function fill(parameter: Parameter, tensor: StoredTensor): void {
  parameter.edit((values) => (tensor.halves ? fromHalf(tensor.halves, values) : values.set(tensor.data)));
}
