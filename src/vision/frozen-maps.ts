/**
 * What the frozen layers of a CNN give for pictures, while the others learn: computed once, kept on disk in half
 * precision. Each picture has several views, as it is and augmented at random, which are the same whenever it comes; where
 * all layers learn, these are pixels. Knows no captions.
 */
import { createHash } from 'node:crypto';
import type { Matrix } from '../compute/arena.ts';
import type { MapSize } from '../nn/feature-maps.ts';
import type { Cnn } from './cnn.ts';
import { augmentedViews } from './extract.ts';
import type { View } from './feature-cache.ts';
import type { LearnableNetwork, NetworkParts } from './network.ts';
import { type MapEvents, type MapSource, StoredMaps } from './stored-maps.ts';

/** The version of the views: rises with each change of `augment` or its defaults. */
const VIEWS = 1;

/** Pictures whose maps are wanted. */
export interface FrozenPictures {
  /** Files that are shown as they are and in random views, and files that are shown as they are alone. */
  augmented: readonly string[];
  plain: readonly string[];
  /** How many views there are of each of the former, the first of them as it is. */
  views: number;
}

export class FrozenMaps {
  readonly size: MapSize & { channels: number };
  /** Of each picture that is augmented. */
  readonly #views: readonly View[];
  readonly #stored: StoredMaps;

  private constructor(size: MapSize & { channels: number }, views: readonly View[], stored: StoredMaps) {
    this.size = size;
    this.#views = views;
    this.#stored = stored;
  }

  /**
   * Computes the maps of pictures where the cache lacks them.
   *
   * @throws InputError when the cache can't be written; the reason of the signal when that stops it
   */
  static async open(
    cnn: Cnn,
    network: LearnableNetwork,
    parts: NetworkParts,
    { augmented, plain, views }: FrozenPictures,
    events: MapEvents = {},
  ): Promise<FrozenMaps> {
    const { name, preprocessing } = cnn;
    const { height, width, values } = parts.frozen(new Uint8Array(3 * preprocessing.size ** 2));
    const source: MapSource = {
      name,
      key: frozenKey(cnn, network, parts),
      preprocessing,
      size: values.size,
      *compute(pictures) {
        for (const pixels of pictures) yield parts.frozen(pixels).values.data;
      },
    };
    const named: View[] = ['plain', ...augmentedViews(views - 1)];
    const pictures = [
      { files: augmented, views: named },
      { files: plain, views: named.slice(0, 1) },
    ];
    const stored = await StoredMaps.open(source, pictures, events);
    return new FrozenMaps({ height, width, channels: values.cols }, named, stored);
  }

  /**
   * Reads the maps of one view of a file.
   *
   * @param target [height * width, channels]
   * @throws InputError when they are not there any more
   */
  read(target: Matrix, file: string, view: number): void {
    this.#stored.read(target.data, file, this.#views[view]!);
  }

  async close(): Promise<void> {
    await this.#stored.close();
  }
}

/** Equal keys give equal maps: of the layers that are frozen, wherever their weights are from. */
function frozenKey({ name }: Cnn, { parameters }: LearnableNetwork, { learned }: NetworkParts): string {
  const learnedOnes = new Set(learned.parameters);
  const hash = createHash('sha256');
  for (const parameter of parameters) {
    if (!learnedOnes.has(parameter)) hash.update(parameter.name).update(parameter.value.data);
  }
  return `${name}-frozen-${hash.digest('hex').slice(0, 12)}-v${VIEWS}`;
}
