/** Pairs of texts as packed batches for the model. Knows ids, no words. */
import type { PairBatch, SourceBatch } from '../model/encoder-decoder.ts';
import { packedSequences } from '../nn/packing.ts';
import { END_ID, START_ID } from './words.ts';

/** A pair as word ids, without START and END. */
export interface CodedPair {
  source: readonly number[];
  target: readonly number[];
}

/**
 * Packs sources longest first, each from its end to its beginning (Sutskever et al. 2014, section 3.3).
 *
 * @returns the batch, and in `order[n]` the place of its n-th sequence among the sources
 */
export function packSources(sources: readonly (readonly number[])[]): SourceBatch & { order: number[] } {
  const order = [...sources.keys()].sort((a, b) => sources[b]!.length - sources[a]!.length);
  const packing = packedSequences(order.map((i) => sources[i]!.length));
  const ids = new Int32Array(packing.rows);
  for (const [n, i] of order.entries()) {
    for (const [t, id] of sources[i]!.toReversed().entries()) ids[packing.starts[t]! + n] = id;
  }
  return { packing, ids, order };
}

/**
 * Packs pairs: sources and targets each longest first, targets between START and END.
 *
 * @returns with `order[n]`, the place in the source batch of the source of target n
 */
export function packPairs(pairs: readonly CodedPair[]): PairBatch {
  const { order: sourceOrder, ...source } = packSources(pairs.map((pair) => pair.source));
  const placeOf = new Int32Array(pairs.length); // of a pair's source in its batch
  for (const [n, i] of sourceOrder.entries()) placeOf[i] = n;

  const targetOrder = [...pairs.keys()].sort((a, b) => pairs[b]!.target.length - pairs[a]!.target.length);
  const packing = packedSequences(targetOrder.map((i) => pairs[i]!.target.length + 1));
  const inputs = new Int32Array(packing.rows);
  const targets = new Int32Array(packing.rows);
  for (const [n, i] of targetOrder.entries()) {
    const { target } = pairs[i]!;
    for (let t = 0; t <= target.length; t++) {
      const row = packing.starts[t]! + n;
      inputs[row] = target[t - 1] ?? START_ID;
      targets[row] = target[t] ?? END_ID;
    }
  }
  return { source, target: { packing, inputs, targets }, order: targetOrder.map((i) => placeOf[i]!) };
}
