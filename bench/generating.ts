/**
 * Races the writing of text at batch 1, a character after another as each is drawn, against PyTorch on the processor:
 * LSTM, 65 characters one-hot, temperature 1.
 *
 *     npm run bench -- generating [--sizes 1x128,1x512,2x512] [--drivers onednn,openblas,wasm] [--rounds 7]
 *                                 [--seconds 2] [--save]
 *
 * PyTorch takes part on one thread, which is faster at this than two. See `lm-training.ts` for the rest.
 */
import { casesOf, raceOptions, runRace } from './racing/race.ts';

export default function generating() {
  const { race, values } = raceOptions({ sizes: '1x128,1x512,2x512', drivers: 'onednn,openblas,wasm' });
  return runRace({
    ...race,
    name: 'generating',
    unit: 'characters',
    cases: casesOf(values.sizes),
    ours: 'generating.ts',
    rivals: [{ program: 'generating.py', variant: 'float32' }],
  });
}
