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

  test.skipIf(threads === 1)(
    'works on more than one processor at a time',
    async () => {
      await team.start();
      const [size, many] = [1_000_000, arena.matrix(threads, 1_000_000)];
      const share = team.shared('sumOfSquares');
      const calls = Array.from({ length: threads }, (_, row) => [many.offset + row * size * 4, size]);
      /** Processor time of all threads over time passed: at most one where one thread works alone. */
      const processors = () => {
        const [before, start] = [process.cpuUsage(), performance.now()];
        for (let i = 0; i < 100; i++) share(calls);
        return process.cpuUsage(before).user / 1000 / (performance.now() - start);
      };
      // On a busy machine it may take until the others leave it a second one.
      await expect.poll(processors, { timeout: 20_000, interval: 100 }).toBeGreaterThan(1.2);
    },
    30_000,
  );

  test('sums the results of all calls', () => {
    for (const row of values.data.keys()) values.data[row] = 1;
    expect(team.shared('sumOfSquares')(rows.map((row) => [row, LENGTH]))).toBe(threads * LENGTH);
    expect(team.shared('scale')(rows.map((row) => [row, LENGTH, 1]))).toBe(0);
  });

  test('says which function it does not know', () => {
    expect(() => team.shared('nonsense')).toThrow('the threads know no function nonsense');
  });
});
