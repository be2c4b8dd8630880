/**
 * How well pictures and sentences find each other: recall at K and the median rank, as Karpathy and Fei-Fei (2015, section
 * 4.1) report them after Hodosh et al. 2013. Knows no models.
 */

export interface Recall {
  /** The share of queries for which one of the right items is among the first K. */
  r1: number;
  r5: number;
  r10: number;
  /** The median rank of the first right item, from 1. */
  medianRank: number;
}

/**
 * The recall of queries by the scores of all items.
 *
 * @param score of an item for a query; the highest comes first, of equal ones the last
 * @param isRight whether an item is one of those that the query is for
 */
export function recallOf(
  queries: number,
  items: number,
  score: (query: number, item: number) => number,
  isRight: (query: number, item: number) => boolean,
): Recall {
  const ranks = Array.from({ length: queries }, (_, query) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let item = 0; item < items; item++) if (isRight(query, item)) best = Math.max(best, score(query, item));
    let rank = 1;
    for (let item = 0; item < items; item++) if (!isRight(query, item) && score(query, item) >= best) rank++;
    return rank;
  }).sort((a, b) => a - b);
  const at = (K: number) => ranks.filter((rank) => rank <= K).length / queries;
  const middle = (ranks[(queries - 1) >> 1]! + ranks[queries >> 1]!) / 2;
  return { r1: at(1), r5: at(5), r10: at(10), medianRank: middle };
}
