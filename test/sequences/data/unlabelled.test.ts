import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readUnlabelledTexts, readUnlabelledTokens } from '../../../src/sequences/data/unlabelled.ts';
import { expectInputError } from '../../input-error.ts';
import { temporaryFolder } from '../../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

async function written(name: string, content: string): Promise<string> {
  await writeFile(join(root, name), content);
  return join(root, name);
}

it.each([
  ['a.txt', 'A film\n\ntext,label\n', ['A film', '', 'text,label']],
  ['a.csv', 'id;Review\n1;"A film\nof two lines"\n2;\n', ['A film\nof two lines', '']],
  ['a.tsv', 'sentence\tlabel\nA film\t1\n', ['A film']],
  ['a.tsv', 'A film\tpos\n', ['A film\tpos']],
  ['a.jsonl', '{"id":1,"text":"A film"}\n{"id":2,"text":"b"}\n', ['A film', 'b']],
] as const)('readUnlabelledTexts reads %s of %j', async (name, content, texts) => {
  expect(await readUnlabelledTexts(await written(name, content), {})).toEqual(texts);
});

it('readUnlabelledTexts refuses tables without a column of texts, and tells what it left out', async () => {
  const csv = await written('odd.csv', 'id,label\n1,pos\n');
  await expectInputError(
    readUnlabelledTexts(csv, {}),
    /odd\.csv has no column of texts: found id, label, expected one of the name/,
  );
  await expectInputError(
    readUnlabelledTexts(await written('odd.jsonl', 'no JSON'), {}),
    /no column of texts: found no columns/,
  );
  const told: string[] = [];
  const torn = await written('torn.jsonl', '{"text":"a"}\n{"text":"b"}\n{"text":\n');
  expect(await readUnlabelledTexts(torn, { onOdd: (message) => told.push(message) })).toEqual(['a', 'b']);
  expect(told).toEqual([
    expect.stringMatching(/torn\.jsonl: rows that can't be read, skipped: 1 \(.*line 3 is not valid/),
  ]);
});

it.each([
  ['a.txt', 'The\nNew York\n\nend\n', [['The', 'New York'], ['end']]],
  ['a.tsv', 'The\tDET\ndog\tNOUN\n', [['The', 'dog']]],
  ['a.conllu', `# text = The\n1\tThe\tthe\tDET${'\t_'.repeat(6)}\n`, [['The']]],
  ['a.conll', '-DOCSTART- -X- O O\n\nThe DT O O\ndog NN O O\n', [['The', 'dog']]],
  ['a.jsonl', '{"tokens":["The","dog"],"tags":["DET","NOUN"]}\n', [['The', 'dog']]],
] as const)('readUnlabelledTokens reads %s of %j', async (name, content, sequences) => {
  expect(await readUnlabelledTokens(await written(name, content), {})).toEqual(sequences);
});
