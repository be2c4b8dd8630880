/** Figures in columns, for the terminal. */

/**
 * Rows with their cells in line: the first column to the left, the others to the right, or all to the left.
 *
 * @param gap columns between two cells
 */
export function table(rows: readonly (readonly (string | number)[])[], { gap = 2, numbers = true } = {}): string {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => String(row[i] ?? '').length)));
  const line = (row: readonly (string | number)[]) =>
    row
      .map((cell, i) => (i > 0 && numbers ? String(cell).padStart(widths[i]!) : String(cell).padEnd(widths[i]!)))
      .join(' '.repeat(gap))
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}
