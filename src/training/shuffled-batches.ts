import { Random } from '../base/random.ts';

/**
 * Cuts items into batches, each epoch in an order of its own.
 *
 * @returns the number of batches in an epoch and what gives the batch of an update, a function of its number alone
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
