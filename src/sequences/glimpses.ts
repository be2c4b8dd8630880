/** Where a model that reads by glimpses looks at a picture. */
import { InputError } from '../base/errors.ts';
import type { LookedAt } from '../report/glimpse-paths.ts';
import { formatPercent } from '../report/page.ts';
import type { SequenceExample } from './data/example.ts';
import type { SequenceLabeller } from './labeller.ts';

/**
 * The glimpses of a model at a picture, with the label that it predicts.
 *
 * @throws InputError when the model does not read by glimpses, or not pictures of this size
 */
export function lookAt(labeller: SequenceLabeller, { inputs, labels }: SequenceExample): LookedAt {
  const { reads } = labeller.config.shape;
  if (!('glimpses' in reads) || !(inputs instanceof Uint8Array)) {
    throw new InputError('the model does not look at this', {
      expected: 'pictures, and a model that reads by glimpses',
    });
  }
  const { label, probability } = labeller.predict([inputs])[0]![0]!;
  const { places } = labeller.model.reader.glimpses!; // of the prediction just made
  const [right] = labels;
  return {
    pixels: inputs,
    ...reads.picture,
    places: Array.from({ length: reads.glimpses }, (_, t) => [places[2 * t]!, places[2 * t + 1]!] as const),
    caption: `${label} (${formatPercent(probability)})${right === undefined || right === label ? '' : `, is ${right}`}`,
  };
}
