/**
 * Races the training of a small LSTM, a line of 50 characters at a time, against brain.js' recurrent LSTM, which can do
 * no other: vectors of 65 for the characters, each line between START and END, which are one token, the state anew with
 * each, RMSProp 0.01 (decay 0.999) on the gradient of the sum of losses, clipped by value 5, float32, one thread.
 *
 *     npm run bench -- brain-js [--sizes 1x32,1x128] [--drivers onednn,wasm] [--rounds 7] [--seconds 2] [--save]
 *
 * brain.js' weight decay of 1e-6 is off. It takes a gradient's square before it is clipped, and ours after, which
 * hardly counts: in few of the first updates does any value reach the limit, at most 3 in 1,000 of them. The losses are
 * smoothed over the last hundred lines or so. See `lm-training.ts` for the rest.
 */
import { withText } from './racing/data.ts';
import { casesOf, raceOptions, runRace } from './racing/race.ts';

export default function brainJs() {
  const { race, values } = raceOptions({ sizes: '1x32,1x128', drivers: 'onednn,wasm' });
  return withText((text) =>
    runRace({
      ...race,
      name: 'brain-js',
      unit: 'characters',
      cases: casesOf(values.sizes, text),
      ours: 'line-training.ts',
      rivals: [{ program: 'brain-js.ts' }],
      threads: 1,
      warmUp: 300,
    }),
  );
}
