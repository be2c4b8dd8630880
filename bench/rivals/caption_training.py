"""PyTorch's side of the race `caption-training`: the same updates as `bench/ours/caption-training.ts`.

    python caption_training.py CAPTIONS FEATURES THREADS float32|bf16

Of the ways to write it that do the same work, the fastest on a CPU is taken: nn.LSTM over padded captions (it runs on
oneDNN, where packed sequences do not), the longest first, the output layer on words alone, and Adam in its fused form.
The picture enters the gates of the first step through a matrix of its own, as a vector that is added to the first word's.
"""

import json
import sys
from pathlib import Path

import torch
from serving import decline, serve
from torch import nn
from torch.nn.functional import cross_entropy

V, D, BATCH, H, START, END = 2500, 1280, 128, 512, 0, 1
precision = sys.argv[4]
if precision == "bf16" and not (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()):
    decline("this processor has no bfloat16 products")
torch.set_num_threads(int(sys.argv[3]))
torch.manual_seed(1)

captions = json.loads(Path(sys.argv[1]).read_text())
features = torch.frombuffer(bytearray(Path(sys.argv[2]).read_bytes()), dtype=torch.float32).view(-1, D)

embedding = nn.Embedding(V, H)
picture = nn.Linear(D, H, bias=False)
lstm = nn.LSTM(H, H)
output = nn.Linear(H, V)
modules = nn.ModuleList([embedding, picture, lstm, output])
optimizer = torch.optim.Adam(modules.parameters(), lr=1e-3, fused=True)
updates = 0


def update():
    """Makes one update; its loss in nats per word, and the number of words."""
    global updates
    first = updates * BATCH % len(captions)
    order = sorted(range(first, first + BATCH), key=lambda i: -len(captions[i]))
    steps = len(captions[order[0]]) + 1
    inputs = torch.tensor([[START, *captions[i]] + [END] * (steps - 1 - len(captions[i])) for i in order]).t()
    targets = torch.tensor([[*captions[i], END] + [-1] * (steps - 1 - len(captions[i])) for i in order]).t()
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        vectors = embedding(inputs)
        seen = picture(features[[i % len(features) for i in order]])
        vectors = torch.cat([(vectors[0] + seen).unsqueeze(0), vectors[1:]])
        states, _ = lstm(vectors)
        words = targets >= 0
        loss = cross_entropy(output(states[words]).float(), targets[words])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(modules.parameters(), 5)
    optimizer.step()
    updates += 1
    return {"loss": loss.item()}, int(words.sum())


serve(f"PyTorch {torch.__version__}{' bf16' if precision == 'bf16' else ''}", update)
