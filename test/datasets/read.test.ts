import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { readCaptionDataset } from '../../src/datasets/read.ts';
import { temporaryFolder, writeText } from './layouts.ts';
import { odditiesIn, readFiles } from './read-files.ts';

describe('readCaptionDataset: a folder or file that is no dataset', () => {
  test('says what was looked for and what is there', async () => {
    const reading = readFiles({ 'a.txt': '', 'notes.md': '' });
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(
      /holds no caption dataset.*found a.txt, notes.md, expected annotations.*Flickr8k.token.txt.*metadata.jsonl.*dataset_\*.json/,
    );
  });

  test.each([
    ['a path that is not there', {}, 'nowhere', /cannot read the dataset .*nowhere: found no such file/],
    ['a text file', { 'a.txt': 'hello' }, 'a.txt', /a.txt is not a caption dataset: found a file, expected a folder/],
    ['one file of a Flickr folder', { 'a.token': '' }, 'a.token', /Name the folder that holds/],
    [
      'another JSON',
      { 'package.json': '{}' },
      'package.json',
      /package.json does not hold what it should: found no captions, expected images and annotations/,
    ],
    ['two token files', { 'a.token': '', 'b.token': '' }, '.', /holds several token files: found a.token, b.token/],
  ])('refuses %s', async (_, files, path, message) => {
    await expect(readFiles(files, path)).rejects.toThrow(message);
  });

  test('says what became of the rows where no caption is left', async () => {
    await expect(readFiles({ 'metadata.csv': 'file_name,text\na.jpg,\n', 'a.jpg': '' })).rejects.toThrow(
      /holds no captioned picture: found empty captions skipped: 1 \(a.jpg\); pictures without/,
    );
  });

  test('knows a picture by its path from the folder and by its absolute one', async () => {
    const folder = await temporaryFolder();
    for (const name of ['a.jpg', 'b.jpg']) await writeText(join(folder, name), '');
    const rows = [`a.jpg,a cat`, `${join(folder, 'a.jpg')},one cat`, 'b.jpg,a dog'];
    await writeText(join(folder, 'metadata.csv'), `file_name,text\n${rows.join('\n')}\n`);
    const { splits } = await readCaptionDataset(relative('', folder), { valShare: 0 });
    expect(splits.get('train')?.map(({ captions }) => captions)).toEqual([['a cat'], ['a dog']]);
  });

  test('refuses a share of validation pictures that is none', async () => {
    await expect(readCaptionDataset('.', { valShare: 1 })).rejects.toThrow(
      /out of range: found 1, expected a number between/,
    );
  });

  test('says so when an empty folder is given', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'empty'));
    await expect(readCaptionDataset(join(folder, 'empty'))).rejects.toThrow(/found an empty folder/);
  });
});

describe('readCaptionDataset: COCO', () => {
  const image = (id: number, name = `${id}.jpg`) => ({ id, file_name: name });
  const annotation = (id: number, imageId: number, caption = 'a cat') => ({ id, image_id: imageId, caption });

  test.each([
    ['torn JSON', '{"images": [], "annotations": [', /captions_train.json is not valid JSON: found .*end of JSON/],
    ['no annotations', { images: [image(1)] }, /found the fields images, expected images and annotations/],
    [
      'a caption that is no text',
      { images: [image(1)], annotations: [{ id: 1, image_id: 1, caption: 3 }] },
      /at annotations.0.caption/,
    ],
    ['no picture', { images: [], annotations: [] }, /holds no captioned picture: found no caption in its files$/],
  ])('refuses %s', async (_, content, message) => {
    await expect(readFiles({ 'captions_train.json': content })).rejects.toThrow(message);
  });

  test('counts unknown image ids, ids given twice and pictures without captions', async () => {
    const content = {
      images: [image(1), image(2), image(1, '3.jpg')],
      annotations: [
        annotation(1, 1),
        annotation(1, 1, 'again'),
        annotation(2, 99),
        annotation(3, 98),
        annotation(4, 97),
        annotation(5, 96),
      ],
    };
    expect(await odditiesIn({ 'captions_train.json': content, '1.jpg': '', '2.jpg': '' })).toEqual([
      'image ids given twice, the first kept: 1 (1)',
      'caption ids given twice, the first kept: 1 (1)',
      'captions of unknown image ids skipped: 4 (99, 98, 97, …)',
      'pictures without a caption skipped: 1 (2.jpg)',
    ]);
  });

  test('keeps a picture of two years and splits out of the training split', async () => {
    const train = {
      images: [image(391895, '000000391895.jpg'), image(2, '000000000002.jpg')],
      annotations: [annotation(1, 391895), annotation(2, 2)],
    };
    const val = { images: [image(391895, 'COCO_val2014_000000391895.jpg')], annotations: [annotation(1, 391895)] };
    const dataset = await readFiles({
      'annotations/captions_train2017.json': train,
      'annotations/captions_val2014.json': val,
      'train2017/000000391895.jpg': '',
      'train2017/000000000002.jpg': '',
      'val2014/COCO_val2014_000000391895.jpg': '',
    });
    expect(dataset.splits.get('train')?.map(({ id }) => id)).toEqual(['2']);
    expect(dataset.splits.get('val')?.map(({ id }) => id)).toEqual(['391895']);
  });

  test('does not take equal ids of other pictures for the same picture', async () => {
    const content = { images: [image(1)], annotations: [annotation(1, 1)] };
    const dataset = await readFiles({
      'captions_train.json': content,
      'captions_val.json': content,
      'train/1.jpg': '',
      'val/1.jpg': '',
    });
    expect([...dataset.splits.keys()]).toEqual(['train', 'val']);
  });

  test('of two years reads the one whose pictures are there', async () => {
    const content = { images: [image(1)], annotations: [annotation(1, 1)] };
    const dataset = await readFiles({
      'annotations/captions_val2014.json': content,
      'annotations/captions_val2017.json': content,
      'val2014/1.jpg': '',
    });
    expect(dataset.splits.get('val')?.[0]?.file).toMatch(/val2014.1.jpg$/);
    expect(dataset.report.map(describeOddity)).toEqual([
      expect.stringMatching(/^caption files not read, as .*captions_val2014.json is: 1 \(.*captions_val2017.json\)/),
    ]);
  });
});

