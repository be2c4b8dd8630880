/**
 * Packing: the elements of a matrix, in the order in which the innermost loop of a product reads them.
 *
 * Row and column mean nothing here. There are `count` lines of `depth` elements; element k of line i lies at
 * `source + i * lineStep + k * kStep` (in bytes), and one of the two steps is 4. A panel holds `width` lines side by
 * side, k after k; the last panel is filled up with lines of zeros:
 *
 *     width 4:   lines 0 1 2 3 at k = 0, lines 0 1 2 3 at k = 1, …     then lines 4 5 6 7 …
 */
export function pack(
  source: usize,
  lineStep: usize,
  kStep: usize,
  count: i32,
  depth: i32,
  width: i32,
  target: usize,
): void {
  const step = <usize>width << 2;
  // Lines that lie in one piece are read from end to end. Of lines that lie side by side a few k are read at a time, so
  // that neighbouring panels find what they need of a cache line before it is gone.
  const strip = kStep == 4 ? depth : SIDE_BY_SIDE;
  for (let k = 0; k < depth; k += strip) {
    const rows = min(strip, depth - k);
    for (let first = 0; first < count; first += width) {
      const lines = min(width, count - first);
      const from = source + <usize>first * lineStep + <usize>k * kStep;
      const to = target + ((<usize>first * <usize>depth) << 2) + <usize>k * step;
      packLines(from, lineStep, kStep, lines, rows, step, to);
      for (let i = lines; i < width; i++) clearLine(rows, step, to + (<usize>i << 2));
    }
  }
}

const SIDE_BY_SIDE: i32 = 8;

/** Puts `count` lines side by side; rows of the target lie `step` bytes apart. */
function packLines(
  source: usize,
  lineStep: usize,
  kStep: usize,
  count: i32,
  depth: i32,
  step: usize,
  target: usize,
): void {
  if (count == 8 && kStep != 4) {
    copyEightLines(source, kStep, depth, step, target);
    return;
  }
  let i = 0;
  for (; i + 4 <= count; i += 4, source += lineStep << 2, target += 16) {
    if (kStep == 4) transposeLines(source, lineStep, depth, step, target);
    else copyLines(source, kStep, depth, step, target);
  }
  for (; i < count; i++, source += lineStep, target += 4) copyLine(source, kStep, depth, step, target);
}

/** Eight lines that lie side by side: all of a panel of B. */
function copyEightLines(source: usize, kStep: usize, depth: i32, step: usize, target: usize): void {
  for (let k = 0; k < depth; k++, source += kStep, target += step) {
    const low = v128.load(source);
    const high = v128.load(source, 16);
    v128.store(target, low);
    v128.store(target, high, 16);
  }
}

/** Four lines that lie side by side. */
function copyLines(source: usize, kStep: usize, depth: i32, step: usize, target: usize): void {
  for (let k = 0; k < depth; k++, source += kStep, target += step) v128.store(target, v128.load(source));
}

/** Four lines that each lie in one piece. */
function transposeLines(source: usize, lineStep: usize, depth: i32, step: usize, target: usize): void {
  let p0 = source;
  let p1 = p0 + lineStep;
  let p2 = p1 + lineStep;
  let p3 = p2 + lineStep;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const x0 = v128.load(p0);
    const x1 = v128.load(p1);
    const x2 = v128.load(p2);
    const x3 = v128.load(p3);
    const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
    const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
    const high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<i64>(low01, low23, 0, 2));
    target += step;
    v128.store(target, v128.shuffle<i64>(low01, low23, 1, 3));
    target += step;
    v128.store(target, v128.shuffle<i64>(high01, high23, 0, 2));
    target += step;
    v128.store(target, v128.shuffle<i64>(high01, high23, 1, 3));
    target += step;
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
  }
  copyLine(p0, 4, depth - k, step, target);
  copyLine(p1, 4, depth - k, step, target + 4);
  copyLine(p2, 4, depth - k, step, target + 8);
  copyLine(p3, 4, depth - k, step, target + 12);
}

function copyLine(source: usize, kStep: usize, depth: i32, step: usize, target: usize): void {
  for (let k = 0; k < depth; k++, source += kStep, target += step) store<f32>(target, load<f32>(source));
}

function clearLine(depth: i32, step: usize, target: usize): void {
  for (let k = 0; k < depth; k++, target += step) store<f32>(target, 0);
}
