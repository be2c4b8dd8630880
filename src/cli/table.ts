/** Tables of figures, for the terminal. */

/**
 * The lines of a table. The first column is aligned to the left, the others to the right, or without `numbers` all to the
 * left; `gap` spaces are between two columns.
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
