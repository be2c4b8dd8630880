/**
 * Packing: the elements of a matrix, in the order in which the innermost loop of a product reads them.
 *
 * Row and column mean nothing here. There are `count` lines of `depth` elements; element k of line i lies at
 * `source + i * lineStep + k * kStep` (in bytes), and one of the two steps is 4. A panel holds `width` lines (a multiple
 * of 4) side by side, k after k; the last panel is filled up with lines of zeros:
 *
 *     width 4:   line 0 1 2 3 at k = 0, line 0 1 2 3 at k = 1, …     then lines 4 5 6 7 …
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
  const full = count & ~3;
  let i = 0;
  for (; i < full; i += 4) {
    const from = source + <usize>i * lineStep;
    const to = placeOf(i, depth, width, target);
    if (kStep == 4) transposeLines(from, lineStep, depth, step, to);
    else copyLines(from, kStep, depth, step, to);
  }
  const padded = ((count + width - 1) / width) * width;
  for (; i < padded; i += 4) {
    packLastLines(source + <usize>i * lineStep, lineStep, kStep, count - i, depth, step, placeOf(i, depth, width, target));
  }
}

/** Where lines i to i + 3 begin. */
@inline
function placeOf(i: i32, depth: i32, width: i32, target: usize): usize {
  const within = i % width;
  return target + ((<usize>(i - within) * <usize>depth + <usize>within) << 2);
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
  for (; k < depth; k++, target += step) {
    store<f32>(target, load<f32>(p0));
    store<f32>(target, load<f32>(p1), 4);
    store<f32>(target, load<f32>(p2), 8);
    store<f32>(target, load<f32>(p3), 12);
    p0 += 4;
    p1 += 4;
    p2 += 4;
    p3 += 4;
  }
}

/** The last `left` lines, fewer than four or none, filled up with zeros. */
function packLastLines(
  source: usize,
  lineStep: usize,
  kStep: usize,
  left: i32,
  depth: i32,
  step: usize,
  target: usize,
): void {
  for (let k = 0; k < depth; k++, source += kStep, target += step) {
    for (let j = 0; j < 4; j++) {
      store<f32>(target + (<usize>j << 2), j < left ? load<f32>(source + <usize>j * lineStep) : 0);
    }
  }
}
