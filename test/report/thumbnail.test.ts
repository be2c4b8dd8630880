import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { thumbnail } from '../../src/report/thumbnail.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

it('a thumbnail is a JPEG of at most 160 pixels that keeps the shape, transparency over white', async () => {
  const file = join(root, 'wide.png');
  await sharp({ create: { width: 800, height: 400, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .png()
    .toFile(file);
  const { source = '', width, height } = (await thumbnail(file)) ?? {};
  expect({ width, height }).toEqual({ width: 160, height: 80 });
  const [type, data = ''] = source.split(',');
  expect(type).toBe('data:image/jpeg;base64');
  const picture = sharp(Buffer.from(data, 'base64'));
  expect(await picture.metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 80 });
  expect((await picture.stats()).channels.every(({ min }) => min > 250)).toBe(true);
});

it('there is none of a picture that can not be read', async () => {
  const torn = join(root, 'torn.jpg');
  await writeFile(torn, 'torn');
  expect(await thumbnail(torn)).toBeUndefined();
  expect(await thumbnail(join(root, 'none.jpg'))).toBeUndefined();
});

it('a thumbnail of bytes has the size that is asked for, turned as the EXIF data says', async () => {
  const bytes = await sharp({ create: { width: 60, height: 20, channels: 3, background: 'red' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expect(await thumbnail({ bytes }, 30)).toMatchObject({ width: 10, height: 30 });
});
