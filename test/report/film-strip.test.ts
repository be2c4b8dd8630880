import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { filmStrip } from '../../src/report/film-strip.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

const file = join(root, 'frame.png');
await sharp({ create: { width: 200, height: 100, channels: 3, background: 'red' } })
  .png()
  .toFile(file);

it('shows each frame with its predicted label, and the correct one where that is another', async () => {
  const { text } = await filmStrip('a clip', [
    { file, predicted: 'up', correct: 'up' },
    { file, predicted: 'up & away', correct: 'down' },
    { file: join(root, 'none.png'), predicted: 'a label that is too long', correct: undefined },
  ]);
  expect(text.match(/<image href="data:image\/jpeg;base64,[^"]+" width="100" height="50"\/>/g)).toHaveLength(2);
  const words = [...text.matchAll(/<text y="\d+"( fill="[^"]+")?>([^<]*)</g)].map(([, wrong, word]) => [!!wrong, word]);
  expect(words).toEqual([
    [false, 'up'],
    [true, 'up &#38; away'],
    [false, '(down)'],
    [false, 'a label that i…'],
  ]);
});

it('shows some frames of a long clip', async () => {
  const frames = Array.from({ length: 100 }, (_, t) => ({ file, predicted: String(t), correct: undefined }));
  const { text } = await filmStrip('a clip', frames);
  expect([...text.matchAll(/<text [^>]*>(\d+)</g)].map(([, t]) => Number(t))).toEqual(
    Array.from({ length: 25 }, (_, i) => 4 * i),
  );
});
