/** Batches of a dataset in a new order in every epoch. Knows nothing of the items. */
import { addTo } from '../base/lists.ts';
import { Random } from '../base/random.ts';

/**
 * Parts items into batches, in an order of its own for each epoch. An epoch shows each item as often as its weight says:
 * one of weight 2 twice; of the items of weight 1.5 all once and, drawn anew in each epoch, half of them once more. Thus
 * all epochs are equally long: as the sum of the weights, rounded for the items of each weight.
 *
 * @param weightOf an item's weight, above 0. Default: 1 for each
 * @returns `perEpoch`, the batches of an epoch; `batchOf`, which gives the batch of an update (from 0) as a function of
 *   its number and the seed alone; and `randomOf`, by which what is left to chance in an update is such a function too
 */
export function shuffledBatches<Item>(
  items: readonly Item[],
  batchSize: number,
  seed: number,
  weightOf: (item: Item) => number = () => 1,
) {
  const groups = groupsOf(items, weightOf);
  const perEpoch = Math.ceil(groups.reduce((sum, { shown }) => sum + shown, 0) / batchSize);
  let order: { epoch: number; items: readonly Item[] } = { epoch: -1, items };
  const batchOf = (iteration: number): Item[] => {
    const epoch = Math.floor(iteration / perEpoch);
    if (order.epoch !== epoch) {
      const random = new Random(seed * 1009 + epoch);
      order = { epoch, items: random.shuffle(groups.flatMap((group) => draw(group, random))) };
    }
    const first = (iteration % perEpoch) * batchSize;
    return order.items.slice(first, first + batchSize);
  };
  const randomOf = (iteration: number) => new Random(seed * 1013 + iteration);
  return { perEpoch, batchOf, randomOf };
}

/** Items of one weight, and how many of them, repeated ones counted, an epoch shows. */
interface Group<Item> {
  items: Item[];
  shown: number;
}

function groupsOf<Item>(items: readonly Item[], weightOf: (item: Item) => number): Group<Item>[] {
  const byWeight = new Map<number, Item[]>();
  for (const item of items) addTo(byWeight, weightOf(item), item);
  return [...byWeight].map(([weight, group]) => ({
    items: group,
    shown: Math.max(1, Math.round(weight * group.length)),
  }));
}

/** What an epoch shows of a group: all as often as they all can be, and as many as are still due by chance. */
function draw<Item>({ items, shown }: Group<Item>, random: Random): Item[] {
  const due = shown % items.length;
  const all = Array.from({ length: Math.floor(shown / items.length) }, () => items).flat();
  return due === 0 ? all : [...all, ...random.shuffle([...items]).slice(0, due)];
}
