/**
 * The last maps of a CNN, pooled to a coarser grid: what attention looks at. Where it is coarse they take less room on
 * disk and less time. Knows no captions.
 *
 * D features; a grid of G has G · G cells, line after line.
 */
import { InputError } from '../base/errors.ts';
import { pixelsOfCell } from '../nn/grid-pooling.ts';
import type { Cnn } from './cnn.ts';
import type { LastMaps } from './network.ts';
import type { MapSource } from './stored-maps.ts';

/**
 * The maps of a CNN on a grid, to be stored.
 *
 * @throws InputError when the CNN gives no maps, or has fewer lines
 */
export async function gridMapSource(cnn: Cnn, grid: number): Promise<MapSource> {
  const { name, key, preprocessing, featureSize } = cnn;
  await checkGrid(cnn, grid);
  return {
    name,
    key: `${key}-grid-${grid}`,
    preprocessing,
    size: grid * grid * featureSize,
    async *compute(pictures) {
      const maps = await cnn.maps(pictures);
      for (const n of pictures.keys()) yield pooledMap(maps, n, grid, featureSize);
    },
  };
}

/** A CNN whose features are those of another with its map on a grid behind them, [1 + G · G, D]. */
export function cnnWithGrid(cnn: Cnn, grid: number): Cnn {
  const D = cnn.featureSize;
  const size = (1 + grid * grid) * D;
  return {
    ...cnn,
    key: `${cnn.key}-with-grid-${grid}`,
    featureSize: size,
    async features(pictures) {
      const maps = await cnn.maps(pictures);
      const features = new Float32Array(pictures.length * size);
      for (const n of pictures.keys()) {
        features.set(pooledMap(maps, n, 1, D), n * size);
        features.set(pooledMap(maps, n, grid, D), n * size + D);
      }
      return features;
    },
  };
}

/** The map of picture n on a grid [G · G, D]: each cell is the mean of the pixels that it touches. */
export function pooledMap({ height, width, values }: LastMaps, n: number, grid: number, D: number): Float32Array {
  const pooled = new Float32Array(grid * grid * D);
  const first = n * height * width;
  for (let cell = 0; cell < grid * grid; cell++) {
    const [top, bottom] = pixelsOfCell(Math.floor(cell / grid), grid, height);
    const [left, right] = pixelsOfCell(cell % grid, grid, width);
    const target = pooled.subarray(cell * D, (cell + 1) * D);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const from = (first + y * width + x) * D;
        for (let d = 0; d < D; d++) target[d]! += values[from + d]!;
      }
    }
    const share = 1 / ((bottom - top) * (right - left));
    for (let d = 0; d < D; d++) target[d]! *= share;
  }
  return pooled;
}

async function checkGrid(cnn: Cnn, grid: number): Promise<void> {
  const { height, width } = await cnn.maps([new Uint8Array(3 * cnn.preprocessing.size ** 2)]);
  if (grid <= Math.min(height, width)) return;
  throw new InputError(`the last map of the CNN ${cnn.name} is coarser than the grid`, {
    found: `${height} × ${width}`,
    expected: `a grid of at most ${Math.min(height, width)}, found ${grid}`,
    settings: ['grid'],
  });
}
