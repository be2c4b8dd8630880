import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readColumn } from '../../src/datasets/column.ts';
import { Oddities } from '../../src/datasets/oddities.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

async function read(name: string, content: string, column = 'name') {
  const file = join(root, name);
  await writeFile(file, content);
  const oddities = new Oddities();
  return { texts: await readColumn(file, column, { oddities }), odd: oddities.list().map(({ count }) => count) };
}

test.each([
  ['comma.csv', 'id,name\n1,emma\n2,"mary, jane"\n3,"two\nlines"\n', ['emma', 'mary, jane', 'two\nlines']],
  ['semicolon.csv', 'id;name\n1;emma\n', ['emma']],
  ['one.csv', 'name\nemma\nava\n', ['emma', 'ava']],
  ['tab.tsv', 'name\tid\nem,ma\t1\n', ['em,ma']],
  ['many.jsonl', '{\n "name": "em}ma"\n},\n{"name":"\\"é"}', ['em}ma', '"é']],
  ['lines.jsonl', '{"name":"emma"}\n{"id":1,"name":"é"}\n', ['emma', 'é']],
])('the texts of a column of %s', async (name, content, texts) => {
  expect(await read(name, content)).toEqual({ texts, odd: [] });
});

test('a row that can not be read is skipped and counted', async () => {
  const csv = 'id,name\n1,emma\n2\n3,ava\n4,mia\n';
  expect(await read('odd.csv', csv)).toEqual({ texts: ['emma', 'ava', 'mia'], odd: [1] });
  const jsonl = '{"name":"emma"}\n{"name":7}\n{"name":"ava"}\n{"nam\n{"name":"mia"}\n';
  expect(await read('odd.jsonl', jsonl)).toEqual({ texts: ['emma', 'ava', 'mia'], odd: [2] });
});

test('a column that is not there is refused, with those there are', async () => {
  await expectInputError(read('no.csv', 'id,text\n1,emma\n'), /no\.csv has no column "name": found id, text/);
  await expectInputError(
    read('no.jsonl', '{"id":1,"text":"emma"}\n'),
    /no\.jsonl has no column "name": found id, text/,
  );
  await expectInputError(read('no.tsv', ''), /no\.tsv has no column "name": found an empty file/);
});
