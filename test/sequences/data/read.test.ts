import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readSequences, type SequenceReading } from '../../../src/sequences/data/read.ts';
import { expectInputError } from '../../input-error.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** Writes files into a new folder of `root` and reads them, all together or those named. */
async function readFiles(
  files: Record<string, string | Uint8Array>,
  { of, ...options }: Partial<SequenceReading> & { of?: string[] } = {},
) {
  const folder = join(root, String(Math.random()));
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const paths = of ? of.map((name) => join(folder, name)) : [folder];
  return readSequences(paths, { task: 'classify', ...options });
}

const readFile = (name: string, content: string, options: Partial<SequenceReading> = {}) =>
  readFiles({ [name]: content }, { ...options, of: [name] });

describe('readSequences, classify', () => {
  it('reads lines of text and label, in lower case, with marks as words of their own', async () => {
    const { D, examples, name } = await readFile('a.tsv', "A good film.\tpos\r\nIt doesn't work!\tneg\r\n");
    expect({ D, name }).toEqual({ D: 0, name: 'a.tsv' });
    expect(examples).toEqual([
      { inputs: ['a', 'good', 'film', '.'], labels: ['pos'] },
      { inputs: ['it', "doesn't", 'work', '!'], labels: ['neg'] },
    ]);
  });

  it.each([
    ['a.tsv', 'sentence\tlabel\ngood\t1\n'],
    ['a.tsv', 'label\ttext\n1\tgood\n'],
    ['a.csv', 'id,airline_label,text\n7,1,good\n'],
    ['a.csv', 'text,label\n"good",1\n'],
    ['a.csv', 'id,label,text\n7,1,good\n'],
    ['a.jsonl', '\uFEFF{"text":"good","label":1}\n\n'],
    ['a.jsonl', '{\n"text": "good",\n"label": 1\n}\n'],
    ['a.jsonl', '{"idx":7,"sentence":"good","label":1}\n'],
    ['a.jsonl', '{"text":"good","stars":1}\n'],
  ])('reads %s that begins as %j', async (name, content) => {
    expect((await readFile(name, content)).examples).toEqual([{ inputs: ['good'], labels: ['1'] }]);
  });

  it('reads lines of a label and a text where what stands first can only be labels', async () => {
    const read = async (content: string) => (await readFile('a.txt', content)).examples.map(({ labels }) => labels[0]);
    expect(await read('ham\tgo now\nspam\tfree\nham\tgo\n')).toEqual(['ham', 'spam', 'ham']);
    expect(await read('go\tham\nfree\tspam\nbuy\tspam\n')).toEqual(['ham', 'spam', 'spam']);
    expect(await read('go\tno spam\nfree\tspam\nbuy\tspam\n')).toEqual(['no spam', 'spam', 'spam']);
    await expectInputError(read('index\tsentence\n0\ta film\n'), /a\.txt has no labels: found the columns index, sent/);
  });

  it('reads files that are a class each, called by what tells their names apart', async () => {
    const labelsOf = async (files: Record<string, string>, of?: string[]) =>
      (await readFiles(files, of && { of })).examples.map(({ labels }) => labels[0]);
    expect(await labelsOf({ 'neg.txt': 'bad\nworse', 'pos.txt': 'good\n' })).toEqual(['neg', 'neg', 'pos']);
    const polarity = { 'rt.neg': 'bad\n', 'rt.pos': 'good\n', 'other.md': '' };
    expect(await labelsOf(polarity, ['rt.pos', 'rt.neg'])).toEqual(['pos', 'neg']);
  });

  it('reads folders that are a class each, a text in each of their files', async () => {
    const files = { 'pos/1.txt': 'good\nfilm', 'pos/2.txt': 'fine', 'neg/49960': 'bad', 'neg/urls.feat': '0:9' };
    const said: string[] = [];
    const onOdd = (message: string) => said.push(message);
    const expected = [
      { inputs: ['bad'], labels: ['neg'] },
      { inputs: ['good', 'film'], labels: ['pos'] },
      { inputs: ['fine'], labels: ['pos'] },
    ];
    expect(await readFiles(files, { onOdd })).toMatchObject({ D: 0, examples: expected });
    expect(said).toEqual([expect.stringMatching(/neg: left out 1 \.feat file$/)]);
    expect((await readFiles(files, { of: ['neg', 'pos'] })).examples).toEqual(expected);
    const blank = { ...files, 'neg/3.txt': ' ' };
    await expectInputError(readFiles(blank), /neg has an odd text: found no word in text 3\.txt/);
    expect((await readFiles(blank, { skipOdd: true })).examples).toEqual(expected);
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['folders', { 'train/a/1.txt': 'x', 'train/b/1.txt': 'y', 'test/a/1.txt': 'z', 'notes.md': '' }, 'train', 'test'],
    ['folders called at length', { 'x-train/a/1': 'x', 'x-train/b/1': 'y', 'x-test/a/1': 'z' }, 'x-train', 'x-test'],
    ['files', { 'train.tsv': 'x\ta\ny\tb\n', 'dev.tsv': 'z\ta\n', 'README.txt': '' }, 'train.tsv', 'dev.tsv'],
  ])('reads of %s that are splits the one that serves', async (_, files, train, test) => {
    const said: string[] = [];
    const onOdd = (message: string) => said.push(message.replace(/^.*: /, ''));
    const inputs = async (use?: 'test') => (await readFiles(files, { onOdd, use })).examples.map((one) => one.inputs);
    expect(await inputs()).toEqual([['x'], ['y']]);
    expect(await inputs('test')).toEqual([['z']]);
    expect(said).toEqual([`reads ${train}, not ${test}`, `reads ${test}, not ${train}`]);
  });

  it('passes over a split of texts without labels, unless these are asked for alone', async () => {
    const files = {
      'train.tsv': 'sentence\tlabel\nx\t1\n',
      'dev.tsv': 'sentence\tlabel\nz\t1\n',
      'test.tsv': 'index\tsentence\n0\tw\n',
    };
    const said: string[] = [];
    const read = await readFiles(files, { use: 'test', onOdd: (message) => said.push(message) });
    expect(read.examples).toEqual([{ inputs: ['z'], labels: ['1'] }]);
    expect(said).toEqual([expect.stringMatching(/: reads dev\.tsv, not test\.tsv, train\.tsv$/)]);
    const { 'dev.tsv': _, ...without } = files;
    await expectInputError(readFiles(without, { use: 'test' }), /test\.tsv has no labels/);
  });

  it('leaves out a folder of texts that have no labels beside those of classes', async () => {
    const said: string[] = [];
    const files = { 'pos/1.txt': 'good', 'neg/1.txt': 'bad', 'unsup/1.txt': 'some' };
    const { examples } = await readFiles(files, { onOdd: (message) => said.push(message) });
    expect(examples.map(({ labels }) => labels[0])).toEqual(['neg', 'pos']);
    expect(said).toEqual([expect.stringMatching(/unsup: left out, without labels$/)]);
  });

  it('reads vectors: one a row, or several a sequence', async () => {
    const csv = await readFile('a.csv', '1,2.5,x\n-3,4e1,y\n');
    expect(csv).toMatchObject({ D: 2, examples: [{ labels: ['x'] }, { labels: ['y'] }] });
    expect(csv.examples.map(({ inputs }) => Array.from(inputs as Float32Array))).toEqual([
      [1, 2.5],
      [-3, 40],
    ]);
    expect((await readFile('a.data', '1,2.5,x\n-3,4e1,y\n\n')).examples).toEqual(csv.examples);
    const named = await readFile('a.csv', 'class,size\ncat,3\n');
    expect(named.examples).toEqual([{ inputs: Float32Array.of(3), labels: ['cat'] }]);
    const two = '{"vectors":[[1,2],[3,4]],"comment":"","label":true}\n';
    const json = await readFile('a.jsonl', `{"vector":[1,2],"label":"x"}\n${two}`);
    expect(json.examples[1]).toEqual({ inputs: Float32Array.of(1, 2, 3, 4), labels: ['true'] });
    expect(json.D).toBe(2);
  });

  it.each([
    [
      'a.tsv',
      'good\t1\nno label\nbad\t0\ta\n',
      /a\.tsv has 2 odd lines: found no tab in line 2 \(lines 2, 3\), expected lines of a text, a tab/,
    ],
    ['a.tsv', 'good\t1\n\nbad\t0\n', /has an odd line: found no tab in line 2,/],
    ['a.tsv', 'good\t1\n . \t\n', /has an odd line: found no label in line 2,/],
    ['a.tsv', 'good\t1\n  \t0\n', /has an odd line: found no word in line 2,/],
    ['a.jsonl', '{"text":"good","label":1}\n{"text":"go\n{"txt":1}\n', /2 odd lines: found no valid JSON in line 2 /],
    [
      'a.jsonl',
      '{"vector":[1],"label":1}\n{"vector":[1,2],"label":1}\n',
      /found a vector of 2 numbers after one of 1 in line 2/,
    ],
    ['a.jsonl', '{"text":"good","label":null}\n', /found \{"text", "label": null\} in line 1, expected a JSON object/],
    ['a.jsonl', '{"id":12,"txt":"good"}\n', /found \{"id": 12, "txt"\} in line 1, expected a JSON object a line/],
    ['a.jsonl', '"good"\n', /found no object in line 1, expected a JSON object a line/],
    ['a.csv', '', /nothing to read in .*a\.csv: found an empty file/],
    ['a.csv', '1\n2\n', /a\.csv has a single column/],
    ['a.csv', '1,2,x\n1,x\n', /found 2 columns instead of 3 in line 2/],
    ['a.csv', '1,2,x\n1,,x\n', /found "" for a number in line 2/],
    ['a.csv', '1,2,x\n1e39,2,x\n', /found "1e39" for a number in line 2/],
    ['a.jsonl', '{"vector":[1e39],"label":1}\n', /found \{"vector": \[1e\+39\], "label": 1\} in line 1/],
  ])('refuses odd lines of %s: %j', async (name, content, message) => {
    await expectInputError(readFile(name, content), message);
  });

  it('leaves odd lines out where that is asked for, and says which', async () => {
    const said: string[] = [];
    const content = `${'x\n'.repeat(10)}good\t1\n`;
    const { examples } = await readFile('a.tsv', content, { skipOdd: true, onOdd: (message) => said.push(message) });
    expect(examples).toHaveLength(1);
    expect(said).toEqual([expect.stringMatching(/a\.tsv: left out 10 odd lines 1, 2, 3, 4, 5, 6, 7, 8, …: no tab$/)]);
    await expectInputError(
      readFile('a.tsv', 'x\n', { skipOdd: true }),
      /nothing to read in .*: found no tab in line 1/,
    );
  });

  it.each([
    [{}, /no labelled sequences in the folder .*: found no files/],
    [{ 'pos.txt': 'good\n' }, /found pos\.txt, expected a text file or a folder for each class/],
    [{ 'cat.1.jpg': '', 'dog.1.jpg': '' }, /found 2 of its 2 files are pictures, expected .* a folder for each class/],
  ])('refuses a folder with %j', async (files, message) => {
    await expectInputError(readFiles(files as Record<string, string>), message);
  });

  it('refuses a folder of tagged words, of which one file is to be named', async () => {
    const files = { 'eng.train': 'EU B-ORG\n', 'eng.testa': 'EU B-ORG\n' };
    await expectInputError(
      readFiles(files, { task: 'tag' }),
      /found eng\.testa, eng\.train, expected .*Name one of its files/,
    );
  });

  it('refuses what is not there, empty, mixed, or labelled in step', async () => {
    await expectInputError(
      readSequences([join(root, 'none.tsv')], { task: 'classify' }),
      /cannot read the file .*none\.tsv/,
    );
    await expectInputError(readFile('a.tsv', ''), /nothing to read in .*a\.tsv: found an empty file/);
    const mixed = '{"text":"good","label":1}\n{"vector":[1],"label":1}\n';
    await expectInputError(readFile('a.jsonl', mixed), /holds words and vectors/);
    const unlabelled = '{"text":"good","cats":{"POS":1}}\n';
    await expectInputError(readFile('a.jsonl', unlabelled), /found 0 for sequence 1, of 1 step, expected 1$/);
    const inStep = '{"tokens":["a","b"],"tags":["x","y"]}\n';
    await expectInputError(
      readFile('a.jsonl', inStep),
      /does not have a label for each sequence: found 2 for sequence 1/,
    );
  });
});

