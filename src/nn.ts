/**
 * What `caption-lm/nn` offers: the recurrent core under all products, with explicit backpropagation. It knows no words
 * and no pictures. Browsers have the same as a part of `caption-lm/browser`.
 */

// Models

export { EncoderDecoder, type EncoderDecoderShape, type PairBatch } from './model/encoder-decoder.ts';
export type { InputShape, StepInputs } from './model/input-reader.ts';
export { LanguageModel, type LanguageModelShape, type TokenBatch } from './model/language-model.ts';
export { loadModel, saveModel } from './model/model-folder.ts';
export { type Arrangement, type SequenceBatch, SequenceModel, type SequenceShape } from './model/sequence-model.ts';
export type { PictureSize } from './nn/glimpse-window.ts';

// Batches

export { type Packing, packedSequences, uniformPacking } from './nn/packing.ts';

// Layers

export { type Cell, type CellName, cells } from './nn/cell.ts';
export { RecurrentStack } from './nn/recurrent-stack.ts';
export { resetState, type StackState } from './nn/state.ts';

// Learning

export { type Clipping, clipGradients } from './nn/clip.ts';
export { Optimizer, type OptimizerConfig, optimizerDefaults } from './nn/optimizer.ts';
export { Parameter } from './nn/parameter.ts';

// Computing

export { Random } from './base/random.ts';
export type { Matrix } from './compute/arena.ts';
export { type Engine, openEngine } from './compute/engine.ts';
