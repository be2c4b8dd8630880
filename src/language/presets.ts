/** Trainings of language models that are known by a name. */
import { optimizerDefaults } from '../nn/optimizer.ts';
import { type LanguageSettings, type LanguageShape, languageDefaults, languageShapeDefaults } from './config.ts';

/** What a training starts from: the shape of its model, and its settings. */
export interface LanguagePreset {
  shape: LanguageShape;
  settings: LanguageSettings;
}

export type PresetName = 'min-char-rnn' | 'char-rnn' | 'large' | 'best';

const large: LanguagePreset = {
  shape: { ...languageShapeDefaults, hidden: 512 },
  settings: {
    ...languageDefaults,
    steps: 100,
    epochs: 40,
    learningRate: 2e-3,
    schedule: { name: 'cosine', warmup: 200 },
    dropout: 0.5,
  },
};

/** The presets by the names that `--preset` takes. */
export const languagePresets: Readonly<Record<PresetName, LanguagePreset>> = {
  /**
   * The lecture's program (Karpathy, min-char-rnn.py): a plain RNN that reads one stream, 25 characters at a time. It
   * holds nothing out and goes on for ever; here the last weights are kept, after 50 passes.
   */
  'min-char-rnn': {
    shape: { ...languageShapeDefaults, cell: 'rnn', layers: 1, hidden: 100 },
    settings: {
      ...languageDefaults,
      batch: 1,
      steps: 25,
      optimizer: optimizerDefaults.adagrad,
      learningRate: 0.1,
      schedule: { name: 'constant' },
      clipping: { by: 'value', limit: 5 },
      dropout: 0,
      valFraction: 0,
      initialisation: { name: 'normal', deviation: 0.01 },
      gradient: 'streams',
      lossMemory: 0.999,
      samples: { every: 100, temperature: 1, from: 'stream' },
    },
  },
  /**
   * The defaults of Karpathy's char-rnn (train.lua), but for the split, which `split: 'char-rnn'` chooses. Here an
   * LSTM has one bias where Torch's has two, and the state is reset at the start of each pass.
   */
  'char-rnn': {
    shape: languageShapeDefaults,
    settings: {
      ...languageDefaults,
      evaluateEvery: 1000,
      optimizer: optimizerDefaults.rmsprop,
      learningRate: 2e-3,
      schedule: { name: 'decay', factor: 0.97, after: 10 },
      clipping: { by: 'value', limit: 5 },
      dropout: 0,
      initialisation: { name: 'uniform', limit: 0.08 },
      gradient: 'streams',
    },
  },
  /** An hour on two cores for a text of a megabyte, by dropout between layers alone: what `best` is to be compared with. */
  large,
  /**
   * The same network in half the time with what helps most against learning by heart: recurrent weights are dropped too
   * (Merity et al. 2018), both less than either needs alone, and an average of the weights is kept.
   */
  best: {
    shape: large.shape,
    settings: {
      ...large.settings,
      epochs: 16,
      learningRate: 3e-3,
      schedule: languageDefaults.schedule,
      dropout: 0.25,
      weightDropout: 0.15,
      average: 0.999,
    },
  },
};
