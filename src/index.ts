/**
 * What `caption-lm` offers under Node, product by product. Browsers have the larger part of it as `caption-lm/browser`;
 * what lies under the products is in `caption-lm/nn`, `caption-lm/decoding` and `caption-lm/metrics`.
 */

export * from './portable.ts';

// Captions

export { allFeatures, type CaptionedFeatures, type LearnedView, type StoredGrid } from './captioning/batch.ts';
export type { CaptionsByPicture } from './captioning/caption.ts';
export type { CaptionData, WeightedDataset } from './captioning/caption-data.ts';
export {
  type CalibrationSets,
  calibrateCaptioner,
  calibrateCaptionerSteps,
} from './captioning/confidence/calibrate.ts';
export {
  type CaptionConfig,
  type CaptionSettings,
  captionDefaults,
  captionShapeDefaults,
  finetuneDefaults,
} from './captioning/config.ts';
export type { PictureOnPage } from './captioning/description/description-card.ts';
export { DescriptionPage, type DescriptionPageOptions } from './captioning/description/description-page.ts';
export { featuresOf, picturesOf } from './captioning/features.ts';
export type { CnnTraining } from './captioning/finetuned-cnn/learn-with-cnn.ts';
export { type CaptionSystem, compareWithBaselines } from './captioning/report/baselines.ts';
export { type Match, type Query, queryOf, type SearchOptions, searchPictures } from './captioning/retrieval/search.ts';
export { type Seer, seeingCnn } from './captioning/see.ts';
export type { CaptionSets, HeldOutSet } from './captioning/sets.ts';
export {
  type CaptionTraining,
  type ResumedCaptionTraining,
  resumeCaptioner,
  trainCaptioner,
} from './captioning/train.ts';
export { withMaps } from './captioning/with-maps.ts';
export { type CaptionsFile, readCaptionsOnly } from './datasets/captions-only.ts';
export type { CaptionDataset, CaptionedPicture, DatasetFormat, Split } from './datasets/dataset.ts';
export type { Oddity } from './datasets/oddities.ts';
export { type ReadSettings, readCaptionDataset } from './datasets/read.ts';
export type { ColumnNames } from './datasets/reader.ts';
export { type Standardisation, standardise } from './model/standardisation.ts';

// Language models

export { type LanguageShape, languageShapeDefaults } from './language/config.ts';
export type { LanguageData } from './language/data.ts';
export { KnownSequences } from './language/known-sequences.ts';
export { type LanguagePreset, languagePresets, type PresetName } from './language/presets.ts';
export { writeLanguageReport } from './language/report.ts';
export type { LanguageSequences } from './language/sequences.ts';
export type { LanguageText, ReadingProgress, TextSource } from './language/text.ts';
export { type LanguageTraining, resumeLanguageModel, trainLanguageModel } from './language/train.ts';

// Tokens

export type { ByteReading, ByteSource } from './base/byte-source.ts';
export type { DecodingSettings } from './base/text-decoding.ts';
export type { TextReading } from './base/text-file.ts';
export type { LeftOut } from './base/walk.ts';
export { NgramModel } from './text/ngram-model.ts';
export type { NgramOptions } from './text/ngram-tables.ts';
export { type FileReadOptions, linesOfTokens, tokenizeFiles } from './text/read.ts';
export type { SequenceList } from './text/sequence-list.ts';

// Labels of sequences

export type { Pooling } from './nn/pooling.ts';
export type { LookedAt } from './report/glimpse-paths.ts';
export {
  type NewSequenceModel,
  type PictureReading,
  type SequenceSettings,
  sequenceDefaults,
  sequenceShapeDefaults,
  type Task,
} from './sequences/config.ts';
export {
  type CrossValidation,
  type CrossValidationResult,
  crossValidate,
  type FoldResult,
} from './sequences/cross-validation.ts';
export { type ClipOptions, readClips } from './sequences/data/clips.ts';
export type { Examples, Inputs, SequenceData, SequenceExample } from './sequences/data/example.ts';
export { loadCnnOfLabeller, type NamedCnn } from './sequences/data/pictures.ts';
export { readSequences, type SequenceReading } from './sequences/data/read.ts';
export { evaluate as evaluateSequences, type LabelScores, type SequenceEvaluation } from './sequences/evaluate.ts';
export { writeSequenceEvaluation } from './sequences/evaluation-report.ts';
export { explain as explainLabel, type MovingWord } from './sequences/explain.ts';
export { lookAt } from './sequences/glimpses.ts';
export { NaiveBayes, type WordCounts } from './sequences/naive-bayes.ts';
export { resumeSequences, type SequenceTraining, trainSequences } from './sequences/train.ts';
export { wordsOf } from './sequences/words.ts';

// Translation

export type { NewTranslator, TranslationSettings } from './translation/config.ts';
export { evaluateTranslator, type TranslationEvaluation } from './translation/evaluate.ts';
export { type Pair, type PairData, readPairs } from './translation/pairs.ts';
export { resumeTranslator, type TranslationTraining, trainTranslator } from './translation/train.ts';
export type { Alignment, TranslatingOptions } from './translation/translator.ts';

// Features of pictures

export type { ExtractionEvents } from './vision/cached-features.ts';
export { type CollectedFeatures, collectFeatures } from './vision/extract.ts';
export type { MapEvents } from './vision/stored-maps.ts';

// Models for other programs, and theirs

export { type ExportableModel, exportOnnx, exportPytorch } from './exchange/export.ts';
export type { CaptionerWithCnn } from './exchange/onnx/captioner.ts';
export type { LabellerWithCnn } from './exchange/onnx/labeller.ts';
export { importPytorch, type PytorchImport } from './exchange/pytorch/import.ts';

// Common to all

export type { Steps, Turns } from './base/steps.ts';
export type { OddLines } from './datasets/odd-lines.ts';
export type { Progress } from './training/checkpoint.ts';
export type { TrainingEvent, UpdateReport, ValidationReport } from './training/events.ts';
export type { FolderTraining, TrainingHooks } from './training/session.ts';
export type { TrainingSettings } from './training/settings.ts';
export type { DataSplit } from './training/split.ts';
export type { DatasetScores, Validation } from './training/task.ts';
export type { TrainingResult } from './training/trainer.ts';
