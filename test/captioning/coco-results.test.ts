import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cocoReferences, cocoResults, readCocoResults } from '../../src/captioning/coco-results.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

describe('captions in COCO’s formats', () => {
  it('have numbers for ids that are numbers, names for others', () => {
    expect(JSON.parse(cocoResults(['391895', 'a1.jpg'], ['a man', 'a "dog"']))).toEqual([
      { image_id: 391895, caption: 'a man' },
      { image_id: 'a1.jpg', caption: 'a "dog"' },
    ]);
  });

  it('are one annotation for each reference, with ids of their own', () => {
    expect(JSON.parse(cocoReferences(['7', 'b.jpg'], [['one', 'two'], ['three']]))).toEqual({
      images: [
        { id: 7, file_name: '7' },
        { id: 'b.jpg', file_name: 'b.jpg' },
      ],
      annotations: [
        { id: 0, image_id: 7, caption: 'one' },
        { id: 1, image_id: 7, caption: 'two' },
        { id: 2, image_id: 'b.jpg', caption: 'three' },
      ],
    });
  });

  it('are read as they were written', async () => {
    const file = join(root, 'results.json');
    await writeFile(file, cocoResults(['391895', 'a1.jpg'], ['a man', '']));
    expect([...(await readCocoResults(file))]).toEqual([
      ['391895', 'a man'],
      ['a1.jpg', ''],
    ]);
  });

  it.each([
    [
      'two captions of a picture',
      '[{"image_id":1,"caption":"a"},{"image_id":"1","caption":"b"}]',
      /2 captions of 1 picture, two of 1$/,
    ],
    ['a caption that is no text', '[{"image_id":1,"caption":2}]', /found at 0\.caption: /],
    ['no captions', '[]', /found at the top: .*\. Captions to be scored/],
    ['half a file', '[{"image_id":1,', /is not valid JSON.*\. Captions to be scored stand in it as \[\{"image_id"/],
  ])('are refused with %s', async (_, text, message) => {
    const file = join(root, 'broken.json');
    await writeFile(file, text);
    await expectInputError(readCocoResults(file), message);
  });
});
