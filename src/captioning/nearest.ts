/** The pictures with the most similar features, by matrix products of all with all. Knows no captions. */
import type { Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';

/** How many queries and pictures are compared at once, to limit memory. */
const QUERIES = 256;
const PICTURES = 1024;

/**
 * For each query the `k` pictures with the most similar features by cosine, most similar first.
 *
 * @param queries features [Q, D]
 * @param pictures features [P, D]
 * @returns Q lists of min(k, P) numbers of pictures
 */
export function* nearestPicturesSteps(
  engine: Engine,
  queries: Float32Array,
  pictures: Float32Array,
  D: number,
  k: number,
): Steps<number[][]> {
  const Q = queries.length / D;
  const found: number[][] = [];
  for (let q = 0; q < Q; q += QUERIES) {
    found.push(...nearest(engine, queries.subarray(q * D, Math.min(Q, q + QUERIES) * D), pictures, D, k));
    yield found.length / Q;
  }
  return found;
}

function nearest(engine: Engine, queries: Float32Array, pictures: Float32Array, D: number, k: number): number[][] {
  const [Q, P] = [queries.length / D, pictures.length / D];
  const rankings = Array.from({ length: Q }, () => new Ranking(k));
  engine.arena.scratch(() => {
    const query = engine.arena.matrix(Q, D);
    const block = engine.arena.matrix(PICTURES, D);
    const product = engine.arena.matrix(Q, PICTURES);
    query.data.set(unitRows(queries, D));
    for (let p = 0; p < P; p += PICTURES) {
      const Pb = Math.min(PICTURES, P - p);
      block.data.set(unitRows(pictures.subarray(p * D, (p + Pb) * D), D));
      const similarities = product.reshaped(Q, Pb);
      engine.product.multiply(similarities, query, block.rowRange(0, Pb), { transposeB: true });
      for (const [i, ranking] of rankings.entries()) {
        for (let j = 0; j < Pb; j++) ranking.offer(p + j, similarities.data[i * Pb + j]!);
      }
    }
  });
  return rankings.map(({ items }) => items);
}

/** Keeps the `size` items with the largest values of those offered, largest first; of equals the earlier one. */
class Ranking {
  readonly items: number[] = [];
  readonly #values: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  offer(item: number, value: number): void {
    if (this.items.length === this.#size && value <= this.#values.at(-1)!) return;
    let at = this.#values.length;
    while (at > 0 && this.#values[at - 1]! < value) at--;
    this.items.splice(at, 0, item);
    this.#values.splice(at, 0, value);
    if (this.items.length > this.#size) {
      this.items.pop();
      this.#values.pop();
    }
  }
}

/** A copy with its rows scaled to length 1; rows of zeros stay. */
function unitRows(rows: Float32Array, D: number): Float32Array {
  const unit = rows.slice();
  for (let start = 0; start < unit.length; start += D) {
    const row = unit.subarray(start, start + D);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (length > 0) for (let d = 0; d < D; d++) row[d]! /= length;
  }
  return unit;
}
