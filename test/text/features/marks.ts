/** Hand-labelled texts: below each line stands what is true after its characters. */
import { expect } from 'vitest';

/**
 * A binary feature is 1 where the line of marks has a `^`, and 0 elsewhere. A mark one place behind the last character
 * is that of the line end.
 *
 * @param drawing a line, its marks, the next line, its marks, …
 */
export function expectMarked(values: (text: string) => Float32Array, ...drawing: readonly string[]): void {
  const lines = drawing.filter((_, i) => i % 2 === 0).map((line) => `${line}\n`);
  const marks = drawing.filter((_, i) => i % 2 === 1);
  const found = digits(values(lines.join('')).map(Math.sign));
  let start = 0;
  const drawn = lines.map((line) => {
    const row = found.slice(start, start + line.length);
    start += line.length;
    return row.replaceAll('0', ' ').replaceAll('1', '^').trimEnd();
  });
  expect(drawn).toEqual(marks);
}

/** The values of a feature as one digit for each character. */
export function digits(values: Float32Array): string {
  return Array.from(values).join('');
}
