/** Datasets as programs export them: what is beside the usual forms of tables, JSON and names. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { readFiles } from './read-files.ts';

const PICTURES = { 'a.jpg': '', 'b.jpg': '' };
const COCO = {
  images: [
    { id: 1, file_name: 'a.jpg' },
    { id: 2, file_name: 'b.jpg' },
  ],
  annotations: [
    { image_id: 1, caption: 'a dog' },
    { image_id: 2, caption: 'a cat' },
  ],
};

/** The captions of each picture, with the name of its split before its own. */
async function captionsIn(files: Record<string, unknown>, path = '.') {
  const { splits } = await readFiles(files, path, { valShare: 0 });
  return Object.fromEntries(
    [...splits].flatMap(([split, pictures]) =>
      pictures.map(({ file, captions }) => [`${split} ${file.split('/').at(-1)}`, captions]),
    ),
  );
}

const odd = async (files: Record<string, unknown>) =>
  (await readFiles(files, '.', { valShare: 0 })).report.map(describeOddity);

describe('one caption each is read from', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a table without names of columns', { 'metadata.csv': 'a.jpg,a dog\nb.jpg,a cat\n' }],
    ['numbered pairs between tabs', { 'captions.txt': 'a.jpg#0\ta dog\nb.jpg#0\ta cat\n' }],
    ['captions before addresses', { 'x.tsv': 'a dog\thttp://x.org/i/a.jpg\na cat\thttps://x.org/b.jpg?w=9\n' }],
    [
      'a line that names the separator',
      { 'metadata.csv': 'sep=;\r\nfile_name;text\r\na.jpg;a dog\r\nb.jpg;a cat\r\n' },
    ],
    ['rows of delimiters alone', { 'metadata.csv': 'file_name,text\na.jpg,a dog\n,\n,\nb.jpg,a cat\n,\n,\n' }],
    ['all kinds of line ends', { 'metadata.csv': 'file_name,text\r\na.jpg,a dog\rb.jpg,a cat\n' }],
    ['a list that Python has printed', { 'c.csv': 'image,captions\na.jpg,"[\'a dog\']"\nb.jpg,"[""a cat""]"\n' }],
    ['addresses', { 'metadata.csv': 'url,caption\nhttp://x.org/a.jpg#top,a dog\n//x.org/b.jpg,a cat\n' }],
    ['a packed table', { 'metadata.csv.gz': gzipSync('file_name,text\na.jpg,a dog\nb.jpg,a cat\n') }],
    ['packed JSON', { 'annotations.json.gz': gzipSync(JSON.stringify(COCO)) }],
    ['JSON of any name', { 'mine.json': COCO }],
    ['JSON with NaN', { 'mine.json': JSON.stringify(COCO).replace('"id":1', '"score":NaN,"id":1') }],
    [
      'JSON lines called .json',
      { 'captions.json': '{"image":"a.jpg","caption":"a dog"}\n{"image":"b.jpg","caption":"a cat"}\n' },
    ],
    [
      'a list called .jsonl',
      { 'metadata.jsonl': '[{"file_name":"a.jpg","text":"a dog"},\n{"file_name":"b.jpg","text":["a cat"]}]' },
    ],
    [
      'captions in the list of images',
      {
        'x.json': {
          images: [
            { file_name: 'a.jpg', caption: 'a dog' },
            { file_name: 'b.jpg', captions: ['a cat'] },
          ],
          annotations: [],
        },
      },
    ],
    [
      'TextCaps',
      {
        'x.json': {
          data: [
            { image_path: 'train/a.jpg', caption_str: 'a dog' },
            { image_path: 'train/b.jpg', caption_str: 'a cat' },
          ],
        },
      },
    ],
    [
      'Label Studio',
      {
        'export.json': ['a dog', 'a cat'].map((text, i) => ({
          data: { image: `/data/upload/1/0123abcd-${'ab'[i]}.jpg` },
          annotations: [{ result: [{ type: 'textarea', value: { text: [text] } }, { value: { x: 1 } }] }],
        })),
      },
    ],
    ['names without endings', { 'captions.json': { a: 'a dog', b: { caption: 'a cat' } } }],
  ])('%s', async (_, files) => {
    expect(await captionsIn({ ...PICTURES, ...files })).toEqual({ 'train a.jpg': ['a dog'], 'train b.jpg': ['a cat'] });
  });
});

