import type { StepFunction } from '../decoding/step.ts';
import { resetState, selectStates } from '../nn/state.ts';
import type { LanguageModel } from './language-model.ts';

/**
 * Writes with a model: gives decoders their step functions, on one state that is used again and again.
 *
 * @param capacity most sequences at once
 */
export function createStepper(model: LanguageModel, capacity: number) {
  const state = model.newState(capacity);

  /** A step function that begins at the start of sequences, whose first step gets the condition vectors. */
  return function begin(condition?: Float32Array): StepFunction {
    resetState(state);
    let first = condition;
    return (tokens, parents) => {
      if (tokens.length > capacity) {
        throw new RangeError(`${tokens.length} sequences for a decoder that was made for ${capacity}`);
      }
      selectStates(state, parents);
      const logProbs = model.step(tokens, state, first);
      first = undefined;
      return logProbs;
    };
  };
}
