/**
 * What `caption-lm/nn` offers: the recurrent core under all products, with explicit backpropagation. It knows no words
 * and no pictures. Browsers have the same as a part of `caption-lm/browser`.
 */

// Models

export type { NamedTensor, StoredTensor } from './base/safetensors.ts';
export { EncoderDecoder, type EncoderDecoderShape, type PairBatch, type SourceBatch } from './model/encoder-decoder.ts';
export type { Attended, InputShape, StepInputs } from './model/input-reader.ts';
export { LanguageModel, type LanguageModelShape } from './model/language-model.ts';
export {
  loadModel,
  type ModelConfig,
  type SavedModel,
  type SaveModelOptions,
  type StoredModel,
  saveModel,
} from './model/model-folder.ts';
export {
  type Arrangement,
  type ReadBatch,
  type SequenceBatch,
  SequenceModel,
  type SequenceShape,
} from './model/sequence-model.ts';
export type { Loss, Targets } from './model/softmax-output.ts';
export type { InputBatch, InputGradients, TokenBatch, TrainingNoise } from './model/token-batch.ts';
export type { PictureSize } from './nn/glimpse-window.ts';

// Batches

export { type Packing, packedSequences, uniformPacking } from './nn/packing.ts';

// Layers

export { type Cell, type CellGradients, type CellName, type CellStep, cells } from './nn/cell.ts';
export type { Dropout } from './nn/dropout.ts';
export type { FeatureMaps, MapSize } from './nn/feature-maps.ts';
export type { RecurrentBatch, StateGradients } from './nn/recurrent-layer.ts';
export { RecurrentStack, type StackLayer, type StackStateGradients } from './nn/recurrent-stack.ts';
export { type LayerState, resetState, type StackState } from './nn/state.ts';

// Learning

export { type Clipping, clipGradients } from './nn/clip.ts';
export {
  Optimizer,
  type OptimizerConfig,
  type OptimizerName,
  optimizerDefaults,
  type UpdateRule,
} from './nn/optimizer.ts';
export { Parameter } from './nn/parameter.ts';

// Computing

export { Random } from './base/random.ts';
export type { Arena, Integers, Matrix } from './compute/arena.ts';
export { type Engine, openEngine } from './compute/engine.ts';
