/** What the package offers under Node and in a browser alike. */
export { InputError, UsageError } from './base/errors.ts';
export { Random } from './base/random.ts';
export {
  type Caption,
  type CaptionSampling,
  type CaptionWriter,
  type DecodingOptions,
  decodingDefaults,
} from './captioning/caption.ts';
export { Captioner } from './captioning/captioner.ts';
export { type DescribedPicture, describePictures } from './captioning/describe.ts';
export { openCaptioner, openCaptioners } from './captioning/open.ts';
export { type Engine, openEngine } from './compute/engine.ts';
export { type BeamSearchOptions, beamSearch, type Hypothesis } from './decoding/beam-search.ts';
export { type SequenceSamplingOptions, sampleSequences } from './decoding/sample-sequences.ts';
export { type SamplingOptions, sampleToken } from './decoding/sampling.ts';
export type { Sequence, SequenceRules } from './decoding/sequence.ts';
export type { StepFunction } from './decoding/step.ts';
export { type LanguageConfig, languageConfigSchema } from './language/config.ts';
export { idsOf, UNKNOWN } from './language/ids.ts';
export { type SampledToken, type SampleOptions, sampleText } from './language/sample.ts';
export { type Score, type ScoredToken, ScoreSum, TextScorer } from './language/score.ts';
export { type WritingOptions, type Written, writeText } from './language/write.ts';
export { EncoderDecoder, type EncoderDecoderShape, type PairBatch } from './model/encoder-decoder.ts';
export { LanguageModel, type LanguageModelShape, type TokenBatch } from './model/language-model.ts';
export { loadModel } from './model/model-folder.ts';
export { type SequenceBatch, SequenceModel, type SequenceShape } from './model/sequence-model.ts';
export { type Clipping, clipGradients } from './nn/clip.ts';
export { Optimizer, type OptimizerConfig, optimizerDefaults } from './nn/optimizer.ts';
export { packedSequences, uniformPacking } from './nn/packing.ts';
export type { Parameter } from './nn/parameter.ts';
export { resetState, type StackState } from './nn/state.ts';
export { type Prediction, SequenceLabeller } from './sequences/labeller.ts';
export { type Level, type Tokenizer, tokenizers } from './text/tokenizer.ts';
export { Vocabulary } from './text/vocabulary.ts';
export { type Translation, Translator } from './translation/translator.ts';
export type { Cnn } from './vision/cnn.ts';
export { type ExtractOptions, extractFeatures } from './vision/extract.ts';
export { loadCnn } from './vision/load-cnn.ts';
