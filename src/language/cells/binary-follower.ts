/** How well a cell follows a feature that holds or does not: the area under its ROC curve. */
import { type CellHalves, type CellReading, type Follower, middleOf } from './follower.ts';
import { areaUnderCurve, balancedAccuracy, bestDivision } from './measures.ts';
import { QUANTUM } from './record.ts';

/** A half with fewer tokens where the feature holds, or where it does not, says nothing. */
const ENOUGH = 10;

/** Tells how well a cell follows a feature that holds or does not. */
export class BinaryFollower implements Follower {
  readonly measure = 'AUC';
  readonly occurs: boolean;
  readonly #length: number;
  /** Where the feature holds; or where it does not, if that is rarer: the fewer there are, the faster. */
  readonly #places: Int32Array;
  readonly #inverted: boolean;

  /** @param values 0 or 1 after each token */
  constructor(values: Float32Array) {
    const holds = values.reduce((sum, value) => sum + value, 0);
    this.#inverted = holds > values.length / 2;
    this.#length = values.length;
    const rare = this.#inverted ? 0 : 1;
    this.#places = new Int32Array(Math.min(holds, values.length - holds));
    let count = 0;
    for (const [place, value] of values.entries()) if (value === rare) this.#places[count++] = place;
    const middle = middleOf(values);
    const first = this.#places.findLastIndex((place) => place < middle) + 1;
    const halves = [
      [first, middle],
      [count - first, values.length - middle],
    ] as const;
    this.occurs = halves.every(([rarer, all]) => rarer >= ENOUGH && all - rarer >= ENOUGH);
  }

  /** The area under the ROC curve in the second half, upside down where it is below 0.5 in the first. */
  figure(cell: CellHalves, move: number): number {
    const [first, second] = this.#split(cell, move).map(({ rare, others }) => areaUnderCurve(rare, others));
    return first! >= 0.5 ? second! : 1 - second!;
  }

  /** The threshold that divides the first half best, and what it is worth in the second. */
  reading(cell: CellHalves): CellReading {
    const [first, second] = this.#split(cell, 0);
    const division = bestDivision(first.rare, first.others);
    return {
      threshold: (division.threshold - 128 - 0.5) * QUANTUM,
      above: division.above !== this.#inverted,
      balancedAccuracy: balancedAccuracy(second.rare, second.others, division),
    };
  }

  /** In both halves: how often the cell has each value where the rarer kind is, and elsewhere. */
  #split({ values, counts }: CellHalves, move: number) {
    const middle = middleOf(values);
    const rare = [new Uint32Array(256), new Uint32Array(256)] as const;
    for (const place of this.#places) {
      const moved = place + move < this.#length ? place + move : place + move - this.#length;
      rare[moved < middle ? 0 : 1][values[moved]! + 128]!++;
    }
    const half = (i: 0 | 1) => ({ rare: rare[i], others: counts[i].map((count, value) => count - rare[i][value]!) });
    return [half(0), half(1)] as const;
  }
}
