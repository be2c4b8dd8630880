/** Which cells a page keeps of a model that has more than a page can hold. Knows no page. */
import { InputError } from '../../base/errors.ts';
import { countValues } from './follower.ts';
import { meanAndDeviation } from './measures.ts';
import { type CellIndex, type CellRecord, cellName, QUANTUM } from './record.ts';
import type { CellSearch } from './search.ts';

/** Values, a byte each, that a page keeps unless it is told how many cells to keep; and that it can keep at all. */
const [USUAL, MOST] = [64e6, 400e6];

export interface KeptCellsOptions {
  /** Tokens of the page. */
  length: number;
  /** How many cells to keep; by default as many as make 64 MB, one at least. */
  keep?: number | undefined;
  /** A cell that is kept in any case. */
  cell?: CellIndex | undefined;
}

/**
 * The cells that tell most, layer by layer: those that follow something better than by chance, then those whose values
 * vary most.
 *
 * @param search with all cells for each feature
 * @throws InputError when no page can hold so many
 */
export function keptCells(
  record: CellRecord,
  { findings }: CellSearch,
  { length, keep = Math.max(1, Math.floor(USUAL / length)), cell }: KeptCellsOptions,
): CellIndex[] {
  const count = Math.min(keep, record.cells.length);
  if (count * length > MOST) {
    throw new InputError('a page can not hold so many values', {
      found: `${count} cells after ${length.toLocaleString('en')} tokens`,
      expected: `at most ${Math.floor(MOST / length).toLocaleString('en')} cells`,
    });
  }
  const { cells } = record;
  if (count === cells.length) return cells;
  const leads = new Map<string, number>();
  for (const { chance, cells: found } of findings) {
    for (const one of found) {
      const lead = (one.figure - chance) / (1 - chance);
      if (lead > (leads.get(cellName(one)) ?? 0)) leads.set(cellName(one), lead);
    }
  }
  const worth = (one: CellIndex) => {
    if (cell && cellName(one) === cellName(cell)) return Number.POSITIVE_INFINITY;
    const lead = leads.get(cellName(one)); // the deviation of values from -1 to 1 is at most 1
    return lead === undefined ? meanAndDeviation(countValues(record.valuesOf(one))).deviation * QUANTUM : 1 + lead;
  };
  const ranked = cells.map((one, place) => ({ place, worth: worth(one) })).sort((a, b) => b.worth - a.worth);
  const places = ranked.slice(0, count).map(({ place }) => place);
  return places.sort((a, b) => a - b).map((place) => cells[place]!);
}
