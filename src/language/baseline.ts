/**
 * The loss of n-gram models on the text or the sequences that a language model learns from: the yardstick beside it in its
 * report.
 */
import { partOf, type Steps } from '../base/steps.ts';
import { NgramModel } from '../text/ngram-model.ts';
import type { SequenceList } from '../text/sequence-list.ts';
import { isSequences, type LanguageData } from './data.ts';
import type { LanguageSequences } from './sequences.ts';
import type { LanguageText } from './text.ts';

/** The longest n-gram that is tried. */
const MOST_TOKENS = 10;
/** Tokens that are learned from and measured on, at most: some 400 MB of memory and half a minute. */
const MOST_TRAINING = 6_000_000;
const MOST_VALIDATION = 1_000_000;

/** The losses of n-gram models of all orders. */
export interface NgramBaseline {
  /** Validation loss in nats per token of the models of order 1, 2, …: `losses[n - 1]`. */
  losses: number[];
  /** The order with the lowest one. */
  order: number;
  loss: number;
  /**
   * Tokens that were learned from: the end of each part of the training text, or the first sequences, where the whole is too
   * much for memory.
   */
  tokens: number;
}

/** Measures n-gram models of all orders up to 10 on the split that a language model is measured on. */
export function* ngramBaselineSteps(data: LanguageData): Steps<NgramBaseline> {
  const { learned, heldOut, ...vocabulary } = isSequences(data) ? sequencesOf(data) : partsOf(data);
  const options = { order: MOST_TOKENS, ...vocabulary };
  const model = yield* partOf(NgramModel.createSteps(learned, options), 0, 0.7);
  const losses = yield* partOf(model.lossesSteps(heldOut), 0.7, 1);
  const loss = Math.min(...losses);
  const starts = isSequences(data) ? learned.length : 0; // which are read and not learned
  const tokens = learned.reduce((sum, { length }) => sum + length, -starts);
  return { losses, order: losses.indexOf(loss) + 1, loss, tokens };
}

/** What n-gram models learn from and are measured on. */
interface NgramData {
  learned: ArrayLike<number>[];
  heldOut: ArrayLike<number>[];
  vocabulary: number;
  start?: number;
}

function partsOf({ training, validation, vocabulary }: LanguageText): NgramData {
  const learned = training.map((part) => {
    const most = Math.floor(MOST_TRAINING / training.length);
    return part.read(Math.max(0, part.length - most), part.length);
  });
  const heldOut = validation.map((part) => {
    return part.read(0, Math.min(part.length, Math.floor(MOST_VALIDATION / validation.length)));
  });
  return { learned, heldOut, vocabulary: vocabulary.size };
}

/** Sequences with their ENDs, each behind a start of its own, which is no token and never is to be predicted. */
function sequencesOf({ training, validation, vocabulary }: LanguageSequences): NgramData {
  const start = vocabulary.size;
  const read = (list: SequenceList, most: number): Uint32Array[] => {
    const sequences: Uint32Array[] = [];
    for (let i = 0; i < list.count && list.begins[i + 1]! <= most; i++) {
      const ids = list.at(i);
      const sequence = new Uint32Array(ids.length + 1);
      sequence[0] = start;
      sequence.set(ids, 1);
      sequences.push(sequence);
    }
    return sequences;
  };
  return {
    learned: read(training, MOST_TRAINING),
    heldOut: read(validation, MOST_VALIDATION),
    vocabulary: vocabulary.size + 1,
    start,
  };
}
