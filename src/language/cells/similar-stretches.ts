/**
 * Other places of a text where the same cells are on: what LSTMVis calls matches (Strobelt et al. 2016, section 5.2). It
 * knows no words.
 */
import { inPieces, runInTurns, type Steps, type Turns } from '../../base/steps.ts';
import { cellsOn, isOn, type OnCell, type OnRule, type Stretch } from './on-cells.ts';

/** A stretch where many of the cells are on that were asked for. */
export interface SimilarStretch extends Stretch {
  /** How many of those that were asked for are on there by the same rule. */
  shared: number;
  /** How many others are. */
  others: number;
  /** Of all cells that are on in either place, the share that is on in both: 1 for the same cells (Jaccard). */
  likeness: number;
}

/** Stretches that are compared cell by cell: those where most of the cells that were asked for are on. */
const MOST_COMPARED = 3000;
/** Those that are compared between two steps. */
const TOGETHER = 100;

/**
 * The stretches that are most like one, most alike first; of equally like ones those that are as long as it come first.
 * They are looked for among the stretches over which more of the cells are on than just before and just after.
 *
 * @param values by cell and token
 * @param asked that no stretch found overlaps
 * @param wanted cells that are on in it; none find nothing
 * @param top how many are returned at most
 */
export function* similarStretchesSteps(
  values: readonly Int8Array[],
  asked: Stretch,
  wanted: readonly OnCell[],
  rule: OnRule,
  top: number,
): Steps<SimilarStretch[]> {
  const length = values[0]?.length ?? 0;
  const counts = new Uint16Array(length);
  for (const [i, { place, sign }] of wanted.entries()) {
    yield (0.8 * i) / wanted.length;
    const cell = values[place]!;
    const { threshold } = rule;
    yield* inPieces(length, (from, to) => {
      for (let t = from; t < to; t++) if (sign * cell[t]! >= threshold) counts[t]!++;
    });
  }

  const excess = (stretch: Stretch) => Math.abs(stretch.end - stretch.start - (asked.end - asked.start));
  const found: SimilarStretch[] = [];
  for (const [i, stretch] of candidates(counts, wanted.length, asked, excess).entries()) {
    if (i % TOGETHER === 0) yield 0.8 + (0.2 * i) / MOST_COMPARED;
    const shared = wanted.filter(({ place, sign }) => isOn(values[place]!, sign, stretch, rule)).length;
    if (shared === 0) continue;
    const others = cellsOn(values, stretch, rule).length - shared;
    found.push({ ...stretch, shared, others, likeness: shared / (wanted.length + others) });
  }
  found.sort((a, b) => b.likeness - a.likeness || excess(a) - excess(b) || a.start - b.start);
  return found.slice(0, top);
}

/** `similarStretchesSteps` while everything else has its turn. @throws the signal's reason as soon as it is raised */
export function similarStretches(
  ...[values, asked, wanted, rule, top, turns]: [...Parameters<typeof similarStretchesSteps>, turns: Turns]
): Promise<SimilarStretch[]> {
  return runInTurns(similarStretchesSteps(values, asked, wanted, rule, top), turns);
}

/** The stretches over which at least half of the cells are on, and more than beside them; those with most cells alone. */
function candidates(
  counts: Uint16Array,
  most: number,
  asked: Stretch,
  excess: (stretch: Stretch) => number,
): Stretch[] {
  const least = Math.max(1, Math.ceil(most / 2));
  const byCount = Array.from({ length: most + 1 }, (): Stretch[] => []);
  for (let start = 0; start < counts.length; ) {
    const count = counts[start]!;
    let end = start + 1;
    while (counts[end] === count) end++;
    const isPeak = count >= least && !(counts[start - 1]! > count) && !(counts[end]! > count);
    if (isPeak && (end <= asked.start || start >= asked.end)) byCount[count]!.push({ start, end });
    start = end;
  }
  const chosen: Stretch[] = [];
  for (let count = most; count >= least && chosen.length < MOST_COMPARED; count--) {
    const peaks = byCount[count]!;
    const room = MOST_COMPARED - chosen.length;
    if (peaks.length > room) peaks.sort((a, b) => excess(a) - excess(b) || a.start - b.start);
    chosen.push(...peaks.slice(0, room));
  }
  return chosen;
}
