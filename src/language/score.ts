/**
 * How probable a text is to a language model: log p(X) = Σₜ log p(xₜ | x₁ … xₜ₋₁), read piece by piece. It knows no
 * files: a text comes as tokens.
 */
import type { LanguageModel } from '../model/language-model.ts';
import { uniformPacking } from '../nn/packing.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { END, UNKNOWN } from '../text/special-tokens.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { idsOf, startOf } from './ids.ts';

/** Steps that are read at once, and most logits for them: large products, in a memory that does not grow. */
const MOST_STEPS = 1024;
const MOST_LOGITS = 1 << 22;

/** A token that was read. */
export interface ScoredToken {
  token: string;
  /** Its id, that of the unknown token for one that the model has never seen. */
  id: number;
  /** log p(token | all before it), in nats. */
  logProb: number;
  /** The log-probabilities [V] of all tokens in its place, valid until the next one. */
  alternatives: Float32Array;
}

/** How probable a text is. */
export interface Score {
  tokens: number;
  /** Tokens that the model has never seen: they are scored as its unknown token. */
  unknown: number;
  /** log p of all tokens together, in nats. */
  logProb: number;
  /** Per token: the cross entropy. NaN, as are the next two, for an empty text. */
  nats: number;
  bits: number;
  /** The number of equally likely tokens that would be as hard to guess: e to the nats. */
  perplexity: number;
}

/**
 * Reads one text of any length in constant memory, with the state carried on from piece to piece: how it is cut makes
 * no difference. The probabilities of all texts of n tokens sum to one. The next text is begun by `begin`.
 */
export class TextScorer {
  readonly #model: LanguageModel;
  readonly #vocabulary: Vocabulary;
  readonly #unknown: number | undefined;
  readonly #state: StackState;
  readonly #steps: number;
  /** The token that was read last: it is the input at the next step. */
  #last: number;
  #tokens = 0;
  #unknowns = 0;
  #logProb = 0;

  constructor(model: LanguageModel, vocabulary: Vocabulary) {
    this.#model = model;
    this.#vocabulary = vocabulary;
    this.#unknown = vocabulary.idOf(UNKNOWN);
    this.#state = model.newState(1);
    this.#steps = Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_LOGITS / vocabulary.size)));
    this.#last = startOf(vocabulary);
  }

  /**
   * Begins a new text.
   *
   * @param first the id of the token before it, which is read but not scored: a line end where none is given
   */
  begin(first = startOf(this.#vocabulary)): void {
    resetState(this.#state);
    this.#last = first;
    this.#tokens = 0;
    this.#unknowns = 0;
    this.#logProb = 0;
  }

  /**
   * Reads on, token by token: all of them are to be taken.
   *
   * @throws InputError when there is a token that the model has no place for, see `idsOf`
   */
  *read(tokens: readonly string[]): Generator<ScoredToken> {
    const V = this.#vocabulary.size;
    const ids = idsOf(tokens, this.#vocabulary);
    for (let start = 0; start < ids.length; start += this.#steps) {
      const T = Math.min(this.#steps, ids.length - start);
      const inputs = Int32Array.from({ length: T }, (_, t) => (t === 0 ? this.#last : ids[start + t - 1]!));
      this.#last = ids[start + T - 1]!;
      const logProbs = this.#model.logProbs({ packing: uniformPacking(1, T), inputs }, this.#state); // [T, V]
      for (let t = 0; t < T; t++) {
        const id = ids[start + t]!;
        const alternatives = logProbs.subarray(t * V, (t + 1) * V);
        const logProb = alternatives[id]!;
        this.#tokens++;
        if (id === this.#unknown) this.#unknowns++;
        this.#logProb += logProb;
        yield { token: tokens[start + t]!, id, logProb, alternatives };
      }
    }
  }

  /** Reads on to the end of these tokens, for their score alone. @throws InputError as `read` does */
  add(tokens: readonly string[]): void {
    for (const _ of this.read(tokens));
  }

  /**
   * Ends a sequence, where the model knows sequences: its END is scored too, and what is read next begins another, with
   * which the score goes on. For a model of one text it does nothing.
   */
  *end(): Generator<ScoredToken> {
    if (this.#vocabulary.idOf(END) === undefined) return;
    yield* this.read([END]);
    resetState(this.#state); // what was read last is END, with which a sequence begins
  }

  /** The score of the text so far. */
  get score(): Score {
    const nats = -this.#logProb / this.#tokens;
    return {
      tokens: this.#tokens,
      unknown: this.#unknowns,
      logProb: this.#logProb,
      nats,
      bits: nats / Math.LN2,
      perplexity: Math.exp(nats),
    };
  }
}
