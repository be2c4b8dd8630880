/**
 * An n-gram language model over token ids of any kind: interpolated modified Kneser-Ney (Chen and Goodman 1999, "An
 * empirical study of smoothing techniques for language modeling", section 3), the yardstick that a recurrent model has
 * to beat. One table of counts serves the models of all orders up to the longest. It knows no words.
 */
import { runAtOnce, type Steps } from '../base/steps.ts';
import { type CountedNgrams, countNgramsSteps, type Mass, type NgramOptions, type NgramTable } from './ngram-tables.ts';
import type { NgramLevel } from './ngram-trie.ts';

/** Tokens whose losses are measured between two steps. */
const STEP = 4096;
/** Followers that are summed up faster than they are looked up. */
const FEW = 16;

/** For each k below the order the k-gram that was read last, by its number in its level; UNSEEN if training has none. */
type Context = Int32Array;

const UNSEEN = -1;

export class NgramModel {
  readonly order: number;
  readonly vocabulary: number;
  readonly #start: number | undefined;
  readonly #levels: readonly NgramLevel[];
  readonly #highest: readonly NgramTable[];
  readonly #lower: readonly NgramTable[];

  /**
   * Learns from sequences (a text is one, captions are many).
   *
   * @param counted their n-grams, where these were counted before
   */
  constructor(
    sequences: readonly ArrayLike<number>[],
    options: NgramOptions,
    { levels, highest, lower }: CountedNgrams = runAtOnce(countNgramsSteps(sequences, options)),
  ) {
    this.order = options.order;
    this.vocabulary = options.vocabulary;
    this.#start = options.start;
    this.#levels = levels;
    this.#highest = highest;
    this.#lower = lower;
  }

  /** Learns from sequences, a little at a time. */
  static *createSteps(sequences: readonly ArrayLike<number>[], options: NgramOptions): Steps<NgramModel> {
    return new NgramModel(sequences, options, yield* countNgramsSteps(sequences, options));
  }

  /**
   * The log-probability in nats of each token of a held-out sequence, under the model of one order. The start token is
   * read and has none, so that the result is shorter by one where there is such a token.
   */
  logProbs(sequence: ArrayLike<number>, order = this.order): Float64Array {
    const logProbs: number[] = [];
    for (const probabilities of this.#read(sequence)) logProbs.push(Math.log(probabilities[order]!));
    return Float64Array.from(logProbs);
  }

  /** The mean loss in nats per token of held-out sequences, for the models of order 1 up to the longest: `losses[n - 1]`. */
  losses(sequences: readonly ArrayLike<number>[]): number[] {
    return runAtOnce(this.lossesSteps(sequences));
  }

  /** `losses`, a few thousand tokens at a time. */
  *lossesSteps(sequences: readonly ArrayLike<number>[]): Steps<number[]> {
    const total = sequences.reduce((sum, { length }) => sum + length, 0);
    const sums = new Float64Array(this.order + 1);
    let tokens = 0;
    for (const sequence of sequences) {
      for (const probabilities of this.#read(sequence)) {
        for (let n = 1; n <= this.order; n++) sums[n]! -= Math.log(probabilities[n]!);
        if (++tokens % STEP === 0) yield tokens / total;
      }
      yield tokens / total;
    }
    return Array.from(sums.subarray(1), (sum) => sum / tokens);
  }

  /** A step function as decoders take it (decoding/step.ts), from the start of sequences, with the model of one order. */
  begin(order = this.order): (tokens: readonly number[], parents: readonly number[]) => Float32Array {
    let contexts: Context[] = [];
    return (tokens, parents) => {
      contexts = tokens.map((token, row) => {
        const context = contexts[parents[row]!]?.slice() ?? this.#newContext();
        this.#advance(context, token);
        return context;
      });
      const logProbs = new Float32Array(tokens.length * this.vocabulary);
      for (const [row, context] of contexts.entries()) {
        logProbs.set(this.#distribution(context, order).map(Math.log), row * this.vocabulary);
      }
      return logProbs;
    };
  }

  /** For each token of a sequence its probability under the models of all orders, by order, valid until the next. */
  *#read(sequence: ArrayLike<number>): Generator<Float64Array> {
    const context = this.#newContext();
    const probabilities = new Float64Array(this.order + 1);
    for (let i = 0; i < sequence.length; i++) {
      const token = sequence[i]!;
      if (token !== this.#start) {
        this.#fillProbabilities(probabilities, context, token);
        yield probabilities;
      }
      this.#advance(context, token);
    }
  }

  /** The probability of a token under the model of each order n: that of the n-gram, mixed with the lower order's. */
  #fillProbabilities(probabilities: Float64Array, context: Context, token: number): void {
    let lower = this.#uniform;
    for (let k = 1; k <= this.order; k++) {
      const parent = context[k - 1]!;
      const child = this.#child(k, parent, token);
      probabilities[k] = this.#mixed(this.#highest[k]!, k, parent, child, lower);
      if (k < this.order) lower = this.#mixed(this.#lower[k]!, k, parent, child, lower);
    }
  }

