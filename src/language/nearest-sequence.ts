/** The sequence of a list that is nearest to another, by the edits between them. It knows no tokens. */
import { editDistance } from '../base/edit-distance.ts';
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
    const other = list.at(index).subarray(0, -1); // without its end
    if (Math.abs(other.length - ids.length) >= nearest.edits) continue;
    const edits = editDistance(ids, other, nearest.edits);
    if (edits < nearest.edits) Object.assign(nearest, { index, edits });
  }
  return nearest;
}
