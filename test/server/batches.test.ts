import { expect, test } from 'vitest';
import { Room } from '../../src/server/room.ts';
import { Batches } from '../../src/server/work/batches.ts';

/** Doubles numbers, and keeps the batches that it was given; a negative one is an error of its own. */
function doubling(limits: { most: number; patience: number }) {
  const seen: number[][] = [];
  const batches = new Batches<number, number>(limits, async (items) => {
    seen.push(items);
    const settled = items.map(async (item) => {
      if (item < 0) throw new Error(`negative: ${item}`);
      return 2 * item;
    });
    return Promise.allSettled(settled);
  });
  return { seen, add: (item: number, signal = new AbortController().signal) => batches.add(item, signal) };
}

test('a full batch does not wait, the rest waits for others', async () => {
  const { seen, add } = doubling({ most: 3, patience: 60_000 });
  const first = [1, 2, 3].map((item) => add(item));
  expect(await Promise.all(first)).toEqual([2, 4, 6]);
  const fourth = add(4);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen).toEqual([[1, 2, 3]]);
  const others = [add(5), add(6)];
  expect(await Promise.all([fourth, ...others])).toEqual([8, 10, 12]);
  expect(seen).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test('one that comes alone is worked on after a while', async () => {
  const { seen, add } = doubling({ most: 3, patience: 5 });
  expect(await add(7)).toBe(14);
  expect(seen).toEqual([[7]]);
});

test('an error is of its own item alone, and an item that nobody waits for is left out', async () => {
  const { seen, add } = doubling({ most: 9, patience: 10 });
  const controller = new AbortController();
  const results = Promise.allSettled([add(1), add(-1), add(2, controller.signal), add(3)]);
  controller.abort(new Error('left'));
  const [one, negative, left, three] = await results;
  expect([one, three]).toEqual([
    { status: 'fulfilled', value: 2 },
    { status: 'fulfilled', value: 6 },
  ]);
  expect(negative).toMatchObject({ reason: { message: 'negative: -1' } });
  expect(left).toMatchObject({ reason: { message: 'left' } });
  expect(seen).toEqual([[1, -1, 3]]);
});

test('a room gives each place once, and takes it back once', () => {
  const room = new Room('pictures', 2);
  const giveBack = room.take();
  room.take();
  expect(() => room.take()).toThrow(expect.objectContaining({ status: 503, code: 'overloaded', retryAfter: 1 }));
  giveBack();
  giveBack();
  expect(room.taken).toBe(1);
  room.take();
  expect(() => room.take()).toThrow('no room for more pictures');
});
