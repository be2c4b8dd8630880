/**
 * The project's own engine: the layers of `src/nn` on whichever matrix products are there, on the threads that these have.
 * It comes with the package, under Node and in browsers alike.
 */
import { nextTurn } from '../../base/platform.ts';
import { type Engine, openEngine } from '../../compute/engine.ts';
import type { Backend, Network } from '../network.ts';

export const engine = {
  name: 'engine',
  givesMaps: true,
  runs: ({ openOnEngine }) => openOnEngine !== undefined,
  async load() {
    return "this package's own engine";
  },
  async open({ openOnEngine, featureSize }, given) {
    const chosen = given && isExact(given) ? given : await openEngine();
    const network = await openOnEngine!(chosen);

    /** Between groups of pictures the program has its turn: this thread does its share of the work. */
    async function inGroups(N: number, atOnce: number, compute: (from: number, to: number) => void): Promise<void> {
      for (let from = 0; from < N; from += atOnce) {
        if (from > 0) await nextTurn();
        compute(from, Math.min(from + atOnce, N));
      }
    }
    return {
      async features(pictures) {
        const N = pictures.length;
        const features = new Float32Array(N * featureSize);
        await inGroups(N, chosen.threads, (from, to) => {
          features.set(network.features(pictures.slice(from, to)).data, from * featureSize);
        });
        return features;
      },
      async maps(pictures) {
        const N = pictures.length;
        let maps = { height: 0, width: 0, values: new Float32Array() };
        await inGroups(N, 1, (n) => {
          const { height, width, values } = network.maps(pictures[n]!);
          if (n === 0) maps = { height, width, values: new Float32Array(N * values.size) };
          maps.values.set(values.data, n * values.size);
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
