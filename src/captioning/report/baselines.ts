/**
 * Compares a captioner with baselines: two that copy captions of similar pictures, one that sees no picture, and the
 * captioner itself when it is shown other pictures.
 */
import { Random } from '../../base/random.ts';
import { mapSteps, partOf, runAtOnce, type Steps } from '../../base/steps.ts';
import { beamSearchSteps } from '../../decoding/beam-search.ts';
import { joinWords, tokenizerOf } from '../../metrics/language-words.ts';
import { type CaptionScores, scoreCaptionsSteps } from '../../metrics/score.ts';
import { NgramModel } from '../../text/ngram-model.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import { allFeatures, type CaptionedFeatures } from '../batch.ts';
import { type DecodingOptions, decodingDefaults, resolveDecoding } from '../caption.ts';
import type { Captioner } from '../captioner.ts';
import { shareCopiedSteps } from '../evaluate.ts';
import { chooseLanguage } from '../languages.ts';
import { featuresAt, type PictureFeatures } from '../picture-features.ts';
import { encodeCaption, specialIds } from '../vocabulary.ts';
import { MostAgreed } from './most-agreed.ts';
import { nearestPicturesSteps } from './nearest.ts';

/** A captioner or a baseline, with its captions and their scores. */
export interface CaptionSystem {
  name: 'captioner' | 'nearest pictures' | 'nearest picture' | 'n-gram model' | 'other pictures';
  /** How its captions are made, in one sentence. */
  explanation: string;
  /** One caption for each picture. */
  captions: string[];
  scores: CaptionScores & {
    /** Share of the captions that are in the training set, word for word. */
    copied: number;
  };
}

/** k, the neighbours that agree on a caption: of 10, 30, 40, 50, 60, 70, 90, 120, 200 the best on Flickr8k's dev split. */
const NEIGHBOURS = 60;
/** k is at most this share of the training pictures, in a small dataset. */
const NEIGHBOUR_SHARE = 1 / 20;

/** The longest n-gram: longer ones help on none of the datasets. */
const MOST_WORDS = 6;

/**
 * Describes pictures by a captioner and by the baselines, and scores the captions. All features must be standardised as
 * the captioner's were in training.
 *
 * @param training pictures that the baselines learn or copy from
 * @param pictures those that are described, at least two; all captions are in the language of `decoding`
 * @returns all systems, the captioner first
 */
export function compareWithBaselines(
  captioner: Captioner,
  training: CaptionedFeatures,
  pictures: CaptionedFeatures,
  decoding: DecodingOptions = decodingDefaults,
): CaptionSystem[] {
  return runAtOnce(compareWithBaselinesSteps(captioner, training, pictures, decoding));
}

/** `compareWithBaselines`, a little at a time. */
export function* compareWithBaselinesSteps(
  captioner: Captioner,
  training: CaptionedFeatures,
  pictures: CaptionedFeatures,
  options: DecodingOptions = decodingDefaults,
): Steps<CaptionSystem[]> {
  const baselines = yield* partOf(learnBaselinesSteps(captioner, training, options.language), 0, 0.2);
  return yield* partOf(compareWithSteps(baselines, pictures, options), 0.2, 1);
}

/** Captions whose n-grams are counted: of more, those of evenly chosen pictures, since all would take gigabytes. */
const COUNTED = 100_000;

/** What the baselines have learned, to be compared with on any pictures. */
export interface LearnedBaselines {
  captioner: Captioner;
  training: CaptionedFeatures;
  /** Of all captions. */
  language: string | undefined;
  mostAgreed: MostAgreed;
  ngrams: NgramModel;
  /** How many captions these two have counted. */
  counted: number;
  shareCopied: (captions: readonly string[]) => number;
}

/** Learns the baselines beside a captioner. @param training pictures with captions all in `language` */
export function* learnBaselinesSteps(
  captioner: Captioner,
  training: CaptionedFeatures,
  asked: string | undefined,
): Steps<LearnedBaselines> {
  const { vocabulary } = captioner;
  const language = chooseLanguage(vocabulary, asked);
  const tokenize = tokenizerOf(language);
  const every = Math.ceil(training.captions.flat().length / COUNTED);
  const counted = [...training.captions.keys()].filter((picture) => picture % every === 0);
  const wordsOf = (picture: number) => training.captions[picture]!.map(tokenize);
  const mostAgreed = yield* partOf(MostAgreed.createSteps(wordsOf, counted), 0, 0.4);
  const captions = counted.map((picture) => training.captions[picture]!);
  const sequences = yield* partOf(sequencesSteps(captions, vocabulary, language), 0.4, 0.6);
  const { start } = specialIds(vocabulary, { language });
  const options = { order: MOST_WORDS, vocabulary: vocabulary.size, start };
  const ngrams = yield* partOf(NgramModel.createSteps(sequences, options), 0.6, 0.9);
  const shareCopied = yield* partOf(shareCopiedSteps(training.captions, language), 0.9, 1);
  return { captioner, training, language, mostAgreed, ngrams, counted: sequences.length, shareCopied };
}

