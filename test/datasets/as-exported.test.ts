/** Datasets as programs export them: what is beside the usual forms of tables, JSON and names. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { readCaptionDataset } from '../../src/datasets/read.ts';
import { temporaryFolder, writeText } from './layouts.ts';
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
    ['a table by column', { 'x.json': { image: ['a.jpg', 'b.jpg'], caption: ['a dog', 'a cat'], n: 2 } }],
    [
      'a table by column with numbers of rows, as pandas writes it',
      { 'x.json': { image: { 0: 'a.jpg', 1: 'b.jpg' }, caption: { 0: 'a dog', 1: 'a cat' } } },
    ],
    [
      'conversations, as LLaVA has them',
      {
        'x.json': [
          ['a.jpg', 'a dog'],
          ['b.jpg', 'a cat'],
        ].map(([image, value]) => ({
          image,
          conversations: [
            { from: 'human', value: '<image>' },
            { from: 'gpt', value },
          ],
        })),
      },
    ],
    [
      'messages with their pictures beside them, and in them',
      {
        'x.jsonl': [
          { images: ['a.jpg'], messages: [{ role: 'assistant', content: 'a dog' }] },
          {
            messages: [
              { role: 'user', content: [{ type: 'image_url', image_url: { url: 'b.jpg' } }] },
              { role: 'assistant', content: [{ type: 'text', text: 'a cat' }] },
            ],
          },
        ]
          .map((chat) => JSON.stringify(chat))
          .join('\n'),
      },
    ],
    [
      'objects on many lines called .jsonl',
      {
        'metadata.jsonl':
          '{\n  "file_name": "a.jpg",\n  "text": "a dog"\n}\n{\n "file_name": "b.jpg", "text": "a cat"}\n',
      },
    ],
    [
      'objects with commas between them',
      { 'metadata.jsonl': '{"file_name":"a.jpg","text":"a dog"},\n{"file_name":"b.jpg","text":"a cat"},\n' },
    ],
    [
      'objects on many lines called .json',
      { 'x.json': '{\n"image":"a.jpg",\n"text":"a dog"}\n{"image":"b.jpg","text":"a cat"}' },
    ],
    [
      'JSON lines with NaN',
      { 'x.jsonl': '{"image":"a.jpg","text":"a dog","n":NaN}\n{"image":"b.jpg","text":"a cat"}' },
    ],
    ['names and captions after a colon', { 'captions.txt': 'a.jpg: a dog\nb.jpg: a cat\n' }],
    ['names and captions after a space', { 'captions.txt': 'a.jpg a dog\nb.jpg a cat\n' }],
    ['two lists', { 'urls.txt': 'http://x.org/1/a.jpg\nhttp://x.org/2/b.jpg\n', 'captions.txt': 'a dog\na cat\n' }],
    ['JSON beside each picture', { 'a.json': { caption: 'a dog', url: 'x' }, 'b.json': ['a cat'] }],
    [
      'JSON of a photo album',
      {
        'a.jpg.suppl.json': { title: 'a.jpg', description: 'a dog' },
        'b.jpg.json': { title: 'b.jpg', description: 'a cat' },
      },
    ],
    [
      'posts of Instagram, of which one shows several pictures',
      {
        'posts_1.json': [
          { media: [{ uri: 'media/posts/a.jpg', title: 'a dog' }] },
          { media: [{ uri: 'b.jpg', title: '' }], title: 'a cat' },
          { media: [{ uri: 'a.jpg' }, { uri: 'b.jpg' }], title: 'both' },
        ],
      },
    ],
    ['texts in a folder of their own', { 'captions/a.txt': 'a dog', 'captions/b.txt': 'a cat' }],
    ['names without endings', { 'captions.json': { a: 'a dog', b: { caption: 'a cat' } } }],
  ])('%s', async (_, files) => {
    expect(await captionsIn({ ...PICTURES, ...files })).toEqual({ 'train a.jpg': ['a dog'], 'train b.jpg': ['a cat'] });
  });
});

test('letters of Instagram that were written byte by byte are put together', async () => {
  const posts = ['caf\u00c3\u00a9', 'thé', 'Rome\u2019s'].map((title) => ({ media: [{ uri: 'a.jpg', title }] }));
  expect(await captionsIn({ ...PICTURES, 'x.json': posts })).toEqual({ 'train a.jpg': ['café', 'thé', 'Rome’s'] });
});

test('texts in a folder belong to the pictures in another, by what else their folders are called', async () => {
  const files = {
    'train_images/x/a.jpg': '',
    'val_images/x/a.jpg': '',
    'train_captions/x/a.txt': 'a dog',
    'val_captions/x/A.txt': 'a cat',
  };
  const { splits } = await readFiles(files, '.', { valShare: 0 });
  expect(splits.get('train')!.map(({ id, captions }) => [id, captions])).toEqual([
    ['train_images/x/a.jpg', ['a dog']],
    ['val_images/x/a.jpg', ['a cat']],
  ]);
});

test('texts are read for the pictures in a folder that is named', async () => {
  const folder = await temporaryFolder();
  await writeText(join(folder, 'texts/a.txt'), 'a dog');
  await writeText(join(folder, 'elsewhere/a.jpg'), '');
  const { splits } = await readCaptionDataset(join(folder, 'texts'), { images: join(folder, 'elsewhere') });
  expect(splits.get('train')).toEqual([{ id: 'a.jpg', file: join(folder, 'elsewhere/a.jpg'), captions: ['a dog'] }]);
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

  test('answers after the first in a conversation', async () => {
    const turns = ['a dog', 'brown'].flatMap((value) => [
      { from: 'human', value: 'what?' },
      { from: 'gpt', value },
    ]);
    expect(await odd({ ...PICTURES, 'x.json': [{ image: 'a.jpg', conversations: turns }] })).toEqual([
      'answers after the first in a conversation, not read: 1 (a.jpg)',
    ]);
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
    'two lists of unequal length',
    { 'urls.txt': '//x.org/a.jpg', 'captions.txt': 'a dog\na cat' },
    /: found 1 and 2 lines$/,
  ],
  [
    'several pictures of a caption',
    { 'metadata.jsonl': { file_names: ['a.jpg', 'b.jpg'], text: 'x' } },
    /several pictures/,
  ],
  [
    'shards of tar',
    { '0.tar': '', '1.tar': '', '0.parquet': '', '0_stats.json': {} },
    /1\.tar\. Unpack 0.tar and the 1 other /,
  ],
  ['addresses alone', { 'x.tsv': 'a dog\thttp://x.org/a.jpg\n' }, /They are addresses: fetch the pictures first/],
  [
    'several tables',
    { ...PICTURES, 'x.csv': '', 'y.csv': '' },
    /holds several files that may hold its captions: found x.csv, y.csv/,
  ],
  [
    'JSON in several folders that are no splits',
    { 'a/a.jpg': '', 'a/x.json': '{"a.jpg":"a"}', 'b/b.jpg': '', 'b/y.json': '{"b.jpg":"b"}' },
    /holds several files that may hold its captions: found a.x.json, b.y.json/,
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
