import type { Engine } from '../compute/engine.ts';

/** Rows of a block of the similarity matrix: what is held in memory at once. */
const BLOCK = 1024;

/**
 * For each query the `k` pictures with the most similar features, by cosine, most similar first.
 *
 * @param queries [Q, D]
 * @param pictures [P, D]
 * @returns Q lists of min(k, P) numbers of pictures
 */
export function nearestPictures(
  engine: Engine,
  queries: Float32Array,
  pictures: Float32Array,
  D: number,
  k: number,
): number[][] {
  const found: number[][] = [];
  engine.arena.scratch(() => {
    const query = engine.arena.matrix(BLOCK, D);
    const block = engine.arena.matrix(BLOCK, D);
    const product = engine.arena.matrix(BLOCK, BLOCK);
    const [Q, P] = [queries.length / D, pictures.length / D];
    for (let q = 0; q < Q; q += BLOCK) {
      const Qb = Math.min(BLOCK, Q - q);
      query.data.set(unitRows(queries.subarray(q * D, (q + Qb) * D), D));
      const rankings = Array.from({ length: Qb }, () => new Ranking(k));
      for (let p = 0; p < P; p += BLOCK) {
        const Pb = Math.min(BLOCK, P - p);
        block.data.set(unitRows(pictures.subarray(p * D, (p + Pb) * D), D));
        const similarities = product.reshaped(Qb, Pb);
        engine.product.multiply(similarities, query.rowRange(0, Qb), block.rowRange(0, Pb), { transposeB: true });
        for (const [i, ranking] of rankings.entries()) {
          for (let j = 0; j < Pb; j++) ranking.offer(p + j, similarities.data[i * Pb + j] ?? 0);
        }
      }
      found.push(...rankings.map(({ items }) => items));
    }
  });
  return found;
}

/** The best `size` of the items that are offered, best first; the earlier one where two are as good. */
class Ranking {
  readonly items: number[] = [];
  readonly #values: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  offer(item: number, value: number): void {
    if (this.items.length === this.#size && value <= (this.#values.at(-1) ?? 0)) return;
    let at = this.#values.length;
    while (at > 0 && (this.#values[at - 1] ?? 0) < value) at--;
    this.items.splice(at, 0, item);
    this.#values.splice(at, 0, value);
    if (this.items.length > this.#size) {
      this.items.pop();
      this.#values.pop();
    }
  }
}

/** A copy whose rows have length 1; rows of zeros stay. */
function unitRows(rows: Float32Array, D: number): Float32Array {
  const unit = rows.slice();
  for (let start = 0; start < unit.length; start += D) {
    const row = unit.subarray(start, start + D);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (length > 0) for (let d = 0; d < D; d++) row[d] = (row[d] ?? 0) / length;
  }
  return unit;
}
