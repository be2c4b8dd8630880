/** What `caption-lm` offers under Node and in browsers alike, product by product. */

// Captions

export type { CaptionExample, Seen } from './captioning/batch.ts';
export {
  type Caption,
  type CaptionRules,
  type CaptionSampling,
  type CaptionWord,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './captioning/caption.ts';
export { Captioner } from './captioning/captioner.ts';
export type { Calibration, SignalWeights } from './captioning/confidence/calibration.ts';
export { type DescribedPicture, type DescribeOptions, describePictures } from './captioning/describe.ts';
export type { WordMaps } from './captioning/explained/word-maps.ts';
export { type CnnOptions, openCaptioner, openCaptioners } from './captioning/open.ts';
export type { PictureFeatures, PictureMaps } from './captioning/picture-features.ts';

// Language models

export { type LanguageConfig, type LanguageSettings, languageDefaults, type SequenceKind } from './language/config.ts';
export type { SampledToken } from './language/sample.ts';
export type { Score, ScoredToken, TextScorer } from './language/score.ts';
export { TextModel } from './language/text-model.ts';
export { type TextLimits, type WritingOptions, type Written, writingDefaults } from './language/write.ts';

// Cells of language models

export type { CellReading } from './language/cells/follower.ts';
export type { CellIndex, CellRecord } from './language/cells/record.ts';
export type { CellSearch, Finding, FoundCell } from './language/cells/search.ts';
export type { CellSearchOptions, TextCells } from './language/cells/text-cells.ts';
export type { TextFeature } from './text/features/feature.ts';

// Tokens

export { UNKNOWN } from './text/special-tokens.ts';
export { type Level, type Tokenizer, tokenizers } from './text/tokenizer.ts';
export { Vocabulary } from './text/vocabulary.ts';

// Labels of sequences

export type { SequenceConfig } from './sequences/config.ts';
export { type Prediction, SequenceLabeller } from './sequences/labeller.ts';

// Translation

export type { TranslationConfig } from './translation/config.ts';
export { type Translation, Translator, type Vocabularies } from './translation/translator.ts';

// Features of pictures

export { Classifier, type Tag } from './vision/classifier.ts';
export type { Cnn } from './vision/cnn.ts';
export type { CnnBackend } from './vision/cnn-backends.ts';
export type { CnnFiles } from './vision/cnn-files.ts';
export { decodePicture } from './vision/decode.ts';
export {
  type Extracted,
  type ExtractOptions,
  type ExtractProgress,
  extractFeatures,
  type FailedPicture,
  type PictureSource,
} from './vision/extract.ts';
export { loadCnn } from './vision/load-cnn.ts';
export type {
  LastMaps,
  LearnableNetwork,
  LearnedPart,
  LearnedStages,
  NetworkParts,
  OnnxOptions,
} from './vision/network.ts';
export { type PictureLimits, type Pixels, type Preprocessing, pictureLimits } from './vision/pixels.ts';

// Common to all

export { type Explanation, InputError, UsageError } from './base/errors.ts';
export { Random } from './base/random.ts';
export { type Engine, openEngine } from './compute/engine.ts';
export type { KernelBuild } from './compute/kernels.ts';
export type { Attempt, DriverChoice, Precision } from './compute/product/choose.ts';
export type { DriverName } from './compute/product/driver.ts';
