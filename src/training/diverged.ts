/** The error of a training whose numbers have become infinite. */
import { InputError } from '../base/errors.ts';
import type { Progress } from './checkpoint.ts';
import type { TrainingSettings } from './settings.ts';

/** @param what is not a number: 'the loss at update 7' */
export function diverged(what: string, { best }: Progress, { learningRate }: TrainingSettings): InputError {
  return new InputError(`${what} is not a number any more`, {
    found: `a learning rate of ${learningRate}`,
    advice: [
      'Use a smaller learningRate or clipping.',
      best ? `The best weights (update ${best.iteration}) are kept.` : 'Nothing was worth keeping yet.',
    ].join(' '),
    settings: ['learningRate', 'clipping'],
  });
}
