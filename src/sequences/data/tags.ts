/** Reads tagged sequences: a line for each token with its tag, an empty line between sequences. */
import { type NumberedLine, readLines } from '../../datasets/files.ts';
import { OddLine, type OddLines, parseItems } from '../../datasets/odd-lines.ts';
import type { Examples, SequenceExample } from './example.ts';

/**
 * Reads the sequences of a file of `token TAB tag` lines. Tokens are read in lower case and not split further. A sequence
 * with an odd line is refused, or left out as a whole.
 *
 * @throws InputError that names the odd lines
 */
export async function readTaggedLines(path: string, odd: OddLines): Promise<Examples> {
  const expected = 'lines of a token, a tab and a tag, and an empty line between sequences';
  return { D: 0, examples: await parseItems(path, blocksOf(await readLines(path)), taggedExample, expected, odd) };
}

/** The sequences of lines of one token each; tags, if there are any, are not read. */
export function readTokenLines(lines: readonly string[]): string[][] {
  const blocks = blocksOf(lines.map((text, i) => ({ line: i + 1, text })));
  return blocks.map(({ lines: block }) => block.map(({ text }) => tokenOf(text)));
}

/** A sequence before its lines are parsed. */
interface Block {
  /** The number of its first line. */
  line: number;
  lines: NumberedLine[];
}

function taggedExample(block: Block): SequenceExample {
  const pairs = block.lines.map(({ line, text }) => {
    const columns = text.split('\t');
    const [token = '', tag = ''] = columns;
    if (columns.length === 2 && token !== '' && tag !== '') return { token: tokenOf(token), tag };
    if (columns.length < 2) throw new OddLine('no tab', line);
    throw new OddLine(columns.length > 2 ? `${columns.length} columns` : `no ${token === '' ? 'token' : 'tag'}`, line);
  });
  return { inputs: pairs.map(({ token }) => token), labels: pairs.map(({ tag }) => tag) };
}

function tokenOf(text: string): string {
  return text.split('\t', 1)[0]!.toLowerCase();
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
