/** Captions for pictures: a CNN and a captioner, one after the other. */
import { runInTurns } from '../base/steps.ts';
import type { Cnn } from '../vision/cnn.ts';
import {
  type Extracted,
  type ExtractOptions,
  extractEach,
  type FailedPicture,
  type PictureSource,
} from '../vision/extract.ts';
import {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './caption.ts';

/** How many pictures are described together, at little more than the cost of one. */
const TOGETHER = 8;

export interface DescribedPicture {
  name: string;
  /** The picture as it was passed in. */
  source: PictureSource;
  /** [D], as the CNN gives them: what a `Classifier` reads. */
  features: Float32Array;
  /** Best first; at least one. */
  captions: Caption[];
}

export interface DescribeOptions extends Pick<ExtractOptions, 'limits' | 'signal'> {
  decoding?: DecodingOptions | CaptionSampling;
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
  { onSkip, ...options }: DescribeOptions & Pick<ExtractOptions, 'onSkip'> = {},
): AsyncGenerator<DescribedPicture> {
  for await (const batch of describeBatches(captioner, cnn, pictures, options)) {
    for (const picture of batch) {
      if ('error' in picture) onSkip?.(picture);
      else yield picture;
    }
  }
}

/** A picture with its captions, or with the reason why it has none. */
export type PictureResult = DescribedPicture | FailedPicture;

/**
 * `describePictures` that yields bad pictures too, each in its place: batches of those that are described together, eight
 * that can be read in each but the last. A caption's last bits are the same where the pictures of its batch are.
 */
export async function* describeBatches(
  captioner: CaptionWriter,
  cnn: Cnn,
  pictures: Iterable<PictureSource> | AsyncIterable<PictureSource>,
  { decoding = decodingDefaults, ...extraction }: DescribeOptions = {},
): AsyncGenerator<PictureResult[]> {
  const D = cnn.featureSize;
  const features = new Float32Array(TOGETHER * D);
  /** Pictures in their order, of which so many have features. */
  let batch: (Extracted | FailedPicture)[] = [];
  let readable = 0;

  const describe = async (): Promise<PictureResult[]> => {
    const steps = captioner.describeSteps(features.subarray(0, readable * D), decoding);
    const captions = (await runInTurns(steps, { signal: extraction.signal })).values();
    return batch.map((picture) => {
      if ('error' in picture) return picture;
      const { name, source, features } = picture;
      return { name, source, features, captions: captions.next().value! };
    });
  };
  for await (const picture of extractEach(pictures, cnn, { ...extraction, batchSize: TOGETHER })) {
    if (readable === 0 && 'error' in picture) {
      yield [picture];
      continue;
    }
    batch.push(picture);
    if ('error' in picture) continue;
    features.set(picture.features, readable++ * D);
    if (readable === TOGETHER) {
      yield await describe();
      batch = [];
      readable = 0;
    }
  }
  if (readable > 0) yield await describe();
}