/** `compareWithBaselinesSteps` for baselines that were learned before. */
export function* compareWithSteps(
  baselines: LearnedBaselines,
  pictures: CaptionedFeatures,
  options: DecodingOptions = decodingDefaults,
): Steps<CaptionSystem[]> {
  const { captioner, training, language, ngrams, counted, shareCopied } = baselines;
  const decoding = resolveDecoding(options, false); // captions of standardised features come without confidence

  const captioned = function* (features: PictureFeatures): Steps<string[]> {
    const written = yield* captioner.describeStandardisedSteps(features, decoding);
    return written.map(([best]) => best!.caption);
  };

  const D = captioner.config.shape.condition;
  const written = yield* partOf(captioned(allFeatures(pictures)), 0, 0.38);
  const writtenForOthers = yield* partOf(captioned(exchanged(allFeatures(pictures), D)), 0.38, 0.75);
  const { k, copied, agreed } = yield* partOf(nearestSteps(baselines, pictures), 0.75, 0.88);
  const likeliest = likeliestCaption(ngrams, captioner.vocabulary, pictures.captions, { ...decoding, language });
  const { caption, order, loss } = yield* partOf(likeliest, 0.88, 0.9);

  const some = counted < training.captions.flat().length ? `${counted.toLocaleString('en')} of ` : '';

  const systems: Omit<CaptionSystem, 'scores'>[] = [
    { name: 'captioner', explanation: 'What the captioner writes.', captions: written },
    {
      name: 'nearest pictures',
      explanation:
        `Of the captions of the ${k} training pictures with the most similar features the one most like the others ` +
        '(Devlin et al. 2015).',
      captions: agreed,
    },
    {
      name: 'nearest picture',
      explanation: 'The first caption of the training picture with the most similar features.',
      captions: copied,
    },
    {
      name: 'n-gram model',
      explanation:
        `The likeliest caption of a ${order}-gram model (Kneser-Ney) of ${some}the training captions, the same for every ` +
        `picture since it sees none; its loss on what people wrote about these is ${loss.toFixed(2)} nats a word.`,
      captions: pictures.names.map(() => caption),
    },
    {
      name: 'other pictures',
      explanation:
        "The captioner's captions when each picture is exchanged for another one: what it owes to the picture is lost.",
      captions: writtenForOthers,
    },
  ];
  return yield* partOf(scoredSteps(systems, pictures, { language, shareCopied }), 0.9, 1);
}

/** For each picture the first caption of the nearest training picture, and that of the k nearest which agrees most. */
function* nearestSteps(
  { captioner, training, mostAgreed }: LearnedBaselines,
  { features }: CaptionedFeatures,
): Steps<{ k: number; copied: string[]; agreed: string[] }> {
  const { engine, shape } = captioner.model;
  const k = Math.min(NEIGHBOURS, Math.ceil(training.names.length * NEIGHBOUR_SHARE));
  const nearing = nearestPicturesSteps(engine, features, training.features, shape.condition, k);
  const neighbours = yield* partOf(nearing, 0, 0.77);
  const copied = neighbours.map(([nearest]) => training.captions[nearest!]![0]!);
  const agreeing = mapSteps(neighbours, (nearest) => {
    const { picture, caption } = mostAgreed.find(nearest);
    return training.captions[picture]![caption]!;
  });
  return { k, copied, agreed: yield* partOf(agreeing, 0.77, 1) };
}

/** Systems with the scores of what they have written, one caption for each picture. */
function* scoredSteps(
  systems: readonly Omit<CaptionSystem, 'scores'>[],
  { names, captions: references }: CaptionedFeatures,
  { language, shareCopied }: Pick<LearnedBaselines, 'language' | 'shareCopied'>,
): Steps<CaptionSystem[]> {
  const byName = <Item>(items: readonly Item[]) => new Map(items.map((item, i) => [names[i]!, item]));
  const people = byName(references);
  const scored: CaptionSystem[] = [];
  for (const [i, { captions, ...system }] of systems.entries()) {
    const scoring = scoreCaptionsSteps(byName(captions), people, language);
    const scores = yield* partOf(scoring, i / systems.length, (i + 1) / systems.length);
    scored.push({ ...system, captions, scores: { ...scores, copied: shareCopied(captions) } });
  }
  return scored;
}

/** The best caption of the n-gram model whose order gives held-out captions the lowest loss. */
function* likeliestCaption(
  ngrams: NgramModel,
  vocabulary: Vocabulary,
  heldOut: CaptionedFeatures['captions'],
  { beam, lengthPenalty, minLength = decodingDefaults.minLength, maxLength, language }: DecodingOptions,
): Steps<{ caption: string; order: number; loss: number }> {
  const { start, end, forbidden } = specialIds(vocabulary, { language });
  const measured = yield* partOf(sequencesSteps(heldOut, vocabulary, language), 0, 0.3);
  const losses = yield* partOf(ngrams.lossesSteps(measured), 0.3, 0.7);
  const loss = Math.min(...losses);
  const order = losses.indexOf(loss) + 1;
  const search = { start, end, forbidden, beam, lengthPenalty, minLength, maxLength };
  const [[best] = []] = yield* partOf(beamSearchSteps(ngrams.begin(order), 1, search), 0.7, 1);
  const words = best!.tokens.map((token) => vocabulary.tokenOf(token));
  return { caption: joinWords(words, language), order, loss };
}

/** Captions as an n-gram model reads them: START, the words, END. */
function sequencesSteps(
  captions: CaptionedFeatures['captions'],
  vocabulary: Vocabulary,
  language: string | undefined,
): Steps<number[][]> {
  const { start, end } = specialIds(vocabulary, { language });
  return mapSteps(captions.flat(), (caption) => [start, ...encodeCaption(caption, vocabulary, language), end]);
}

/** Gives each of at least two pictures the features of another one. */
function exchanged(features: PictureFeatures, D: number): PictureFeatures {
  const order = new Random(1).shuffle([...Array(features.vectors.length / D).keys()]);
  const others: number[] = [];
  for (const [i, picture] of order.entries()) others[picture] = order[(i + 1) % order.length]!;
  return featuresAt(features, others, D);
}