  #mixed(table: NgramTable, k: number, parent: number, child: number, lower: number): number {
    const { total, removed } = this.#massOf(table, k, parent);
    if (total === 0) return lower;
    const count = child === UNSEEN ? 0 : table.counts[child]!;
    return (count - table.discounts[Math.min(count, 3)]! + removed * lower) / total;
  }

  /** The probabilities of all tokens after a context, under the model of one order. */
  #distribution(context: Context, order: number): Float64Array {
    const probabilities = new Float64Array(this.vocabulary).fill(this.#uniform);
    if (this.#start !== undefined) probabilities[this.#start] = 0;
    for (let k = 1; k <= order; k++) {
      const table = (k === order ? this.#highest : this.#lower)[k]!;
      const { total, removed } = this.#massOf(table, k, context[k - 1]!);
      if (total === 0) break;
      for (let token = 0; token < probabilities.length; token++) probabilities[token]! *= removed / total;
      const { tokens } = this.#levels[k]!;
      const [from, to] = this.#children(k, context[k - 1]!);
      for (let child = from; child < to; child++) {
        const count = table.counts[child]!;
        probabilities[tokens[child]!]! += (count - table.discounts[Math.min(count, 3)]!) / total;
      }
    }
    return probabilities;
  }

  #massOf({ counts, discounts, masses }: NgramTable, k: number, parent: number): Mass {
    const [from, to] = this.#children(k, parent);
    const known = to - from > FEW ? masses.get(parent) : undefined;
    if (known) return known;
    const mass = { total: 0, removed: 0 };
    for (let child = from; child < to; child++) {
      const count = counts[child]!;
      mass.total += count;
      mass.removed += discounts[Math.min(count, 3)]!;
    }
    if (to - from > FEW) masses.set(parent, mass);
    return mass;
  }

  /** The probability of each token for a model that knows nothing. */
  get #uniform(): number {
    return 1 / (this.#start === undefined ? this.vocabulary : this.vocabulary - 1);
  }

  #newContext(): Context {
    const context = new Int32Array(this.order).fill(UNSEEN);
    context[0] = 0;
    return context;
  }

  #advance(context: Context, token: number): void {
    for (let k = this.order - 1; k > 0; k--) context[k] = this.#child(k, context[k - 1]!, token);
  }

  /** The k-grams that continue the (k-1)-gram `parent`: from, to. */
  #children(k: number, parent: number): [from: number, to: number] {
    const { children } = this.#levels[k - 1]!;
    return parent === UNSEEN ? [0, 0] : [children[parent]!, children[parent + 1]!];
  }

  #child(k: number, parent: number, token: number): number {
    const { tokens } = this.#levels[k]!;
    let [from, to] = this.#children(k, parent);
    const end = to;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (tokens[middle]! < token) from = middle + 1;
      else to = middle;
    }
    return from < end && tokens[from] === token ? from : UNSEEN;
  }
}
