import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveReport } from '../../src/cli/live-report.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a live report is written at once, then every five seconds at most, and in the end if it lacks something', async () => {
  let written = 0;
  const report = new LiveReport(async () => void written++);
  for (let i = 0; i < 100; i++) report.refresh();
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toBe(1);
  await vi.advanceTimersByTimeAsync(6000);
  report.refresh();
  report.refresh();
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toBe(2);
  await report.settled();
  expect(written).toBe(3);
  await report.settled();
  expect(written).toBe(3);
});

it('a live report that can not be written stops nothing, and is tried again', async () => {
  let tried = 0;
  const report = new LiveReport(async () => {
    tried++;
    throw new Error('no space');
  });
  report.refresh();
  await report.settled();
  report.refresh();
  await report.settled();
  expect(tried).toBe(2);
});
