"""NumPy's side of the race `min-char-rnn`: the same updates as `bench/ours/min-char-rnn.ts`.

    python min_char_rnn.py TEXT THREADS lecture|batched

`lecture` computes as Karpathy's min-char-rnn.py does: float64, one-hot columns, one step after another. `batched` does
the same work as fast as NumPy can: float32, columns of Wxh looked up, and all that does not depend on the step before
computed for the 25 steps together.
"""

import sys
from pathlib import Path

import numpy as np
from serving import serve

V, H, STEPS, RATE, LIMIT = 65, 100, 25, 0.1, 5
data = np.frombuffer(Path(sys.argv[1]).read_bytes(), dtype=np.uint8).astype(np.int64)
batched = sys.argv[3] == "batched"

rng = np.random.default_rng(1)
dtype = np.float32 if batched else np.float64
Wxh, Whh, Why = (rng.normal(0, 0.01, shape).astype(dtype) for shape in [(H, V), (H, H), (V, H)])
bh, by = np.zeros((H, 1), dtype), np.zeros((V, 1), dtype)
parameters = [Wxh, Whh, Why, bh, by]
memory = [np.zeros_like(parameter) for parameter in parameters]
h = np.zeros((H, 1), dtype)
position, smooth = 0, np.log(V)


def step_by_step(inputs, targets, h):
    """Loss, gradients and last state."""
    xs, hs, ps, loss = {}, {-1: h}, {}, 0.0
    for t in range(STEPS):
        xs[t] = np.zeros((V, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
        e = np.exp(np.dot(Why, hs[t]) + by)
        ps[t] = e / np.sum(e)
        loss -= np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy, dbh, dby = (np.zeros_like(parameter) for parameter in parameters)
    dh_next = np.zeros_like(h)
    for t in reversed(range(STEPS)):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += np.dot(dy, hs[t].T)
        dby += dy
        dh_raw = (1 - hs[t] * hs[t]) * (np.dot(Why.T, dy) + dh_next)
        dbh += dh_raw
        dWxh += np.dot(dh_raw, xs[t].T)
        dWhh += np.dot(dh_raw, hs[t - 1].T)
        dh_next = np.dot(Whh.T, dh_raw)
    return loss, [dWxh, dWhh, dWhy, dbh, dby], hs[STEPS - 1]


def all_steps_together(inputs, targets, h):
    """The same. A row of `hs` is the state before a step, the last one that after all."""
    steps = np.arange(STEPS)
    hs = np.empty((STEPS + 1, H), dtype)
    hs[0] = h[:, 0]
    read = Wxh.T[inputs] + bh.T
    for t in steps:
        hs[t + 1] = np.tanh(read[t] + Whh @ hs[t])
    dy = np.exp(hs[1:] @ Why.T + by.T)
    dy /= dy.sum(1, keepdims=True)
    loss = -np.log(dy[steps, targets]).sum()
    dy[steps, targets] -= 1
    dh, slope = dy @ Why, 1 - hs[1:] * hs[1:]
    dh_raw, dh_next = np.empty_like(dh), np.zeros(H, dtype)
    for t in reversed(steps):
        dh_raw[t] = slope[t] * (dh[t] + dh_next)
        dh_next = dh_raw[t] @ Whh
    dWxh = np.zeros_like(Wxh)
    np.add.at(dWxh.T, inputs, dh_raw)
    gradients = [dWxh, dh_raw.T @ hs[:-1], dy.T @ hs[1:], dh_raw.sum(0)[:, None], dy.sum(0)[:, None]]
    return loss, gradients, hs[-1][:, None]


def update():
    """Makes one update; its smoothed loss in nats per character, and the number of characters."""
    global h, position, smooth
    if position + STEPS >= len(data):
        h, position = np.zeros_like(h), 0
    inputs, targets = data[position : position + STEPS], data[position + 1 : position + STEPS + 1]
    loss, gradients, h = (all_steps_together if batched else step_by_step)(inputs, targets, h)
    for parameter, gradient, squares in zip(parameters, gradients, memory):
        np.clip(gradient, -LIMIT, LIMIT, out=gradient)
        squares += gradient * gradient
        parameter -= RATE * gradient / np.sqrt(squares + 1e-8)
    position += STEPS
    smooth = 0.999 * smooth + 0.001 * loss / STEPS
    return {"loss": float(smooth)}, STEPS


serve(f"NumPy {np.__version__}, {sys.argv[3]} ({np.dtype(dtype).name})", update)
