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
  /** Its row in the last call of the step function; before the first call, the number of its source. Equals share it. */
  row: number;
  /** Log-probabilities [V] of what may follow it, valid until the next step; -∞ where the rules forbid it. */
  next: Float32Array;
}

export function emptySequence(source: number): Growing {
  return { tokens: [], logProbs: [], logProb: 0, row: source, next: new Float32Array() };
}

/**
 * One step of all growing sequences: gives each what may follow its last token. Those that are the same so far are one
 * row of the model: of sixty sentences drawn for a picture, most begin alike.
 */
export function readNext(step: StepFunction, growing: readonly Growing[], rules: SequenceRules): void {
  const rows = new Map<string, Growing>();
  const keys = growing.map(({ row, tokens }) => `${row} ${tokens.at(-1) ?? rules.start}`);
  for (const [i, key] of keys.entries()) rows.set(key, growing[i]!);
  const different = [...rows.values()];
  const logProbs = step(
    different.map(({ tokens }) => tokens.at(-1) ?? rules.start),
    different.map(({ row }) => row),
  );
  const V = logProbs.length / rows.size;
  const numbers = new Map([...rows.keys()].map((key, row) => [key, row]));
  for (const [i, sequence] of growing.entries()) {
    sequence.row = numbers.get(keys[i]!)!;
    sequence.next = logProbs.subarray(sequence.row * V, (sequence.row + 1) * V);
  }
  for (const sequence of different) forbid(sequence, rules);
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
