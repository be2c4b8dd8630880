/** Measures a translator on held-out pairs: BLEU and loss. */
import { mapSteps, partOf, runAtOnce, type Steps } from '../base/steps.ts';
import { sacreBleuSteps } from '../metrics/bleu.ts';
import type { EncoderDecoder } from '../model/encoder-decoder.ts';
import { resetState, type StackState } from '../nn/state.ts';
import { type CodedPair, packPairs } from './batch.ts';
import type { Pair } from './pairs.ts';
import { type TranslatingOptions, type Translation, type Translator, translatingDefaults } from './translator.ts';
import { bleuWords, encodeText } from './words.ts';

export interface TranslationEvaluation {
  pairs: number;
  /** From 0 to 100, as sacreBLEU counts it on words in lower case. */
  bleu: number;
  /** Nats per word of the references, END among them. */
  loss: number;
  perplexity: number;
  /** The translation of each pair's source. */
  translations: Translation[];
}

/** Measures a translator on pairs, at least one. */
export function evaluateTranslator(
  translator: Translator,
  pairs: readonly Pair[],
  options: TranslatingOptions = translatingDefaults,
): TranslationEvaluation {
  return runAtOnce(evaluateTranslatorSteps(translator, pairs, options));
}

/** `evaluateTranslator`, a few tokens at a time. */
export function* evaluateTranslatorSteps(
  translator: Translator,
  pairs: readonly Pair[],
  options: TranslatingOptions = translatingDefaults,
): Steps<TranslationEvaluation> {
  const { model } = translator;
  const sources = pairs.map(({ source }) => source);
  const translations = yield* partOf(translator.translateSteps(sources, options), 0, 0.9);
  const coded = yield* partOf(codePairsSteps(translator, pairs), 0.9, 0.92);
  const loss = yield* partOf(meanLossSteps(model, coded, model.newState(AT_ONCE), AT_ONCE), 0.92, 1);
  const bleu = yield* partOf(bleuOfSteps(pairs, translations), 1, 1);
  return { pairs: pairs.length, bleu, loss, perplexity: Math.exp(loss), translations };
}

/** How many pairs the loss is measured on at once. */
const AT_ONCE = 64;

/** Pairs as a translator reads and writes them. */
export function codePairsSteps(
  { vocabularies }: Pick<Translator, 'vocabularies'>,
  pairs: readonly Pair[],
): Steps<CodedPair[]> {
  return mapSteps(pairs, ({ source, target }) => ({
    source: encodeText(source, vocabularies.source),
    target: encodeText(target, vocabularies.target),
  }));
}

/**
 * The mean loss of pairs, in nats per word.
 *
 * @param state of the model for `atOnce` sources, which is reset
 */
export function* meanLossSteps(
  model: EncoderDecoder,
  pairs: readonly CodedPair[],
  state: StackState,
  atOnce: number,
): Steps<number> {
  const total = { sum: 0, tokens: 0 };
  for (let start = 0; start < pairs.length; start += atOnce) {
    yield start / pairs.length;
    resetState(state);
    const measuring = model.lossSteps(packPairs(pairs.slice(start, start + atOnce)), state);
    const { sum, tokens } = yield* partOf(measuring, start / pairs.length, (start + atOnce) / pairs.length);
    total.sum += sum;
    total.tokens += tokens;
  }
  return total.sum / total.tokens;
}

/** The BLEU of one translation for each pair, from 0 to 100; a pair's target is the only reference. */
export function* bleuOfSteps(pairs: readonly Pair[], translations: readonly Translation[]): Steps<number> {
  const cutting = mapSteps(pairs, ({ target }, i) => ({
    candidate: bleuWords(translations[i]!.text),
    references: [bleuWords(target)],
  }));
  return yield* partOf(sacreBleuSteps(yield* partOf(cutting, 0, 0.5)), 0.5, 1);
}
