/** The pictures with the most similar features, by matrix products of all with all. Knows no captions. */
import type { Steps } from '../../base/steps.ts';
import type { Engine } from '../../compute/engine.ts';

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
  const [Q, P] = [queries.length / D, pictures.length / D];
  const found: number[][] = [];
  for (let q = 0; q < Q; q += QUERIES) {
    const query = unitRows(queries.subarray(q * D, Math.min(Q, q + QUERIES) * D), D);
    const rankings = Array.from({ length: query.length / D }, () => new Ranking(k));
    for (let p = 0; p < P; p += PICTURES) {
      yield (q + (QUERIES * p) / P) / (Q + QUERIES);
      offer(engine, rankings, query, unitRows(pictures.subarray(p * D, Math.min(P, p + PICTURES) * D), D), p);
    }
    found.push(...rankings.map(({ items }) => items));
  }
  return found;
}

/** Offers the ranking of each query [D] the pictures [P, D], whose numbers begin with `first`; all of length 1. */
function offer(
  engine: Engine,
  rankings: readonly Ranking[],
  queries: Float32Array,
  pictures: Float32Array,
  first: number,
): void {
  const Q = rankings.length;
  const D = queries.length / Q;
  const P = pictures.length / D;
  engine.arena.scratch(() => {
    const query = engine.arena.matrix(Q, D);
    const picture = engine.arena.matrix(P, D);
    const similarities = engine.arena.matrix(Q, P);
    query.data.set(queries);
    picture.data.set(pictures);
    engine.product.multiply(similarities, query, picture, { transposeB: true });
    for (const [i, ranking] of rankings.entries()) {
      for (let j = 0; j < P; j++) ranking.offer(first + j, similarities.data[i * P + j]!);
    }
  });
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
export function unitRows(rows: Float32Array, D: number): Float32Array<ArrayBuffer> {
  const unit = new Float32Array(rows);
  scaleRows(unit, D);
  return unit;
}

/** `unitRows` in place, for more rows than should be there twice. */
export function scaleRows(rows: Float32Array, D: number): void {
  for (let start = 0; start < rows.length; start += D) {
    const row = rows.subarray(start, start + D);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    if (length > 0) for (let d = 0; d < D; d++) row[d]! /= length;
  }
}
