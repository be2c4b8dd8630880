/**
 * Races `lm train --preset min-char-rnn`, the lecture's program, against the same in NumPy: a plain RNN of 100 units that
 * reads one stream, 25 characters at a time, 65 characters one-hot, Adagrad 0.1, gradients clipped by value 5, weights
 * from N(0, 0.01²).
 *
 *     npm run bench -- min-char-rnn [--drivers onednn,openblas,wasm] [--rounds 7] [--seconds 2] [--save]
 *
 * NumPy takes part twice: in float64 and step by step, as the lecture has it, and in float32 with the products of all
 * steps together where they can be, as ours is, which the ratios are to. The losses are smoothed as the lecture smooths
 * them, after 5,000 updates from the same distribution. See `lm-training.ts` for the rest.
 */
import { withText } from './racing/data.ts';
import { raceOptions, runRace } from './racing/race.ts';

export default function minCharRnn() {
  const { race } = raceOptions({ drivers: 'onednn,openblas,wasm' });
  return withText((text) =>
    runRace({
      ...race,
      name: 'min-char-rnn',
      unit: 'characters',
      cases: [{ title: 'RNN of 100', args: [text] }],
      ours: 'min-char-rnn.ts',
      rivals: [
        { program: 'min_char_rnn.py', variant: 'lecture' },
        { program: 'min_char_rnn.py', variant: 'batched' },
      ],
      warmUp: 5000,
    }),
  );
}
