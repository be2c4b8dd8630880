/**
 * Races the scoring of captions, BLEU-1 to BLEU-4, ROUGE-L and CIDEr, against pycocoevalcap: 1,000 pictures with 5
 * references each, in words already, so that neither tokenises and Java is not needed; one thread.
 *
 *     npm run bench -- metrics [--rounds 7] [--seconds 2] [--save]
 *
 * The scores must agree to 4 decimals, else the race fails. Ours computes CIDEr without clipping besides. See
 * `lm-training.ts` for the rest; no driver takes part.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { inTemporaryFolder } from './racing/data.ts';
import { raceOptions, runRace } from './racing/race.ts';

const [V, PICTURES, REFERENCES] = [2500, 1000, 5];

export default function metrics() {
  const { race } = raceOptions({});
  return inTemporaryFolder(async (folder) => {
    const random = new Random(1);
    const captions = join(folder, 'captions.json');
    await writeFile(captions, JSON.stringify(Array.from({ length: PICTURES }, () => captionsOfPicture(random))));
    return runRace({
      ...race,
      name: 'metrics',
      unit: 'pictures',
      cases: [{ title: `${PICTURES} × ${REFERENCES} references`, args: [captions] }],
      ours: 'metrics.ts',
      drivers: [''],
      rivals: [{ program: 'metrics.py' }],
      threads: 1,
      warmUp: 3,
      decimals: 4,
    });
  });
}

/** What people and a captioner wrote of a picture: variations of one sentence, words with blanks between. */
function captionsOfPicture(random: Random) {
  const sentence = Array.from({ length: 8 + random.integer(8) }, () => word(random));
  const vary = () =>
    sentence
      .filter(() => random.uniform() < 0.9)
      .map((same) => (random.uniform() < 0.7 ? same : word(random)))
      .join(' ');
  return { candidate: vary(), references: Array.from({ length: REFERENCES }, vary) };
}

/** A few words are frequent, as in captions. */
function word(random: Random): string {
  return `w${Math.floor(V * random.uniform() ** 4)}`;
}
