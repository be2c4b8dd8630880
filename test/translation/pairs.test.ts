import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPairs } from '../../src/translation/pairs.ts';
import { expectInputError } from '../input-error.ts';
import { temporaryFolder } from '../training/small-training.ts';

const root = await temporaryFolder();
afterAll(() => rm(root, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(root, name), content);
  return join(root, name);
}

describe('readPairs', () => {
  it('reads columns, and leaves further ones alone', async () => {
    const path = await file('pairs.tsv', 'Go.\tVa !\tCC-BY\r\nI see. \t Je vois.\n');
    expect(await readPairs([path], {})).toEqual({
      name: 'pairs.tsv',
      examples: [
        { source: 'Go.', target: 'Va !' },
        { source: 'I see.', target: 'Je vois.' },
      ],
    });
  });

  it('reads the texts of lines that number each', async () => {
    const path = await file('numbered.tsv', '\ufeff1276\tLet us try.\t2481\tEssayons !\n1277\tGo.\t2482\tVa !\n');
    const { examples } = await readPairs([path], {});
    expect(examples).toEqual([
      { source: 'Let us try.', target: 'Essayons !' },
      { source: 'Go.', target: 'Va !' },
    ]);
  });

  it('reads two files line by line', async () => {
    const paths = [await file('a.en', 'one\ntwo\n'), await file('a.fr', 'un\ndeux')];
    expect(await readPairs(paths, {})).toEqual({
      name: 'a.en, a.fr',
      examples: [
        { source: 'one', target: 'un' },
        { source: 'two', target: 'deux' },
      ],
    });
  });

  it('names lines without a tab or a text, or leaves them out', async () => {
    const path = await file('odd.tsv', 'a\tb\nc\n\td\ne\tf\n');
    await expectInputError(readPairs([path], {}), /2 odd lines: found no tab in line 2 \(lines 2, 3\), expected lines/);
    const said: string[] = [];
    const { examples } = await readPairs([path], { skipOdd: true, onOdd: (message) => said.push(message) });
    expect(examples).toHaveLength(2);
    expect(said).toEqual([expect.stringContaining('left out 2 odd lines 2, 3: no tab')]);
    const paths = [await file('b.en', 'one\n\nthree\n'), await file('b.fr', 'un\ndeux\ntrois\n')];
    await expectInputError(readPairs(paths, {}), /b\.en, b\.fr has an odd line: found no text in line 2/);
  });

  it('refuses files of different lengths, too many and empty ones', async () => {
    const [short, long] = [await file('c.en', 'one\n'), await file('c.fr', 'un\ndeux\n')];
    await expectInputError(
      readPairs([short, long], {}),
      /not translations of each other: found 1 line and 2, expected/,
    );
    await expectInputError(readPairs([short, long, long], {}), /3 files to translate from and to/);
    await expectInputError(readPairs([await file('empty.tsv', '')], {}), /nothing to read .*an empty file/);
    await expectInputError(readPairs([join(root, 'missing.tsv')], {}), /missing\.tsv/);
  });
});
