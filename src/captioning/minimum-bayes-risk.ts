/** Choosing a caption for what the model says on the whole, not for being its likeliest single sentence. */
import { type CiderVectors, ciderSimilarity, ciderVectors } from '../metrics/cider.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { rarityOf } from './vocabulary.ts';
import type { Caption } from './write.ts';

/** What a nat of log-probability a word is worth in similarity: decides between captions that are about as similar. */
const LIKELIHOOD_WEIGHT = 0.05;

/**
 * Orders captions of one picture by how similar they are to captions that were drawn from the model: by CIDEr-D on
 * average, which is what the model expects them to score (minimum Bayes risk decoding, Kumar and Byrne 2004, section 2;
 * with a sample in place of all sentences, Eikema and Aziz 2020, section 5). The likeliest sentence is often short and
 * says what fits any picture; this one says what most of the drawn ones agree on.
 *
 * An n-gram counts as rare as its rarest word, so that no table of n-grams is needed.
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
  const vectors = new Map<string, CiderVectors>();
  for (const { caption, words } of [...candidates, ...drawn]) {
    if (!vectors.has(caption))
      vectors.set(
        caption,
        ciderVectors(
          words.map(({ word }) => word),
          rarityOfNgram,
        ),
      );
  }
  const times = new Map<string, number>();
  for (const { caption } of drawn) times.set(caption, (times.get(caption) ?? 0) + 1);

  const expectedScore = ({ caption, logProb, words }: Caption): number => {
    const candidate = vectors.get(caption)!;
    let sum = 0;
    for (const [other, count] of times) sum += count * ciderSimilarity(candidate, vectors.get(other)!).clipped;
    return sum / drawn.length + LIKELIHOOD_WEIGHT * (logProb / (words.length + 1));
  };
  return [...new Map(candidates.map((candidate) => [candidate.caption, candidate])).values()]
    .map((candidate) => ({ candidate, score: expectedScore(candidate) }))
    .sort((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);
}
