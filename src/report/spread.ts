/** Some of many: a report has room for a few stages of a training, not for all. Knows nothing of what it chooses from. */

/** At most `count` items: the first, the last, and others evenly between them. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}
