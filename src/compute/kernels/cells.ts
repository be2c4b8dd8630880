/**
 * One step of each recurrent cell, forward and backward, for N sequences at once. All arguments are byte offsets of
 * row-major matrices; the recurrent product was added before (forward) or follows (backward). These kernels know no
 * weights and no other step.
 */
import { multiplyAdd, sigmoid4, storePartial, tanh4 } from './math';

/** Vanilla RNN: h = tanh(z). All of shape [count]. */
export function rnnForward(z: usize, h: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, z += 16, h += 16) {
    storePartial(h, tanh4(v128.load(z)), left);
  }
}

/** Vanilla RNN: dz = dh (1 - h²). */
export function rnnBackward(dz: usize, h: usize, dh: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (let left = count; left > 0; left -= 4, dz += 16, h += 16, dh += 16) {
    const y = v128.load(h);
    storePartial(dz, f32x4.mul(v128.load(dh), f32x4.sub(one, f32x4.mul(y, y))), left);
  }
}

/**
 * LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000).
 * z [N, 4H] holds the pre-activations of the gates i, f, g, o and is overwritten by the activations;
 * c = f c' + i g, h = o tanh(c), all [N, H].
 */
export function lstmForward(z: usize, cPrevious: usize, c: usize, tanhC: usize, h: usize, N: i32, H: i32): void {
  const row = <usize>H << 2;
  for (let n = 0; n < N; n++, z += 3 * row) {
    for (let left = H; left > 0; left -= 4) {
      const i = sigmoid4(v128.load(z));
      const f = sigmoid4(v128.load(z + row));
      const g = tanh4(v128.load(z + 2 * row));
      const o = sigmoid4(v128.load(z + 3 * row));
      const cell = multiplyAdd(f, v128.load(cPrevious), f32x4.mul(i, g));
      const squashed = tanh4(cell);
      storePartial(z, i, left);
      storePartial(z + row, f, left);
      storePartial(z + 2 * row, g, left);
      storePartial(z + 3 * row, o, left);
      storePartial(c, cell, left);
      storePartial(tanhC, squashed, left);
      storePartial(h, f32x4.mul(o, squashed), left);
      const step = <usize>min(left, 4) << 2;
      z += step;
      cPrevious += step;
      c += step;
      tanhC += step;
      h += step;
    }
  }
}

/**
 * LSTM backward: the gates in z become the gradients of their pre-activations; dc [N, H] holds the gradient that
 * comes from the next step's cell and is replaced by the one for the step before.
 */
export function lstmBackward(z: usize, cPrevious: usize, tanhC: usize, dh: usize, dc: usize, N: i32, H: i32): void {
  const row = <usize>H << 2;
  const one = f32x4.splat(1);
  for (let n = 0; n < N; n++, z += 3 * row) {
    for (let left = H; left > 0; left -= 4) {
      const i = v128.load(z);
      const f = v128.load(z + row);
      const g = v128.load(z + 2 * row);
      const o = v128.load(z + 3 * row);
      const squashed = v128.load(tanhC);
      const d = v128.load(dh);
      const dCell = f32x4.add(
        v128.load(dc),
        f32x4.mul(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(squashed, squashed))),
      );
      storePartial(z, f32x4.mul(f32x4.mul(dCell, g), f32x4.mul(i, f32x4.sub(one, i))), left);
      storePartial(z + row, f32x4.mul(f32x4.mul(dCell, v128.load(cPrevious)), f32x4.mul(f, f32x4.sub(one, f))), left);
      storePartial(z + 2 * row, f32x4.mul(f32x4.mul(dCell, i), f32x4.sub(one, f32x4.mul(g, g))), left);
      storePartial(z + 3 * row, f32x4.mul(f32x4.mul(d, squashed), f32x4.mul(o, f32x4.sub(one, o))), left);
      storePartial(dc, f32x4.mul(dCell, f), left);
      const step = <usize>min(left, 4) << 2;
      z += step;
      cPrevious += step;
      tanhC += step;
      dh += step;
      dc += step;
    }
  }
}

/**
 * GRU (Cho et al. 2014, in the form of cuDNN and PyTorch: the reset gate r scales the recurrent product).
 * x [N, 3H] holds the input part of the pre-activations of r, u, n and is overwritten by the activations;
 * s [N, 3H] holds the recurrent part: n = tanh(x_n + r s_n), h = (1 - u) n + u h'.
 */
export function gruForward(x: usize, s: usize, hPrevious: usize, h: usize, N: i32, H: i32): void {
  const row = <usize>H << 2;
  const one = f32x4.splat(1);
  for (let k = 0; k < N; k++, x += 2 * row, s += 2 * row) {
    for (let left = H; left > 0; left -= 4) {
      const r = sigmoid4(f32x4.add(v128.load(x), v128.load(s)));
      const u = sigmoid4(f32x4.add(v128.load(x + row), v128.load(s + row)));
      const n = tanh4(multiplyAdd(r, v128.load(s + 2 * row), v128.load(x + 2 * row)));
      const kept = f32x4.mul(u, v128.load(hPrevious));
      storePartial(x, r, left);
      storePartial(x + row, u, left);
      storePartial(x + 2 * row, n, left);
      storePartial(h, multiplyAdd(f32x4.sub(one, u), n, kept), left);
      const step = <usize>min(left, 4) << 2;
      x += step;
      s += step;
      hPrevious += step;
      h += step;
    }
  }
}

/**
 * GRU backward: the activations in x become the gradients of the input part, s becomes those of the recurrent part,
 * and what reaches h' past the gates (u dh) is added to dhPrevious.
 */
export function gruBackward(
  x: usize,
  s: usize,
  hPrevious: usize,
  dh: usize,
  dhPrevious: usize,
  N: i32,
  H: i32,
): void {
  const row = <usize>H << 2;
  const one = f32x4.splat(1);
  for (let k = 0; k < N; k++, x += 2 * row, s += 2 * row) {
    for (let left = H; left > 0; left -= 4) {
      const r = v128.load(x);
      const u = v128.load(x + row);
      const n = v128.load(x + 2 * row);
      const d = v128.load(dh);
      const dn = f32x4.mul(f32x4.mul(d, f32x4.sub(one, u)), f32x4.sub(one, f32x4.mul(n, n)));
      const dr = f32x4.mul(f32x4.mul(dn, v128.load(s + 2 * row)), f32x4.mul(r, f32x4.sub(one, r)));
      const du = f32x4.mul(
        f32x4.mul(d, f32x4.sub(v128.load(hPrevious), n)),
        f32x4.mul(u, f32x4.sub(one, u)),
      );
      storePartial(dhPrevious, multiplyAdd(d, u, v128.load(dhPrevious)), left);
      storePartial(x, dr, left);
      storePartial(x + row, du, left);
      storePartial(x + 2 * row, dn, left);
      storePartial(s, dr, left);
      storePartial(s + row, du, left);
      storePartial(s + 2 * row, f32x4.mul(dn, r), left);
      const step = <usize>min(left, 4) << 2;
      x += step;
      s += step;
      hPrevious += step;
      dh += step;
      dhPrevious += step;
    }
  }
}
