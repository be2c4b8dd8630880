import { countTokens } from '../text/vocabulary.ts';
import { isWords, type SequenceExample } from './data/example.ts';

/**
 * Multinomial naive Bayes over a bag of words, every count one larger than it is (McCallum and Nigam 1998): what the
 * order of the words has to beat.
 */
export class NaiveBayes {
  readonly #classes: { label: string; logPrior: number; logProbs: Map<string, number>; unseen: number }[];
  readonly #vocabulary: ReadonlySet<string>;

  constructor(examples: readonly SequenceExample[]) {
    const vocabulary = new Set(examples.flatMap(wordsIn));
    this.#vocabulary = vocabulary;
    this.#classes = countTokens(examples.flatMap(({ labels }) => labels)).map(([label]) => {
      const own = examples.filter(({ labels }) => labels[0] === label);
      const words = own.flatMap(wordsIn);
      const total = words.length + vocabulary.size;
      const logProbs = new Map(countTokens(words).map(([word, count]) => [word, Math.log((count + 1) / total)]));
      return { label, logPrior: Math.log(own.length / examples.length), logProbs, unseen: Math.log(1 / total) };
    });
  }

  /** The likeliest class of a text; words that were never seen say nothing. */
  classify(words: readonly string[]): string {
    const known = words.filter((word) => this.#vocabulary.has(word));
    const scores = this.#classes.map(({ label, logPrior, logProbs, unseen }) => ({
      label,
      score: known.reduce((sum, word) => sum + (logProbs.get(word) ?? unseen), logPrior),
    }));
    return scores.reduce((best, other) => (other.score > best.score ? other : best)).label;
  }
}

function wordsIn({ inputs }: SequenceExample): readonly string[] {
  return isWords(inputs) ? inputs : [];
}
