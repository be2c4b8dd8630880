/**
 * Races a training update of the language model against PyTorch on the processor: LSTM, 65 characters one-hot, batch 50,
 * 50 steps, Adam 2e-3, gradients clipped by norm 5, float32, the state carried on, the same text, two threads each.
 *
 *     npm run bench -- lm-training [--sizes 1x128,2x128,1x512,2x512] [--drivers onednn,bf16,openblas,wasm]
 *                                  [--rounds 7] [--seconds 2] [--save]
 *
 * The contestants take turns (A B C A B C …); the ratio is that to PyTorch in the same round, its median over the rounds
 * (lowest – highest). The losses after as many updates show that both do the same work; `bf16` rounds the factors of
 * products. Figures go to `bench/results/lm-training.local.json`, or with --save to `lm-training.json`, for keeping.
 *
 * PyTorch comes from `node bench/setup-rivals.mjs`, or from the interpreter that RIVAL_PYTHON names.
 */
import { withText } from './racing/data.ts';
import { casesOf, raceOptions, runRace } from './racing/race.ts';

export default function lmTraining() {
  const { race, values } = raceOptions({ sizes: '1x128,2x128,1x512,2x512' });
  return withText((text) =>
    runRace({
      ...race,
      name: 'lm-training',
      unit: 'characters',
      cases: casesOf(values.sizes, text),
      ours: 'lstm-training.ts',
      rivals: [{ program: 'lstm_training.py', variant: 'float32' }],
    }),
  );
}