describe('readSequences, tag', () => {
  const tag = { task: 'tag' } as const;

  it('reads tokens and tags, with empty lines between sequences', async () => {
    const { examples } = await readFile('a.tsv', '\nThe\tDET\ndog\tNOUN\n\n\nruns\tVERB\n', tag);
    expect(examples).toEqual([
      { inputs: ['the', 'dog'], labels: ['DET', 'NOUN'] },
      { inputs: ['runs'], labels: ['VERB'] },
    ]);
  });

  it('reads a table with a token a row, whose sequences are named in each row or where they begin', async () => {
    const kaggle = 'Sentence #,Word,POS,Tag\nSentence: 1,The,DT,O\n,UN,NNP,B-org\nSentence: 2,",",X,O\n';
    const expected = [
      { inputs: ['the', 'un'], labels: ['O', 'B-org'] },
      { inputs: [','], labels: ['O'] },
    ];
    expect((await readFile('a.csv', kaggle, tag)).examples).toEqual(expected);
    const named = 'sentence_id;token;tag\n1;The;O\n1;UN;B-org\n2;,;O\n';
    expect((await readFile('a.csv', named, tag)).examples).toEqual(expected);
    const odd = `${kaggle},gap,NN,\nSentence: 3,dog,NN,O\n`;
    await expectInputError(
      readFile('a.csv', odd, tag),
      /a\.csv has an odd line: found no tag in line 5, expected a token/,
    );
    expect((await readFile('a.csv', odd, { ...tag, skipOdd: true })).examples.map(({ inputs }) => inputs)).toEqual([
      ['the', 'un'],
      ['dog'],
    ]);
  });

  it('reads tokens and vectors of JSON lines', async () => {
    const { examples } = await readFile('a.jsonl', '{"tokens":["A","b"],"tags":["x",2]}\n', tag);
    expect(examples).toEqual([{ inputs: ['a', 'b'], labels: ['x', '2'] }]);
    const vectors = await readFile('a.jsonl', '{"vectors":[[1],[2]],"labels":["x","y"]}\n', tag);
    expect(vectors).toMatchObject({ D: 1, examples: [{ labels: ['x', 'y'] }] });
  });

  it('names the odd line and leaves out its sequence', async () => {
    const content = 'a\tX\nb\n\nc\tY\n';
    await expectInputError(
      readFile('a.tsv', content, tag),
      /has an odd line: found no tab in line 2, expected lines of a token/,
    );
    expect((await readFile('a.tsv', content, { ...tag, skipOdd: true })).examples).toHaveLength(1);
    const uneven = '{"vectors":[[1],[2]],"labels":["x"]}\n';
    await expectInputError(readFile('a.jsonl', uneven, tag), /found 1 label for 2 steps in line 1/);
  });
});

