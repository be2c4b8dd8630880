/** The sequences that decoders write, and what these may not hold however likely a model finds it. */

export interface Sequence {
  /** Without start and end. */
  tokens: number[];
  /** Log-probability of each token in nats, and of the end where it was reached. */
  logProbs: number[];
  /** Their sum. */
  logProb: number;
}

export interface SequenceRules {
  /** The token that each sequence starts from, and the one that ends it. */
  start: number;
  end: number;
  /** Longest and shortest sequence, without its end. */
  maxLength: number;
  minLength?: number;
  /** Tokens that are never written: START, the unknown word. */
  forbidden?: readonly number[];
  /** Whether a token may directly follow itself. */
  allowRepeats?: boolean;
  /** No run of this many tokens is written twice in a sequence (Paulus et al. 2018, section 2.5); 0 for no such rule. */
  block?: number;
}

/**
 * Makes impossible what may not follow a sequence.
 *
 * @param logProbs [V] of the token after `tokens`, changed in place
 */
export function applyRules(
  logProbs: Float32Array,
  tokens: readonly number[],
  { end, minLength = 0, forbidden = [], allowRepeats = false, block = 0 }: SequenceRules,
): void {
  for (const token of forbidden) logProbs[token] = Number.NEGATIVE_INFINITY;
  if (tokens.length < minLength) logProbs[end] = Number.NEGATIVE_INFINITY;
  const last = tokens.at(-1);
  if (last !== undefined && !allowRepeats) logProbs[last] = Number.NEGATIVE_INFINITY;
  if (block === 0) return;
  // Whatever followed the last `block` - 1 tokens where they stood before may not follow them again.
  const tail = tokens.length - (block - 1);
  for (let at = 0; at < tail; at++) {
    let same = 0;
    while (same < block - 1 && tokens[at + same] === tokens[tail + same]) same++;
    const next = tokens[at + same];
    if (same === block - 1 && next !== undefined) logProbs[next] = Number.NEGATIVE_INFINITY;
  }
}
