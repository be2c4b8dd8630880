/** All sizes of the family, with random weights and small pictures: what is between the layers, not what they compute. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/random.ts';
import { loadTfjs } from '../../../src/vision/backends/tfjs.ts';
import { openTfjsNetwork } from '../../../src/vision/backends/tfjs-network.ts';
import type { Network, Tf } from '../../../src/vision/network.ts';
import { EfficientNet } from '../../../src/vision/networks/efficientnet-engine.ts';
import { allConvolutions, planEfficientNet, tensorsOf } from '../../../src/vision/networks/efficientnet-lite.ts';
import { buildOnTfjs } from '../../../src/vision/networks/efficientnet-tfjs.ts';
import { wasm } from '../../nn/engines.ts';
import { distance } from '../cnn-contract.ts';

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadTfjs('wasm'));
});

/** Blocks, channels of the last block, parameters in millions: of the checkpoints in TensorFlow's TPU repository. */
const SIZES: [name: string, blocks: number, channels: number, millions: number][] = [
  ['efficientnet-lite0', 16, 320, 3.4],
  ['efficientnet-lite1', 21, 320, 4.1],
  ['efficientnet-lite2', 21, 352, 4.8],
  ['efficientnet-lite3', 24, 384, 6.9],
  ['efficientnet-lite4', 30, 448, 11.7],
];

describe.each(SIZES)('%s', (name, blocks, channels, millions) => {
  const plan = planEfficientNet(name);
  const random = new Random(1);
  const tensors = new Map(
    allConvolutions(plan)
      .flatMap(tensorsOf)
      .map(([tensor, shape]) => {
        const size = shape.reduce((product, extent) => product * extent);
        const scale = tensor.endsWith('bias') ? 0.5 : Math.sqrt(6 / (size / Math.max(shape.at(-1)!, 1)));
        const data = Float32Array.from({ length: size }, () => scale * (2 * random.uniform() - 1));
        return [tensor, { shape, data }];
      }),
  );

  test('is as wide and as deep as the papers say', () => {
    expect(plan.blocks).toHaveLength(blocks);
    expect(plan.blocks.at(-1)!.output).toBe(channels);
    const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
    expect(parameters / 1e6).toBeCloseTo(millions, 0);
  });

  describe('on pictures of 33 × 33 pixels', () => {
    const input = { mean: 127, scale: 128, size: 33 };
    const stored = { plan, tensors, path: 'random' };
    let network: Network;
    beforeAll(async () => {
      network = await openTfjsNetwork(tf, {
        choice: name,
        name,
        key: name,
        preprocessing: { size: 33, fit: 'squash' },
        featureSize: 1280,
        normalisation: input,
        openOnTfjs: async (tf) => buildOnTfjs(tf, stored),
      });
    });
    afterAll(() => network.dispose());

    test('gives the same features as on TensorFlow.js', async () => {
      const pictures = Array.from({ length: 2 }, () =>
        Uint8Array.from({ length: 33 * 33 * 3 }, () => random.integer(256)),
      );
      const expected = await network.features(pictures);
      const onEngine = new EfficientNet(wasm, stored, input);
      for (const [n, picture] of pictures.entries()) {
        const { data } = onEngine.features([picture]);
        expect(distance(data, expected.subarray(n * 1280, (n + 1) * 1280))).toBeLessThan(1e-4);
      }
    });
  });
});

test('another name is refused', () => {
  expect(() => planEfficientNet('efficientnet-b0')).toThrow(
    'there is no CNN efficientnet-b0: expected efficientnet-lite0, efficientnet-lite1',
  );
});
