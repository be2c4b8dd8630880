import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { readCaptionDataset } from '../../src/datasets/read.ts';
import { temporaryFolder, writeText } from './layouts.ts';

/** A folder with these files, read; every file that is not named with a text is empty. */
async function read(files: Record<string, unknown>, path = '.') {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await writeText(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return readCaptionDataset(join(folder, path));
}

async function lines(files: Record<string, unknown>) {
  return (await read(files)).report.map(describeOddity);
}

describe('readCaptionDataset: a folder or file that is no dataset', () => {
  test('says what was looked for and what is there', async () => {
    const reading = read({ 'a.txt': '', 'notes.md': '' });
    await expect(reading).rejects.toThrow(InputError);
    await expect(reading).rejects.toThrow(
      /holds no caption dataset.*found a.txt, notes.md, expected annotations.*Flickr8k.token.txt.*metadata.jsonl.*dataset_\*.json/,
    );
  });

  test.each([
    ['a path that is not there', {}, 'nowhere', /cannot read the dataset .*nowhere: found ENOENT/],
    ['a text file', { 'a.txt': 'hello' }, 'a.txt', /a.txt is not a caption dataset: found a file, expected a folder/],
    ['one file of a COCO folder', { 'captions_val.json': '{}' }, 'captions_val.json', /Name the folder that holds/],
    [
      'another JSON',
      { 'package.json': '{}' },
      'package.json',
      /package.json does not hold what it should: found at images/,
    ],
    ['two token files', { 'a.token': '', 'b.token': '' }, '.', /holds several token files: found a.token, b.token/],
  ])('refuses %s', async (_, files, path, message) => {
    await expect(read(files, path)).rejects.toThrow(message);
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
    ['no annotations', { images: [image(1)] }, /at annotations: .*expected array/],
    [
      'a caption that is no text',
      { images: [image(1)], annotations: [{ id: 1, image_id: 1, caption: 3 }] },
      /at annotations.0.caption/,
    ],
    ['no picture', { images: [], annotations: [] }, /holds no captioned picture/],
  ])('refuses %s', async (_, content, message) => {
    await expect(read({ 'captions_train.json': content })).rejects.toThrow(message);
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
    expect(await lines({ 'captions_train.json': content, '1.jpg': '', '2.jpg': '' })).toEqual([
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
    const dataset = await read({
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
    const dataset = await read({
      'captions_train.json': content,
      'captions_val.json': content,
      'train/1.jpg': '',
      'val/1.jpg': '',
    });
    expect([...dataset.splits.keys()]).toEqual(['train', 'val']);
  });

  test('of two years reads the one whose pictures are there', async () => {
    const content = { images: [image(1)], annotations: [annotation(1, 1)] };
    const dataset = await read({
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
    await expect(read({ 'a.token': 'a.jpg#0\ta cat\nb.jpg a dog\n' })).rejects.toThrow(
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
    const dataset = await read(files);
    expect(dataset.splits.get('train')?.map(({ id }) => id)).toEqual(['a.jpg']);
    expect(dataset.splits.get('val')?.[0]?.captions).toEqual(['a dog']);
    expect(dataset.report.map(describeOddity)).toEqual([
      'caption numbers given twice, the first kept: 1 (b.jpg#0)',
      'captioned pictures in no split list, skipped: 1 (c.jpg)',
      'pictures listed more than once, kept once (in test before val before train): 1 (b.jpg)',
      'pictures without a caption skipped: 1 (d.jpg)',
    ]);
  });

  test('does not mistake the lemmatised captions for the captions', async () => {
    const dataset = await read({
      'Flickr8k.lemma.token.txt': 'a.jpg#0\tdog run\n',
      'Flickr8k.token.txt': 'a.jpg#0\tdogs running\n',
      'a.jpg': '',
    });
    expect(dataset.splits.get('train')?.[0]?.captions).toEqual(['dogs running']);
  });
});

describe('readCaptionDataset: Karpathy', () => {
  test.each([
    ['an unknown split', { filename: 'a.jpg', split: 'dev', sentences: [] }, /at images.0.split/],
    [
      'a sentence without its text',
      { filename: 'a.jpg', split: 'val', sentences: [{}] },
      /at images.0.sentences.0.raw/,
    ],
  ])('refuses %s', async (_, picture, message) => {
    await expect(read({ 'dataset_x.json': { images: [picture] } })).rejects.toThrow(message);
  });
});

describe('readCaptionDataset: pictures with a table', () => {
  test.each([
    [
      'a torn line',
      { 'metadata.jsonl': '{"file_name":"a.jpg","text":"x"}\n{"file_na' },
      /metadata.jsonl line 2 is not valid JSON/,
    ],
    [
      'a line without text',
      { 'metadata.jsonl': '{"file_name":"a.jpg"}' },
      /line 1 does not hold what it should: found at text/,
    ],
    ['an empty CSV', { 'metadata.csv': '' }, /metadata.csv line 1 does not name the columns: found an empty file/],
    ['other columns', { 'metadata.csv': 'name,label\n' }, /found "name,label", expected file_name,text/],
    [
      'a comma without quotes',
      { 'metadata.csv': 'file_name,text\n"a.jpg",a cat\nb.jpg,one, two' },
      /line 3 does not fit.*found 3 fields, expected 2 fields/,
    ],
    ['a row without a name', { 'metadata.csv': 'file_name,text\n,a cat' }, /line 2 .*found no file name/],
  ])('refuses %s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });

  test('takes several captions from one line or many, and counts what is repeated', async () => {
    const files = {
      'metadata.jsonl':
        '{"file_name":"a.jpg","text":["one","two"]}\n\n{"file_name":"a.jpg","text":"one"}\n{"file_name":"a.jpg","text":"three"}\n',
      'a.jpg': '',
    };
    const dataset = await read(files);
    expect(dataset.splits.get('train')?.[0]?.captions).toEqual(['one', 'two', 'three']);
    expect(dataset.report.map(describeOddity)).toEqual([
      'captions repeated for the same picture, kept once: 1 (a.jpg)',
    ]);
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
