/** Choosing a caption for what the model says on the whole, not for being its likeliest single sentence. */
import { sentenceBleu } from '../metrics/bleu.ts';
import { ciderSimilarity, ciderVectors } from '../metrics/cider.ts';
import { countNgrams } from '../metrics/ngrams.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { rarityOf } from './vocabulary.ts';
import type { Caption } from './write.ts';

/** What BLEU-4 counts in similarity beside CIDEr-D, both from 0 to 1: it is stricter on what no drawn caption says. */
const BLEU_WEIGHT = 0.5;
/** What a nat of log-probability a word is worth in similarity: decides between captions that are about as similar. */
const LIKELIHOOD_WEIGHT = 0.05;

/**
 * Orders captions of one picture by how similar they are to captions that were drawn from the model: by CIDEr-D and
 * BLEU-4 on average, which is what the model expects them to score (minimum Bayes risk decoding, Kumar and Byrne 2004, section 2;
 * with a sample in place of all sentences, Eikema and Aziz 2020, section 5). The likeliest sentence is often short and
 * says what fits any picture; this one says what most of the drawn ones agree on.
 *
 * For CIDEr-D an n-gram counts as rare as its rarest word, so that no table of n-grams is needed.
 *
 * @param candidates of which the order is asked; the drawn ones may be among them
 * @returns the different captions among the candidates, best first
 */
export function byConsensus(
  candidates: readonly Caption[],
  drawn: readonly Caption[],
  vocabulary: Vocabulary,
): Caption[] {
  const rarityOfNgram = (ngram: string) => Math.max(...ngram.split(' ').map((word) => rarityOf(word, vocabulary)));
  const counted = new Map<string, ReturnType<typeof countsOf>>();
  const countsOf = (words: readonly string[]) => ({
    vectors: ciderVectors(words, rarityOfNgram),
    ngrams: countNgrams(words),
  });
  for (const { caption, words } of [...candidates, ...drawn]) {
    if (!counted.has(caption)) counted.set(caption, countsOf(words.map(({ word }) => word)));
  }
  const times = new Map<string, number>();
  for (const { caption } of drawn) times.set(caption, (times.get(caption) ?? 0) + 1);

  const expectedScore = ({ caption, logProb, words }: Caption): number => {
    const candidate = counted.get(caption)!;
    let sum = 0;
    for (const [text, count] of times) {
      const other = counted.get(text)!;
      const { clipped } = ciderSimilarity(candidate.vectors, other.vectors);
      sum += count * (clipped + BLEU_WEIGHT * sentenceBleu(candidate.ngrams, [other.ngrams]));
    }
    return sum / drawn.length + LIKELIHOOD_WEIGHT * (logProb / (words.length + 1));
  };
  return [...new Map(candidates.map((candidate) => [candidate.caption, candidate])).values()]
    .map((candidate) => ({ candidate, score: expectedScore(candidate) }))
    .sort((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);
}
