import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CaptionDataset } from '../../src/datasets/dataset.ts';
import { captionsByLanguage } from '../../src/datasets/languages.ts';
import { describeOddity } from '../../src/datasets/oddities.ts';
import { type ReadSettings, readCaptionDataset } from '../../src/datasets/read.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder, writeText } from './layouts.ts';

/** A folder of pictures a to c with a table, read. */
async function readTable(name: string, table: string, settings: ReadSettings = {}): Promise<CaptionDataset> {
  const folder = await temporaryFolder();
  await writeText(join(folder, name), table);
  for (const picture of ['a', 'b', 'c']) await writeText(join(folder, `${picture}.jpg`), '');
  return readCaptionDataset(folder, { valShare: 0, ...settings });
}

/** What the pictures of a dataset are described by: `a.jpg` → `en: a dog | de: ein Hund`. */
const captionsIn = ({ splits }: CaptionDataset) =>
  Object.fromEntries(
    [...splits.values()]
      .flat()
      .map(({ id, captions, languages }) => [id, captions.map((one, i) => `${languages?.[i]}: ${one}`).join(' | ')]),
  );

const both = { 'a.jpg': 'en: a dog | de: ein Hund', 'b.jpg': 'pt-BR: um gato', 'c.jpg': 'en: Pizza | de: Pizza' };

describe('the column language', () => {
  test.each([
    [
      'metadata.csv',
      'file_name,text,Language\na.jpg,a dog,en\na.jpg,ein Hund,DE\nb.jpg,um gato,pt-br\nc.jpg,Pizza,en\nc.jpg,Pizza,de\n',
    ],
    [
      'captions.tsv',
      'language\tfile_name\ttext\nen\ta.jpg\ta dog\nde\ta.jpg\tein Hund\npt-BR \tb.jpg\tum gato\nen\tc.jpg\tPizza\nde\tc.jpg\tPizza\n',
    ],
    [
      'metadata.jsonl',
      '{"file_name":"a.jpg","text":["a dog"," "],"language":"en"}\n{"file_name":"a.jpg","text":"ein Hund","language":"de"}\n' +
        '{"file":"b.jpg","caption":"um","candidates":[{"caption":"um gato"}],"language":"pt-BR"}\n' +
        '{"file_name":"c.jpg","text":"Pizza","language":"en"}\n{"file_name":"c.jpg","text":"Pizza","language":"de"}\n',
    ],
  ])('says the language of each caption: %s', async (name, table) => {
    const dataset = await readTable(name, table);
    expect(captionsIn(dataset)).toEqual(both);
    expect(captionsByLanguage(dataset)).toEqual(
      new Map([
        ['en', 2],
        ['de', 2],
        ['pt-BR', 1],
      ]),
    );
    expect(dataset.report.filter(({ what }) => what.includes('repeated'))).toEqual([]);
  });

  test('says none where it is empty in all rows, or not there', async () => {
    for (const table of ['file_name,text,language\na.jpg,a dog,\n', 'file_name,text\na.jpg,a dog\n']) {
      const dataset = await readTable('metadata.csv', table);
      expect(dataset.splits.get('train')?.[0]).not.toHaveProperty('languages');
      expect(captionsByLanguage(dataset).size).toBe(0);
    }
  });

  test('still has a caption that is repeated in its language once', async () => {
    const table = 'file_name,text,language\na.jpg,Pizza,en\na.jpg,Pizza,en\na.jpg,Pizza,de\n';
    const dataset = await readTable('metadata.csv', table);
    expect(captionsIn(dataset)).toEqual({ 'a.jpg': 'en: Pizza | de: Pizza' });
    expect(dataset.report.map(describeOddity)).toEqual([
      'captions repeated for the same picture, kept once: 1 (a.jpg)',
    ]);
  });

  test.each([
    [
      'German',
      /metadata\.csv line 3 is not a picture with its caption: found the language "German", expected a language tag such as en, de/,
    ],
    ['de_DE', /line 3 .*: found the language "de_DE"/],
    ['', /line 3 .*: found no language, expected a language tag such as en, de or pt-BR, as other lines have one/],
  ])('refuses %j by its line', async (language, message) => {
    const table = `file_name,text,language\na.jpg,a dog,en\nb.jpg,ein Hund,${language}\n`;
    await expectInputError(readTable('metadata.csv', table), message);
  });

  test('is to be in the tables of all splits', async () => {
    const folder = await temporaryFolder();
    await writeText(join(folder, 'train', 'metadata.csv'), 'file_name,text,language\na.jpg,a dog,en\n');
    await writeText(join(folder, 'val', 'metadata.csv'), 'file_name,text\nb.jpg,a cat\n');
    for (const path of ['train/a.jpg', 'val/b.jpg']) await writeText(join(folder, path), '');
    const dataset = await readCaptionDataset(folder);
    expect(() => captionsByLanguage(dataset)).toThrow(
      /says the language of some captions only: found en 1, and no language for those of b\.jpg, expected a language tag/,
    );
  });
});

describe('a dataset that is read in one language', () => {
  const table =
    'file_name,text,language\na.jpg,a dog,en\na.jpg,ein Hund,de\nb.jpg,um gato,pt-BR\nc.jpg,eine Katze,de\n';

  test('has the captions in that one, and the pictures that these are of', async () => {
    const dataset = await readTable('metadata.csv', table, { language: 'DE' });
    expect(captionsIn(dataset)).toEqual({ 'a.jpg': 'de: ein Hund', 'c.jpg': 'de: eine Katze' });
    expect(dataset.report).toEqual([]);
  });

  test('has all captions where none says its language', async () => {
    const dataset = await readTable('captions.tsv', 'a.jpg\tein Hund\na.jpg\tHund\nb.jpg\t \n', { language: 'de' });
    expect(captionsIn(dataset)).toEqual({ 'a.jpg': 'de: ein Hund | de: Hund' });
  });

  test('is refused where no caption is in it, or it is none', async () => {
    await expectInputError(
      readTable('metadata.csv', table, { language: 'fr' }),
      /has no captions in fr: found en 1, de 2, pt-BR 1$/,
    );
    await expectInputError(
      readTable('metadata.csv', table, { language: 'German' }),
      '"German" is not a language: expected a language tag such as en, de or pt-BR',
    );
  });
});
