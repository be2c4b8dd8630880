import { describe, expect, it, vi } from 'vitest';
import type { CaptionWriter } from '../../src/captioning/caption.ts';
import { describePictures } from '../../src/captioning/describe.ts';
import { expectInputError } from '../input-error.ts';
import { fakeCnn } from './small-captioning.ts';

const nobody = {} as CaptionWriter; // nothing here can be read, and so nothing is written
const torn = [1, 2].map((i) => ({ name: `torn${i}.jpg`, bytes: Uint8Array.of(i) }));

async function namesOf(pictures: Parameters<typeof describePictures>[2], options = {}): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of describePictures(nobody, fakeCnn, pictures, options)) names.push(name);
  return names;
}

describe('describePictures', () => {
  it('gives pictures that can not be read to onSkip, and throws the error of the first where there is none', async () => {
    const onSkip = vi.fn();
    expect(await namesOf(torn, { onSkip })).toEqual([]);
    expect(onSkip.mock.calls.map(([{ name }]) => name)).toEqual(['torn1.jpg', 'torn2.jpg']);
    await expectInputError(namesOf(torn), /^torn1\.jpg is not a picture/);
  });

  it('refuses a path in the place of a list of them', async () => {
    await expectInputError(
      namesOf('photo.jpg', { onSkip() {} }),
      'pictures are to be in a list: found the text "photo.jpg". Give ["photo.jpg"]',
    );
  });
});
