/** Reads texts with their translations: a file of `text TAB text` lines, or two files with a text a line. */

import { basename } from 'node:path';
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { readLines } from '../base/text-file.ts';
import { OddLine, type OddLines, parseItems } from '../datasets/odd-lines.ts';

export interface Pair {
  source: string;
  target: string;
}

export interface PairData {
  /** Where the pairs come from, for people. */
  name: string;
  examples: readonly Pair[];
}

/**
 * Reads pairs.
 *
 * @param paths one file, of which only the first two columns of texts are read, or two files with as many lines
 * @throws InputError when a file can't be read, or that names the odd lines
 */
export async function readPairs(paths: readonly string[], odd: OddLines): Promise<PairData> {
  const [first, second] = paths;
  if (first === undefined || paths.length > 2) {
    throw new InputError(`${paths.length} files to translate from and to`, {
      expected: 'one file of text TAB text lines, or two files with a text a line',
    });
  }
  const name = paths.map((path) => basename(path)).join(', ');
  if (second === undefined) {
    const lines = await readLines(first, odd);
    return {
      name,
      examples: await parseItems(
        first,
        lines,
        columnsOf(haveNumbers(lines) ? [1, 3] : [0, 1]),
        'lines of a text, a tab and its translation',
        odd,
      ),
    };
  }
  const [sources, targets] = [await readLines(first, odd), await readLines(second, odd)];
  if (sources.length !== targets.length) {
    throw new InputError(`${first} and ${second} are not translations of each other`, {
      found: `${counted(sources.length, 'line')} and ${targets.length.toLocaleString('en')}`,
      expected: 'as many lines in both: line 1 of one is the translation of line 1 of the other',
    });
  }
  const lines = sources.map(({ line, text }, i) => ({ line, text, target: targets[i]!.text }));
  const examples = await parseItems(
    name,
    lines,
    ({ text, target }) => pairOf(text, target),
    'a text in each line of both',
    odd,
  );
  return { name, examples };
}

/** Whether each text has its number before it, as in the pairs of Tatoeba: `1276 TAB text TAB 2481 TAB text`. */
function haveNumbers(lines: readonly { text: string }[]): boolean {
  return lines.length > 0 && lines.every(({ text }) => /^\d+\t[^\t]*\t\d+\t/.test(text));
}

function columnsOf([source, target]: readonly [number, number]) {
  return ({ text }: { text: string }): Pair => {
    const columns = text.split('\t');
    if (columns.length < 2) throw new OddLine('no tab');
    return pairOf(columns[source]!, columns[target]!);
  };
}

function pairOf(source: string, target: string): Pair {
  const pair = { source: source.trim(), target: target.trim() };
  if (pair.source === '' || pair.target === '') throw new OddLine(`no ${pair.source === '' ? 'text' : 'translation'}`);
  return pair;
}
