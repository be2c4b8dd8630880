/**
 * Additive attention (Bahdanau et al. 2015, appendix A.1.2) for one step of N sequences, each of which attends to the
 * places of one source. The places of all sources lie one after the other: those of source s are the rows from
 * begins[s] to begins[s + 1] - 1 of keys [places, A] and of values [places, D]. A row of `weights` has room for S
 * places. The kernels are called by the names of their arguments, see `../attention-call.ts`.
 */
import { multiplyAdd, storePartial, sum4, tanh4 } from './math';
import { affine, exponentials, maximum, storeScalar } from './softmax';

/**
 * The weights of the places and the context: e_j = score · tanh(query + key_j), weights = softmax(e) over the places,
 * context = gate Σ weights_j value_j. Rows of `context` are `stride` floats apart; `gates` has a factor for each.
 */
export function attendForward(
  query: usize,
  context: usize,
  weights: usize,
  sources: usize,
  gates: usize,
  keys: usize,
  values: usize,
  begins: usize,
  score: usize,
  N: i32,
  A: i32,
  D: i32,
  S: i32,
  stride: i32,
): void {
  for (let n = 0; n < N; n++) {
    const gate = load<f32>(gates);
    const first = firstPlace(begins, sources);
    const length = placesOf(begins, sources);
    let key = rowAt(keys, first, A);
    for (let j = 0; j < length; j++, key += <usize>A << 2) {
      storeScalar(rowAt(weights, j, 1), scoreOf(query, key, score, A));
    }
    const total = exponentials(weights, length, maximum(weights, length));
    affine(weights, length, 1 / total, 0);
    memory.fill(context, 0, <usize>D << 2);
    let value = rowAt(values, first, D);
    for (let j = 0; j < length; j++, value += <usize>D << 2) {
      addScaled(context, value, gate * load<f32>(rowAt(weights, j, 1)), D);
    }
    query += <usize>A << 2;
    context += <usize>stride << 2;
    weights += <usize>S << 2;
    sources += 4;
    gates += 4;
  }
}

/**
 * Backpropagation: sets dQuery [N, A], dGates [N] and each row's part of the gradient of `score`, dScore [N, A]; adds to
 * dKeys and dValues, the latter unless its address is 0. No two rows may attend to the same source. Rows of dContext are
 * `stride` floats apart. dWeights [N, S] is what the loss has as gradient of the weights beside that by way of the
 * contexts; it becomes the sum of both.
 */
export function attendBackward(
  query: usize,
  dContext: usize,
  weights: usize,
  sources: usize,
  gates: usize,
  dWeights: usize,
  dQuery: usize,
  dScore: usize,
  dGates: usize,
  keys: usize,
  values: usize,
  begins: usize,
  score: usize,
  dKeys: usize,
  dValues: usize,
  N: i32,
  A: i32,
  D: i32,
  S: i32,
  stride: i32,
): void {
  const bytes = <usize>A << 2;
  for (let n = 0; n < N; n++) {
    const first = firstPlace(begins, sources);
    const length = placesOf(begins, sources);
    const gate = load<f32>(gates);
    let dGate: f32 = 0;
    let mean: f32 = 0;
    for (let j = 0; j < length; j++) {
      const weight = load<f32>(rowAt(weights, j, 1));
      const along = dot(dContext, rowAt(values, first + j, D), D);
      const d = gate * along + load<f32>(rowAt(dWeights, j, 1));
      storeScalar(rowAt(dWeights, j, 1), d);
      if (dValues) addScaled(rowAt(dValues, first + j, D), dContext, gate * weight, D);
      dGate += weight * along;
      mean += weight * d;
    }
    storeScalar(dGates, dGate);
    memory.fill(dQuery, 0, bytes);
    memory.fill(dScore, 0, bytes);
    for (let j = 0; j < length; j++) {
      const slope = load<f32>(rowAt(weights, j, 1)) * (load<f32>(rowAt(dWeights, j, 1)) - mean);
      scoreBackward(query, rowAt(keys, first + j, A), score, slope, dQuery, rowAt(dKeys, first + j, A), dScore, A);
    }
    query += bytes;
    dQuery += bytes;
    dScore += bytes;
    dContext += <usize>stride << 2;
    weights += <usize>S << 2;
    dWeights += <usize>S << 2;
    sources += 4;
    gates += 4;
    dGates += 4;
  }
}

@inline
function firstPlace(begins: usize, source: usize): i32 {
  return load<i32>(begins + (<usize>load<i32>(source) << 2));
}

@inline
function placesOf(begins: usize, source: usize): i32 {
  return load<i32>(begins + (<usize>load<i32>(source) << 2), 4) - firstPlace(begins, source);
}

@inline
function rowAt(matrix: usize, row: i32, cols: i32): usize {
  return matrix + ((<usize>row * <usize>cols) << 2);
}

/** score · tanh(query + key) */
function scoreOf(query: usize, key: usize, score: usize, A: i32): f32 {
  let lanes = f32x4.splat(0);
  let left = A;
  for (; left >= 4; left -= 4, query += 16, key += 16, score += 16) {
    const u = tanh4(f32x4.add(v128.load(query), v128.load(key)));
    lanes = multiplyAdd(v128.load(score), u, lanes);
  }
  let total = sum4(lanes);
  for (; left > 0; left--, query += 4, key += 4, score += 4) {
    const u = f32x4.extract_lane(tanh4(f32x4.splat(load<f32>(query) + load<f32>(key))), 0);
    total += load<f32>(score) * u;
  }
  return total;
}

/** The gradients of `slope` times a score are added to dQuery, dKey and dScore. */
function scoreBackward(
  query: usize,
  key: usize,
  score: usize,
  slope: f32,
  dQuery: usize,
  dKey: usize,
  dScore: usize,
  A: i32,
): void {
  const one = f32x4.splat(1);
  const by = f32x4.splat(slope);
  for (let left = A; left > 0; left -= 4) {
    const u = tanh4(f32x4.add(v128.load(query), v128.load(key)));
    const d = f32x4.mul(f32x4.mul(by, v128.load(score)), f32x4.sub(one, f32x4.mul(u, u)));
    storePartial(dScore, multiplyAdd(by, u, v128.load(dScore)), left);
    storePartial(dQuery, f32x4.add(v128.load(dQuery), d), left);
    storePartial(dKey, f32x4.add(v128.load(dKey), d), left);
    query += 16;
    key += 16;
    score += 16;
    dQuery += 16;
    dKey += 16;
    dScore += 16;
  }
}

function dot(a: usize, b: usize, count: i32): f32 {
  let lanes = f32x4.splat(0);
  let left = count;
  for (; left >= 4; left -= 4, a += 16, b += 16) {
    lanes = multiplyAdd(v128.load(a), v128.load(b), lanes);
  }
  let total = sum4(lanes);
  for (; left > 0; left--, a += 4, b += 4) total += load<f32>(a) * load<f32>(b);
  return total;
}

/** target += factor · source */
function addScaled(target: usize, source: usize, factor: f32, count: i32): void {
  const by = f32x4.splat(factor);
  for (let left = count; left > 0; left -= 4, target += 16, source += 16) {
    storePartial(target, multiplyAdd(by, v128.load(source), v128.load(target)), left);
  }
}
