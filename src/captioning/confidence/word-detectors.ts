/** Which words people use about a picture, told from its features alone, without a language model. */
import { type Int8Rows, timesVector, toInt8 } from '../../base/int8.ts';
import type { Random } from '../../base/random.ts';
import { inPieces, partOf, type Steps } from '../../base/steps.ts';
import type { Engine } from '../../compute/engine.ts';
import { measureStandardisationSteps, standardiseSteps } from '../../model/standardisation.ts';
import type { Vocabulary } from '../../text/vocabulary.ts';
import type { CaptionedFeatures } from '../batch.ts';
import { encodeCaption, specialIds } from '../vocabulary.ts';
import { lowRankRegressionSteps } from './low-rank.ts';

/** The most frequent words are detected, by so many directions of the features: so the detectors stay near 1 MB. */
const WORDS = 1800;
const RANK = 320;
/**
 * Features are raised to it before all else (power normalisation, Perronnin et al. 2010, "Improving the Fisher kernel",
 * section 3.3): means over a picture of what is seen in few places are small, and a straight line through them would
 * hardly heed how small.
 */
const POWER = 0.5;
/** Of the ridge regression, for features of deviation 1; 300 is as good, 3,000 and 10,000 are worse. */
const PENALTY = 1000;
/** Rarity that the regression takes a frequent word to have at least, so that its share is predicted too. */
const LEAST_RARITY = 0.25;
/**
 * What a word costs in a search is so much of -log of its share, and no share is taken to be less. More of it gains BLEU-1
 * and loses CIDEr, see docs/results/captioning.md.
 */
const [COST, LEAST_SHARE] = [0.3, 0.02];

/** The arrays that detectors are made of. W words, D features, R directions. */
export interface DetectorTensors {
  /** Ids of the words [W] in the captioner's vocabulary. */
  words: Int32Array;
  /** What is subtracted from the features, after they were raised to the power [D]. */
  mean: Float32Array;
  /** [R, D] */
  encode: Int8Rows;
  /** [W, R] */
  decode: Int8Rows;
  /** The mean share of a picture's captions that have each word [W]. */
  shares: Float32Array;
  /** log(pictures / pictures with the word among their captions) [W]. */
  rarities: Float32Array;
}

/**
 * Detectors of words (Fang et al. 2015, "From captions to visual concepts and back", section 3): the share of a picture's
 * captions that have a word, by a linear regression from the features. Here all words share R directions of the features.
 */
export class WordDetectors {
  readonly tensors: DetectorTensors;
  /** The pictures learned from. */
  readonly pictures: number;
  /** That features are raised to. */
  readonly power: number;
  readonly #places: ReadonlyMap<number, number>;

  constructor(tensors: DetectorTensors, { pictures, power }: Pick<WordDetectors, 'pictures' | 'power'>) {
    this.tensors = tensors;
    this.pictures = pictures;
    this.power = power;
    this.#places = new Map(Array.from(tensors.words, (id, place) => [id, place]));
  }

  /**
   * @param pictures those learned from, with features as the CNN gives them, which are overwritten, and captions all in one
   *   language
   */
  static *learnSteps(
    engine: Engine,
    { features: inputs, captions }: Pick<CaptionedFeatures, 'features' | 'captions'>,
    { vocabulary, language }: { vocabulary: Vocabulary; language?: string | undefined },
    random: Random,
  ): Steps<WordDetectors> {
    const N = captions.length;
    const D = inputs.length / N;
    const { words, shares, rarities, ofPictures } = yield* partOf(countWords(captions, vocabulary, language), 0, 0.2);
    const [W, weights] = [words.length, rarities.map((rarity) => Math.max(LEAST_RARITY, rarity))];
    const raising = inPieces(inputs.length, (from, to) => {
      for (let i = from; i < to; i++) inputs[i] = raised(inputs[i]!, POWER);
    });
    yield* partOf(raising, 0.2, 0.2);
    const standardisation = yield* partOf(measureStandardisationSteps([inputs], D), 0.2, 0.2);
    yield* partOf(standardiseSteps(inputs, standardisation), 0.2, 0.2);
    const products = new Float32Array(W * D);
    for (const [n, counted] of ofPictures.entries()) {
      if (n % 16 === 0) yield 0.2 + (0.1 * n) / N;
      const input = inputs.subarray(n * D, (n + 1) * D);
      for (const [i, w] of counted.words.entries()) {
        const target = counted.shares[i]! * weights[w]!;
        for (let d = 0; d < D; d++) products[w * D + d]! += target * input[d]!;
      }
    }
    const options = { D, W, rank: RANK, penalty: PENALTY, random };
    const { encode, decode, R } = yield* partOf(lowRankRegressionSteps(engine, inputs, products, options), 0.3, 1);
    const { mean, scale } = standardisation;
    const directions = new Float32Array(R * D);
    for (let d = 0; d < D; d++) for (let r = 0; r < R; r++) directions[r * D + d] = encode[d * R + r]! * scale[d]!;
    for (let i = 0; i < decode.length; i++) decode[i]! /= weights[Math.floor(i / R)]!;
    const matrices = { encode: toInt8(directions, R), decode: toInt8(decode, W) };
    return new WordDetectors({ words, mean, ...matrices, shares, rarities }, { pictures: N, power: POWER });
  }

