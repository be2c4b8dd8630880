/** Datasets as people have them: the layouts of tools, the tables of spreadsheets, names that were written elsewhere. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { describeOddity } from '../../src/datasets/oddities.ts';
import type { ReadSettings } from '../../src/datasets/read.ts';
import { readFiles } from './read-files.ts';

/** Captions by the picture's file in each split, pictures that are held out with those for training. */
async function captionsIn(files: Record<string, unknown>, path = '.', settings: ReadSettings = {}) {
  const { splits, report } = await readFiles(files, path, { valShare: 0, ...settings });
  const bySplit = [...splits].map(([split, pictures]) => [
    split,
    Object.fromEntries(pictures.map(({ file, captions }) => [file.replace(/^.*caption-datasets-\w+\//, ''), captions])),
  ]);
  return { ...Object.fromEntries(bySplit), odd: report.map(describeOddity) };
}

const TWO = { train: { 'a.jpg': ['a dog'], 'b.jpg': ['a cat'] }, odd: [] };
const PICTURES = { 'a.jpg': '', 'b.jpg': '' };
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('tables', () => {
  test.each<[string, string, string | Uint8Array]>([
    ['semicolons', 'metadata.csv', 'file_name;text\na.jpg;a dog\nb.jpg;a cat\n'],
    ['tabs in a .csv', 'metadata.csv', 'file_name\ttext\na.jpg\ta dog\nb.jpg\ta cat\n'],
    ['CR alone', 'metadata.csv', 'file_name,text\ra.jpg,a dog\rb.jpg,a cat\r'],
    ['CR alone, pairs', 'captions.tsv', 'a.jpg\ta dog\rb.jpg\ta cat\r'],
    ['spaces before quotes', 'metadata.csv', 'file_name, text\na.jpg, "a dog"\nb.jpg, "a cat"\n'],
    ['quotes around fields between tabs', 'metadata.tsv', '"file_name"\t"text"\n"a.jpg"\t"a dog"\n"b.jpg"\t"a cat"\n'],
    ['an index column', 'metadata.csv', ',file_name,text\n0,a.jpg,a dog\n1,b.jpg,a cat\n'],
    [
      'bars, as Flickr30k has them',
      'results.csv',
      'image_name| comment_number| comment\na.jpg| 0| a dog\nb.jpg| 0| a cat\n',
    ],
    [
      'UTF-16, as a spreadsheet writes it',
      'metadata.csv',
      utf16('file_name\ttext\r\na.jpg\ta dog\r\nb.jpg\ta cat\r\n'),
    ],
    ['gzip', 'metadata.csv', gzipSync('file_name,text\na.jpg,a dog\nb.jpg,a cat\n')],
    ['other usual names', 'metadata.csv', 'image_path,description\na.jpg,a dog\nb.jpg,a cat\n'],
    ['another name of the table', 'my pictures.csv', 'image,caption\na.jpg,a dog\nb.jpg,a cat\n'],
  ])('with %s', async (_, name, content) => {
    expect(await captionsIn({ ...PICTURES, [name]: content })).toEqual(TWO);
  });

  test('with quotes that are a part of the text between tabs', async () => {
    const content = 'a.jpg\t"a dog" runs\nb.jpg\tthe "cat"\n';
    expect((await captionsIn({ ...PICTURES, 'captions.tsv': content })).train).toEqual({
      'a.jpg': ['"a dog" runs'],
      'b.jpg': ['the "cat"'],
    });
  });

  test('with quotes that are doubled and tabs inside', async () => {
    const content = 'file_name\ttext\na.jpg\t"a ""big"" dog"\nb.jpg\t"a cat\tsits"\n';
    expect((await captionsIn({ ...PICTURES, 'metadata.tsv': content })).train).toEqual({
      'a.jpg': ['a "big" dog'],
      'b.jpg': ['a cat\tsits'],
    });
  });

  test('with commas in captions that nobody has quoted', async () => {
    const read = await captionsIn({
      ...PICTURES,
      'captions.txt': 'image,caption\na.jpg,a dog, running\nb.jpg,a cat\n',
    });
    expect(read.train).toEqual({ 'a.jpg': ['a dog, running'], 'b.jpg': ['a cat'] });
    expect(read.odd).toEqual(['captions with a comma but without quotes, read to the end of the line: 1 (line 2)']);
  });

  test('with names of columns that are told', async () => {
    const content = 'Datei;Satz;Nr\na.jpg;a dog;1\nb.jpg;a cat;2\n';
    const columns = { picture: 'datei', text: 'Satz' };
    expect(await captionsIn({ ...PICTURES, 'metadata.csv': content }, '.', { columns })).toEqual(TWO);
  });

  test('in Windows-1252 are refused with the place, or read by that name', async () => {
    const content = Buffer.from('file_name,text\na.jpg,un caf\xe9 \x96 ici\nb.jpg,a cat\n', 'latin1');
    const files = { ...PICTURES, 'metadata.csv': content };
    await expect(readFiles(files)).rejects.toThrow(
      /metadata\.csv is not UTF-8 text: found the byte 0xe9 at position 27, in line 2, .*`iconv -f windows-1252 -t utf-8 .*encoding windows-1252/,
    );
    const read = await captionsIn(files, '.', { encoding: 'windows-1252' });
    expect(read.train['a.jpg']).toEqual(['un café – ici']);
  });

  test('skip and count a row that is odd among others', async () => {
    const rows = ['{"file_name":"a.jpg","text":"a dog"}', '{"file_name":"b.jpg","text":"a cat"}', '{"file_na'];
    const read = await captionsIn({ ...PICTURES, 'metadata.jsonl': rows.join('\n') });
    expect(read).toEqual({
      ...TWO,
      odd: [expect.stringMatching(/^lines that can't be read, skipped: 1 \(.*metadata.jsonl line 3 is not valid JSON/)],
    });
  });

  test('give pictures the split of the folder that their path begins with', async () => {
    const files = { 'train/a.jpg': '', 'val/b.jpg': '', 'images/test/c.jpg': '' };
    const table = 'file_name,text\ntrain/a.jpg,a dog\nval/b.jpg,a cat\nimages/test/c.jpg,a cow\n';
    expect(await captionsIn({ ...files, 'metadata.csv': table })).toEqual({
      train: { 'train/a.jpg': ['a dog'] },
      val: { 'val/b.jpg': ['a cat'] },
      test: { 'images/test/c.jpg': ['a cow'] },
      odd: [],
    });
  });
});

describe('layouts', () => {
  const coco = (...captions: [name: string, caption: unknown][]) => ({
    images: captions.map(([file_name], id) => ({ id, file_name })),
    annotations: captions.map(([, caption], i) => ({ id: i, image_id: i, caption })),
  });
  const split = { train: { 'train/a.jpg': ['a dog'] }, val: { 'val/b.jpg': ['a cat'] }, odd: [] };

  test.each<[string, Record<string, unknown>, object]>([
    [
      'VizWiz',
      {
        'annotations/train.json': coco(['a.jpg', 'a dog']),
        'annotations/val.json': coco(['b.jpg', 'a cat']),
        'train/a.jpg': '',
        'val/b.jpg': '',
      },
      split,
    ],
    [
      'Roboflow',
      {
        'train/_annotations.coco.json': coco(['a.jpg', 'a dog']),
        'valid/_annotations.coco.json': coco(['b.jpg', 'a cat']),
        'train/a.jpg': '',
        'valid/b.jpg': '',
      },
      { train: { 'train/a.jpg': ['a dog'] }, val: { 'valid/b.jpg': ['a cat'] }, odd: [] },
    ],
    [
      'COCO, unpacked twice deep',
      {
        'annotations/annotations/captions_train2014.json': coco(['a.jpg', 'a dog']),
        'train2014/train2014/a.jpg': '',
      },
      { train: { 'train2014/train2014/a.jpg': ['a dog'] }, odd: [] },
    ],
    [
      'a folder in a folder',
      { 'flickr/flickr/metadata.csv': 'image,caption\na.jpg,a dog\n', 'flickr/flickr/a.jpg': '' },
      { train: { 'flickr/flickr/a.jpg': ['a dog'] }, odd: [] },
    ],
    [
      'BLIP',
      {
        'train.json': [{ image: 'train/a.jpg', caption: 'a dog', image_id: 'x_1' }],
        'val.json': [{ image: 'val/b.jpg', caption: ['a cat'] }],
        'train/a.jpg': '',
        'val/b.jpg': '',
      },
      split,
    ],
    [
      'AI Challenger',
      {
        'caption_train_annotations_20170902.json': [{ url: 'x', image_id: 'a.jpg', caption: ['一只狗', ''] }],
        'caption_train_images_20170902/a.jpg': '',
      },
      {
        train: { 'caption_train_images_20170902/a.jpg': ['一只狗'] },
        odd: ['empty captions skipped: 1 (a.jpg)'],
      },
    ],
    [
      "Karpathy's, with words alone",
      {
        'dataset_x.json': { images: [{ filename: 'a.jpg', split: 'train', sentences: [{ tokens: ['a', 'dog'] }] }] },
        ...PICTURES,
      },
      { train: { 'a.jpg': ['a dog'] }, odd: [] },
    ],
    ['captions by name', { 'captions.json': { 'a.jpg': 'a dog', 'b.jpg': ['a cat'] }, ...PICTURES }, TWO],
    [
      'a text beside each picture',
      { ...PICTURES, 'a.txt': 'a dog\n', 'b.caption': 'a cat', 'c.jpg': '', '__MACOSX/._a.txt': '' },
      { ...TWO, odd: ['pictures without a text beside them, skipped: 1 (c.jpg)'] },
    ],
    [
      'COCO with a caption that is null, one that is rejected, and boxes',
      {
        'annotations.json': {
          images: [0, 1, 2, 3].map((id) => ({ id, file_name: `${'abcd'[id]}.jpg` })),
          annotations: [
            { image_id: 0, caption: 'a dog' },
            { image_id: 1, caption: null },
            { image_id: 2, caption: 'no quality', is_rejected: true },
            { image_id: 3, bbox: [1, 2, 3, 4] },
          ],
        },
        ...PICTURES,
      },
      {
        train: { 'a.jpg': ['a dog'] },
        odd: [
          'captions that are marked as rejected, skipped: 1 (c.jpg)',
          'empty captions skipped: 2 (b.jpg, d.jpg)',
          'pictures without a caption skipped: 3 (b.jpg, c.jpg, d.jpg)',
        ],
      },
    ],
    [
      'COCO with ids that no number holds',
      {
        'annotations.json':
          '{"images":[{"id":9007199254740993,"file_name":"a.jpg"},{"id":9007199254740992,"file_name":"b.jpg"}],' +
          '"annotations":[{"image_id":9007199254740993,"caption":"a dog"},{"image_id":"9007199254740992","caption":"a cat"}]}',
        ...PICTURES,
      },
      TWO,
    ],
  ])('%s', async (_, files, expected) => {
    expect(await captionsIn(files)).toEqual(expected);
  });

  test('of COCO, unpacked twice deep and named by its file', async () => {
    const file = 'annotations/annotations/captions_train2014.json';
    const files = { [file]: coco(['a.jpg', 'a dog']), 'train2014/a.jpg': '' };
    expect((await captionsIn(files, file)).train).toEqual({ 'train2014/a.jpg': ['a dog'] });
  });

  test('boxes alone are no captions', async () => {
    const boxes = { images: [{ id: 0, file_name: 'a.jpg' }], annotations: [{ image_id: 0, bbox: [1, 2, 3, 4] }] };
    await expect(readFiles({ '_annotations.coco.json': boxes, 'a.jpg': '' })).rejects.toThrow(
      /_annotations\.coco\.json holds no captions: found 1 annotations of boxes, .*, expected annotations with a caption/,
    );
  });
});

describe('names of pictures that were written elsewhere', () => {
  test.each([
    ['images\\a.jpg', 'images/a.jpg'],
    ['images\\1/a.jpg', 'images/1/a.jpg'],
    ['images\\1/a.jpg', 'images/a.jpg'],
    ['images/a.jpg', 'images\\a.jpg'],
    ['IMAGES/A.JPG', 'images/a.jpg'],
    ['my%20photo.jpg', 'my photo.jpg'],
    ['café.jpg'.normalize('NFC'), 'café.jpg'.normalize('NFD')],
    ['café.jpg'.normalize('NFD'), 'café.jpg'.normalize('NFC')],
    ['a', 'a.jpg'],
    ['photo.v2', 'photo.v2.png'],
    ['/home/me/data/images/a.jpg', 'images/a.jpg'],
    ['C:\\Users\\me\\images\\a.jpg', 'images/a.jpg'],
    ['https://example.org/x/a%20b.jpg', 'a b.jpg'],
  ])('%s is %s', async (written, file) => {
    const content = JSON.stringify({ file_name: written, text: 'a dog' });
    const { splits } = await readFiles({ 'metadata.jsonl': content, [file]: '', 'other.jpg': '' });
    expect(splits.get('train')?.[0]?.file.endsWith(`/${file}`)).toBe(true);
  });

  test('are not found by their last part where another picture has it too', async () => {
    const content = '{"file_name":"x/a.jpg","text":"a dog"}\n{"file_name":"y/a.jpg","text":"a cat"}';
    await expect(readFiles({ 'metadata.jsonl': content, 'a.jpg': '' })).rejects.toThrow(/none of the 2 captioned/);
  });

  test('are not found where only another file is', async () => {
    const content = '{"file_name":"img_1.jpg","text":"a dog"}';
    await expect(readFiles({ 'metadata.jsonl': content, 'img-01.jpg': '', 'z.jpg': '' })).rejects.toThrow(
      /no img_1\.jpg in .*, where the most similar name is img-01\.jpg\. .*name the folder that holds them by images/,
    );
  });
});
