import { InputError } from '../base/errors.ts';
import type { LookedAt } from '../report/glimpse-paths.ts';
import { formatPercent } from '../report/page.ts';
import type { SequenceExample } from './data/example.ts';
import type { SequenceLabeller } from './labeller.ts';

/**
 * Where a model looks at a picture, and what it takes it for.
 *
 * @throws InputError when the model does not read by glimpses, or not such pictures
 */
export function lookAt(labeller: SequenceLabeller, { inputs, labels }: SequenceExample): LookedAt {
  const { reads } = labeller.config.shape;
  if (!('glimpses' in reads) || !(inputs instanceof Uint8Array)) {
    throw new InputError('the model does not look at this', {
      expected: 'pictures, and a model that reads by glimpses',
    });
  }
  const [[said] = []] = labeller.predict([inputs]);
  const places = Array.from(labeller.model.reader.glimpses?.places ?? []);
  const [right] = labels;
  return {
    ...{ pixels: inputs, ...reads.picture },
    places: Array.from({ length: reads.glimpses }, (_, t) => [places[2 * t] ?? 0, places[2 * t + 1] ?? 0] as const),
    caption:
      `${said?.label} (${formatPercent(said?.probability ?? 0)})` +
      (right === undefined || right === said?.label ? '' : `, is ${right}`),
  };
}
