/**
 * One update of `count` parameters x by their gradients g, for each optimiser. Decay rates come in float64: in float32
 * 1 - 0.999 is off by one part in 100,000. These kernels know no schedule and no clipping.
 */
import { storePartial } from './math';

/** Stochastic gradient descent: x -= rate g. */
export function sgd(x: usize, g: usize, count: i32, rate: f32): void {
  const by = f32x4.splat(rate);
  for (let left = count; left > 0; left -= 4, x += 16, g += 16) {
    storePartial(x, f32x4.sub(v128.load(x), f32x4.mul(by, v128.load(g))), left);
  }
}

/** Adagrad (Duchi et al. 2011): s += g², x -= rate g / sqrt(s + epsilon), the epsilon inside as in min-char-rnn. */
export function adagrad(x: usize, g: usize, s: usize, count: i32, rate: f32, epsilon: f32): void {
  const by = f32x4.splat(rate);
  const small = f32x4.splat(epsilon);
  for (let left = count; left > 0; left -= 4, x += 16, g += 16, s += 16) {
    const d = v128.load(g);
    const sum = f32x4.add(v128.load(s), f32x4.mul(d, d));
    storePartial(s, sum, left);
    storePartial(x, f32x4.sub(v128.load(x), f32x4.div(f32x4.mul(by, d), f32x4.sqrt(f32x4.add(sum, small)))), left);
  }
}

/** RMSProp (Tieleman and Hinton 2012): s = decay s + (1 - decay) g², x -= rate g / (sqrt(s) + epsilon). */
export function rmsprop(x: usize, g: usize, s: usize, count: i32, rate: f32, decay: f64, epsilon: f32): void {
  const by = f32x4.splat(rate);
  const keep = f32x4.splat(<f32>decay);
  const take = f32x4.splat(<f32>(1 - decay));
  const small = f32x4.splat(epsilon);
  for (let left = count; left > 0; left -= 4, x += 16, g += 16, s += 16) {
    const d = v128.load(g);
    const mean = f32x4.add(f32x4.mul(keep, v128.load(s)), f32x4.mul(take, f32x4.mul(d, d)));
    storePartial(s, mean, left);
    storePartial(x, f32x4.sub(v128.load(x), f32x4.div(f32x4.mul(by, d), f32x4.add(f32x4.sqrt(mean), small))), left);
  }
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1). The caller folds both bias corrections into `rate` and `epsilon`
 * (section 2, the last paragraph).
 */
export function adam(
  x: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  rate: f32,
  beta1: f64,
  beta2: f64,
  epsilon: f32,
): void {
  const by = f32x4.splat(rate);
  const small = f32x4.splat(epsilon);
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  for (let left = count; left > 0; left -= 4, x += 16, g += 16, m += 16, v += 16) {
    const d = v128.load(g);
    const first = f32x4.add(f32x4.mul(keep1, v128.load(m)), f32x4.mul(take1, d));
    const second = f32x4.add(f32x4.mul(keep2, v128.load(v)), f32x4.mul(take2, f32x4.mul(d, d)));
    storePartial(m, first, left);
    storePartial(v, second, left);
    storePartial(x, f32x4.sub(v128.load(x), f32x4.div(f32x4.mul(by, first), f32x4.add(f32x4.sqrt(second), small))), left);
  }
}
