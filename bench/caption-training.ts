/**
 * Races a training update of the captioner against PyTorch on the processor: LSTM of 512 units, word vectors of 512,
 * 2,500 words, 1,280 features, batches of 128 captions of their own lengths (12 words in the mean, as Flickr8k's),
 * Adam 1e-3, gradients clipped by norm 5, no dropout, two threads each.
 *
 *     npm run bench -- caption-training [--drivers onednn,bf16,openblas,wasm] [--rivals bf16,float32] [--rounds 7]
 *                                       [--seconds 2] [--save]
 *
 * Counted are words that are learned, END among them. PyTorch takes part twice: with products of bfloat16 (autocast),
 * which ours with `bf16` is to be compared with, where the processor has them, and in float32, which the ratios are to. See
 * `lm-training.ts` for the rest.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { inTemporaryFolder } from './racing/data.ts';
import { raceOptions, runRace } from './racing/race.ts';

const [V, D, PICTURES, CAPTIONS] = [2500, 1280, 500, 128 * 40];

export default function captionTraining() {
  const { race, values } = raceOptions({ rivals: 'bf16,float32' });
  return inTemporaryFolder(async (folder) => {
    const random = new Random(1);
    const captions = join(folder, 'captions.json');
    const features = join(folder, 'features.f32');
    await writeFile(captions, JSON.stringify(Array.from({ length: CAPTIONS }, () => caption(random))));
    await writeFile(
      features,
      Float32Array.from({ length: PICTURES * D }, () => random.normal()),
    );
    return runRace({
      ...race,
      name: 'caption-training',
      unit: 'words',
      cases: [{ title: '1 × 512, captions', args: [captions, features] }],
      ours: 'caption-training.ts',
      rivals: values.rivals.split(',').map((variant) => ({ program: 'caption_training.py', variant })),
    });
  });
}

/** 5 to 19 words, ids 2 and up; 0 is START, 1 is END. Small ids are frequent, and each word depends on the one before. */
function caption(random: Random): number[] {
  const words: number[] = [];
  for (let left = 5 + random.integer(15); left > 0; left--) {
    const fresh = 2 + Math.floor((V - 2) * random.uniform() ** 4);
    words.push(random.uniform() < 0.5 ? 2 + (((words.at(-1) ?? 0) * 17 + 5) % (V - 2)) : fresh);
  }
  return words;
}