describe('readSequences, IDX', () => {
  const idx = (sizes: number[], values: number[]) => {
    const header = Buffer.alloc(4 + 4 * sizes.length);
    header[2] = 8;
    header[3] = sizes.length;
    for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
    return Buffer.concat([header, Buffer.from(values)]);
  };
  const images = idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const labels = idx([2], [7, 0]);
  const files = {
    'train-images-idx3-ubyte.gz': gzipSync(images),
    'train-labels-idx1-ubyte.gz': gzipSync(labels),
    't10k-images-idx3-ubyte': idx([1, 1, 1], [255]),
    't10k-labels-idx1-ubyte': idx([1], [3]),
  };

  it('reads rows, pixels or all at once, gzipped or not, for training or for tests', async () => {
    const rows = await readFiles(files);
    expect(rows.D).toBe(3);
    expect(rows.examples.map(({ inputs, labels }) => [...inputs, ...labels])).toEqual([
      [1, 2, 3, 4, 5, 6, '7'],
      [7, 8, 9, 10, 11, 12, '0'],
    ]);
    expect((await readFiles(files, { reading: 'pixels' })).D).toBe(1);
    expect((await readFiles(files, { reading: 'pixels' })).picture).toBeUndefined();
    for (const reading of ['whole', 'glimpses'] as const) {
      const { D, picture, examples } = await readFiles(files, { reading });
      expect({ D, picture }).toEqual({ D: 6, picture: { rows: 2, columns: 3 } });
      expect(Array.from(examples[1]!.inputs as Uint8Array)).toEqual([7, 8, 9, 10, 11, 12]);
    }
    expect((await readFiles(files, { use: 'test' })).examples).toEqual([{ inputs: Buffer.from([255]), labels: ['3'] }]);
  });

  it('permutes the pixels of all pictures alike', async () => {
    const { examples } = await readFiles(files, { reading: 'permuted' });
    const [first, second] = examples.map(({ inputs }) => Array.from(inputs as Uint8Array));
    expect(first).not.toEqual([1, 2, 3, 4, 5, 6]);
    expect(first!.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(second).toEqual(first!.map((x) => x + 6));
  });

  it.each([
    [images.subarray(0, 20), labels, /is cut short: found 20 bytes, expected 28 for 2 × 2 × 3 values/],
    [images.subarray(0, 5), labels, /is no IDX file of bytes in 3 dimensions: found 5 bytes that begin with 00000803/],
    [labels, labels, /is no IDX file of bytes in 3 dimensions: found 10 bytes that begin with 00000801/],
    [images, idx([3], [1, 2, 3]), /does not belong to .*: found 3 labels, expected 2, one for each picture/],
    [gzipSync(images).subarray(0, 20), labels, /cannot unpack .*: found damaged gzip data/],
  ])('refuses torn files: %#', async (broken, labels, message) => {
    const torn = { 'train-images-idx3-ubyte': broken, 'train-labels-idx1-ubyte': labels };
    await expectInputError(readFiles(torn), message);
  });

  it('refuses pictures without labels, and a torn gzip', async () => {
    await expectInputError(readFiles({ 'train-images-idx3-ubyte': images }), /cannot read .*train-labels-idx1-ubyte/);
    const torn = { 'train-images-idx3-ubyte.gz': gzipSync(images).subarray(0, 20) };
    await expectInputError(readFiles(torn), /cannot unpack .*\.gz: found damaged gzip data: unexpected end of file/);
  });
});

describe('tables and columns of others', () => {
  it.each([
    ['review,sentiment\n"A fine, fine film",positive\nDull,negative\n', 'positive'],
    ['id;text;label\n1;a fine fine film;positive\n2;dull;negative\n', 'positive'],
    ['sentiment\treview\npositive\ta fine fine film\nnegative\tdull\n', 'positive'],
    ['id\tsentiment\treview\n"1_8"\tpositive\t"a ""fine"" fine film"\n"2_1"\tnegative\tdull\n', 'positive'],
  ])('reads labelled texts of %j', async (table, label) => {
    const { examples } = await readFile(table.includes('\t') ? 'data.tsv' : 'data.csv', table);
    expect(examples.map(({ labels }) => labels)).toEqual([[label], ['negative']]);
    expect(examples[0]!.inputs).toContain('fine');
    expect(examples[0]!.inputs).not.toContain('1');
  });

  it('reads numbers with a decimal comma and a header', async () => {
    const table = 'length;width;species\n5,1;3,5;setosa\n6,2;2,8;virginica\n';
    const { examples } = await readFile('data.csv', table);
    expect(examples).toEqual([
      { inputs: Float32Array.of(5.1, 3.5), labels: ['setosa'] },
      { inputs: Float32Array.of(6.2, 2.8), labels: ['virginica'] },
    ]);
  });

  const TAGGED = [
    { inputs: ['eu', 'rejects'], labels: ['B-ORG', 'O'] },
    { inputs: ['peter'], labels: ['B-PER'] },
  ];
  it.each([
    ['CoNLL-2003', '-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nPeter NNP B-NP B-PER\n', TAGGED],
    ['CoNLL-2003 with tabs', 'EU\tNNP\tB-ORG\nrejects\tVBZ\tO\n\nPeter\tNNP\tB-PER\n', TAGGED],
    ['CR line ends', 'EU\tB-ORG\rrejects\tO\r\rPeter\tB-PER\r', TAGGED],
    [
      'CoNLL-U',
      '# text = im Haus\n1-2\tim\t_\t_\t_\t_\t_\t_\t_\t_\n1\tin\tin\tADP\t_\t_\t2\t_\t_\t_\n2\tHaus\tHaus\tNOUN\t_\t_\t0\t_\t_\t_\n2.1\tx\t_\tX\t_\t_\t_\t_\t_\t_\n',
      [{ inputs: ['in', 'haus'], labels: ['ADP', 'NOUN'] }],
    ],
  ])('reads tags of %s', async (_, text, expected) => {
    const { examples } = await readFile('data.txt', text, { task: 'tag' });
    expect(examples).toEqual(expected);
  });

  it('does not take a text for a table of tags', async () => {
    await expectInputError(readFile('data.txt', 'a fine film\nit was rather dull\n', { task: 'tag' }), /no tab/);
  });

  it('names the odd line of another encoding, or reads it', async () => {
    const file = { 'data.tsv': Buffer.from('caf\xe9 noir\tpos\n', 'latin1') };
    await expectInputError(
      readFiles(file, { of: ['data.tsv'] }),
      /is not UTF-8 text: found the byte 0xe9 at position 3, in line 1/,
    );
    const { examples } = await readFiles(file, { of: ['data.tsv'], encoding: 'windows-1252' });
    expect(examples[0]!.inputs).toEqual(['café', 'noir']);
  });
});
