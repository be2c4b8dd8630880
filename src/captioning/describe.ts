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
import { featuresAt, featuresWithMaps } from './picture-features.ts';
import { type WordMaps, wordMaps } from './word-maps.ts';

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

/**
 * Yields the captions of pictures in their order, a few pictures at a time; the next ones are read meanwhile.
 *
 * @param captioner trained with features of this CNN
 * @param options `explain` tells where in each picture the words come from, in the way that
 *   it names or by attention where there is any, which takes about 50 times as long where the
 *   captioner does not attend to places; `onSkip` is called for pictures that can't be read, or cost more than `limits` allow
 * @throws UsageError as `checkDecoding` does; the reason of `signal` when that stops it
 */
export async function* describePictures(
  captioner: CaptionWriter,
  cnn: Cnn,
  pictures: Iterable<PictureSource>,
  {
    decoding = decodingDefaults,
    explain = false,
    ...extraction
  }: Pick<ExtractOptions, 'onSkip' | 'limits' | 'signal'> & {
    decoding?: DecodingOptions | CaptionSampling;
    explain?: boolean | WordMaps['by'];
  } = {},
): AsyncGenerator<DescribedPicture> {
  const { grid } = captioner;
  const D = cnn.featureSize;
  const source = grid === undefined ? cnn : cnnWithGrid(cnn, grid);
  const size = source.featureSize;
  const features = new Float32Array(TOGETHER * size);
  let batch: Omit<DescribedPicture, 'captions'>[] = [];

  const describe = async (): Promise<DescribedPicture[]> => {
    const rows = features.slice(0, batch.length * size);
    const seen = grid === undefined ? { vectors: rows } : featuresWithMaps(rows, grid, D);
    const { signal } = extraction;
    const written = await runInTurns(captioner.describeSteps(seen, decoding), { signal });
    const described = written.map((captions, i) => ({ ...batch[i]!, captions }));
    if (!explain) return described;
    const { language } = decoding;
    const explained: DescribedPicture[] = [];
    for (const [i, picture] of described.entries()) {
      signal?.throwIfAborted();
      const told = {
        source: picture.source,
        features: featuresAt(seen, [i], D),
        caption: picture.captions[0]!,
        language,
        ...(explain !== true && { by: explain }),
      };
      explained.push({ ...picture, wordMaps: await wordMaps(captioner, cnn, told) });
    }
    return explained;
  };
  for await (const extracted of extractFeatures(pictures, source, { ...extraction, batchSize: TOGETHER })) {
    features.set(extracted.features, batch.length * size);
    batch.push({ name: extracted.name, source: extracted.source, features: extracted.features.subarray(0, D) });
    if (batch.length === TOGETHER) {
      yield* await describe();
      batch = [];
    }
  }
  if (batch.length > 0) yield* await describe();
}
