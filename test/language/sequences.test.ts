import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LanguageSettings, languageDefaults, type SequenceKind } from '../../src/language/config.ts';
import { countSequences, openSequences } from '../../src/language/sequences.ts';
import type { TextSource } from '../../src/language/text.ts';
import type { SequenceList } from '../../src/text/sequence-list.ts';
import { END, UNKNOWN } from '../../src/text/special-tokens.ts';
import type { Level } from '../../src/text/tokenizer.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

/** Two hundred names of three letters, of which some come again, with line ends of two kinds and blank lines. */
const names = Array.from({ length: 200 }, (_, i) => `${'abcdefgh'[i % 8]}${'ijklm'[i % 5]}${'nopqr'[(i >> 3) % 5]}`);
const file = join(root, 'names.txt');
beforeAll(() => writeFile(file, `\n${names.slice(0, 100).join('\n')}\r\n \n${names.slice(100).join('\r\n')}`));

async function open(
  source: Partial<TextSource> = {},
  changes: Partial<LanguageSettings> = {},
  level: Level = 'char',
  known?: Vocabulary,
) {
  const sequences: SequenceKind = { are: 'lines' };
  const settings = { ...languageDefaults, valFraction: 0.2, sequences, ...changes } as LanguageSettings & {
    sequences: SequenceKind;
  };
  const files = { files: [file], ...source };
  const counted = await countSequences(files, level, settings, { known });
  const data = await openSequences(files, counted, { level, settings });
  const { vocabulary } = data;
  const textsOf = (list: SequenceList) =>
    Array.from({ length: list.count }, (_, i) => {
      const tokens = Array.from(list.at(i), (id) => vocabulary.tokenOf(id));
      expect(tokens.pop()).toBe(END);
      return tokens.join('');
    });
  return { ...counted, training: textsOf(data.training), validation: textsOf(data.validation), data };
}

describe('sequences of lines', () => {
  it('are the lines that are not blank, without their ends, each followed by END', async () => {
    const { training, validation, text } = await open();
    expect([...training, ...validation].toSorted()).toEqual(names.toSorted());
    expect(validation.length).toBeGreaterThan(15);
    expect(text).toMatchObject({
      files: ['names.txt'],
      tokens: 800,
      sequences: { training: training.length, validation: validation.length, longest: 3 },
    });
  });

  it('are held out by what they are: all copies, in any order and company, with any seed', async () => {
    const { training, validation, data } = await open();
    expect(validation.filter((text) => training.includes(text))).toEqual([]);
    expect(validation.length).toBeGreaterThan(new Set(validation).size); // some come again
    expect(data.known.size).toBe(new Set(training).size);
    expect(data.known.has([...training[0]!])).toBe(true);
    expect(data.known.has([...validation[0]!])).toBe(false);

    const other = join(root, 'other.txt');
    await writeFile(other, ['zzz', 'zzy', ...names.toReversed()].join('\n'));
    const again = await open({ files: [other] }, { seed: 7 });
    const isNew = (text: string) => !text.startsWith('zz');
    expect(again.validation.filter(isNew).toSorted()).toEqual(validation.toSorted());
  });

  it('have the tokens of the training part, and an unknown one where anything is held out', async () => {
    expect((await open()).vocabulary.tokens.slice(0, 2)).toEqual([UNKNOWN, END]);
    const all = await open({}, { valFraction: 0 });
    expect(all.vocabulary.tokens).toHaveLength(1 + 18);
    expect(all.vocabulary.tokens[0]).toBe(END);
    expect(all.validation).toEqual([]);
    const known = await open({}, { valFraction: 0 }, 'char', new Vocabulary(['x', '\n', 'a']));
    expect(known.vocabulary.tokens.slice(0, 4)).toEqual(['x', '\n', 'a', END]);
  });

  it('are read as bytes and as words too', async () => {
    const bytes = await open({}, {}, 'byte');
    expect([...bytes.training, ...bytes.validation].toSorted()).toEqual(names.toSorted());
    const sentences = join(root, 'sentences.txt');
    await writeFile(sentences, 'a dog runs\nthe dog sleeps\n');
    const { training, data } = await open({ files: [sentences] }, { valFraction: 0 }, 'word');
    expect(training).toEqual(['a dog runs', 'the dog sleeps']);
    expect(data.training.lengthOf(0)).toBe(4);
  });

  it('that stand in the files for validation are not learned from', async () => {
    const held = join(root, 'held.txt');
    await writeFile(held, `${names[3]}\n${names[4]}\naaa\n`);
    const { training, validation, text } = await open({ validationFiles: [held] }, { valFraction: 0 });
    const left = names.filter((name) => name !== names[3] && name !== names[4]);
    expect(training).toEqual(left);
    expect(validation).toEqual([names[3], names[4], 'aaa']);
    expect(text.sequences).toEqual({ training: left.length, validation: 3, longest: 3, leftOut: 200 - left.length });
    expect(text.validation).toEqual({ files: ['held.txt'], tokens: 12 });
  });

  it('are refused where there is none, none is held out, or a file is a table', async () => {
    const empty = join(root, 'empty.txt');
    await writeFile(empty, '\n\n');
    await expectInputError(open({ files: [empty] }), /there is nothing to learn in .*empty\.txt/);
    await writeFile(empty, 'a\n');
    await expectInputError(
      open({ files: [empty] }, { valFraction: 0.001 }),
      /nothing is held out for .*: found 1 line, .*\. Hold out a larger share by valFraction, or 0 for none/,
    );
    await writeFile(empty, names.slice(0, 12).join('\n'));
    const refused = await open({ files: [empty] }, { valFraction: 0.001 }).catch((error: Error) => error.message);
    const share = /12 lines.* by valFraction, of at least (0\.\d+), or 0/.exec(String(refused))?.[1];
    const { training, validation } = await open({ files: [empty] }, { valFraction: Number(share) });
    expect([training, validation].map(({ length }) => length)).toEqual([11, 1]);
    await writeFile(empty, 'a\n');
    await expectInputError(
      open({ files: [empty] }, { valFraction: 0.9999 }),
      /nothing is left to learn: found 1 line, all/,
    );
    const table = join(root, 'table.csv');
    await writeFile(table, 'name\nemma\n');
    await expectInputError(
      open({ files: [table] }),
      /table\.csv is a table.*Models of rows read tables: train one by column, in place of lines/,
    );
  });
});

it('sequences of rows are the texts of their column, and lines of files that are no tables', async () => {
  const table = join(root, 'people.csv');
  await writeFile(table, 'name,age\nemma,3\n"ava\nmia",4\n,5\n');
  const plain = join(root, 'plain.txt');
  await writeFile(plain, 'zoe\n');
  const { training } = await open(
    { files: [table, plain] },
    { sequences: { are: 'rows', column: 'name' }, valFraction: 0 },
  );
  expect(training).toEqual(['emma', 'ava\nmia', 'zoe']);
});

it('sequences of documents are whole files', async () => {
  const folder = join(root, 'poems');
  await mkdir(folder);
  await writeFile(join(folder, '1.txt'), 'roses\nare red\n');
  await writeFile(join(folder, '2.txt'), '');
  await writeFile(join(folder, '3.txt'), 'violets');
  const { training, text } = await open({ files: [folder] }, { sequences: { are: 'documents' }, valFraction: 0 });
  expect(training).toEqual(['roses\nare red\n', 'violets']);
  expect(text.sequences).toEqual({ training: 2, validation: 0, longest: 14 });
});
