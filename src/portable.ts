/** What `caption-lm` offers under Node and in browsers alike, product by product. */

// Captions

export { Captioner } from './captioning/captioner.ts';
export { type DescribedPicture, describePictures } from './captioning/describe.ts';
export { openCaptioner, openCaptioners } from './captioning/open.ts';
export {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './captioning/write.ts';

// Language models

export { type LanguageConfig, languageConfigSchema } from './language/config.ts';

// Language models, part by part

export { idsOf, UNKNOWN } from './language/ids.ts';
export { type SampledToken, type SampleOptions, sampleText } from './language/sample.ts';
export { type Score, type ScoredToken, ScoreSum, TextScorer } from './language/score.ts';
export { type WritingOptions, type Written, writeText } from './language/write.ts';
export { type Level, type Tokenizer, tokenizers } from './text/tokenizer.ts';
export { Vocabulary } from './text/vocabulary.ts';

// Labels of sequences

export { type Prediction, SequenceLabeller } from './sequences/labeller.ts';

// Translation

export { type Translation, Translator } from './translation/translator.ts';

// Features of pictures

export type { Cnn } from './vision/cnn.ts';
export { type ExtractOptions, extractFeatures } from './vision/extract.ts';
export { loadCnn } from './vision/load-cnn.ts';

// Common to all

export { InputError, UsageError } from './base/errors.ts';
export { Random } from './base/random.ts';
export { type Engine, openEngine } from './compute/engine.ts';
