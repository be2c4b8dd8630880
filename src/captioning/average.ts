import { InputError } from '../base/errors.ts';
import type { Captioner } from './captioner.ts';

/**
 * Gives a captioner the mean of its weights and another's, which must be what it was finetuned from: along the line
 * between the two, captions score better than at either end, since what finetuning sharpened too much is softened again
 * (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models", section 3).
 *
 * @throws InputError when their shapes, words or pictures' features differ
 */
export function averageWeights(captioner: Captioner, other: Captioner): void {
  const [ours, theirs] = [captioner, other].map(({ config, vocabulary }) => ({
    shape: JSON.stringify(config.shape),
    words: vocabulary.tokens.join(' '),
    features: config.pictures.key,
  }));
  for (const what of ['shape', 'words', 'features'] as const) {
    if (ours![what] === theirs![what]) continue;
    throw new InputError(`the ${what} of the captioners are not the same`, {
      expected: 'a captioner and the one that its training started from',
    });
  }
  for (const [i, parameter] of captioner.model.parameters.entries()) {
    const from = other.model.parameters[i]!.value.data;
    parameter.edit((values) => {
      for (let j = 0; j < from.length; j++) values[j] = (values[j]! + from[j]!) / 2;
    });
  }
}
