/** The loss of n-gram models on the text that a language model learns from: the yardstick beside it in its report. */
import { partOf, type Steps } from '../base/steps.ts';
import { NgramModel } from '../text/ngram-model.ts';
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
  /** Tokens that were learned from: the end of each part of the training text, where the whole is too much for memory. */
  tokens: number;
}

/** Measures n-gram models of all orders up to 10 on the split that a language model is measured on. */
export function* ngramBaselineSteps({ training, validation, vocabulary }: LanguageText): Steps<NgramBaseline> {
  const learned = training.map((part) => {
    const most = Math.floor(MOST_TRAINING / training.length);
    return part.read(Math.max(0, part.length - most), part.length);
  });
  const heldOut = validation.map((part) => {
    return part.read(0, Math.min(part.length, Math.floor(MOST_VALIDATION / validation.length)));
  });
  const options = { order: MOST_TOKENS, vocabulary: vocabulary.size };
  const model = yield* partOf(NgramModel.createSteps(learned, options), 0, 0.7);
  const losses = yield* partOf(model.lossesSteps(heldOut), 0.7, 1);
  const loss = Math.min(...losses);
  const tokens = learned.reduce((sum, { length }) => sum + length, 0);
  return { losses, order: losses.indexOf(loss) + 1, loss, tokens };
}
