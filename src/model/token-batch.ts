/**
 * What a model of tokens learns from: batches, the noise that it is trained with, and where gradients go besides the
 * parameters'. It knows no model.
 *
 * N sequences, M tokens of all sequences and steps (packed, see `nn/packing.ts`).
 */
import type { Matrix } from '../compute/arena.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { Packing } from '../nn/packing.ts';
import type { StackState } from '../nn/state.ts';
import type { Attended } from './input-reader.ts';
import type { Targets } from './softmax-output.ts';

/**
 * Sequences of tokens, packed: row r of step t is followed by row r of step t + 1. Targets are the tokens that should
 * come next; gradients are of the mean loss over them unless a divisor is given.
 */
export interface TokenBatch extends Targets, Attended {
  packing: Packing;
  /** M token ids that are read. */
  inputs: ArrayLike<number>;
  /** One vector v for each sequence, N₀ × condition. */
  condition?: Float32Array | undefined;
}

/** The part of a batch that is read: no targets. */
export type InputBatch = Pick<TokenBatch, 'packing' | 'inputs' | 'condition' | keyof Attended>;

/** Where gradients of what a batch has brought along go, besides those of the parameters. */
export interface InputGradients {
  /** Of the state that the sequences started from. */
  start?: StackState | undefined;
  /** Of the condition vectors [N, condition]. */
  condition?: Matrix | undefined;
  /** Of the places that came with the batch [N · places, memory]. */
  places?: Matrix | undefined;
}

export interface TrainingNoise {
  /** Dropout on embeddings, on the output of each layer and on the condition. */
  dropout?: Dropout | undefined;
  /** Share of the target that label smoothing gives to all tokens alike (Szegedy et al. 2016, section 7). */
  smoothing?: number;
}
