/** Checks of ids before a kernel is called with them. It does not know what ids stand for. */

/**
 * The kernels trust their ids: one out of range would read, or write, what lies beside the matrix.
 *
 * @throws RangeError unless there are `count` integers from `lowest` to `size` - 1
 */
export function checkIds(name: string, ids: ArrayLike<number>, count: number, lowest: number, size: number): void {
  if (ids.length !== count) throw new RangeError(`${ids.length} ${name} for a packing of ${count} rows`);
  for (let i = 0; i < count; i++) {
    const id = ids[i]!;
    if (!(Number.isInteger(id) && id >= lowest && id < size)) {
      throw new RangeError(`${name}: id ${id} in row ${i}; expected ${lowest} to ${size - 1}`);
    }
  }
}
