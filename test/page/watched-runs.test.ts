import { expect, test } from 'vitest';
import { WatchedRuns } from '../../src/page/trainings/watched-runs.ts';
import type { RunLogAnswer } from '../../src/server/api.ts';

const update = (iteration: number) =>
  ({ type: 'update', time: iteration, iteration, epoch: iteration, loss: 1, tokensPerSecond: 1 }) as const;

/** Trainings whose logs have so many updates, and what was asked for: the id, and the update behind which it begins. */
function logs(lengths: Record<string, number>) {
  const asked: [id: string, after: number][] = [];
  return {
    asked,
    list: async () => Object.entries(lengths).map(([id, length]) => ({ id, updated: String(length) })),
    async read(id: string, after: number): Promise<RunLogAnswer> {
      asked.push([id, after]);
      const length = lengths[id]!;
      const updates = Array.from({ length }, (_, i) => update(i + 1)).filter(({ iteration }) => iteration > after);
      return { id, updated: String(length), seconds: length, updates, validations: [], samples: [], config: null };
    },
  };
}

const { signal } = new AbortController();

test('the latest training is drawn at first, and of what is drawn only what is new is asked for', async () => {
  const lengths: Record<string, number> = { b: 2, a: 5 };
  const back = logs(lengths);
  const watched = new WatchedRuns(back);
  await watched.look(signal);
  await watched.look(signal);
  expect([watched.detailed, ...watched.drawn.map(({ run }) => run.id)]).toEqual(['b', 'b']);
  lengths['b'] = 3;
  watched.setDrawn('a', true);
  expect(watched.drawn).toHaveLength(1); // nothing is known of the other yet
  await watched.look(signal);
  expect(watched.drawn.map(({ run }) => run.updates.length)).toEqual([3, 5]);
  lengths['b'] = 1; // has begun anew
  await watched.look(signal);
  expect(watched.known.get('b')!.updates).toEqual([update(1)]);
  expect(back.asked).toEqual([
    ['b', -1],
    ['b', 2],
    ['a', -1],
    ['b', 3],
    ['b', -1],
  ]);
});

test('a training keeps its colour while it is drawn, and the next one takes the least that is free', () => {
  const watched = new WatchedRuns(logs({}));
  for (const id of ['a', 'b', 'c', 'a']) watched.setDrawn(id, true);
  watched.setDrawn('b', false);
  watched.setDrawn('d', true);
  expect(Object.fromEntries(watched.colours)).toEqual({ a: 0, c: 2, d: 1 });
});
