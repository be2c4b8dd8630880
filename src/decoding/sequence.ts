/** The sequences that decoders write, and what these may not hold however likely a model finds it. */
import type { StepFunction } from './step.ts';

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

/** A sequence that grows, in step with all others of a decoder. */
export interface Growing extends Sequence {
  /** Its row in the last call of the step function; before the first call, the number of its source. */
  row: number;
  /** Log-probabilities [V] of what may follow it, valid until the next step; -∞ where the rules forbid it. */
  next: Float32Array;
}

export function emptySequence(source: number): Growing {
  return { tokens: [], logProbs: [], logProb: 0, row: source, next: new Float32Array() };
}

/** One step of all growing sequences, in the order of their sources: gives each what may follow its last token. */
export function readNext(step: StepFunction, growing: readonly Growing[], rules: SequenceRules): void {
  // Sequences of the same source begin as one row.
  const rows = growing.filter(({ tokens, row }, i) => tokens.length > 0 || row !== growing[i - 1]?.row);
  const logProbs = step(
    rows.map(({ tokens }) => tokens.at(-1) ?? rules.start),
    rows.map(({ row }) => row),
  );
  const V = logProbs.length / rows.length;
  for (const [i, sequence] of growing.entries()) {
    if (sequence.tokens.length > 0) sequence.row = i;
    sequence.next = logProbs.subarray(sequence.row * V, (sequence.row + 1) * V);
    forbid(sequence, rules);
  }
}

/** Makes impossible what may not follow a sequence. */
function forbid(
  { tokens, next }: Growing,
  { end, minLength = 0, forbidden = [], allowRepeats = false, block = 0 }: SequenceRules,
): void {
  const never = (token: number | undefined): void => {
    if (token !== undefined) next[token] = Number.NEGATIVE_INFINITY;
  };
  forbidden.forEach(never);
  if (tokens.length < minLength) never(end);
  if (!allowRepeats) never(tokens.at(-1));
  if (block === 0) return;
  // Whatever followed the last `block` - 1 tokens where they stood before may not follow them again.
  const tail = tokens.length - (block - 1);
  for (let at = 0; at < tail; at++) {
    let same = 0;
    while (same < block - 1 && tokens[at + same] === tokens[tail + same]) same++;
    if (same === block - 1) never(tokens[at + same]);
  }
}
