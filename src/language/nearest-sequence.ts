/** The sequence of a list that is nearest to another, by the edits between them. It knows no tokens. */
import type { Steps } from '../base/steps.ts';
import type { SequenceList } from '../text/sequence-list.ts';

/** Sequences that are compared between two steps. */
const STEP = 256;

export interface NearestSequence {
  /** Its place in the list. */
  index: number;
  /** Tokens that are inserted, deleted or replaced on the way from one to the other. */
  edits: number;
}

/** The nearest of the first `most` sequences of a list, which has at least one; the first of those that are equally near. */
export function* nearestSequenceSteps(
  ids: readonly number[],
  list: SequenceList,
  most: number,
): Steps<NearestSequence> {
  const count = Math.min(most, list.count);
  const nearest = { index: 0, edits: Number.POSITIVE_INFINITY };
  for (let index = 0; index < count && nearest.edits > 0; index++) {
    if (index % STEP === 0) yield index / count;
    const other = list.at(index);
    const length = other.length - 1; // without its end
    if (Math.abs(length - ids.length) >= nearest.edits) continue;
    const edits = editsBetween(ids, other, length, nearest.edits);
    if (edits < nearest.edits) Object.assign(nearest, { index, edits });
  }
  return nearest;
}

/**
 * The edits between two sequences (Levenshtein 1966), or a number of at least `most` where there are at least so many.
 *
 * @param length tokens of the other one that count
 */
function editsBetween(ids: readonly number[], other: ArrayLike<number>, length: number, most: number): number {
  let row = Array.from({ length: length + 1 }, (_, j) => j);
  for (const [i, id] of ids.entries()) {
    const next = [i + 1];
    let least = i + 1;
    for (let j = 0; j < length; j++) {
      const edits = Math.min(row[j]! + (other[j] === id ? 0 : 1), row[j + 1]! + 1, next[j]! + 1);
      next.push(edits);
      least = Math.min(least, edits);
    }
    if (least >= most) return least;
    row = next;
  }
  return row[length]!;
}
