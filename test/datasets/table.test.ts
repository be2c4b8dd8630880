import { describe, expect, test } from 'vitest';
import { describeOddity } from '../../src/datasets/oddities.ts';
import type { ReadSettings } from '../../src/datasets/read.ts';
import { readFiles } from './read-files.ts';

describe('readCaptionDataset: pictures with a table', () => {
  test.each<[string, Record<string, string>, RegExp, ReadSettings?]>([
    [
      'a torn line',
      { 'metadata.jsonl': '{"file_name":"a.jpg","text":"x"}\n{"file_na' },
      /metadata.jsonl line 2 is not valid JSON/,
    ],
    [
      'a line without text',
      { 'metadata.jsonl': '{"file_name":"a.jpg"}' },
      /line 1 is not a picture with its caption: found no text, expected file_name and text/,
    ],
    ['an empty CSV', { 'metadata.csv': '' }, /metadata.csv line 1 does not name the columns: found an empty file/],
    ['other columns', { 'metadata.csv': 'name,label\n' }, /found "name,label", expected file_name,text/],
    [
      'a row with too few fields',
      { 'metadata.csv': 'file_name,text,split\n"a.jpg",a cat' },
      /line 2 does not fit.*found 2 fields, expected 3 fields/,
    ],
    [
      'a column that is named and not there',
      { 'metadata.csv': 'file_name,text\na.jpg,a cat' },
      /has no column "title": found file_name, text\. Name one of them by columnText/,
      { columns: { text: 'title' } },
    ],
    [
      'a caption that is no text',
      { 'metadata.jsonl': '{"file_name":"a.jpg","text":[1]}' },
      /line 1 is not .*: found text: \[1\], expected a text, or a list of texts/,
    ],
    [
      'a split that it does not know',
      { 'metadata.csv': 'file_name,text,split\na.jpg,a cat,train\nb.jpg,a dog,holdout' },
      /metadata.csv line 3 is not .*: found the split "holdout", expected train, .*restval, val, .*test/,
    ],
    ['pairs that are none', { 'captions.tsv': 'a.jpg\ta cat\nb.jpg a dog' }, /captions.tsv line 2 .*found 1 field,/],
    ['a row without a name', { 'metadata.csv': 'file_name,text\n,a cat' }, /line 2 .*found no file name/],
  ])('refuses %s', async (_, files, message, settings = {}) => {
    await expect(readFiles(files, '.', settings)).rejects.toThrow(message);
  });

  test('takes several captions from one line or many, and counts what is repeated', async () => {
    const files = {
      'metadata.jsonl':
        '{"file_name":"a.jpg","text":["one","two"]}\n\n{"file_name":"a.jpg","text":"one"}\n{"file_name":"a.jpg","text":"three"}\n',
      'a.jpg': '',
    };
    const dataset = await readFiles(files);
    expect(dataset.splits.get('train')?.[0]?.captions).toEqual(['one', 'two', 'three']);
    expect(dataset.report.map(describeOddity)).toEqual([
      'captions repeated for the same picture, kept once: 1 (a.jpg)',
    ]);
  });
});

describe('readCaptionDataset: what `caption describe --json` writes', () => {
  test('gives all candidates of a picture, and none of one that got no caption', async () => {
    const line = (file: string, captions: string[]) =>
      JSON.stringify({
        file,
        caption: captions[0] ?? null,
        logProb: -9.5,
        candidates: captions.map((caption) => ({ caption, logProb: -9.5, words: [] })),
      });
    const text = [line('a.jpg', ['a cat', 'a black cat']), line('b.jpg', []), line('c.jpg', ['a dog'])].join('\n');
    const { splits } = await readFiles({ 'metadata.jsonl': text, 'a.jpg': '', 'b.jpg': '', 'c.jpg': '' });
    expect(
      [...splits.values()]
        .flat()
        .map(({ id, captions }) => [id, captions])
        .sort(),
    ).toEqual([
      ['a.jpg', ['a cat', 'a black cat']],
      ['c.jpg', ['a dog']],
    ]);
  });
});

describe('readCaptionDataset: several captions of a picture', () => {
  const captionsIn = async (files: Record<string, string>) => {
    const { splits, report } = await readFiles({ ...files, 'a.jpg': '', 'b.jpg': '' });
    return {
      captions: Object.fromEntries([...splits.values()].flat().map(({ id, captions }) => [id, captions])),
      report: report.filter(({ what }) => !what.includes('held out')).map(describeOddity),
    };
  };
  const both = { captions: { 'a.jpg': ['one', 'two'], 'b.jpg': ['three'] }, report: [] };

  test.each([
    ['metadata.csv', 'file_name,text\na.jpg,one\na.jpg,two\nb.jpg,three\n'],
    ['metadata.csv', 'file_name,text_1,text_2\na.jpg,one,two\nb.jpg,three,\n'],
    ['captions.csv', 'image,caption,caption\na.jpg,one,two\nb.jpg,three,\n'],
    ['captions.tsv', 'a.jpg\tone\na.jpg\ttwo\nb.jpg\tthree\n'],
    ['metadata.jsonl', '{"file_name":"a.jpg","text":["one","two"]}\n{"file_name":"b.jpg","text":"three"}\n'],
    [
      'metadata.jsonl',
      '{"image":"a.jpg","caption1":"one","caption2":"two"}\n{"image":"b.jpg","caption1":"three","caption2":null}',
    ],
  ])('%s: %j', async (name, text) => {
    expect(await captionsIn({ [name]: text })).toEqual(both);
  });

  test('counts pictures that have none, in every column', async () => {
    const { captions, report } = await captionsIn({ 'metadata.csv': 'file_name,text1,text2\na.jpg,one,\nb.jpg,,\n' });
    expect(captions).toEqual({ 'a.jpg': ['one'] });
    expect(report).toEqual(['pictures without a caption skipped: 1 (b.jpg)']);
  });
});

describe('readCaptionDataset: the split of a picture', () => {
  const splitsOf = async (files: Record<string, unknown>, path = '.') =>
    Object.fromEntries(
      [...(await readFiles(files, path)).splits].map(([split, pictures]) => [split, pictures.map(({ id }) => id)]),
    );

  test('is that of its row, or else that of the folder', async () => {
    const table = 'file_name,text,split\na.jpg,a cat,test\nb.jpg,a dog,\n';
    const files = { 'a.jpg': '', 'b.jpg': '', 'dev/a.jpg': '', 'dev/b.jpg': '' };
    expect(await splitsOf({ ...files, 'metadata.csv': table, 'dev/metadata.csv': table })).toEqual({
      train: ['b.jpg'],
      val: ['b.jpg'],
      test: ['a.jpg', 'a.jpg'],
    });
  });

  test('is the strictest of those that the rows of a picture say', async () => {
    const table = 'file_name,text,split\na.jpg,a cat,train\na.jpg,one cat,val\nb.jpg,a dog,train\n';
    const dataset = await readFiles({ 'metadata.csv': table, 'a.jpg': '', 'b.jpg': '' });
    expect(dataset.splits.get('val')?.map(({ id, captions }) => [id, captions])).toEqual([['a.jpg', ['one cat']]]);
    expect(dataset.report.map(describeOddity)).toEqual([
      'pictures listed more than once, kept once (in test before val before train): 1 (a.jpg)',
    ]);
  });
});
