/** The mean of two captioners' weights. */
import { InputError } from '../base/errors.ts';
import { LanguageModel } from '../model/language-model.ts';
import type { Captioner } from './captioner.ts';

/**
 * Sets a captioner's weights to the mean of its own and those of `other`, which it was finetuned from: between the two,
 * captions score better than at either end, since finetuning alone makes the distribution of words too sharp (Wortsman et
 * al. 2022, "Robust fine-tuning of zero-shot models", section 3). How sure it may be must then be calibrated anew.
 *
 * @param other may have other words; those that it has not stay as the captioner has them
 * @param share that `other` has in the mean
 * @throws InputError when their shapes or CNNs differ
 */
export function averageWeights(captioner: Captioner, other: Captioner, share = 0.5): void {
  const tokens = captioner.vocabulary.tokens.map((token) => other.vocabulary.idOf(token) ?? -1);
  const differences = {
    shape: !sameShape(captioner, other),
    features: captioner.config.pictures.key !== other.config.pictures.key,
  };
  for (const [what, differ] of Object.entries(differences)) {
    if (!differ) continue;
    throw new InputError(`the ${what} of the captioners are not the same`, {
      expected: 'a captioner and the one that its training started from',
    });
  }
  const model = new LanguageModel(captioner.model.engine, captioner.config.shape);
  model.copyFrom(captioner.model);
  model.copyFrom(other.model, tokens);
  for (const [i, parameter] of captioner.model.parameters.entries()) {
    const from = model.parameters[i]!.value.data;
    parameter.edit((values) => {
      for (let j = 0; j < from.length; j++) values[j] = (1 - share) * values[j]! + share * from[j]!;
    });
  }
  captioner.confidence = captioner.confidence?.uncalibrated();
}

/** Whether two captioners differ in nothing but their words. */
function sameShape(...captioners: [Captioner, Captioner]): boolean {
  const [one, other] = captioners.map(({ config }) => JSON.stringify({ ...config.shape, vocabulary: 0 }));
  return one === other;
}
