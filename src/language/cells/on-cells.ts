/**
 * Which cells are on in a stretch of a text and off around it, as LSTMVis selects them (Strobelt et al. 2016, section 5.1).
 * LSTMVis looks at high values alone; here a cell may be on at either end, since both mean something. Knows no words.
 */

/** Tokens of a text from `start` to `end` - 1. */
export interface Stretch {
  start: number;
  end: number;
}

/** When a cell is on in a stretch. */
export interface OnRule {
  /** In units of `QUANTUM`, at least 1: a cell is on at a token where its value is this far from 0, or farther. */
  threshold: number;
  /** How many tokens just before the stretch it must not be on at; 0 where that does not matter. */
  offBefore: number;
  /** The same just after the stretch. */
  offAfter: number;
}

/** A cell by its place among those that are looked at, and at which end it is on: 1 where it is high, -1 where it is low. */
export interface OnCell {
  place: number;
  sign: 1 | -1;
}

/** The cells that are on, at the same end, at all tokens of a stretch, and off around it. @param values by cell and token */
export function cellsOn(values: readonly Int8Array[], stretch: Stretch, rule: OnRule): OnCell[] {
  const found: OnCell[] = [];
  for (const [place, cell] of values.entries()) {
    const sign = cell[stretch.start]! > 0 ? 1 : -1;
    if (isOn(cell, sign, stretch, rule)) found.push({ place, sign });
  }
  return found;
}

/** Whether a cell is on at that end throughout a stretch, and off around it. */
export function isOn(cell: Int8Array, sign: 1 | -1, { start, end }: Stretch, rule: OnRule): boolean {
  const { threshold, offBefore, offAfter } = rule;
  for (let t = start; t < end; t++) if (sign * cell[t]! < threshold) return false;
  for (let t = Math.max(0, start - offBefore); t < start; t++) if (sign * cell[t]! >= threshold) return false;
  const after = Math.min(cell.length, end + offAfter);
  for (let t = end; t < after; t++) if (sign * cell[t]! >= threshold) return false;
  return true;
}
