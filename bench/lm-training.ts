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
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { raceOptions, runRace } from './racing/race.ts';

const { race, values } = raceOptions({ sizes: '1x128,2x128,1x512,2x512' });
const folder = mkdtempSync(join(tmpdir(), 'lm-training-'));
try {
  const text = join(folder, 'text');
  writeFileSync(text, markovText(500_001));
  await runRace({
    ...race,
    name: 'lm-training',
    unit: 'characters',
    cases: values.sizes.split(',').map((size) => {
      const [layers = '', hidden = ''] = size.split('x');
      return { title: `${layers} × ${hidden}`, args: [hidden, layers, text] };
    }),
    ours: 'lstm-training.ts',
    rivals: [{ program: 'lstm_training.py', variant: 'float32' }],
  });
} finally {
  rmSync(folder, { recursive: true });
}

/** A Markov chain: three times in four a character follows from the one before, else it is any. 1.6 nats of entropy. */
function markovText(length: number): Uint8Array {
  const random = new Random(1);
  const ids = new Uint8Array(length);
  for (let i = 1; i < length; i++) {
    ids[i] = random.uniform() < 0.75 ? ((ids[i - 1] ?? 0) * 7 + 3) % 65 : random.integer(65);
  }
  return ids;
}
