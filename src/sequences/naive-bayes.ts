/** Naive Bayes, a baseline: a classifier that counts words and knows nothing of their order. */
import { runAtOnce, type Steps } from '../base/steps.ts';
import { countTokens } from '../text/vocabulary.ts';
import { isWords, type SequenceExample } from './data/example.ts';

interface TextClass {
  label: string;
  logPrior: number;
  /** log p(word | class) of the words that come in it, and of each that does not. */
  logProbs: ReadonlyMap<string, number>;
  unseen: number;
}

/** How often each word comes in each class. */
export interface WordCounts {
  ofClasses: ReadonlyMap<string, ReadonlyMap<string, number>>;
  vocabulary: ReadonlySet<string>;
}

/**
 * Multinomial naive Bayes over a bag of words, every count one larger than it is (McCallum and Nigam 1998, "A comparison
 * of event models for naive Bayes text classification", section 2.2).
 */
export class NaiveBayes {
  readonly #classes: readonly TextClass[];
  readonly #vocabulary: ReadonlySet<string>;

  /**
   * @param examples of one label each
   * @param counts of their words, where these were counted before
   */
  constructor(
    examples: readonly SequenceExample[],
    { ofClasses, vocabulary }: WordCounts = runAtOnce(countSteps(examples)),
  ) {
    const frequencies = countTokens(examples.map(({ labels }) => labels[0]!));
    this.#vocabulary = vocabulary;
    this.#classes = frequencies.map(([label, frequency]): TextClass => {
      const words = ofClasses.get(label)!;
      const total = [...words.values()].reduce((sum, count) => sum + count, vocabulary.size);
      return {
        label,
        logPrior: Math.log(frequency / examples.length),
        logProbs: new Map(Array.from(words, ([word, count]) => [word, Math.log((count + 1) / total)])),
        unseen: Math.log(1 / total),
      };
    });
  }

  /** Learns from examples, one after another. */
  static *createSteps(examples: readonly SequenceExample[]): Steps<NaiveBayes> {
    return new NaiveBayes(examples, yield* countSteps(examples));
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

function* countSteps(examples: readonly SequenceExample[]): Steps<WordCounts> {
  const ofClasses = new Map<string, Map<string, number>>();
  const vocabulary = new Set<string>();
  for (const [i, { inputs, labels }] of examples.entries()) {
    yield i / examples.length;
    const words = ofClasses.get(labels[0]!) ?? new Map<string, number>();
    ofClasses.set(labels[0]!, words);
    for (const word of isWords(inputs) ? inputs : []) {
      words.set(word, (words.get(word) ?? 0) + 1);
      vocabulary.add(word);
    }
  }
  return { ofClasses, vocabulary };
}
