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
import { type WordMaps, wordMaps } from './explained/word-maps.ts';
import { featuresAt, type PictureFeatures } from './picture-features.ts';
import { seeingCnn, seenIn } from './see.ts';

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
  /** Where the words of the first of them come from, if that was asked for. */
  wordMaps?: WordMaps | undefined;
}

export interface DescribeOptions extends Pick<ExtractOptions, 'limits' | 'signal'> {
  decoding?: DecodingOptions | CaptionSampling;
  /**
   * Whether it is told where in each picture the words come from: in the way that is named, or by the cells of the map
   * that the captioner attends to. It takes about 50 times as long where the captioner does not attend to places. Default: false
   */
  explain?: boolean | WordMaps['by'];
}

/**
 * Yields the captions of pictures in their order, a few pictures at a time; the next ones are read meanwhile.
 *
 * @param captioner trained with features of this CNN
 * @param options `onSkip` is called for pictures that can't be read, or cost more than `limits` allow, and the others go on
 * @throws UsageError as `checkDecoding` does; the reason of `signal` when that stops it; without `onSkip` the error of the
 *   first picture that can't be read
 */
export async function* describePictures(
  captioner: CaptionWriter,
  cnn: Cnn,
  pictures: Iterable<PictureSource>,
  { onSkip, ...options }: DescribeOptions & Pick<ExtractOptions, 'onSkip'> = {},
): AsyncGenerator<DescribedPicture> {
  for await (const batch of describeBatches(captioner, cnn, pictures, options)) {
    for (const picture of batch) {
      if (!('error' in picture)) yield picture;
      else if (onSkip) onSkip(picture);
      else throw picture.error; // else a wrong path would be told by nothing
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
  { decoding = decodingDefaults, explain = false, ...extraction }: DescribeOptions = {},
): AsyncGenerator<PictureResult[]> {
  const { signal, limits } = extraction;
  const D = cnn.featureSize;
  const seeing = seeingCnn(captioner, cnn);
  const size = seeing.featureSize;
  const rows = new Float32Array(TOGETHER * size);
  /** Pictures in their order, of which so many have features. */
  let batch: (Extracted | FailedPicture)[] = [];
  let readable = 0;

  const describe = async (): Promise<PictureResult[]> => {
    const features = seenIn(rows.subarray(0, readable * size), captioner, D);
    const written = await runInTurns(captioner.describeSteps(features, decoding), { signal });
    const results: PictureResult[] = [];
    let n = 0;
    for (const picture of batch) {
      if ('error' in picture) {
        results.push(picture);
        continue;
      }
      const { name, source } = picture;
      const captions = written[n]!;
      const described = { name, source, features: picture.features.subarray(0, D), captions };
      results.push(explain ? await explained(described, featuresAt(features, [n], D)) : described);
      n++;
    }
    return results;
  };

  /** @param seen what the captioner sees of the picture alone */
  const explained = async (picture: DescribedPicture, seen: PictureFeatures): Promise<DescribedPicture> => {
    signal?.throwIfAborted();
    const { source, captions } = picture;
    const by = explain === true ? {} : { by: explain as WordMaps['by'] };
    const asked = { source, features: seen, caption: captions[0]!, language: decoding.language, ...by };
    return { ...picture, wordMaps: await wordMaps(captioner, cnn, asked, { signal, limits }) };
  };

  for await (const picture of extractEach(pictures, seeing, { ...extraction, batchSize: TOGETHER })) {
    if (readable === 0 && 'error' in picture) {
      yield [picture];
      continue;
    }
    batch.push(picture);
    if ('error' in picture) continue;
    rows.set(picture.features, readable++ * size);
    if (readable === TOGETHER) {
      yield await describe();
      batch = [];
      readable = 0;
    }
  }
  if (readable > 0) yield await describe();
}
