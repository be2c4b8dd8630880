/**
 * How the thread that looks at pictures describes a batch of them, and finds out where the words of a caption come from.
 * Knows no messages and no limits.
 */
import { runInTurns } from '../../base/steps.ts';
import { type Caption, resolveDecoding } from '../../captioning/caption.ts';
import type { Captioner } from '../../captioning/captioner.ts';
import { type DescriptionFlags, describingBy } from '../../captioning/decoding-flags.ts';
import { type Description, descriptionOf } from '../../captioning/description/description.ts';
import { type WordMaps, wordMaps } from '../../captioning/explained/word-maps.ts';
import { chooseLanguage } from '../../captioning/languages.ts';
import { featuresAt, type PictureFeatures } from '../../captioning/picture-features.ts';
import { lookAtPictures } from '../../captioning/see.ts';
import type { Cnn } from '../../vision/cnn.ts';
import type { Pixels } from '../../vision/pixels.ts';
import type { Tagger } from '../../vision/tagger.ts';
import type { Lane } from './lane.ts';

/** How a picture is to be described. */
export interface DescribingOptions extends DescriptionFlags {
  /** Captions that are less sure to fit are left out. */
  minConfidence: number;
  /** How many of the classes that the CNN's classifier sees are told too. */
  tags?: number | undefined;
  /** Whether it is told where in the picture the words of the best caption come from. */
  explain?: boolean | undefined;
}

/** A picture as the CNN sees it, with all that is wanted of it. */
export interface DecodedPicture {
  pixels: Pixels;
  name: string;
  captioner: Captioner;
  options: DescribingOptions;
}

/** What has been said of a picture, and by what. */
export interface BatchDescription {
  description: Description;
  /** The best, which the description may leave out. */
  caption: Caption;
  language: string | undefined;
  /** Of the picture alone. */
  features: PictureFeatures;
}

/** Describes pictures together: all go through the CNN at once, and those that are to be described alike are. */
export async function describeBatch(
  cnn: Cnn,
  tagger: Tagger | undefined,
  seen: readonly DecodedPicture[],
): Promise<PromiseSettledResult<BatchDescription>[]> {
  const pictures = seen.map(({ pixels }) => pixels);
  const features = await lookAtPictures(seen[0]!.captioner, cnn, pictures); // all captioners of a look see alike
  const results: PromiseSettledResult<BatchDescription>[] = [];
  for (const group of alike(seen)) {
    const ofGroup = group.map((i) => seen[i]!);
    const [settled] = await Promise.allSettled([
      describeAlike(tagger, ofGroup, featuresAt(features, group, cnn.featureSize)),
    ]);
    for (const [row, i] of group.entries()) {
      results[i] = settled.status === 'rejected' ? settled : { status: 'fulfilled', value: settled.value[row]! };
    }
  }
  return results;
}

/** The numbers of pictures that are to be described alike; each draw of random captions is for one picture alone. */
function alike(seen: readonly DecodedPicture[]): number[][] {
  const groups = new Map<unknown, Map<string, number[]>>();
  for (const [i, { captioner, options }] of seen.entries()) {
    const ofCaptioner = groups.get(captioner) ?? new Map<string, number[]>();
    groups.set(captioner, ofCaptioner);
    const { minConfidence: _, tags: __, explain: ___, ...written } = options;
    const key = options.sample ? `drawn ${i}` : JSON.stringify(written);
    ofCaptioner.set(key, [...(ofCaptioner.get(key) ?? []), i]);
  }
  return [...groups.values()].flatMap((ofCaptioner) => [...ofCaptioner.values()]);
}

async function describeAlike(
  tagger: Tagger | undefined,
  seen: readonly DecodedPicture[],
  features: PictureFeatures,
): Promise<BatchDescription[]> {
  const { captioner, options } = seen[0]!;
  const language = chooseLanguage(captioner.vocabulary, options.language);
  const decoding = { ...resolveDecoding(describingBy(options), captioner.isCalibrated(language)), language };
  const described = await runInTurns(captioner.describeSteps(features, decoding));
  const { vectors } = features;
  const D = vectors.length / seen.length;
  const describing = described.map(async (captions, i) => {
    const { name, pixels, options: own } = seen[i]!;
    const tags =
      own.tags === undefined
        ? undefined
        : await tagger!.tags(vectors.subarray(i * D, (i + 1) * D), async () => pixels, own.tags);
    return {
      description: descriptionOf(name, captions, own, { language, tags }),
      caption: captions[0]!,
      language,
      features: featuresAt(features, [i], D),
    };
  });
  return Promise.all(describing);
}

/** Finds where words come from, a piece at a time. @throws the signal's reason */
export async function explainCaption(
  captioner: Captioner,
  { cnn, lane }: { cnn: Cnn; lane: Lane },
  { pixels, features, caption, language }: BatchDescription & Pick<DecodedPicture, 'pixels'>,
  signal: AbortSignal,
): Promise<WordMaps> {
  signal.throwIfAborted();
  const turn = <Result>(piece: () => Promise<Result>) => lane.run(piece);
  return wordMaps(captioner, cnn, { source: { pixels }, features, caption, language }, { turn, signal });
}