  /** The words of a picture. @param features as the CNN gives them [D] */
  detect(features: Float32Array): DetectedWords {
    const { mean, encode, decode, shares } = this.tensors;
    const centred = new Float64Array(features).map((x, d) => raised(x, this.power) - mean[d]!);
    const deviations = timesVector(decode, timesVector(encode, centred));
    return new DetectedWords(
      this,
      deviations.map((deviation, w) => shares[w]! + deviation),
    );
  }

  /** The place of a word, by its id, among those that are detected. */
  placeOf(id: number): number | undefined {
    return this.#places.get(id);
  }
}

/** What people are likely to write about one picture. */
export class DetectedWords {
  readonly #detectors: WordDetectors;
  /** [W] */
  readonly #shares: Float64Array;
  /** The length of the shares as a vector, each weighted by its word's rarity. */
  readonly #length: number;

  constructor(detectors: WordDetectors, shares: Float64Array) {
    this.#detectors = detectors;
    this.#shares = shares;
    const { rarities } = detectors.tensors;
    let squares = 0;
    for (let w = 0; w < shares.length; w++) squares += (Math.max(0, shares[w]!) * rarities[w]!) ** 2;
    this.#length = Math.sqrt(squares);
  }

  /** The predicted share of the picture's captions that have a word: about 0 to 1, and 0 for a word without a detector. */
  shareOf(id: number): number {
    const place = this.#detectors.placeOf(id);
    return place === undefined ? 0 : this.#shares[place]!;
  }

  /**
   * How similar a caption is to what people are likely to write: the cosine of its words with the predicted shares, all
   * weighted by rarity, as CIDEr-D has it for single words: a word that is said again makes the caption longer and no more
   * similar, so that a cat does not sit on a cat.
   */
  similarity(ids: readonly number[]): number {
    const counts = new Map<number, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    const words = Array.from(counts, ([id, count]) => ({ id, count, rarity: this.#rarityOf(id) }));
    const length = Math.hypot(...words.map(({ rarity, count }) => rarity * count));
    const product = words.reduce((sum, { id, rarity }) => sum + rarity ** 2 * this.shareOf(id), 0);
    return product / (length * this.#length || 1);
  }

  /** What tokens cost in a search for a caption, all V but END: words that are hardly expected cost most. */
  costs(V: number, end: number): Float32Array {
    const costs = Float32Array.from(
      { length: V },
      (_, id) => -COST * Math.log(Math.min(1, Math.max(LEAST_SHARE, this.shareOf(id)))),
    );
    costs[end] = 0;
    return costs;
  }

  /** A word without a detector is as rare as one that is in the captions of one picture. */
  #rarityOf(id: number): number {
    const place = this.#detectors.placeOf(id);
    return place === undefined ? Math.log(this.#detectors.pictures) : this.#detectors.tensors.rarities[place]!;
  }
}

/** |x| raised to a power, with the sign of x. */
function raised(x: number, power: number): number {
  return power === 1 ? x : Math.sign(x) * Math.abs(x) ** power;
}

/** The words that are detected, and how often each is in the captions of each picture. */
function* countWords(captions: CaptionedFeatures['captions'], vocabulary: Vocabulary, language: string | undefined) {
  const { unknown } = specialIds(vocabulary);
  const N = captions.length;
  const pictures = new Map<number, number>();
  const sums = new Map<number, number>();
  /** Numbers alone: a map for each of many pictures would take hundreds of megabytes. */
  const ofPictures: { words: number[]; shares: number[] }[] = [];
  for (const written of captions) {
    yield ofPictures.length / N;
    const shares = new Map<number, number>();
    for (const caption of written) {
      for (const id of new Set(encodeCaption(caption, vocabulary, language))) {
        if (id !== unknown) shares.set(id, (shares.get(id) ?? 0) + 1 / written.length);
      }
    }
    for (const [id, share] of shares) {
      pictures.set(id, (pictures.get(id) ?? 0) + 1);
      sums.set(id, (sums.get(id) ?? 0) + share);
    }
    ofPictures.push({ words: [...shares.keys()], shares: [...shares.values()] });
  }
  const words = Int32Array.from(
    [...pictures.keys()].sort((a, b) => pictures.get(b)! - pictures.get(a)! || a - b),
  ).slice(0, WORDS);
  const places = new Map(Array.from(words, (id, place) => [id, place]));
  for (const [n, { words, shares }] of ofPictures.entries()) {
    ofPictures[n] = {
      words: words.flatMap((id) => places.get(id) ?? []),
      shares: shares.filter((_, i) => places.has(words[i]!)),
    };
  }
  return {
    words,
    shares: Float32Array.from(words, (id) => sums.get(id)! / N),
    rarities: Float32Array.from(words, (id) => Math.log(N / pictures.get(id)!)),
    ofPictures,
  };
}
