/** What the package offers to programs: captions, language models, labels of sequences, and the core under them. */

export { type CaptionSystem, compareWithBaselines } from './captioning/baselines.ts';
export type { CaptionedFeatures } from './captioning/batch.ts';
export { type CaptionSettings, captionDefaults, captionShapeDefaults } from './captioning/config.ts';
export { featuresOf, picturesOf } from './captioning/features.ts';
export { type CaptionTraining, resumeCaptioner, trainCaptioner } from './captioning/train.ts';
export type { CaptionDataset, CaptionedPicture } from './datasets/dataset.ts';
export { readCaptionDataset } from './datasets/read.ts';
export { meanOfSteps } from './decoding/ensemble.ts';
export { findCells, type ReadCells, readCells } from './language/cells/read.ts';
export { type Cell, CellRecord, recordCells } from './language/cells/record.ts';
export { type Finding, type FoundCell, type Search, searchCells } from './language/cells/search.ts';
export {
  type LanguageSettings,
  type LanguageShape,
  languageDefaults,
  languageShapeDefaults,
} from './language/config.ts';
export { type LanguagePreset, languagePresets, type PresetName } from './language/presets.ts';
export { writeLanguageReport } from './language/report.ts';
export { scoreLines, scoreText } from './language/score-text.ts';
export type { LanguageText, TextSource } from './language/text.ts';
export { type LanguageTraining, resumeLanguageModel, trainLanguageModel } from './language/train.ts';
export { type CaptionScores, scoreCaptions } from './metrics/score.ts';
export type { InputShape, StepInputs } from './model/input-reader.ts';
export { saveModel } from './model/model-folder.ts';
export type { Arrangement } from './model/sequence-model.ts';
export { type Standardisation, standardise } from './model/standardisation.ts';
export type { PictureSize } from './nn/glimpse-window.ts';
export * from './portable.ts';
export {
  type NewSequenceModel,
  type SequenceSettings,
  sequenceDefaults,
  sequenceShapeDefaults,
} from './sequences/config.ts';
export { type CrossValidation, crossValidate } from './sequences/cross-validation.ts';
export { type ClipOptions, readClips } from './sequences/data/clips.ts';
export type { Inputs, SequenceData, SequenceExample } from './sequences/data/example.ts';
export { readSequences, type SequenceReading } from './sequences/data/read.ts';
export { evaluate as evaluateSequences, type SequenceEvaluation } from './sequences/evaluate.ts';
export { writeSequenceEvaluation } from './sequences/evaluation-report.ts';
export { explain as explainLabel, type MovingWord } from './sequences/explain.ts';
export { lookAt } from './sequences/glimpses.ts';
export { NaiveBayes } from './sequences/naive-bayes.ts';
export { resumeSequences, type SequenceTraining, trainSequences } from './sequences/train.ts';
export { wordsOf } from './sequences/words.ts';
export { featuresFor, valuesAtTokens } from './text/features/features.ts';
export { NgramModel, type NgramOptions } from './text/ngram-model.ts';
export { evaluateTranslator, type TranslationEvaluation } from './translation/evaluate.ts';
export { type Pair, type PairData, readPairs } from './translation/pairs.ts';
export { resumeTranslator, type TranslationTraining, trainTranslator } from './translation/train.ts';
export type { Alignment, TranslatingOptions } from './translation/translator.ts';
export type { ExtractionEvents } from './vision/cached-features.ts';
export { collectFeatures } from './vision/extract.ts';
