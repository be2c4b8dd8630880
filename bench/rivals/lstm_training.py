"""PyTorch's side of the race `lm-training`: nn.LSTM on one-hot characters, the same work as ours.

Reads `run SECONDS` lines and answers each with a JSON line. Usage: lstm_training.py HIDDEN LAYERS THREADS
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

hidden, layers, threads = map(int, sys.argv[1:4])
V, BATCH, STEPS = 65, 50, 50
torch.set_num_threads(threads)
torch.manual_seed(0)
lstm = nn.LSTM(V, hidden, layers, batch_first=True)
output = nn.Linear(hidden, V)
parameters = [*lstm.parameters(), *output.parameters()]
optimizer = torch.optim.Adam(parameters, 2e-3)
state = tuple(torch.zeros(layers, BATCH, hidden) for _ in range(2))
generator = torch.Generator().manual_seed(1)


def step():
    """One update; each character is followed by a function of it or, one time in four, by any other."""
    global state
    ids = torch.empty(BATCH, STEPS + 1, dtype=torch.long)
    ids[:, 0] = torch.randint(0, V, (BATCH,), generator=generator)
    noise = torch.randint(0, V, (BATCH, STEPS), generator=generator)
    keep = torch.rand(BATCH, STEPS, generator=generator) < 0.75
    for t in range(STEPS):
        ids[:, t + 1] = torch.where(keep[:, t], (ids[:, t] * 7 + 3) % V, noise[:, t])
    states, after = lstm(F.one_hot(ids[:, :-1], V).float(), tuple(s.detach() for s in state))
    state = after
    loss = F.cross_entropy(output(states).reshape(-1, V), ids[:, 1:].reshape(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 5)
    optimizer.step()
    return loss.item()


print(json.dumps({"system": f"PyTorch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    seconds = float(line.split()[1])
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        loss = step()
        count += 1
    elapsed = time.perf_counter() - start
    print(json.dumps({"charactersPerSecond": count * BATCH * STEPS / elapsed, "loss": loss}), flush=True)
