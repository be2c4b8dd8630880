/** Batches of a dataset in a new order in every epoch. Knows nothing of the items. */
import { Random } from '../base/random.ts';

/**
 * Parts items into batches, in an order of its own for each epoch.
 *
 * @returns `perEpoch`, the batches of an epoch, and `batchOf`, which gives the batch of an update (from 0) as a function
 *   of its number and the seed alone
 */
export function shuffledBatches<Item>(items: readonly Item[], batchSize: number, seed: number) {
  const perEpoch = Math.ceil(items.length / batchSize);
  let order = { epoch: -1, items };
  const batchOf = (iteration: number): Item[] => {
    const epoch = Math.floor(iteration / perEpoch);
    if (order.epoch !== epoch) order = { epoch, items: new Random(seed * 1009 + epoch).shuffle([...items]) };
    const first = (iteration % perEpoch) * batchSize;
    return order.items.slice(first, first + batchSize);
  };
  return { perEpoch, batchOf };
}
