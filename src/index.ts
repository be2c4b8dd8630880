/** What the package offers to programs: captions, language models, labels of sequences, and the core under them. */
export { InputError, UsageError } from './base/errors.ts';
export { Random } from './base/random.ts';
export { type CaptionSystem, compareWithBaselines } from './captioning/baselines.ts';
export type { CaptionedFeatures } from './captioning/batch.ts';
export { Captioner } from './captioning/captioner.ts';
export { type CaptionSettings, captionDefaults, captionShapeDefaults } from './captioning/config.ts';
export { type ExtractionEvents, featuresOf, picturesOf } from './captioning/dataset-features.ts';
export { type DescribedPicture, describePictures } from './captioning/describe.ts';
export { openCaptioner, openCaptioners } from './captioning/open.ts';
export { type Standardisation, standardise } from './captioning/picture-features.ts';
export { type CaptionTraining, resumeCaptioner, trainCaptioner } from './captioning/train.ts';
export {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './captioning/write.ts';
export { type Engine, openEngine } from './compute/engine.ts';
export type { CaptionDataset, CaptionedPicture } from './datasets/dataset.ts';
export { readCaptionDataset } from './datasets/read.ts';
export { type BeamSearchOptions, beamSearch, type Hypothesis } from './decoding/beam-search.ts';
export { meanOfSteps } from './decoding/ensemble.ts';
export { type SequenceSamplingOptions, sampleSequences } from './decoding/sample-sequences.ts';
export { type SamplingOptions, sampleToken } from './decoding/sampling.ts';
export type { Sequence, SequenceRules } from './decoding/sequence.ts';
export type { StepFunction } from './decoding/step.ts';
export { findCells, type ReadCells, readCells } from './language/cells/read.ts';
export { type Cell, CellRecord, recordCells } from './language/cells/record.ts';
export { type Finding, type FoundCell, type Search, searchCells } from './language/cells/search.ts';
export {
  type LanguageConfig,
  type LanguageSettings,
  type LanguageShape,
  languageConfigSchema,
  languageDefaults,
  languageShapeDefaults,
} from './language/config.ts';
export { type LanguagePreset, languagePresets, type PresetName } from './language/presets.ts';
export { writeLanguageReport } from './language/report.ts';
export { type SampledToken, type SampleOptions, sampleText } from './language/sample.ts';
export { type Score, type ScoredToken, ScoreSum, TextScorer } from './language/score.ts';
export { scoreLines, scoreText } from './language/score-text.ts';
export type { LanguageText, TextSource } from './language/text.ts';
export { type LanguageTraining, resumeLanguageModel, trainLanguageModel } from './language/train.ts';
export { type WritingOptions, type Written, writeText } from './language/write.ts';
export { type CaptionScores, scoreCaptions } from './metrics/score.ts';
export { EncoderDecoder, type EncoderDecoderShape, type PairBatch } from './model/encoder-decoder.ts';
export type { InputShape, StepInputs } from './model/input-reader.ts';
export { LanguageModel, type LanguageModelShape, type TokenBatch } from './model/language-model.ts';
export { loadModel, saveModel } from './model/model-folder.ts';
export { type Arrangement, type SequenceBatch, SequenceModel, type SequenceShape } from './model/sequence-model.ts';
export { type Clipping, clipGradients } from './nn/clip.ts';
export type { PictureSize } from './nn/glimpse-window.ts';
export { Optimizer, type OptimizerConfig, optimizerDefaults } from './nn/optimizer.ts';
export { packedSequences, uniformPacking } from './nn/packing.ts';
export type { Parameter } from './nn/parameter.ts';
export { resetState, type StackState } from './nn/state.ts';
export {
  type NewSequenceModel,
  type SequenceSettings,
  sequenceDefaults,
  sequenceShapeDefaults,
} from './sequences/config.ts';
export { type CrossValidation, crossValidate } from './sequences/cross-validation.ts';
export { type ClipOptions, readClips } from './sequences/data/clips.ts';
export type { Example, Inputs, SequenceData } from './sequences/data/example.ts';
export { type ReadOptions, readSequences } from './sequences/data/read.ts';
export { evaluate as evaluateSequences, type SequenceEvaluation } from './sequences/evaluate.ts';
export { writeSequenceEvaluation } from './sequences/evaluation-report.ts';
export { explain as explainLabel, type MovingWord } from './sequences/explain.ts';
export { lookAt } from './sequences/glimpses.ts';
export { type Prediction, SequenceLabeller } from './sequences/labeller.ts';
export { NaiveBayes } from './sequences/naive-bayes.ts';
export { resumeSequences, type SequenceTraining, trainSequences } from './sequences/train.ts';
export { evaluateTranslator, type TranslationEvaluation } from './sequences/translation/evaluate.ts';
export { type Pair, type PairData, readPairs } from './sequences/translation/pairs.ts';
export { resumeTranslator, type TranslationTraining, trainTranslator } from './sequences/translation/train.ts';
export {
  type Alignment,
  type TranslatingOptions,
  type Translation,
  Translator,
} from './sequences/translation/translator.ts';
export { wordsOf } from './sequences/words.ts';
export { featuresFor, valuesAtTokens } from './text/features/features.ts';
export { NgramModel, type NgramOptions } from './text/ngram-model.ts';
export { type Level, type Tokenizer, tokenizers } from './text/tokenizer.ts';
export { Vocabulary } from './text/vocabulary.ts';
export type { TrainingEvent } from './training/trainer.ts';
export type { Cnn } from './vision/cnn.ts';
export { collectFeatures, type ExtractOptions, extractFeatures } from './vision/extract.ts';
export { loadCnn } from './vision/load-cnn.ts';