describe('readCaptionDataset: Flickr', () => {
  test('names the line that is no caption', async () => {
    await expect(readFiles({ 'a.token': 'a.jpg#0\ta cat\nb.jpg a dog\n' })).rejects.toThrow(
      /a.token line 2 is not a caption: found "b.jpg a dog", expected name.jpg#0, a tab, the caption/,
    );
  });

  test('counts pictures in no split list, listed twice, listed without captions, and repeated caption numbers', async () => {
    const files = {
      'a.token': 'a.jpg#0\ta cat\nb.jpg#0\ta dog\nb.jpg#0\tagain\nc.jpg#0\ta cow\n',
      'train.txt': 'a.jpg\nb.jpg\nd.jpg\n',
      'dev.txt': 'b.jpg\n',
      'images/a.jpg': '',
      'images/b.jpg': '',
    };
    const dataset = await readFiles(files);
    expect(dataset.splits.get('train')?.map(({ id }) => id)).toEqual(['a.jpg']);
    expect(dataset.splits.get('val')?.[0]?.captions).toEqual(['a dog']);
    expect(dataset.report.map(describeOddity)).toEqual([
      'caption numbers given twice, the first kept: 1 (b.jpg#0)',
      'captioned pictures in no split list, skipped: 1 (c.jpg)',
      'pictures listed more than once, kept once (in test before val before train): 1 (b.jpg)',
      'pictures without a caption skipped: 1 (d.jpg)',
    ]);
  });

  test('counts captions under an id that is no picture, as Flickr8k has one', async () => {
    const token = 'a.jpg#0\ta cat\na.jpg.1#0\ta cat\n';
    expect(await odditiesIn({ 'a.token': token, 'a.jpg': '' })).toEqual([
      'captioned pictures not on the disk, skipped: 1 (a.jpg.1)',
    ]);
    expect(await odditiesIn({ 'a.token': token, 'train.txt': 'a.jpg\n', 'a.jpg': '' })).toEqual([
      'captioned pictures in no split list, skipped: 1 (a.jpg.1)',
    ]);
  });

  test('does not mistake the lemmatised captions for the captions', async () => {
    const dataset = await readFiles({
      'Flickr8k.lemma.token.txt': 'a.jpg#0\tdog run\n',
      'Flickr8k.token.txt': 'a.jpg#0\tdogs running\n',
      'a.jpg': '',
    });
    expect(dataset.splits.get('train')?.[0]?.captions).toEqual(['dogs running']);
  });
});

