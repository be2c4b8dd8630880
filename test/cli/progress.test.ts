import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../src/base/errors.ts';
import { write } from '../../src/cli/output.ts';
import { Status, showExtraction } from '../../src/cli/progress.ts';
import { createProgram, exitCodeOf } from '../../src/cli/run.ts';

let written: string[];
beforeEach(() => {
  written = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.useFakeTimers({ toFake: ['performance'], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('showExtraction', () => {
  it('tells the time that is left by how long those took that had to be computed', () => {
    const { onProgress: show } = showExtraction(new Status(), new AbortController().signal);
    vi.advanceTimersByTime(20_000);
    show?.({ done: 500, computed: 0, skipped: 0 }, 1000); // all from the cache
    vi.advanceTimersByTime(20_000);
    show?.({ done: 600, computed: 100, skipped: 0 }, 1000);
    expect(written).toEqual(['features of 500/1000 pictures\n', 'features of 600/1000 pictures  2 min 40 s left\n']);
  });

  it('says what is kept when it is stopped on the way, and nothing when all was done', () => {
    for (const done of [600, 1000]) {
      const stop = new AbortController();
      const { onProgress: show } = showExtraction(new Status(), stop.signal);
      show?.({ done, computed: 100, skipped: 0 }, 1000);
      stop.abort();
    }
    expect(written.filter((line) => line.includes('stay in the cache'))).toHaveLength(1);
  });
});

describe('a line of progress on a terminal', () => {
  const wasTerminal = [process.stdout.isTTY, process.stderr.isTTY];
  beforeEach(() => {
    process.stdout.isTTY = process.stderr.isTTY = true;
    vi.advanceTimersByTime(20_000);
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => {
    [process.stdout.isTTY, process.stderr.isTTY] = wasTerminal as [boolean, boolean];
    vi.restoreAllMocks();
  });

  it('is wiped before a result, and once', async () => {
    new Status().update(() => 'half');
    await write('result\n');
    await write('another\n');
    expect(written).toEqual(['\r\u001b[Khalf', '\r\u001b[K', 'result\n', 'another\n']);
  });

  it('is wiped before an error', () => {
    new Status().update(() => 'half');
    exitCodeOf(new InputError('a torn file'), createProgram('lm', '', '1'));
    expect(written).toEqual(['\r\u001b[Khalf', '\r\u001b[K', 'lm: a torn file\n']);
  });
});
