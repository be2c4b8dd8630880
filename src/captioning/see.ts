/** How a captioner sees pictures by a CNN: as vectors, and with their maps where it attends to places. Knows no captions. */
import type { Cnn } from '../vision/cnn.ts';
import { cnnWithGrid } from '../vision/grid-maps.ts';
import type { Pixels } from '../vision/pixels.ts';
import { featuresWithMaps, type PictureFeatures } from './picture-features.ts';

/** A captioner that attends to G · G places of a picture has a `grid` of G. */
export interface Seer {
  readonly grid?: number | undefined;
}

/** The CNN whose features are all that a captioner sees of a picture: a vector, and behind it the map. */
export function seeingCnn({ grid }: Seer, cnn: Cnn): Cnn {
  return grid === undefined ? cnn : cnnWithGrid(cnn, grid);
}

/** Features of `seeingCnn` as a captioner takes them. @param D of the vector alone */
export function seenIn(features: Float32Array, { grid }: Seer, D: number): PictureFeatures {
  return grid === undefined ? { vectors: features } : featuresWithMaps(features, grid, D);
}

/** What a captioner sees of decoded pictures. */
export async function lookAtPictures(captioner: Seer, cnn: Cnn, pictures: readonly Pixels[]): Promise<PictureFeatures> {
  return seenIn(await seeingCnn(captioner, cnn).features(pictures), captioner, cnn.featureSize);
}
