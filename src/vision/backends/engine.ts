/**
 * The project's own engine: the layers of `src/nn` on whichever matrix products are there, on the threads that these have.
 * It comes with the package, under Node and in browsers alike.
 */
import { nextTurn } from '../../base/platform.ts';
import { type Engine, openEngine } from '../../compute/engine.ts';
import type { Backend, Network } from '../network.ts';

/**
 * Pictures that go through the network at once. More gain nothing and hold this thread, which does its share of the work,
 * for longer.
 */
const AT_ONCE = 2;

export const engine = {
  name: 'engine',
  givesMaps: true,
  runs: ({ openOnEngine }) => openOnEngine !== undefined,
  async load() {
    return "this package's own engine";
  },
  async open({ openOnEngine, preprocessing: { size }, featureSize }, given) {
    const chosen = given && isExact(given) ? given : await openEngine();
    const network = await openOnEngine!(chosen);
    const pictureBytes = 3 * size ** 2;

    async function inGroups(N: number, compute: (from: number, count: number) => void): Promise<void> {
      for (let from = 0; from < N; from += AT_ONCE) {
        if (from > 0) await nextTurn();
        compute(from, Math.min(AT_ONCE, N - from));
      }
    }
    const bytesOf = (pictures: Uint8Array, from: number, count: number) =>
      pictures.subarray(from * pictureBytes, (from + count) * pictureBytes);

    return {
      async features(pictures, N) {
        const features = new Float32Array(N * featureSize);
        await inGroups(N, (from, count) => {
          features.set(network.features(bytesOf(pictures, from, count), count).data, from * featureSize);
        });
        return features;
      },
      async maps(pictures, N) {
        let maps = { height: 0, width: 0, values: new Float32Array() };
        await inGroups(N, (from, count) => {
          const { height, width, values } = network.maps(bytesOf(pictures, from, count), count);
          if (from === 0) maps = { height, width, values: new Float32Array(N * height * width * featureSize) };
          maps.values.set(values.data, from * height * width * featureSize);
        });
        return maps;
      },
      dispose() {
        if (chosen !== given) chosen.close();
      },
    } satisfies Network;
  },
} as const satisfies Backend;

/** Whether an engine's products round no factors: cached features serve all backends, so that they must agree. */
function isExact({ precision }: Engine): boolean {
  return precision === 'float32';
}
