/**
 * Odd lines, clips of video, texts and sequences: those that are not what they should be. They are refused by number or name,
 * or left out where that is asked for. Knows no format.
 */
import { counted } from '../base/counted.ts';
import { InputError } from '../base/errors.ts';
import { mapSteps, runInTurns } from '../base/steps.ts';

/** What is done with odd lines. */
export interface OddLines {
  /** Leaves odd lines out instead of refusing the file, and odd clips instead of the folder. */
  skipOdd?: boolean | undefined;
  /** Called with a message about those that were left out of a file or folder. */
  onOdd?: ((message: string) => void) | undefined;
  /** Of the text files. Default: UTF-8, or what their first bytes say */
  encoding?: string | undefined;
  /** Stops the reading of a file with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Thrown by the parser of an item that is odd, with what was found as its message. */
export class OddLine extends Error {
  /** The odd line, where it is not the item's first. */
  readonly line: number | undefined;

  constructor(found: string, line?: number) {
    super(found);
    this.line = line;
  }
}

/** An item that is odd. */
export interface Odd {
  /** The number of a line, or the name of a clip or text. */
  at: string | number;
  found: string;
}

/** What there is where there is not one line, clip, text or sequence. */
const NOTHING = { line: 'an empty file', clip: 'no pictures', text: 'no texts', sequence: 'no sequences' };

/** How many odd items a message lists. */
const LISTED = 8;

/**
 * Parses the items of a file: lines, or blocks of lines.
 *
 * @param parse throws `OddLine` where an item is odd
 * @param expected what the items should be, for the error
 * @throws InputError when an item is odd and `skipOdd` is not set, or when no item is left
 */
export async function parseItems<Item extends { line: number }, Parsed>(
  path: string,
  items: readonly Item[],
  parse: (item: Item) => Parsed,
  expected: string,
  options: OddLines,
): Promise<Parsed[]> {
  const odd: Odd[] = [];
  const parseItem = (item: Item): Parsed[] => {
    try {
      return [parse(item)];
    } catch (error) {
      if (!(error instanceof OddLine)) throw error;
      odd.push({ at: error.line ?? item.line, found: error.message });
      return [];
    }
  };
  const parsed = (await runInTurns(mapSteps(items, parseItem), { signal: options.signal })).flat();
  settleOdd(path, { unit: 'line', odd, left: parsed.length, expected }, options);
  return parsed;
}

interface Findings {
  /** What an item is. */
  unit: keyof typeof NOTHING;
  odd: readonly Odd[];
  /** How many items are not odd. */
  left: number;
  /** What the items should be, for the error. */
  expected: string;
}

/**
 * Refuses a file or folder for its odd items, or tells `onOdd` which are left out.
 *
 * @throws InputError when an item is odd and `skipOdd` is not set, or when no item is left
 */
export function settleOdd(path: string, { unit, odd, left, expected }: Findings, { skipOdd, onOdd }: OddLines): void {
  const [first] = odd;
  const found = first && `${first.found} in ${unit} ${first.at}`;
  if (left === 0) {
    throw new InputError(`there is nothing to read in ${path}`, { found: found ?? NOTHING[unit], expected });
  }
  if (!first) return;
  const places = odd.slice(0, LISTED).map(({ at }) => at);
  const listed = `${odd.length === 1 ? unit : `${unit}s`} ${places.join(', ')}${odd.length > LISTED ? ', …' : ''}`;
  if (!skipOdd) {
    throw new InputError(`${path} has ${odd.length === 1 ? `an odd ${unit}` : counted(odd.length, `odd ${unit}`)}`, {
      found: `${found}${odd.length > 1 ? ` (${listed})` : ''}`,
      expected,
      advice: `Mend ${unit === 'line' ? 'the file' : 'them'}, or leave such ${unit}s out by skipOdd.`,
      settings: ['skipOdd'],
    });
  }
  onOdd?.(`${path}: left out ${odd.length} odd ${listed}: ${first.found}`);
}
