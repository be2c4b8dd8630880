import { afterAll, describe, expect, test } from 'vitest';
import { Arena } from '../../src/compute/arena.ts';
import { compileKernels } from '../../src/compute/kernels.ts';
import { Team } from '../../src/compute/team.ts';

const module = await compileKernels();
const LENGTH = 64;

describe.each([1, 2, 5])('a team of %d', (threads) => {
  const arena = new Arena();
  const team = new Team(arena, module, threads);
  const values = arena.matrix(threads, LENGTH);
  /** One row for each thread. */
  const rows = Array.from({ length: threads }, (_, row) => values.offset + row * LENGTH * 4);
  afterAll(() => team.close());

  test('makes every call once, whether its threads have come up or not', async () => {
    const scale = team.shared('scale');
    values.data.fill(1);
    for (let i = 0; i < 10; i++) scale(rows.map((row) => [row, LENGTH, 2]));
    await team.start();
    for (let i = 0; i < 10; i++) scale(rows.map((row) => [row, LENGTH, 2]));
    expect(new Set(values.data)).toEqual(new Set([2 ** 20]));
  });

  test.skipIf(threads === 1)('works on two things at a time: one thread sees how far another one is', async () => {
    await team.start();
    const COUNT = 20_000;
    const add = team.shared('add');
    const [one, counter, seen] = [arena.matrix(1, 1), arena.matrix(1, 1), arena.matrix(1, COUNT)];
    one.data[0] = 1;
    const seesTheOther = () => {
      counter.data[0] = 0;
      seen.data.fill(0);
      team.together(2, (share) => {
        for (let i = 0; i < COUNT; i++) {
          add([share === 0 ? [seen.offset + 4 * i, counter.offset, 1] : [counter.offset, one.offset, 1]]);
        }
      });
      expect(counter.data[0]).toBe(COUNT);
      return seen.data.some((count) => count > 0 && count < COUNT);
    };
    // On a busy machine it may take until the others leave it a second processor.
    await expect.poll(seesTheOther, { timeout: 20_000, interval: 10 }).toBe(true);
  });

  test('sums the results of all calls', () => {
    for (const row of values.data.keys()) values.data[row] = 1;
    expect(team.shared('sumOfSquares')(rows.map((row) => [row, LENGTH]))).toBe(threads * LENGTH);
    expect(team.shared('scale')(rows.map((row) => [row, LENGTH, 1]))).toBe(0);
  });

  test('says which function it does not know', () => {
    expect(() => team.shared('nonsense')).toThrow('the threads know no function nonsense');
  });
});

describe.each([1, 2, 5])('lists of calls on a team of %d', (threads) => {
  const arena = new Arena();
  const team = new Team(arena, module, threads);
  const [scale, add] = [team.shared('scale'), team.shared('add')];
  afterAll(() => team.close());

  test('are made in order, each as a whole, once all are recorded', async () => {
    const values = arena.matrix(threads, LENGTH);
    for (let round = 0; round < 20; round++) {
      values.data.fill(1);
      team.together(threads, (share) => {
        const row = values.rowRange(share, share + 1);
        // More calls than a task has room for by itself, and memory that the arena has to grow for.
        for (let i = 0; i < 40; i++) {
          scale([[row.offset, LENGTH, 2]]);
          add([[row.offset, row.offset, LENGTH]]);
          scale([[row.offset, LENGTH, 0.25]]);
        }
        scale([[row.offset, LENGTH, share + 2]]);
        expect(row.data[0]).toBe(threads === 1 ? 2 : 1);
        expect(team.recording).toBe(threads > 1);
      });
      for (let share = 0; share < threads; share++) {
        expect(new Set(values.rowRange(share, share + 1).data)).toEqual(new Set([share + 2]));
      }
      if (round === 10) await team.start();
      arena.matrix(1, 100_000);
    }
  });

  test('keep what they have allocated until they are made, and give it back', () => {
    const before = arena.size;
    const target = arena.matrix(threads, LENGTH);
    const size = arena.size;
    team.together(threads, (share) => {
      team.scratch(() => {
        const source = arena.matrix(1, LENGTH);
        source.data.fill(share + 1);
        add([[target.rowRange(share, share + 1).offset, source.offset, LENGTH]]);
      });
    });
    for (let share = 0; share < threads; share++) expect(target.data[share * LENGTH]).toBe(share + 1);
    expect(arena.size).toBe(size);
    expect(size).toBeGreaterThan(before);
  });

  test.skipIf(threads === 1)('are not made where work fails, and the team goes on', () => {
    const values = arena.matrix(threads, LENGTH);
    const failing = () =>
      team.together(threads, (share) => {
        scale([[values.offset, LENGTH, 3]]);
        if (share === 1) throw new Error('no');
      });
    values.data.fill(1);
    expect(failing).toThrow('no');
    expect(team.recording).toBe(false);
    scale([[values.offset, LENGTH, 2]]);
    expect(values.data[0]).toBe(2);
  });

  test.skipIf(threads === 1)('can have no results: one that is not 0 is taken for the status of a failure', () => {
    const values = arena.matrix(threads, LENGTH);
    values.data.fill(1);
    const sum = team.shared('sumOfSquares');
    expect(() => team.together(threads, () => sum([[values.offset, LENGTH]]))).toThrow(/returned status/);
  });
});
