/** How many edits lead from one sequence to another. It knows no tokens. */

/**
 * The insertions, deletions and replacements between two sequences, of characters or of anything else (Levenshtein 1966); or a
 * number of at least `most`, where there are at least so many.
 */
export function editDistance<Item>(a: ArrayLike<Item>, b: ArrayLike<Item>, most = Number.POSITIVE_INFINITY): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edits = Math.min(replaced, above[j]! + 1, row[j - 1]! + 1);
      row.push(edits);
      least = Math.min(least, edits);
    }
    if (least >= most) return least;
  }
  return row.at(-1)!;
}
