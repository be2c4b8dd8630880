"""PyTorch's side of the race `lm-training`: the same updates as `bench/ours/lstm-training.ts`, to the same commands.

    python lstm_training.py HIDDEN LAYERS TEXT THREADS float32

Of the ways to write it that do the same work, the fastest on a CPU is taken: nn.LSTM (which runs on oneDNN) over
one-hot vectors with the steps first, and Adam in its fused form.
"""

import sys
from pathlib import Path

import torch
from serving import serve
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

V, BATCH, STEPS = 65, 50, 50
hidden, layers = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(int(sys.argv[4]))
torch.manual_seed(1)

text = torch.frombuffer(bytearray(Path(sys.argv[3]).read_bytes()), dtype=torch.uint8).long()
length = (len(text) - 1) // BATCH
inputs = text[:-1].view(BATCH, length).t().contiguous()  # [length, BATCH], a stream in each column
targets = text[1:].view(BATCH, length).t().contiguous()

lstm = nn.LSTM(V, hidden, layers)
output = nn.Linear(hidden, V)
parameters = [*lstm.parameters(), *output.parameters()]
optimizer = torch.optim.Adam(parameters, lr=2e-3, fused=True)
state = (torch.zeros(layers, BATCH, hidden), torch.zeros(layers, BATCH, hidden))
updates = 0


def update():
    """Makes one update; its loss in nats per character, and the number of characters."""
    global state, updates
    start = updates * STEPS % length
    chunk = slice(start, start + STEPS)
    states, (h, c) = lstm(one_hot(inputs[chunk], V).float(), state)
    state = (h.detach(), c.detach())
    loss = cross_entropy(output(states).view(-1, V), targets[chunk].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 5)
    optimizer.step()
    updates += 1
    return {"loss": loss.item()}, BATCH * STEPS


serve(f"PyTorch {torch.__version__}", update)
