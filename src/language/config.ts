/** What a language model is and how it is trained: its config, its settings, their defaults. */

import * as v from 'valibot';
import { counted } from '../base/counted.ts';
import { anyInteger, fraction, integerFrom, numberFrom, positiveNumber } from '../base/schema.ts';
import { modelConfigSchema } from '../model/model-folder.ts';
import { optimizerDefaults } from '../nn/optimizer.ts';
import { filesInWords } from '../report/files-in-words.ts';
import { LEVELS, type Level, tokenizers } from '../text/tokenizer.ts';
import { trainingSettingsSchema } from '../training/settings.ts';

/**
 * What the sequences of files are, where a model learns sequences of their own: each line, each row of a table (its text
 * stands in a column), or each file. A model of one text, in which the state goes on from line to line, has none.
 */
const sequenceKindSchema = v.variant('are', [
  v.object({ are: v.literal('lines') }),
  v.object({ are: v.literal('rows'), column: v.string() }),
  v.object({ are: v.literal('documents') }),
]);

export type SequenceKind = v.InferOutput<typeof sequenceKindSchema>;

/** How a language model is trained: how its text is cut and how its weights are learned. */
export const languageSettingsSchema = v.object({
  ...trainingSettingsSchema.entries,
  /** Set where what is learned is sequences, one apart from another. Default: one text */
  sequences: v.optional(sequenceKindSchema),
  /** N, streams that are read in parallel, or sequences of an update. */
  batch: integerFrom(1),
  /**
   * T, tokens between two updates: the reach of backpropagation through time. Longer sequences are learned in pieces.
   */
  steps: integerFrom(1),
  /** Tokens that come less often in the training text are unknown. */
  minCount: v.optional(integerFrom(1), 1),
  /**
   * What is held out for validation: the end of the text, or as in char-rnn the end of each stream. The ends of streams
   * come from all parts of the text, so their loss is lower; only losses of the same split can be compared. Not used of
   * sequences, which are held out by their hashes.
   */
  split: v.optional(v.picklist(['end', 'char-rnn']), 'end'),
  /** Share of the text or the sequences that is held out; 0 for none. Not used where there are files for validation. */
  valFraction: fraction,
  /** How weights start: see `initialise.ts`. */
  initialisation: v.optional(
    v.variant('name', [
      v.object({ name: v.literal('scaled') }),
      v.object({ name: v.literal('uniform'), limit: positiveNumber }),
      v.object({ name: v.literal('normal'), deviation: positiveNumber }),
    ]),
    { name: 'scaled' },
  ),
  /**
   * What is differentiated: the mean loss of the tokens, or the mean over the streams of the sum over their steps. The
   * second is larger by the number of steps, which matters to clipping and to nothing else here.
   */
  gradient: v.optional(v.picklist(['tokens', 'streams']), 'tokens'),
  /** What the model writes while it is trained, for the log. */
  samples: v.optional(
    v.object({
      /** Updates between samples; 0 for after 0, 10, 30, 100, 300, … updates. */
      every: integerFrom(0),
      temperature: numberFrom(0),
      /** Whether a sample begins as a line does or goes on from where the first stream is. Not used of sequences. */
      from: v.picklist(['line', 'stream']),
    }),
    { every: 0, temperature: 0.8, from: 'line' },
  ),
});

export type LanguageSettings = v.InferOutput<typeof languageSettingsSchema>;

/** The config of a language model's folder. */
export const languageConfigSchema = v.object({
  // First, because the user reads the first error only.
  kind: v.literal('language', 'the model is not a language model of `lm train`'),
  ...modelConfigSchema.entries,
  level: v.picklist(LEVELS),
  settings: languageSettingsSchema,
  text: v.object({
    /** Names of the files it was trained on. */
    files: v.array(v.string()),
    /** Their tokens, those for validation included; of sequences with an END for each. */
    tokens: anyInteger,
    /** Where other files are for validation: their names and tokens. */
    validation: v.optional(v.object({ files: v.array(v.string()), tokens: anyInteger })),
    /** Of a model of sequences: how many it learned from and was measured on, and the tokens of the longest. */
    sequences: v.optional(
      v.object({
        training: anyInteger,
        validation: anyInteger,
        longest: anyInteger,
        /** Those that the files for validation have too, which are not learned from. */
        leftOut: v.optional(anyInteger),
      }),
    ),
    /** Of what is in the files: a resumed training must find the same text. */
    hash: v.string(),
  }),
  /** The text of the model that this one was continued from. */
  continued: v.optional(v.object({ files: v.array(v.string()), tokens: anyInteger })),
});

export type LanguageConfig = v.InferOutput<typeof languageConfigSchema>;

/** The shape of a new model; the vocabulary comes from its text. */
export type LanguageShape = Pick<LanguageConfig['shape'], 'cell' | 'layers' | 'hidden' | 'embedding'>;

/** The shape of a new model by default. */
export const languageShapeDefaults = { cell: 'lstm', layers: 2, hidden: 128, embedding: 0 } as const;

/** Five minutes for a text of a megabyte on two cores. */
export const languageDefaults: LanguageSettings = {
  batch: 50,
  steps: 50,
  epochs: 50,
  evaluateEvery: 0,
  patience: 0,
  optimizer: optimizerDefaults.adam,
  learningRate: 4e-3,
  schedule: { name: 'cosine', warmup: 100 },
  clipping: { by: 'norm', limit: 5 },
  dropout: 0.1,
  smoothing: 0,
  seed: 1,
  minCount: 1,
  split: 'end',
  valFraction: 0.1,
  initialisation: { name: 'scaled' },
  gradient: 'tokens',
  samples: { every: 0, temperature: 0.8, from: 'line' },
};

/**
 * T of sequences: nearly all lines are learned in one piece. Words are many, and so are the numbers that the softmax of a
 * step takes.
 */
export function sequenceStepsOf(level: Level): number {
  return level === 'word' ? 100 : 400;
}

/** Defaults that depend on the level: words are too many for one-hot vectors, and most of them too rare to be learned. */
export function defaultsOf(level: Level, hidden: number): { embedding: number; minCount: number } {
  return level === 'word' ? { embedding: hidden, minCount: 3 } : { embedding: 0, minCount: 1 };
}

/** "1 line", "32,033 lines" */
export function sequencesInWords(count: number, { are }: SequenceKind): string {
  return counted(count, are.slice(0, -1));
}

/** How much a model learned from and was measured on: "32,033 lines, 228,146 characters". */
export function amountInWords({ settings, text, level }: Pick<LanguageConfig, 'settings' | 'text' | 'level'>): string {
  const tokens = counted(text.tokens, tokenizers[level].unit);
  if (!text.sequences || !settings.sequences) return tokens;
  const { training, validation } = text.sequences;
  const count = training + (text.validation ? 0 : validation);
  return `${sequencesInWords(count, settings.sequences)}, ${tokens} with their ends`;
}

/** What a model was measured on, as in "measured on …". */
export function splitInWords({ settings, text }: Pick<LanguageConfig, 'settings' | 'text'>): string {
  if (text.validation) return filesInWords(text.validation.files);
  if (text.sequences && settings.sequences) {
    return `${sequencesInWords(text.sequences.validation, settings.sequences)} held out by their hashes`;
  }
  const share = `the last ${Number((settings.valFraction * 100).toPrecision(3))} %`;
  const inOnePart = settings.split === 'end' || settings.batch === 1;
  return inOnePart ? `${share} of the text` : `${share} of each of ${settings.batch} streams`;
}
