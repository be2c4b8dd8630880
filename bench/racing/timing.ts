import { median } from './statistics.ts';

/** Median milliseconds of each work; they take turns for so many seconds. */
export function mediansOf(seconds: number, ...works: (() => void)[]): number[] {
  const times = works.map((): number[] => []);
  const end = performance.now() + seconds * 1000;
  do {
    for (const [i, work] of works.entries()) {
      const start = performance.now();
      work();
      times[i]?.push(performance.now() - start);
    }
  } while (performance.now() < end);
  return times.map(median);
}
