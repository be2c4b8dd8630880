import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { readCaptionsOnly } from '../../src/datasets/captions-only.ts';
import { temporaryFolder } from '../training/small-training.ts';

const folder = await temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, text: string) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
  return (await readCaptionsOnly(join(folder, name))).groups;
}

describe('readCaptionsOnly', () => {
  it('reads a caption a line from a .txt', async () => {
    expect(await read('a.txt', 'A dog.\n\n  Two cats. \r\n')).toEqual([['A dog.'], ['Two cats.']]);
  });

  it.each([
    ['pairs.tsv', '17\tA dog.\n4\tTwo cats.\n17\tA brown dog.\n'],
    ['named.tsv', 'file_name\ttext\n17\tA dog.\n4\tTwo cats.\n17\tA brown dog.\n'],
    ['table.csv', 'image,caption\n17,A dog.\n4,Two cats.\n17,A brown dog.\n'],
    [
      'table.jsonl',
      '{"file_name":"17","text":["A dog.","A brown dog."]}\n{"file_name":"4","text":["Two cats."," "]}\n',
    ],
  ])('puts the captions of one name together: %s', async (name, text) => {
    expect(await read(name, text)).toEqual([['A dog.', 'A brown dog.'], ['Two cats.']]);
  });

  it('puts the captions of one name in one language together', async () => {
    const table = 'file_name,text,language\n17,A dog.,en\n17,Ein Hund.,de\n17,A brown dog.,EN\n';
    expect(await read('languages.csv', table)).toEqual([['A dog.', 'A brown dog.'], ['Ein Hund.']]);
    expect((await readCaptionsOnly(join(folder, 'languages.csv'))).languages).toEqual(['en', 'de']);
    expect(await readCaptionsOnly(join(folder, 'a.txt'))).not.toHaveProperty('languages');
  });

  it('refuses what holds no captions', async () => {
    await expect(read('empty.txt', ' \n\n')).rejects.toThrow(/empty\.txt holds no captions/);
    await expect(read('page.html', '<p>A dog.')).rejects.toThrow(/found a \.html file, expected a \.txt/i);
    await expect(readCaptionsOnly(join(folder, 'none.txt'))).rejects.toThrow(InputError);
  });
});
