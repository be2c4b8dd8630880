/**
 * What a page of cells holds as data: an object as JSON, and blocks of bytes beside it, compressed (zlib, RFC 1950) and
 * in base64, each the text of an element with its id. The program writes them and the page's script reads them.
 */
import type { CellIndex } from './record.ts';
import type { CellSearch } from './search.ts';
import type { TextCells } from './text-cells.ts';

export interface CellsPageData {
  quantity: TextCells['quantity'];
  /** What a token is called. */
  unit: string;
  /** Tokens of the text before those of the page. */
  from: number;
  /** The cells that the page keeps; each has a block of its values, a byte after each token. */
  cells: CellIndex[];
  /** The place among them of the one that is shown first. */
  shown: number;
  /** What follows what: of all cells that the page keeps. */
  search: CellSearch;
  /** Features that hold or do not; each has a block with a byte, 0 or 1, after each token. */
  tracks: string[];
}

/** Ids of the elements with the data. */
export const BLOCKS = {
  data: 'data',
  /** The text, in UTF-8. */
  text: 'text-block',
  /** How many UTF-16 code units of the text each token completes: 32-bit integers. */
  lengths: 'lengths-block',
  track: (place: number) => `track-block-${place}`,
  cell: (place: number) => `cell-block-${place}`,
} as const;

/** Where the page's script fills in what is seen. */
export const EXPLORER = 'explorer';
