/**
 * The loop over the steps of a batch: for shares of its sequences at once, one on each thread, with pauses. It knows no
 * cell and no direction of gradients.
 */
import type { Steps } from '../base/steps.ts';
import type { Engine } from '../compute/engine.ts';
import type { LayerInput } from './layer-input.ts';
import { type Packing, runningIn, type Share, sharesOf } from './packing.ts';
import type { WeightFactor } from './parameter.ts';

/** Multiply-adds between two pauses: some 20 ms of two cores with a native library, 100 without one. */
const PAUSE = 2 ** 29;

/**
 * Does work at each step for shares of the sequences at once; where what is read is chosen step by step, for all
 * together, since a chooser's work is not only calls.
 *
 * @param factor that the states of each step, or their gradients, are multiplied by
 * @param direction from the first step to the last, or back
 * @param work what is to be done at step `t` for a share that has sequences there
 */
export function* inSharesSteps(
  engine: Engine,
  { packing, input }: { packing: Packing; input: LayerInput },
  factor: WeightFactor,
  direction: 'forward' | 'backward',
  work: (t: number, share: Share) => void,
): Steps<void> {
  const { counts, batch } = packing;
  const T = counts.length;
  const shares = sharesOf(packing, input.isChosen ? 1 : engine.threads);
  if (shares.length > 1) factor.pack(batch);
  const atOnce = Math.ceil(PAUSE / Math.max(1, batch * factor.size));
  for (let done = 0; done < T; done += atOnce) {
    if (done > 0) yield done / T;
    const until = Math.min(done + atOnce, T);
    engine.together(shares.length, (i) => {
      for (let k = done; k < until; k++) {
        const t = direction === 'forward' ? k : T - 1 - k;
        if (runningIn(shares[i]!, packing, t) > 0) work(t, shares[i]!);
      }
    });
  }
}
