import { describe, expect, it } from 'vitest';
import type { Cnn } from '../../src/vision/cnn.ts';
import { cnnWithGrid, gridMapSource, pooledMap } from '../../src/vision/grid-maps.ts';
import { fakeCnn } from '../captioning/small-captioning.ts';
import { expectInputError } from '../input-error.ts';

/** Maps of 3 × 3 pixels and 2 channels: of picture n the number of the pixel, and of the picture. */
const values = Float32Array.from({ length: 2 * 9 * 2 }, (_, i) => (i % 2 === 0 ? (i / 2) % 9 : Math.floor(i / 18)));
const maps = { height: 3, width: 3, values };
const cnn: Cnn = { ...fakeCnn, featureSize: 2, maps: async () => maps };

describe('pooledMap', () => {
  it('is the map itself on a grid of as many lines, and its mean on one of one', () => {
    expect(pooledMap(maps, 1, 3, 2)).toEqual(values.subarray(18));
    expect(pooledMap(maps, 1, 1, 2)).toEqual(Float32Array.of(4, 1));
  });

  it('has in each cell the mean of the pixels that it touches, as adaptive pooling has', () => {
    expect(pooledMap(maps, 0, 2, 2)).toEqual(Float32Array.of(2, 0, 3, 0, 5, 0, 6, 0));
  });
});

describe('the maps of a CNN on a grid', () => {
  it('stand behind the vector whose places they are', async () => {
    const features = await cnnWithGrid(cnn, 2).features([new Uint8Array(48), new Uint8Array(48)]);
    expect(features).toEqual(Float32Array.of(4, 0, 2, 0, 3, 0, 5, 0, 6, 0, 4, 1, 2, 1, 3, 1, 5, 1, 6, 1));
  });

  it('have keys of their own, and no more lines than the CNN gives', async () => {
    expect((await gridMapSource(cnn, 2)).key).not.toBe((await gridMapSource(cnn, 3)).key);
    await expectInputError(gridMapSource(cnn, 4), 'found 3 × 3');
  });
});
