/** Minimum Bayes risk decoding: of several captions the one that is most like all that the model would write. */
import { addTo } from '../base/lists.ts';
import { smoothedBleu } from '../metrics/bleu.ts';
import { ciderVectors, lengthPenalty } from '../metrics/cider.ts';
import { countNgrams, MAX_N } from '../metrics/ngrams.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import type { Caption } from './caption.ts';
import { rarityOf } from './vocabulary.ts';

/** Weight of BLEU-4 in similarity beside CIDEr-D, both from 0 to 1; it is stricter on n-grams of no drawn caption. */
const BLEU_WEIGHT = 0.5;
/** Similarity that a nat of log-probability a word is worth: it decides between captions that are about as similar. */
const LIKELIHOOD_WEIGHT = 0.05;

/**
 * Orders captions of one picture by their mean similarity (CIDEr-D and BLEU-4) to captions drawn from the model, which is
 * the score that the model expects of them (minimum Bayes risk decoding, Kumar and Byrne 2004, section 2; with a sample in
 * place of all sentences, Eikema and Aziz 2020, section 5). The likeliest caption is often short and fits any picture;
 * the first of this order has what most of the drawn ones agree on.
 *
 * For CIDEr-D an n-gram is as rare as its rarest word, so that no table of n-grams is needed.
 *
 * @param candidates the captions to be ordered, among which the drawn ones may be
 * @returns the different captions among the candidates, best first
 */
export function byConsensus(
  candidates: readonly Caption[],
  drawn: readonly Caption[],
  vocabulary: Vocabulary,
): Caption[] {
  const sample = new Sample(drawn, vocabulary);
  const expectedScore = (candidate: Caption) =>
    sample.similarity(candidate) + LIKELIHOOD_WEIGHT * (candidate.logProb / (candidate.words.length + 1));
  return [...new Map(candidates.map((candidate) => [candidate.caption, candidate])).values()]
    .map((candidate) => ({ candidate, score: expectedScore(candidate) }))
    .sort((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);
}

/** An n-gram of a caption, with its count there. */
interface CountedNgram {
  ngram: string;
  n: number;
  count: number;
  /** Its weight in the caption's vector for CIDEr-D. */
  weight: number;
  /** The length of that vector. */
  norm: number;
}

interface CountedCaption {
  ngrams: readonly CountedNgram[];
  /** In words, as CIDEr-D counts it. */
  length: number;
}

/** An n-gram in one of the drawn captions. */
type Occurrence = Pick<CountedNgram, 'count' | 'weight' | 'norm'> & {
  /** The caption's place among the different ones. */
  caption: number;
};

/** Captions that were drawn, by their n-grams: a candidate is compared with each by the few that both have. */
class Sample {
  readonly #size: number;
  /** The different captions: how often each was drawn, and its length as BLEU (`words`) and CIDEr-D (`length`) count it. */
  readonly #different: { times: number; words: number; length: number }[] = [];
  readonly #occurrences = new Map<string, Occurrence[]>();
  readonly #vocabulary: Vocabulary;
  /** Captions that were counted before. */
  readonly #counted = new Map<string, CountedCaption>();
  readonly #rarities = new Map<string, number>();

  constructor(drawn: readonly Caption[], vocabulary: Vocabulary) {
    this.#size = drawn.length;
    this.#vocabulary = vocabulary;
    const places = new Map<string, number>();
    for (const caption of drawn) {
      const place = places.get(caption.caption) ?? this.#add(caption);
      places.set(caption.caption, place);
      this.#different[place]!.times++;
    }
  }

  /** The mean over the drawn captions of CIDEr-D and BLEU-4 (by its weight) with a candidate. */
  similarity(candidate: Caption): number {
    const { ngrams, length } = this.#count(candidate);
    const clipped = new Float64Array(this.#different.length);
    const matches = this.#different.map(() => new Array<number>(MAX_N).fill(0));
    for (const { ngram, n, count, weight, norm } of ngrams) {
      for (const other of this.#occurrences.get(ngram) ?? []) {
        matches[other.caption]![n - 1]! += Math.min(count, other.count);
        clipped[other.caption]! += (Math.min(weight, other.weight) * other.weight) / (norm * other.norm || 1);
      }
    }
    let sum = 0;
    for (const [place, { times, words, length: otherLength }] of this.#different.entries()) {
      const cider = (clipped[place]! * lengthPenalty(length, otherLength)) / MAX_N;
      const bleu = smoothedBleu(matches[place]!, candidate.words.length, words);
      sum += times * (cider + BLEU_WEIGHT * bleu);
    }
    return sum / this.#size;
  }

  #add(drawn: Caption): number {
    const { ngrams, length } = this.#count(drawn);
    const caption = this.#different.push({ times: 0, words: drawn.words.length, length }) - 1;
    for (const { ngram, count, weight, norm } of ngrams) {
      addTo(this.#occurrences, ngram, { caption, count, weight, norm });
    }
    return caption;
  }

  #count({ caption, words }: Caption): CountedCaption {
    let counted = this.#counted.get(caption);
    if (!counted) {
      const texts = words.map(({ word }) => word);
      const { weights, norms, length } = ciderVectors(texts, (ngram) => this.#rarityOf(ngram));
      const ngrams = countNgrams(texts).flatMap((counts, i) =>
        Array.from(counts, ([ngram, count]): CountedNgram => {
          return { ngram, n: i + 1, count, weight: weights[i]!.get(ngram)!, norm: norms[i]! };
        }),
      );
      counted = { ngrams, length };
      this.#counted.set(caption, counted);
    }
    return counted;
  }

  #rarityOf(ngram: string): number {
    let rarity = this.#rarities.get(ngram);
    if (rarity === undefined) {
      rarity = Math.max(...ngram.split(' ').map((word) => rarityOf(word, this.#vocabulary)));
      this.#rarities.set(ngram, rarity);
    }
    return rarity;
  }
}
