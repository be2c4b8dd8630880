/**
 * Which cells follow a feature of the text. A cell is judged alone: on the first half of the text it is decided how it
 * would tell the feature (which of its values speak for it, which line leads from the cell to the number), on the
 * second half how well that works. A figure of the best of hundreds of cells is high by chance too; how high is seen
 * by moving the feature along the text, in a circle, so that it fits the cells no more.
 */
import type { Steps } from '../../base/steps.ts';
import type { TextFeature } from '../../text/features/feature.ts';
import { BinaryFollower } from './binary-follower.ts';
import { type CellReading, type Follower, halvesOf } from './follower.ts';
import { NumberFollower } from './number-follower.ts';
import type { CellIndex, CellRecord } from './record.ts';

/** Moves of the feature, by even parts of the text: the chance level is the best figure that a cell reaches in any. */
const MOVES = 10;
/** The share of the work that the figures take; the rest is what the values of those that are listed mean. */
const FIRST = 0.9;

/** @property figure area under the ROC curve, or variance explained (R²), on the second half of the text */
export type FoundCell = CellIndex & { figure: number } & CellReading;

export interface Finding {
  feature: string;
  measure: Follower['measure'];
  /** The best figure that any cell has where the feature is moved. */
  chance: number;
  /** The best cells, best first. */
  cells: FoundCell[];
}

export interface CellSearch {
  /** Those that stand out most from chance first. */
  findings: Finding[];
  /** Names of features that do not occur often enough in both halves of the text to be looked for. */
  missing: string[];
}

/**
 * Compares every cell with every feature.
 *
 * @param features with their values after each token
 * @param top cells that are listed for each feature; `Infinity` for all
 */
export function* searchCellsSteps(
  record: CellRecord,
  features: readonly { feature: TextFeature; values: Float32Array }[],
  top: number,
): Steps<CellSearch> {
  const tried = features.map(({ feature, values }) => ({
    name: feature.name,
    follower: followerOf(feature, values),
    figures: [] as number[],
    chance: Number.NEGATIVE_INFINITY,
  }));
  const present = tried.filter(({ follower }) => follower.occurs);
  const { cells, length } = record;
  const moves = Array.from({ length: MOVES }, (_, i) => Math.round(((i + 1) * length) / (MOVES + 1)));

  for (const [i, cell] of cells.entries()) {
    yield (FIRST * i) / cells.length;
    const halves = halvesOf(record.valuesOf(cell));
    for (const entry of present) {
      entry.figures.push(entry.follower.figure(halves, 0));
      for (const move of moves) {
        const figure = entry.follower.figure(halves, move);
        if (figure > entry.chance) entry.chance = figure;
      }
    }
  }

  // By cell, for how often one has each value is counted once for all features that it is listed for.
  const listed = present.map(({ figures }) => new Set(bestOf(figures, top)));
  const readings = present.map((): (CellReading | undefined)[] => []);
  for (const [i, cell] of cells.entries()) {
    if (!listed.some((set) => set.has(i))) continue;
    yield FIRST + ((1 - FIRST) * i) / cells.length;
    const halves = halvesOf(record.valuesOf(cell));
    for (const [j, { follower }] of present.entries()) {
      if (listed[j]!.has(i)) readings[j]![i] = follower.reading(halves);
    }
  }

  const findings = present.map(({ name, follower, figures, chance }, j) => {
    const found = Array.from(listed[j]!, (i) => ({ ...cells[i]!, figure: figures[i]!, ...readings[j]![i]! }));
    return { feature: name, measure: follower.measure, chance, cells: found };
  });
  findings.sort((a, b) => leadOver(b) - leadOver(a));
  return { findings, missing: tried.filter(({ follower }) => !follower.occurs).map(({ name }) => name) };
}

/** The places of the highest figures, best first, at most so many. */
function bestOf(figures: readonly number[], top: number): number[] {
  const places = figures.map((_, i) => i).sort((a, b) => figures[b]! - figures[a]!);
  return places.slice(0, top);
}

/** How far the best cell is on the way from chance to perfection. */
function leadOver({ cells: [best], chance }: Finding): number {
  return best ? (best.figure - chance) / (1 - chance) : 0;
}

function followerOf({ kind }: TextFeature, values: Float32Array): Follower {
  return kind === 'binary' ? new BinaryFollower(values) : new NumberFollower(values);
}
