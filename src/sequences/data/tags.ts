/**
 * Reads tagged sequences: a line for each token with its tag, an empty line between sequences. The columns may be those of
 * CoNLL-2003 (the token first, its tag last) or of CoNLL-U (universaldependencies.org/format: FORM and UPOS).
 */
import { counted } from '../../base/counted.ts';
import { type NumberedLine, readLines } from '../../base/text-file.ts';
import { OddLine, type OddLines, parseItems } from '../../datasets/odd-lines.ts';
import type { Examples, SequenceExample } from './example.ts';

/**
 * Reads the sequences of a file of `token TAB tag` lines, or of a CoNLL file. Tokens are read in lower case and not split
 * further. A sequence with an odd line is refused, or left out as a whole.
 *
 * @throws InputError that names the odd lines
 */
export async function readTaggedLines(path: string, odd: OddLines): Promise<Examples> {
  const expected = 'lines of a token, a tab and a tag, and an empty line between sequences';
  const lines = await readLines(path, odd);
  const columns = columnsOf(lines);
  const blocks = blocksOf(lines.filter(({ text }) => !columns.isNoToken(text)));
  return { D: 0, examples: await parseItems(path, blocks, (block) => taggedExample(block, columns), expected, odd) };
}

/** Where in a line token and tag stand. */
interface TagColumns {
  split(text: string): string[];
  count: number;
  token: number;
  tag: number;
  /** Lines between those of tokens: comments, words that are parted in the lines that follow. */
  isNoToken(text: string): boolean;
}

function columnsOf(lines: readonly NumberedLine[]): TagColumns {
  const filled = lines.filter(({ text }) => text.trim() !== '' && !text.startsWith('-DOCSTART-'));
  const first = filled.find(({ text }) => !text.startsWith('#'))?.text ?? '';
  if (/^\d+(-\d+|\.\d+)?(\t[^\t]*){9}$/.test(first)) {
    return {
      split: byTabs,
      count: 10,
      token: 1,
      tag: 3,
      isNoToken: (text) => text.startsWith('#') || /^\d+[-.]\d+\t/.test(text),
    };
  }
  const isNoToken = (text: string) => text.startsWith('-DOCSTART-');
  const hasTabs = filled.some(({ text }) => text.includes('\t'));
  const split = hasTabs ? byTabs : bySpaces;
  const counts = new Set(filled.map(({ text }) => split(text).length));
  const count = counts.size === 1 ? Math.max(2, [...counts][0]!) : 2;
  // Lines of text have spaces too, but not as many in each.
  const isConll = hasTabs || (counts.size === 1 && !counts.has(1) && filled.length > 1);
  return { split: isConll ? split : byTabs, count, token: 0, tag: count - 1, isNoToken };
}

const byTabs = (text: string): string[] => text.split('\t');
const bySpaces = (text: string): string[] => text.trim().split(/ +/);

/** The sequences of lines of one token each, as written; tags and other columns, if there are any, are not read. */
export function tokensOfLines(lines: readonly NumberedLine[]): string[][] {
  const { split, token, isNoToken } = columnsOf(lines);
  const blocks = blocksOf(lines.filter(({ text }) => !isNoToken(text)));
  return blocks.map(({ lines: block }) => block.map(({ text }) => split(text)[token] ?? text));
}

/** A sequence before its lines are parsed. */
interface Block {
  /** The number of its first line. */
  line: number;
  lines: NumberedLine[];
}

function taggedExample(block: Block, { split, count, token: tokenAt, tag: tagAt }: TagColumns): SequenceExample {
  const pairs = block.lines.map(({ line, text }) => {
    const columns = split(text);
    const [token = '', tag = ''] = [columns[tokenAt], columns[tagAt]];
    if (columns.length === count && token !== '' && tag !== '') return { token: token.toLowerCase(), tag };
    if (columns.length < 2) throw new OddLine('no tab', line);
    throw new OddLine(
      columns.length !== count ? counted(columns.length, 'column') : `no ${token === '' ? 'token' : 'tag'}`,
      line,
    );
  });
  return { inputs: pairs.map(({ token }) => token), labels: pairs.map(({ tag }) => tag) };
}

/** Parts lines at empty ones. */
function blocksOf(lines: readonly NumberedLine[]): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const line of lines) {
    if (line.text.trim() === '') open = undefined;
    else if (open) open.lines.push(line);
    else {
      open = { line: line.line, lines: [line] };
      blocks.push(open);
    }
  }
  return blocks;
}
