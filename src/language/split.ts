/** Which part of a text is learned from and which is held out for validation. It knows no files and no model. */
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { type Corpus, cutIntoStreams, sliceCorpus } from '../text/corpus.ts';
import type { LanguageSettings } from './config.ts';

/** Streams that a validation text in one part is cut into: few, since each begins with a state of zeros. */
const VALIDATION_STREAMS = 8;

export interface SplitText {
  /** One part, or one for each stream. */
  training: readonly Corpus[];
  /** The same of what is held out; empty where nothing is. */
  validation: readonly Corpus[];
}

type SplitSettings = Pick<LanguageSettings, 'split' | 'valFraction' | 'batch' | 'steps'>;

/**
 * Splits a text.
 *
 * @param heldOut another text that is for validation
 * @param unit what a token is called
 * @throws InputError when there is too little of it
 */
export function splitText(text: Corpus, heldOut: Corpus | undefined, settings: SplitSettings, unit: string): SplitText {
  if (heldOut) return enoughOf({ training: [text], validation: [heldOut] }, settings, unit);
  if (settings.valFraction === 0) {
    // min-char-rnn never reads the last character: with `p + seq_length + 1 >= len(data)` it starts again.
    return enoughOf({ training: [sliceCorpus(text, 0, Math.max(0, text.length - 1))], validation: [] }, settings, unit);
  }
  if (settings.split === 'char-rnn') return splitStreams(text, settings, unit);
  const length = Math.round(text.length * (1 - settings.valFraction));
  const parts = { training: [sliceCorpus(text, 0, length)], validation: [sliceCorpus(text, length, text.length)] };
  return enoughOf(parts, settings, unit);
}

/** The N streams of some parts: the parts themselves where there is one for each stream, else cut from the only one. */
export function streamsOf(parts: readonly Corpus[], batch: number): readonly Corpus[] {
  const [whole] = parts;
  return whole && parts.length === 1 ? cutIntoStreams(whole, batch) : parts;
}

/** The streams that the loss on held-out text is measured on; none where nothing is held out. */
export function validationStreams(validation: readonly Corpus[]): readonly Corpus[] {
  return validation.length === 0 ? [] : streamsOf(validation, VALIDATION_STREAMS);
}

/**
 * The text cut into whole chunks of all streams, of which the last are for validation: what is kept is the end of each
 * stream (char-rnn, CharSplitLMMinibatchLoader).
 *
 * @param valFraction above 0, so that a chunk at least is kept
 */
function splitStreams(text: Corpus, { valFraction, batch: N, steps: T }: SplitSettings, unit: string): SplitText {
  const chunks = Math.floor((text.length - 1) / (N * T));
  const training = Math.floor(chunks * (1 - valFraction));
  if (training < 1) {
    throw new InputError(`the text is too short for batches of ${N} × ${T} ${unit}s`, {
      found: counted(text.length, unit),
      expected: `at least ${Math.ceil(1 / (1 - valFraction)) * N * T + 1}, to hold out a share of ${valFraction}`,
      advice: 'Give more text, a smaller batch or fewer steps.',
      settings: ['batch', 'steps'],
    });
  }
  const streams = cutIntoStreams(sliceCorpus(text, 0, chunks * N * T + 1), N);
  return {
    training: streams.map((stream) => sliceCorpus(stream, 0, training * T + 1)),
    validation: streams.map((stream) => sliceCorpus(stream, training * T, stream.length)),
  };
}

/** @throws InputError when there is too little of a part */
function enoughOf(parts: SplitText, { batch }: SplitSettings, unit: string): SplitText {
  const training = parts.training[0]!.length;
  const validation = parts.validation[0]?.length ?? 0;
  const leastTraining = 2 * Math.max(batch, VALIDATION_STREAMS);
  const leastValidation = parts.validation.length > 0 ? 2 * VALIDATION_STREAMS : 0;
  if (training >= leastTraining && validation >= leastValidation) return parts;
  throw new InputError(`the text is too short for batches of ${batch}`, {
    found: `${counted(training, unit)} for training and ${validation} for validation`,
    expected: `at least ${leastTraining}${leastValidation ? ` and ${leastValidation}` : ''}`,
    advice: 'Give more text, a smaller batch or another valFraction.',
    settings: ['batch', 'valFraction'],
  });
}