describe('readCaptionDataset: Karpathy', () => {
  test('trains on restval too, and counts pictures listed twice and without sentences', async () => {
    const picture = (filename: string, split: string, ...sentences: string[]) => ({
      ...{ filename, split },
      sentences: sentences.map((raw) => ({ raw })),
    });
    const images = [
      picture('a.jpg', 'train', 'a cat'),
      picture('b.jpg', 'restval', 'a dog'),
      picture('c.jpg', 'val', 'a cow'),
      picture('c.jpg', 'restval', 'a cow'),
      picture('d.jpg', 'restval'),
    ];
    const files = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.jpg`, '']));
    const { splits, report } = await readFiles({ 'dataset_x.json': { images }, ...files });
    expect([...splits].map(([split, pictures]) => [split, pictures.map(({ id }) => id)])).toEqual([
      ['train', ['a.jpg', 'b.jpg']],
      ['val', ['c.jpg']],
    ]);
    expect(report.map(describeOddity)).toEqual([
      'pictures listed more than once, kept once (in test before val before train): 1 (c.jpg)',
      'pictures without a caption skipped: 1 (d.jpg)',
    ]);
  });

  test.each([
    ['an unknown split', { filename: 'a.jpg', split: 'later', sentences: [] }, /at images.0.split/],
    [
      'a sentence without its text',
      { filename: 'a.jpg', split: 'val', sentences: [{}] },
      /at images.0.sentences.0.raw/,
    ],
  ])('refuses %s', async (_, picture, message) => {
    await expect(readFiles({ 'dataset_x.json': { images: [picture] } })).rejects.toThrow(message);
  });
});

describe('readCaptionDataset: a file that is named itself', () => {
  const coco = {
    images: [
      { id: 1, file_name: '1.jpg' },
      { id: 2, file_name: '2.jpg' },
    ],
    annotations: [
      { image_id: 1, caption: 'a cat' },
      { image_id: 2, caption: 'a dog' },
    ],
  };
  const pictures = { '1.jpg': '', '2.jpg': '', 'photos/1.jpg': '', 'photos/2.jpg': '' };
  const sizes = ({ splits }: Awaited<ReturnType<typeof readFiles>>) =>
    Object.fromEntries([...splits].map(([split, { length }]) => [split, length]));

  test.each([
    ['coco', 'my-captions.json', coco, { train: 1, val: 1 }],
    ['coco', 'annotations/captions_val2017.json', coco, { val: 2 }],
    ['table', 'pairs.tsv', '1.jpg\ta cat\n2.jpg\ta dog\n', { train: 1, val: 1 }],
    ['table', 'mine.csv', 'image,caption,split\n1.jpg,a cat,train\n2.jpg,a dog,test\n', { train: 1, test: 1 }],
    ['table', 'mine.jsonl', '{"file_name":"1.jpg","text":"a cat","split":"test"}\n', { test: 1 }],
  ])('is read as %s: %s', async (format, name, content, expected) => {
    const dataset = await readFiles({ ...pictures, [name]: content }, name);
    expect(dataset).toMatchObject({ format, name: name.replace(/.*\/|\.\w+$/g, '') });
    expect(sizes(dataset)).toEqual(expected);
  });

  test.each(['annotations.json', 'annotations/captions.json', '_annotations.coco.json'])(
    'is found in its folder by a usual name: %s',
    async (name) => {
      expect(sizes(await readFiles({ ...pictures, [name]: coco }))).toEqual({ train: 1, val: 1 });
    },
  );

  test.each([
    ['anything.json', JSON.stringify(coco)],
    ['pairs.tsv', '1.jpg\ta cat\n2.jpg\ta dog\n'],
  ])('takes its pictures from any folder: %s', async (name, text) => {
    const folder = await temporaryFolder();
    await writeText(join(folder, 'texts', name), text);
    for (const picture of ['1.jpg', '2.jpg']) await writeText(join(folder, 'photos', picture), '');
    const dataset = await readCaptionDataset(join(folder, 'texts', name), { images: join(folder, 'photos') });
    expect(dataset.splits.get('train')?.[0]?.file).toMatch(/photos.\d\.jpg$/);
  });

  test('does not stand before a table in the same folder', async () => {
    const dataset = await readFiles({
      ...pictures,
      'annotations.json': '{}',
      'metadata.csv': 'image,text\n1.jpg,a cat\n',
    });
    expect(dataset.format).toBe('table');
  });
});

const flickr8k = join(import.meta.dirname, '../../../shared/data/flickr8k');

describe.skipIf(!existsSync(flickr8k))('readCaptionDataset: the Flickr8k that is shared here', () => {
  test.each(['.', 'dataset_flickr8k.json'])('gives 6,000 and 1,000 pictures from %s', async (path) => {
    const { splits, report } = await readCaptionDataset(join(flickr8k, path));
    expect([...splits].map(([split, pictures]) => [split, pictures.length])).toEqual([
      ['train', 6000],
      ['val', 1000],
    ]);
    expect(report).toEqual([]);
  });
});