describe('splits are told by', () => {
  const table = (name: string, text: string) => `file_name,text\n${name},${text}\n`;
  const both = { 'train a.jpg': ['a dog'], 'test b.jpg': ['a cat'] };

  test.each<[string, Record<string, unknown>]>([
    [
      'the names of tables',
      { ...PICTURES, 'train.csv': table('a.jpg', 'a dog'), 'captions_test.csv': table('b.jpg', 'a cat') },
    ],
    [
      'names of folders in another case',
      {
        'Train/a.jpg': '',
        'Train/x.csv': table('a.jpg', 'a dog'),
        'TEST/b.jpg': '',
        'TEST/x.csv': table('b.jpg', 'a cat'),
      },
    ],
    [
      'folders in a folder data',
      {
        'README.md': '',
        'data/train/a.jpg': '',
        'data/train/metadata.csv': table('a.jpg', 'a dog'),
        'data/test/b.jpg': '',
        'data/test/metadata.csv': table('b.jpg', 'a cat'),
      },
    ],
    [
      'folders with their pictures one deeper',
      {
        'train/images/a.jpg': '',
        'train/captions.json': [{ image: 'a.jpg', caption: 'a dog' }],
        'test/images/b.jpg': '',
        'test/captions.json': [{ image: 'b.jpg', caption: 'a cat' }],
      },
    ],
  ])('%s', async (_, files) => expect(await captionsIn(files)).toEqual(both));
});

test.each([
  ['screen 9.41\u202fAM.png', 'screen 9.41 AM.png'],
  ['a.jpeg', 'a.jpg'],
  ['000000000012.jpg', '12'],
  ['14.jpg', '14.0'],
  ['a.jpg', '\u200ba.jpg'],
])('a picture %j is found as %j', async (there, named) => {
  expect(await captionsIn({ [there]: '', 'metadata.csv': `image_id,caption\n${named},a dog\n` })).toEqual({
    [`train ${there}`]: ['a dog'],
  });
});

describe('nothing is left out in silence', () => {
  test('tables beside the one that is read', async () => {
    const files = { ...PICTURES, 'metadata.jsonl': { file_name: 'a.jpg', text: 'a dog' }, 'metadata.csv': 'x' };
    expect(await odd(files)).toEqual([
      expect.stringMatching(/^tables not read, as .*metadata.jsonl is: 1 \(.*metadata.csv\)$/),
    ]);
  });

  test('halves of characters', async () => {
    const files = { ...PICTURES, 'metadata.jsonl': '{"file_name":"a.jpg","text":"a \\ud800dog"}' };
    expect(await captionsIn(files)).toEqual({ 'train a.jpg': ['a dog'] });
    expect(await odd(files)).toEqual([expect.stringMatching(/^captions with halves of characters .*: 1 \(a.jpg\)$/)]);
  });

  test('pictures without a text, and texts that are not read', async () => {
    const files = { ...PICTURES, 'a.caption': 'a dog', 'A.TXT': 'tags' };
    expect(await captionsIn(files)).toEqual({ 'train a.jpg': ['a dog'] });
    expect(await odd(files)).toEqual([
      'texts that were not read, skipped: 1 (A.TXT)',
      'pictures without a text beside them, skipped: 1 (b.jpg)',
    ]);
  });
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    'the boxes of YOLO',
    { ...PICTURES, 'a.txt': '0 0.5 0.5 0.1 0.1\n' },
    /are no captions: found lines of numbers such as "0 0.5/,
  ],
  [
    'several tables',
    { ...PICTURES, 'x.csv': '', 'y.csv': '' },
    /holds several files that may hold its captions: found x.csv, y.csv/,
  ],
  [
    'Parquet',
    { 'data/train-0.parquet': 'PAR1' },
    /Write what train-0.parquet holds to pictures and a metadata.csv first/,
  ],
  ['an archive', { 'images.zip': 'PK', 'metadata.csv': 'file_name,text\na.jpg,a dog\n' }, /Unpack images.zip\.$/],
  [
    'other JSON',
    { ...PICTURES, 'x.json': { title: 'album' } },
    /does not hold what it should: found the fields title, expected images and/,
  ],
])('a line is said of %s', async (_, files, line) => {
  await expect(readFiles(files)).rejects.toThrow(line);
});
