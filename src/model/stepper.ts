/** A language model as decoders step it. It knows no decoder and no words. */
import type { StepFunction } from '../decoding/step.ts';
import { copyState, resetState, type StackState, selectStates } from '../nn/state.ts';
import type { LanguageModel } from './language-model.ts';

/**
 * Gives decoders the step functions of a model, on one state that is used again and again.
 *
 * @param capacity most sequences at once
 */
export function createStepper(model: LanguageModel, capacity: number) {
  const state = model.newState(capacity);

  /**
   * A step function that begins at the start of sequences: in a state of zeros or in a given one, with the condition
   * vectors at the first step. In a model with attention sequence n attends to source n.
   */
  return function begin(condition?: Float32Array, start?: StackState): StepFunction {
    resetState(state);
    if (start) copyState(state, start);
    let first = condition;
    let sources = Int32Array.from({ length: capacity }, (_, n) => n);
    return (tokens, parents) => {
      if (tokens.length > capacity) {
        throw new RangeError(`${tokens.length} sequences for a decoder that was made for ${capacity}`);
      }
      selectStates(state, parents);
      sources = Int32Array.from(parents, (parent) => sources[parent]!);
      const logProbs = model.step(tokens, state, first, sources);
      first = undefined;
      return logProbs;
    };
  };
}
