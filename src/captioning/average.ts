/** The mean of two captioners' weights. */
import { InputError } from '../base/errors.ts';
import type { Captioner } from './captioner.ts';

/**
 * Sets a captioner's weights to the mean of its own and those of `other`, which it was finetuned from: between the two,
 * captions score better than at either end, since finetuning alone makes the distribution of words too sharp (Wortsman et
 * al. 2022, "Robust fine-tuning of zero-shot models", section 3). How sure it may be must then be calibrated anew.
 *
 * @throws InputError when their shapes, vocabularies or CNNs differ
 */
export function averageWeights(captioner: Captioner, other: Captioner): void {
  const [own, others] = [partsOf(captioner), partsOf(other)];
  for (const what of ['shape', 'words', 'features'] as const) {
    if (own[what] === others[what]) continue;
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
  captioner.confidence = captioner.confidence?.uncalibrated();
}

/** What two captioners must have in common for their weights to be averaged. */
function partsOf({ config, vocabulary }: Captioner) {
  return {
    shape: JSON.stringify(config.shape),
    words: vocabulary.tokens.join(' '),
    features: config.pictures.key,
  };
}
