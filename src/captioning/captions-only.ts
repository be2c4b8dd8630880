/**
 * Captions without pictures, which a captioner can learn from beside those with pictures: features are drawn for them as
 * their words make likely. Knows features, not pictures.
 *
 * D features, V words.
 */
import { InputError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { inPieces, mapSteps, partOf, type Steps } from '../base/steps.ts';
import type { CaptionsFile } from '../datasets/captions-only.ts';
import { Oddities, type Oddity } from '../datasets/oddities.ts';
import { tokenizerOf } from '../metrics/language-words.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { CaptionedFeatures } from './batch.ts';
import type { CaptionsByPicture } from './caption.ts';
import { encodeCaption, LONGEST_CAPTION, specialIds } from './vocabulary.ts';
import { fitWordRegressionSteps, predictFeatures, type WordBag, wordBag } from './word-regression.ts';

/** Draws the features [D] of the picture, which is not there, of a group of captions by its number. */
export type FeatureDrawing = (group: number, random: Random) => Float32Array;

/** Residuals of so many pictures are kept: enough to draw from, few enough for the memory. */
const MOST_RESIDUALS = 8192;

/**
 * Learns to draw features for captions: what a regression predicts from their words, plus what it has missed in a
 * picture drawn at random. Without that residual the features would be the mean of all pictures that the words fit,
 * which no picture has, and the captioner would trust them too much.
 *
 * Each half of the pictures is fitted by itself, so that the residuals are those of pictures that a regression has not
 * seen; predicted is the mean of both.
 *
 * @param groups captions of one picture together, in one language
 * @param pictures with standardised features and their captions
 */
export function* featureDrawingSteps(
  groups: CaptionsByPicture,
  pictures: CaptionedFeatures,
  vocabulary: Vocabulary,
): Steps<FeatureDrawing> {
  const D = pictures.features.length / pictures.captions.length;
  const { unknown } = specialIds(vocabulary);
  const bagsOf = ({ captions, languages }: CaptionsByPicture): Steps<WordBag[]> =>
    mapSteps(captions, (written, i) => {
      const words = written.map((caption) => encodeCaption(caption, vocabulary, languages?.[i]));
      return wordBag(words.map((ids) => ids.filter((id) => id !== unknown)));
    });
  const known = yield* partOf(bagsOf(pictures), 0, 0.05);
  const bags = yield* partOf(bagsOf(groups), 0.05, 0.2);
  const halves = [0, 1].map((half) => [...known.keys()].filter((picture) => picture % 2 === half));
  const sizes = { V: vocabulary.size, D };
  const first = yield* partOf(fitWordRegressionSteps(known, pictures.features, halves[0]!, sizes), 0.2, 0.6);
  const second = yield* partOf(fitWordRegressionSteps(known, pictures.features, halves[1]!, sizes), 0.6, 0.95);

  const every = Math.ceil(known.length / MOST_RESIDUALS);
  const drawn = [...known.keys()].filter((picture) => picture % every < 1);
  const missing = mapSteps(drawn, (picture) => {
    const predicted = predictFeatures(picture % 2 === 0 ? second : first, known[picture]!, D);
    return predicted.map((value, d) => pictures.features[picture * D + d]! - value);
  });
  const residuals = yield* partOf(missing, 0.95, 1);
  const mean = new Float32Array(first.length);
  const averaging = inPieces(mean.length, (from, to) => {
    for (let i = from; i < to; i++) mean[i] = (first[i]! + second[i]!) / 2;
  });
  yield* partOf(averaging, 1, 1);

  return (group, random) => {
    const features = predictFeatures(mean, bags[group]!, D);
    const residual = residuals[Math.floor(random.uniform() * residuals.length)]!;
    for (let d = 0; d < D; d++) features[d]! += residual[d]!;
    return features;
  };
}

/**
 * The captions of files that can be learned from: no longer than a caption is meant to be, and of words half of which
 * the pictures' captions in that language have too. Those of a file that does not say its language are in the first of
 * the pictures' languages.
 *
 * @param pictures those that are there, with their captions
 * @param onLeftOut called for the captions that can't be
 * @returns the captions of each picture that is not there, in one language
 * @throws InputError when most of a file's captions can't be learned from: then it holds something else; and when they
 *   are in a language that no picture's are
 */
export function* fittingCaptionsSteps(
  files: readonly CaptionsFile[],
  pictures: CaptionsByPicture,
  onLeftOut?: (oddity: Oddity) => void,
): Steps<CaptionsByPicture> {
  if (files.length === 0) return { captions: [] };
  const known = yield* knownWordsSteps(pictures);
  const [first] = known.keys();
  const oddities = new Oddities();
  const fitting: { captions: string[]; language: string | undefined }[] = [];
  for (const { path, groups, languages } of files) {
    let [all, left] = [0, 0];
    let example = { caption: '', odd: '' };
    const keep = (written: readonly string[], i: number) => {
      // Where the pictures' captions do not say their language, what this file says is of no use.
      const language = first === undefined ? first : (languages?.[i] ?? first);
      const words = known.get(language) ?? refuseLanguage(path, language, known);
      const captions = written.filter((caption) => {
        all++;
        const odd = oddityOf(caption, words, language);
        if (!odd) return true;
        left++;
        example = { caption, odd };
        oddities.add(`captions without pictures left out, ${odd}`, JSON.stringify(caption.slice(0, 40)));
        return false;
      });
      return { captions, language };
    };
    const kept = yield* mapSteps(groups, keep);
    if (left > all / 2) {
      throw new InputError(`${path} does not hold captions like those of the pictures`, {
        found: `${left} of ${all} that can't be learned from, such as ${JSON.stringify(example.caption.slice(0, 60))}, which is ${example.odd}`,
        expected: `sentences of at most ${LONGEST_CAPTION} words, in the language of the pictures' captions`,
      });
    }
    for (const group of kept) if (group.captions.length > 0) fitting.push(group);
  }
  for (const oddity of oddities.list()) onLeftOut?.(oddity);
  return {
    captions: fitting.map(({ captions }) => captions),
    ...(first !== undefined && { languages: fitting.map(({ language }) => language!) }),
  };
}

/** The words of pictures' captions in each language; by the key undefined where they do not say it. */
function* knownWordsSteps({ captions, languages }: CaptionsByPicture): Steps<Map<string | undefined, Set<string>>> {
  const known = new Map<string | undefined, Set<string>>();
  yield* mapSteps(captions, (written, picture) => {
    const language = languages?.[picture];
    const words = known.get(language) ?? new Set();
    known.set(language, words);
    for (const word of written.flatMap(tokenizerOf(language))) words.add(word);
  });
  return known;
}

function refuseLanguage(
  path: string,
  language: string | undefined,
  known: ReadonlyMap<string | undefined, unknown>,
): never {
  throw new InputError(`${path} holds captions in a language that no picture's are in`, {
    found: language,
    expected: [...known.keys()].join(', '),
  });
}

/** What keeps a text from being learned from as a caption; undefined for a caption. */
function oddityOf(caption: string, known: ReadonlySet<string>, language?: string): string | undefined {
  const words = tokenizerOf(language)(caption);
  if (words.length === 0) return 'empty';
  if (words.length > LONGEST_CAPTION) return 'too long';
  return words.filter((word) => known.has(word)).length < words.length / 2 ? 'mostly of unknown words' : undefined;
}
