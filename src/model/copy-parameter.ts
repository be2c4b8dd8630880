/** Copies a parameter between models that are the same but for their tokens. It knows no model. */
import type { Parameter } from '../nn/parameter.ts';

/**
 * Copies the values of a parameter that is as large as the target, or smaller; what has no counterpart stays as it is.
 *
 * @param of for each of the first rows, or columns, which one of the source it gets, -1 for none. Where none are given,
 *   all of the source in their order
 * @throws RangeError when there is no source, or it has more rows or columns
 */
export function copyParameter(
  target: Parameter,
  source: Parameter | undefined,
  of: { rows?: ArrayLike<number> | undefined; columns?: ArrayLike<number> | undefined },
): void {
  const { name, value } = target;
  const from = source?.value;
  const [rows, columns] = [of.rows?.length ?? from?.rows, of.columns?.length ?? from?.cols];
  if (!from || rows! > value.rows || columns! > value.cols) {
    throw new RangeError(`${name} of ${value.rows} × ${value.cols} can't take that of another shape`);
  }
  target.edit((values) => {
    for (let row = 0; row < rows!; row++) {
      const fromRow = of.rows?.[row] ?? row;
      if (fromRow < 0) continue;
      for (let column = 0; column < columns!; column++) {
        const fromColumn = of.columns?.[column] ?? column;
        if (fromColumn >= 0) values[row * value.cols + column] = from.data[fromRow * from.cols + fromColumn]!;
      }
    }
  });
}
