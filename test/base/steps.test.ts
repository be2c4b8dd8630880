import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { partOf, runAtOnce, runInTurns, type Steps } from '../../src/base/steps.ts';

/** Milliseconds that have gone by: each step of the work takes some. */
let clock = 0;
beforeEach(() => {
  clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => vi.restoreAllMocks());

/** Work of `count` steps of so many milliseconds, which notes the steps that were begun. */
function* work(count: number, { milliseconds = 0, begun = [] as number[] } = {}): Steps<string> {
  for (let i = 0; i < count; i++) {
    begun.push(i);
    clock += milliseconds;
    yield i / count;
  }
  return 'done';
}

/** Counts the turns of everything else until it is told to stop. */
function countTurns() {
  const counted = { turns: 0, stop: false };
  (async () => {
    while (!counted.stop) {
      await setImmediate();
      counted.turns++;
    }
  })();
  return counted;
}

describe('runAtOnce', () => {
  it('returns the result of all steps, and of none', () => {
    const begun: number[] = [];
    expect(runAtOnce(work(3, { begun }))).toBe('done');
    expect(begun).toEqual([0, 1, 2]);
    expect(runAtOnce(work(0))).toBe('done');
  });
});

describe('runInTurns', () => {
  it('returns the result, and gives everything else a turn between two steps that take long', async () => {
    const counted = countTurns();
    const shares: number[] = [];
    const onProgress = (share: number) => {
      expect(counted.turns).toBeGreaterThanOrEqual(shares.length - 1);
      shares.push(share);
    };
    expect(await runInTurns(work(4, { milliseconds: 25 }), { onProgress })).toBe('done');
    expect(shares).toEqual([0, 0.25, 0.5, 0.75]);
    counted.stop = true;
  });

  it('takes short steps together, but for the first', async () => {
    const shares: number[] = [];
    await runInTurns(work(10, { milliseconds: 8 }), { onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([0, 0.3, 0.6, 0.9]);
  });

  it('ends between two steps with the reason of the signal that says stop meanwhile', async () => {
    const controller = new AbortController();
    const begun: number[] = [];
    const stopped = runInTurns(work(9, { milliseconds: 25, begun }), { signal: controller.signal });
    await setImmediate();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    expect(begun.length).toBeLessThan(4);
  });

  it('begins no more than a step where the signal had said stop before', async () => {
    const begun: number[] = [];
    await expect(runInTurns(work(9, { begun }), { signal: AbortSignal.abort('before') })).rejects.toBe('before');
    expect(begun).toEqual([0]);
  });

  it('throws what the work throws', async () => {
    const failing = function* (): Steps<string> {
      yield 0.5;
      throw new Error('broken');
    };
    await expect(runInTurns(failing())).rejects.toThrow('broken');
  });
});

describe('partOf', () => {
  it('maps the shares of a part to those of the whole, and returns its result', () => {
    const part = partOf(work(4), 0.2, 0.6);
    expect([...part].map((share) => Number(share.toFixed(6)))).toEqual([0.2, 0.3, 0.4, 0.5]);
    expect(runAtOnce(partOf(work(2), 0, 1))).toBe('done');
  });
});
