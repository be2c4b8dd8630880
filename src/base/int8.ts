/** Matrices as 8-bit integers with a scale for each row: a quarter of the floats' size. Knows nothing of files or models. */

/** A matrix [rows, cols], of which row r is `scales[r]` times its integers. */
export interface Int8Rows {
  /** [rows, cols], from -127 to 127. */
  codes: Int8Array;
  /** [rows] */
  scales: Float32Array;
}

/** Rounds each value to the nearest of 255 in steps of its row's greatest magnitude / 127. */
export function toInt8(values: Float32Array, rows: number): Int8Rows {
  const cols = values.length / rows;
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * cols, (r + 1) * cols);
    scales[r] = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127;
    if (scales[r] === 0) continue;
    for (let c = 0; c < cols; c++) codes[r * cols + c] = Math.round(row[c]! / scales[r]!);
  }
  return { codes, scales };
}

/** The product with a vector [cols]: [rows]. */
export function timesVector({ codes, scales }: Int8Rows, vector: Float64Array): Float64Array {
  const [rows, cols] = [scales.length, vector.length];
  const product = new Float64Array(rows);
  for (let r = 0, at = 0; r < rows; r++) {
    // Four sums at a time: one alone would wait for its own last addition.
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let c = 0;
    for (; c + 4 <= cols; c += 4, at += 4) {
      s0 += codes[at]! * vector[c]!;
      s1 += codes[at + 1]! * vector[c + 1]!;
      s2 += codes[at + 2]! * vector[c + 2]!;
      s3 += codes[at + 3]! * vector[c + 3]!;
    }
    for (; c < cols; c++, at++) s0 += codes[at]! * vector[c]!;
    product[r] = scales[r]! * (s0 + s1 + s2 + s3);
  }
  return product;
}
