/** Lines, or whole clips, that are not what they should be: named, and refused or left out as is asked for. */
import { InputError } from '../base/errors.ts';
import { readText } from './reader.ts';

export interface OddLines {
  /** Leaves odd lines out instead of refusing the file, and odd clips instead of the folder. */
  skipOdd?: boolean | undefined;
  /** Called with one line about those that were left out of a file or folder. */
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

export interface NumberedLine {
  /** From 1. */
  line: number;
  text: string;
}

/** What is odd, and where: the number of a line, or the name of a clip. */
export interface Odd {
  at: string | number;
  found: string;
}

/** Lines or clips that a message lists. */
const LISTED = 8;

/** The lines of a UTF-8 file. @throws InputError when it can't be read */
export async function linesOf(path: string): Promise<NumberedLine[]> {
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
  options: OddLines,
): Parsed[] {
  const odd: Odd[] = [];
  const parsed = items.flatMap((item) => {
    try {
      return [parse(item)];
    } catch (error) {
      if (!(error instanceof OddLine)) throw error;
      odd.push({ at: error.line ?? item.line, found: error.message });
      return [];
    }
  });
  settleOdd(path, { unit: 'line', odd, left: parsed.length, expected }, options);
  return parsed;
}

interface Findings {
  /** What the items are. */
  unit: 'line' | 'clip';
  odd: readonly Odd[];
  /** How many are not odd. */
  left: number;
  /** What the items should be, for the error. */
  expected: string;
}

/**
 * Refuses a file or folder for what is odd in it, or says what is left out.
 *
 * @throws InputError when items are odd and not to be left out, or when none is left
 */
export function settleOdd(path: string, { unit, odd, left, expected }: Findings, { skipOdd, onOdd }: OddLines): void {
  const [first] = odd;
  const found = first && `${first.found} in ${unit} ${first.at}`;
  if (left === 0) {
    const nothing = unit === 'line' ? 'an empty file' : 'no pictures';
    throw new InputError(`there is nothing to read in ${path}`, { found: found ?? nothing, expected });
  }
  if (!first) return;
  const places = odd.slice(0, LISTED).map(({ at }) => at);
  const listed = `${odd.length === 1 ? unit : `${unit}s`} ${places.join(', ')}${odd.length > LISTED ? ', …' : ''}`;
  if (!skipOdd) {
    throw new InputError(`${path} has ${odd.length === 1 ? `an odd ${unit}` : `${odd.length} odd ${unit}s`}`, {
      found: `${found}${odd.length > 1 ? ` (${listed})` : ''}`,
      expected,
      advice: `Mend ${unit === 'line' ? 'the file' : 'them'}, or leave such ${unit}s out by skipOdd.`,
      settings: ['skipOdd'],
    });
  }
  onOdd?.(`${path}: left out ${odd.length} odd ${listed}: ${first.found}`);
}
