/** How probable a text is to a language model: log p(X) = Σₜ log p(xₜ | x₁ … xₜ₋₁), read piece by piece. */
import type { LanguageModel } from '../model/language-model.ts';
import { uniformPacking } from '../nn/packing.ts';
import { resetState, type StackState } from '../nn/state.ts';

/** Steps that are read at once, and most logits for them: large products, in a memory that does not grow. */
const MOST_STEPS = 1024;
const MOST_LOGITS = 1 << 22;

/** A token that was read. */
export interface ScoredToken {
  id: number;
  /** log p(token | all before it), in nats. */
  logProb: number;
  /** The log-probabilities [V] of all tokens in its place, valid until the next one. */
  alternatives: Float32Array;
}

/**
 * Reads one text of any length in constant memory, with the state carried on from piece to piece: how it is cut makes
 * no difference. The probabilities of all texts of n tokens sum to one.
 */
export class TextScorer {
  readonly #model: LanguageModel;
  readonly #state: StackState;
  readonly #steps: number;
  #last = 0;

  constructor(model: LanguageModel) {
    this.#model = model;
    this.#state = model.newState(1);
    this.#steps = Math.max(1, Math.min(MOST_STEPS, Math.floor(MOST_LOGITS / model.shape.vocabulary)));
  }

  /** Begins a new text. @param first the token that stands before it: read, not scored */
  begin(first: number): void {
    resetState(this.#state);
    this.#last = first;
  }

  /** Reads on. */
  *read(ids: ArrayLike<number>): Generator<ScoredToken> {
    const V = this.#model.shape.vocabulary;
    for (let start = 0; start < ids.length; start += this.#steps) {
      const T = Math.min(this.#steps, ids.length - start);
      const inputs = Int32Array.from({ length: T }, (_, t) => (t === 0 ? this.#last : ids[start + t - 1]) ?? -1);
      this.#last = ids[start + T - 1] ?? -1;
      const logProbs = this.#model.logProbs({ packing: uniformPacking(1, T), inputs }, this.#state);
      for (let t = 0; t < T; t++) {
        const id = ids[start + t] ?? -1;
        const alternatives = logProbs.subarray(t * V, (t + 1) * V);
        yield { id, logProb: alternatives[id] ?? Number.NaN, alternatives };
      }
    }
  }
}

/** What a text, or any number of tokens, is worth in all. */
export interface Score {
  tokens: number;
  /** Tokens that the model has never seen: they are scored as its unknown token. */
  unknown: number;
  /** log p of all of them together, in nats. */
  logProb: number;
  /** Per token: the cross entropy. */
  nats: number;
  bits: number;
  /** The number of equally likely tokens that would be as hard to guess: e to the nats. */
  perplexity: number;
}

/** Adds up what tokens score. */
export class ScoreSum {
  readonly #unknown: number | undefined;
  #tokens = 0;
  #unknowns = 0;
  #logProb = 0;

  /** @param unknown the id of the unknown token */
  constructor(unknown: number | undefined) {
    this.#unknown = unknown;
  }

  add({ id, logProb }: ScoredToken): void {
    this.#tokens++;
    if (id === this.#unknown) this.#unknowns++;
    this.#logProb += logProb;
  }

  get total(): Score {
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
