/** The mean of maps over their pixels, which makes a vector of a picture (Lin et al. 2014, section 3.2). Knows no layer. */
import type { Matrix } from '../compute/arena.ts';
import type { Engine } from '../compute/engine.ts';
import { type FeatureMaps, pictureCount } from './feature-maps.ts';

/** y [N, C] = the means of maps of N pictures. */
export function globalMean({ kernels }: Engine, y: Matrix, x: FeatureMaps): void {
  const pixels = x.height * x.width;
  for (let n = 0; n < pictureCount(x); n++) {
    const mean = y.rowRange(n, n + 1);
    const first = x.values.rowRange(n * pixels, n * pixels + 1);
    const others = x.values.rowRange(n * pixels + 1, (n + 1) * pixels);
    kernels.fillRows(mean.offset, first.offset, 1, y.cols);
    kernels.addSumOfRows(mean.offset, others.offset, pixels - 1, y.cols);
  }
  kernels.scale(y.offset, y.size, 1 / pixels);
}

/** dx = the gradient of the maps from that of their means [N, C]: that of each pixel is 1 / pixels of its mean's. */
export function globalMeanBackward({ kernels }: Engine, dx: FeatureMaps, dy: Matrix): void {
  const pixels = dx.height * dx.width;
  for (let n = 0; n < dy.rows; n++) {
    const ofPicture = dx.values.rowRange(n * pixels, (n + 1) * pixels);
    kernels.fillRows(ofPicture.offset, dy.rowRange(n, n + 1).offset, pixels, dy.cols);
  }
  kernels.scale(dx.values.offset, dx.values.size, 1 / pixels);
}
