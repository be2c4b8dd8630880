/** Captions for pictures: a CNN and a captioner, one after the other. */
import { runInTurns } from '../base/steps.ts';
import type { Cnn } from '../vision/cnn.ts';
import { type ExtractOptions, extractFeatures, type PictureSource } from '../vision/extract.ts';
import { cnnWithGrid } from '../vision/grid-maps.ts';
import {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './caption.ts';
import { featuresWithMaps } from './picture-features.ts';

/** How many pictures are described together, at little more than the cost of one. */
const TOGETHER = 8;

export interface DescribedPicture {
  name: string;
  /** The picture as it was passed in. */
  source: PictureSource;
  /** Best first; at least one. */
  captions: Caption[];
}

/**
 * Yields the captions of pictures in their order, a few pictures at a time; the next ones are read meanwhile.
 *
 * @param captioner trained with features of this CNN
 * @param options `onSkip` is called for pictures that can't be read, or cost more than `limits` allow
 * @throws UsageError as `checkDecoding` does; the reason of `signal` when that stops it
 */
export async function* describePictures(
  captioner: CaptionWriter,
  cnn: Cnn,
  pictures: Iterable<PictureSource>,
  {
    decoding = decodingDefaults,
    ...extraction
  }: Pick<ExtractOptions, 'onSkip' | 'limits' | 'signal'> & { decoding?: DecodingOptions | CaptionSampling } = {},
): AsyncGenerator<DescribedPicture> {
  const { grid } = captioner;
  const D = cnn.featureSize;
  const source = grid === undefined ? cnn : cnnWithGrid(cnn, grid);
  const size = source.featureSize;
  const features = new Float32Array(TOGETHER * size);
  let batch: Omit<DescribedPicture, 'captions'>[] = [];

  const describe = async (): Promise<DescribedPicture[]> => {
    const rows = features.subarray(0, batch.length * size);
    const steps = captioner.describeSteps(grid === undefined ? rows : featuresWithMaps(rows, grid, D), decoding);
    const described = await runInTurns(steps, { signal: extraction.signal });
    return described.map((captions, i) => ({ ...batch[i]!, captions }));
  };
  for await (const extracted of extractFeatures(pictures, source, { ...extraction, batchSize: TOGETHER })) {
    features.set(extracted.features, batch.length * size);
    batch.push({ name: extracted.name, source: extracted.source });
    if (batch.length === TOGETHER) {
      yield* await describe();
      batch = [];
    }
  }
  if (batch.length > 0) yield* await describe();
}
