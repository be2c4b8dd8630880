/**
 * What a captioner is worth beside simpler ways to a caption: one that copies captions of similar pictures, one that
 * looks at no picture, and the captioner itself when it is shown other pictures.
 */
import { Random } from '../base/random.ts';
import { beamSearch } from '../decoding/beam-search.ts';
import { type CaptionScores, scoreCaptions } from '../metrics/score.ts';
import { tokenizeCaption } from '../metrics/tokenize.ts';
import { NgramModel } from '../text/ngram-model.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { CaptionedFeatures } from './batch.ts';
import type { Captioner } from './captioner.ts';
import { shareCopiedFrom } from './evaluate.ts';
import { CaptionConsensus } from './most-agreed.ts';
import { nearestPictures } from './nearest.ts';
import { encodeCaption, specialIds } from './vocabulary.ts';
import { type DecodingOptions, decodingDefaults } from './write.ts';

/** One way to captions, and how good they are. */
export interface CaptionSystem {
  name: 'captioner' | 'nearest pictures' | 'nearest picture' | 'n-gram model' | 'other pictures';
  /** How its captions come about, in one sentence. */
  explanation: string;
  /** One caption for each picture. */
  captions: string[];
  scores: CaptionScores & {
    /** Share of the captions that stand in the training set, word for word. */
    copied: number;
  };
}

/** Neighbours that agree on a caption; of 10, 30, 40, 50, 60, 70, 90, 120, 200 the best on Flickr8k's dev split. */
const NEIGHBOURS = 60;
/** In a small dataset no more than this share of the pictures. */
const NEIGHBOUR_SHARE = 1 / 20;

/** The longest n-gram: words further back help on none of the datasets. */
const MOST_WORDS = 6;

/**
 * The captioner's captions for pictures, and those of the baselines, with their scores. Features are standardised as
 * the captioner's are.
 *
 * @param training what the baselines learn from or copy
 * @param pictures what is described, at least two
 * @returns the captioner first
 */
export function compareWithBaselines(
  captioner: Captioner,
  training: CaptionedFeatures,
  pictures: CaptionedFeatures,
  decoding: DecodingOptions = decodingDefaults,
): CaptionSystem[] {
  const written = training.captions.map((captions) => captions.map(tokenizeCaption));
  const references = new Map(pictures.captions.map((captions, i) => [pictures.names[i] ?? '', captions]));
  const shareCopied = shareCopiedFrom(training.captions);

  const system = (name: CaptionSystem['name'], explanation: string, captions: string[]): CaptionSystem => {
    const scores = scoreCaptions(new Map(captions.map((caption, i) => [pictures.names[i] ?? '', caption])), references);
    return { name, explanation, captions, scores: { ...scores, copied: shareCopied(captions) } };
  };
  const describe = (features: Float32Array) =>
    captioner.describeStandardised(features, decoding).map(([best]) => best?.caption ?? '');

  const D = captioner.config.shape.condition;
  const k = Math.min(NEIGHBOURS, Math.ceil(training.names.length * NEIGHBOUR_SHARE));
  const neighbours = nearestPictures(captioner.model.engine, pictures.features, training.features, D, k);
  const consensus = new CaptionConsensus(written);
  const agreed = neighbours.map((numbers) => {
    const { picture, caption } = consensus.find(numbers);
    return training.captions[picture]?.[caption] ?? '';
  });
  const copied = neighbours.map(([nearest = 0]) => training.captions[nearest]?.[0] ?? '');
  const { caption, order, loss } = likeliestCaption(
    captioner.vocabulary,
    training.captions,
    pictures.captions,
    decoding,
  );

  return [
    system('captioner', 'What the captioner writes.', describe(pictures.features)),
    system(
      'nearest pictures',
      `Of the captions of the ${k} training pictures with the most similar features the one most like the others ` +
        '(Devlin et al. 2015).',
      agreed,
    ),
    system('nearest picture', 'The first caption of the training picture with the most similar features.', copied),
    system(
      'n-gram model',
      `The likeliest caption of a ${order}-gram model (Kneser-Ney) of the training captions, the same for every ` +
        `picture since it sees none; its loss on what people wrote about these is ${loss.toFixed(2)} nats a word.`,
      pictures.names.map(() => caption),
    ),
    system(
      'other pictures',
      "The captioner's captions when each picture is exchanged for another one: what it owes to the picture is lost.",
      describe(exchanged(pictures.features, D)),
    ),
  ];
}

/** The best caption of the n-gram model whose order gives held-out captions the lowest loss. */
function likeliestCaption(
  vocabulary: Vocabulary,
  training: CaptionedFeatures['captions'],
  heldOut: CaptionedFeatures['captions'],
  { beam, lengthPenalty, minLength = decodingDefaults.minLength, maxLength }: DecodingOptions,
): { caption: string; order: number; loss: number } {
  const { start, end, unknown } = specialIds(vocabulary);
  const sequences = (captions: CaptionedFeatures['captions']) =>
    captions.flat().map((caption) => [start, ...encodeCaption(caption, vocabulary), end]);
  const model = new NgramModel(sequences(training), { order: MOST_WORDS, vocabulary: vocabulary.size, start });
  const losses = model.losses(sequences(heldOut));
  const loss = Math.min(...losses);
  const order = losses.indexOf(loss) + 1;
  const search = { start, end, forbidden: [start, unknown], beam, lengthPenalty, minLength, maxLength };
  const [[best] = []] = beamSearch(model.begin(order), 1, search);
  return { caption: (best?.tokens ?? []).map((token) => vocabulary.tokenOf(token)).join(' '), order, loss };
}

/** Gives each of at least two pictures the features of another one. */
function exchanged(features: Float32Array, D: number): Float32Array {
  const order = new Random(1).shuffle([...Array(features.length / D).keys()]);
  const result = new Float32Array(features.length);
  for (const [i, picture] of order.entries()) {
    const other = order[(i + 1) % order.length] ?? picture;
    result.set(features.subarray(other * D, (other + 1) * D), picture * D);
  }
  return result;
}
