/** Reads labelled texts: `text TAB label` lines, or a file for each class. */
import { basename, extname } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { readLines } from '../../base/text-file.ts';
import { OddLine, type OddLines, parseItems } from '../../datasets/odd-lines.ts';
import { wordsOf } from '../words.ts';
import type { Examples, SequenceExample } from './example.ts';

/** A first line that names the columns. */
const HEADER = /^(text|sentence|review|phrase)\tlabel$|^label\t(text|sentence|review|phrase)$/i;

/** A first line that names no label: of GLUE's tests. */
const UNLABELLED = /^(index|id)\t(text|sentence|review|phrase)$/i;

/** Whether the first line of a file says that its lines are a text and a label, or the other way round. */
export function isLabelledHeader(columns: readonly string[]): boolean {
  return HEADER.test(columns.join('\t'));
}

/**
 * Reads a file of `text TAB label` lines, or of `label TAB text` lines: where its first line names the columns so, or all
 * that stands first is a word of few.
 *
 * @throws InputError that names the odd lines, or that there are no labels
 */
export async function readLabelledLines(path: string, odd: OddLines): Promise<Examples> {
  const lines = await readLines(path, odd);
  const first = lines[0]?.text ?? '';
  if (UNLABELLED.test(first)) {
    throw new InputError(`${path} has no labels`, { found: `the columns ${first.split('\t').join(', ')}` });
  }
  const header = HEADER.exec(first);
  if (header) lines.shift();
  const labelsFirst = header ? header[2] !== undefined : beginWithLabels(lines);
  if (labelsFirst && !header) odd.onOdd?.(`${path}: reads a label, a tab and a text in each line`);
  const examples = await parseItems(
    path,
    lines,
    ({ text: line }) => {
      const columns = line.split('\t');
      if (columns.length !== 2) throw new OddLine(columns.length === 1 ? 'no tab' : `${columns.length} columns`);
      const [text = '', label = ''] = labelsFirst ? columns.reverse() : columns;
      return exampleOf(text, label);
    },
    'lines of a text, a tab and a label',
    odd,
  );
  return { D: 0, examples };
}

/**
 * Whether lines without a header are a label, a tab and a text: each begins with one word, of not more different ones than
 * what follows, which is several words in some.
 */
function beginWithLabels(lines: readonly { text: string }[]): boolean {
  const columns = lines.map(({ text }) => text.split('\t'));
  const [firsts, seconds] = [0, 1].map((place) => new Set(columns.map((fields) => fields[place]?.trim() ?? '')));
  const isSpaced = (text: string) => /\s/.test(text);
  return firsts!.size <= seconds!.size && ![...firsts!].some(isSpaced) && [...seconds!].some(isSpaced);
}

/**
 * Reads several files of one text a line, each file a class: named by what distinguishes its file from the others, as in
 * `neg.txt` or `rt-polarity.neg`.
 *
 * @throws InputError that names the odd lines
 */
export async function readClassFiles(paths: readonly string[], odd: OddLines): Promise<Examples> {
  const labels = classesOf(paths);
  const examples: SequenceExample[] = [];
  for (const [i, path] of paths.entries()) {
    const lines = await readLines(path, odd);
    const label = labels[i]!;
    const ofClass = await parseItems(path, lines, ({ text }) => exampleOf(text, label), 'lines of text', odd);
    for (const example of ofClass) examples.push(example);
  }
  return { D: 0, examples };
}

/** A text as an example; without a label where that is unknown. @throws OddLine without a word or with an empty label */
export function exampleOf(text: string, label: string | undefined): SequenceExample {
  const inputs = wordsOf(text);
  if (inputs.length === 0) throw new OddLine('no word');
  if (label?.trim() === '') throw new OddLine('no label');
  return { inputs, labels: label === undefined ? [] : [label.trim()] };
}

function classesOf(paths: readonly string[]): string[] {
  const stems = paths.map((path) => basename(path, extname(path)));
  if (new Set(stems).size === paths.length) return stems;
  const extensions = paths.map((path) => extname(path).slice(1));
  if (new Set(extensions).size === paths.length) return extensions;
  throw new InputError('the classes can not be told by the names of the files', {
    found: paths.join(', '),
    expected: 'a file for each class, such as neg.txt and pos.txt',
  });
}
