/** A classifier that counts words and knows nothing of their order: what a recurrent model has to beat. */
import type { Steps } from '../base/steps.ts';
import { countTokens } from '../text/vocabulary.ts';
import { isWords, type SequenceExample } from './data/example.ts';

interface TextClass {
  label: string;
  logPrior: number;
  /** log p(word | class) of the words that come in it, and of each that does not. */
  logProbs: ReadonlyMap<string, number>;
  unseen: number;
}

/**
 * Multinomial naive Bayes over a bag of words, every count one larger than it is (McCallum and Nigam 1998, "A comparison
 * of event models for naive Bayes text classification", section 2.2).
 */
export class NaiveBayes {
  readonly #classes: readonly TextClass[];
  readonly #vocabulary: ReadonlySet<string>;

  private constructor(classes: readonly TextClass[], vocabulary: ReadonlySet<string>) {
    this.#classes = classes;
    this.#vocabulary = vocabulary;
  }

  /** Learns from examples of one label each, one after another. */
  static *createSteps(examples: readonly SequenceExample[]): Steps<NaiveBayes> {
    const frequencies = new Map(countTokens(examples.map(({ labels }) => labels[0]!)));
    const counts = new Map(Array.from(frequencies.keys(), (label) => [label, new Map<string, number>()]));
    const vocabulary = new Set<string>();
    for (const [i, { inputs, labels }] of examples.entries()) {
      yield i / examples.length;
      const ofClass = counts.get(labels[0]!)!;
      for (const word of isWords(inputs) ? inputs : []) {
        ofClass.set(word, (ofClass.get(word) ?? 0) + 1);
        vocabulary.add(word);
      }
    }
    const classes = Array.from(counts, ([label, ofClass]): TextClass => {
      const words = [...ofClass.values()].reduce((sum, count) => sum + count, 0);
      const total = words + vocabulary.size;
      return {
        label,
        logPrior: Math.log(frequencies.get(label)! / examples.length),
        logProbs: new Map(Array.from(ofClass, ([word, count]) => [word, Math.log((count + 1) / total)])),
        unseen: Math.log(1 / total),
      };
    });
    return new NaiveBayes(classes, vocabulary);
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
