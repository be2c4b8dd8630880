"""PyTorch's side of the race `cnn-training`: the same updates as `bench/ours/cnn-training.ts`.

    python cnn_training.py PICTURES STAGES BATCH THREADS

Of the two ways in which maps may lie in memory the one is taken that is faster here; Adam is in its fused form.
"""

import sys
import time
from pathlib import Path

import torch
from efficientnet_lite2 import SIZE, STAGES, EfficientNetLite2, normalised
from serving import serve
from torch import nn

path, stages, batch, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
RATE = 1e-5

pictures = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8).view(-1, SIZE, SIZE, 3).permute(0, 3, 1, 2)
layers = EfficientNetLite2().layers
first = 0 if stages == "all" else len(layers) - 1 - sum(blocks for _, blocks in STAGES[-int(stages) :])
learned = layers[first:]
with torch.no_grad():
    maps = torch.cat([layers[:first](normalised(picture[None])) for picture in pictures])
    features = torch.cat([learned(each[None]).mean((2, 3)) for each in maps])
targets = features.roll(-1, 0)
updates = 0


def loss_and_gradients(at):
    loss = ((learned(maps[at]).mean((2, 3)) - targets[at]) ** 2).mean()
    loss.backward()
    return loss


def seconds_in(layout):
    global maps
    learned.to(memory_format=layout)
    maps = maps.contiguous(memory_format=layout)
    loss_and_gradients(slice(0, batch))
    start = time.perf_counter()
    loss_and_gradients(slice(0, batch))
    learned.zero_grad()
    return time.perf_counter() - start


fastest = min((torch.channels_last, torch.contiguous_format), key=seconds_in)
learned.to(memory_format=fastest)
maps = maps.contiguous(memory_format=fastest)
optimizer = torch.optim.Adam(learned.parameters(), lr=RATE, fused=True)


def update():
    """Makes one update; its loss, and the number of photos."""
    global updates
    start = updates * batch % len(maps)
    optimizer.zero_grad()
    loss = loss_and_gradients(slice(start, start + batch))
    nn.utils.clip_grad_norm_(learned.parameters(), 5)
    optimizer.step()
    updates += 1
    return {"loss": loss.item()}, batch


serve(f"PyTorch {torch.__version__}, {str(fastest).split('.')[-1].replace('_', ' ')}", update)
