/**
 * Reads texts as sequences of words. Classes are folders of files with a text each:
 *
 *     reviews/
 *       neg/  0_3.txt  1_1.txt  …
 *       pos/  …
 */
import { basename, extname } from 'node:path';
import { readText } from '../../base/text-file.ts';
import { walk } from '../../base/walk.ts';
import { type Odd, OddLine, type OddLines, settleOdd } from '../../datasets/odd-lines.ts';
import type { Examples, SequenceExample } from './example.ts';
import { exampleOf } from './texts.ts';

/** Whether a file holds a text: ends in .txt, or in nothing or a number, as those of 20 Newsgroups do. */
export function isTextName(name: string): boolean {
  return /^(\.txt|\.?\d*)$/i.test(extname(name));
}

/**
 * Reads the texts of folders that are a class each, labelled by the folders' names.
 *
 * @throws InputError that names the odd texts, those without a word; when a file can't be read, or a folder has no texts
 */
export async function readTextFolders(folders: readonly string[], options: OddLines): Promise<Examples> {
  const examples: SequenceExample[] = [];
  for (const folder of folders) {
    const { files, leftOut } = await walk(folder, isTextName);
    const left = leftOut.inWords();
    if (left !== undefined) options.onOdd?.(`${folder}: left out ${left}`);
    const odd: Odd[] = [];
    for (const file of files) {
      options.signal?.throwIfAborted();
      try {
        examples.push(exampleOf(await readText(file, options), basename(folder)));
      } catch (error) {
        if (!(error instanceof OddLine)) throw error;
        odd.push({ at: basename(file), found: error.message });
      }
    }
    settleOdd(folder, { unit: 'text', odd, left: files.length - odd.length, expected: 'a text in each file' }, options);
  }
  return { D: 0, examples };
}
