/** Lines that are not what they should be: reported by their numbers, and refused or left out as is asked for. */
import { InputError } from '../../base/errors.ts';
import { readText } from '../../datasets/reader.ts';

export interface OddLines {
  /** Leaves odd lines out instead of refusing the file. */
  skipOdd?: boolean | undefined;
  /** Called with one line about those that were left out of a file. */
  onOdd?: ((message: string) => void) | undefined;
}

/** Thrown by who parses something that is odd. */
export class OddLine extends Error {
  /** Where it is odd, if not where it begins. */
  readonly line: number | undefined;

  constructor(found: string, line?: number) {
    super(found);
    this.line = line;
  }
}

export interface Line {
  /** From 1. */
  line: number;
  text: string;
}

/** Line numbers that a message lists. */
const LISTED = 8;

/** The lines of a UTF-8 file. @throws InputError when it can't be read */
export async function linesOf(path: string): Promise<Line[]> {
  const lines = (await readText(path, 'file')).split(/\r?\n/).map((text, i) => ({ line: i + 1, text }));
  if (lines.at(-1)?.text === '') lines.pop();
  return lines;
}

/**
 * Parses items of a file one after another.
 *
 * @param parse throws `OddLine` where an item is odd
 * @param expected what the items should be, for the error
 * @throws InputError when items are odd and not to be left out, or when none is left
 */
export function parseItems<Item extends { line: number }, Parsed>(
  path: string,
  items: readonly Item[],
  parse: (item: Item) => Parsed,
  expected: string,
  { skipOdd, onOdd }: OddLines,
): Parsed[] {
  const odd: { line: number; found: string }[] = [];
  const parsed = items.flatMap((item) => {
    try {
      return [parse(item)];
    } catch (error) {
      if (!(error instanceof OddLine)) throw error;
      odd.push({ line: error.line ?? item.line, found: error.message });
      return [];
    }
  });
  const [first] = odd;
  if (parsed.length === 0) {
    throw new InputError(`there is nothing to read in ${path}`, {
      found: first ? `${first.found} in line ${first.line}` : 'an empty file',
      expected,
    });
  }
  if (!first) return parsed;
  const numbers = odd.slice(0, LISTED).map(({ line }) => line);
  const listed = `${odd.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}${odd.length > LISTED ? ', …' : ''}`;
  if (!skipOdd) {
    throw new InputError(`${path} has ${odd.length === 1 ? 'an odd line' : `${odd.length} odd lines`}`, {
      found: `${first.found} in line ${first.line}${odd.length > 1 ? ` (${listed})` : ''}`,
      expected,
      advice: 'Mend the file, or leave such lines out by --skip-odd.',
    });
  }
  onOdd?.(`${path}: left out ${odd.length} odd ${listed}: ${first.found}`);
  return parsed;
}
