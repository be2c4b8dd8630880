/** A language model as decoders step it. It knows no decoder and no words. */
import type { StepFunction } from '../decoding/step.ts';
import { copyState, resetState, type StackState, selectStates } from '../nn/state.ts';
import type { LanguageModel } from './language-model.ts';

/** What sequences begin with. */
export interface Beginning {
  /** Vectors that enter the first step [N, condition]. */
  condition?: Float32Array | undefined;
  /** The state that they start in. Default: zeros */
  start?: StackState | undefined;
  /** What a model with attention attends to [sources, places, memory]. Default: what its memory holds */
  places?: { vectors: Float32Array; sources: number } | undefined;
}

/**
 * Gives decoders the step functions of a model, on two states that are used again and again.
 *
 * @param capacity most sequences at once
 */
export function createStepper(model: LanguageModel, capacity: number) {
  let state = model.newState(capacity);
  /** Takes the rows of `state` that go on: each step has the two change places. */
  let spare = model.newState(capacity);

  /**
   * A step function that begins at the start of sequences. In a model with attention sequence n attends to source n of
   * its memory, which must stay as it is for so long.
   */
  return function begin({ condition, start, places }: Beginning = {}): StepFunction {
    resetState(state);
    if (start) copyState(state, start);
    if (places) model.attention!.memory.setVectors(places.vectors, places.sources);
    let first = condition;
    let sources = Int32Array.from({ length: capacity }, (_, n) => n);
    return (tokens, parents) => {
      if (tokens.length > capacity) {
        throw new RangeError(`${tokens.length} sequences for a decoder that was made for ${capacity}`);
      }
      selectStates(spare, state, parents);
      [state, spare] = [spare, state];
      sources = Int32Array.from(parents, (parent) => sources[parent]!);
      const logProbs = model.step(tokens, state, first, sources);
      first = undefined;
      return logProbs;
    };
  };
}
