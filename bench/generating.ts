/**
 * Races the writing of text at batch 1, a character after another as each is drawn, against PyTorch on the processor:
 * LSTM, 65 characters one-hot, temperature 1.
 *
 *     npm run bench -- generating [--sizes 1x128,1x512,2x512] [--drivers onednn,openblas,wasm] [--rounds 7]
 *                                 [--seconds 2] [--save]
 *
 * PyTorch takes part on one thread, which is faster at this than two. See `lm-training.ts` for the rest.
 */
import { raceOptions, runRace } from './racing/race.ts';

const { race, values } = raceOptions({ sizes: '1x128,1x512,2x512' }, { drivers: 'onednn,openblas,wasm' });
await runRace({
  ...race,
  name: 'generating',
  unit: 'characters',
  cases: values.sizes.split(',').map((size) => {
    const [layers = '', hidden = ''] = size.split('x');
    return { title: `${layers} × ${hidden}`, args: [hidden, layers] };
  }),
  ours: 'generating.ts',
  rivals: [{ program: 'generating.py', variant: 'float32' }],
});
