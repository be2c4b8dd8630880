"""PyTorch's side of the race `generating`: the same characters as `bench/ours/generating.ts`, one at a time.

    python generating.py HIDDEN LAYERS THREADS float32
"""

import sys

import torch
from serving import serve
from torch import nn
from torch.nn.functional import one_hot

V, CHARACTERS = 65, 100
hidden, layers = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(1)

lstm = nn.LSTM(V, hidden, layers)
output = nn.Linear(hidden, V)
state = (torch.zeros(layers, 1, hidden), torch.zeros(layers, 1, hidden))
character = torch.zeros(1, dtype=torch.long)


def write():
    """Writes some characters, each drawn after the one before."""
    global state, character
    with torch.inference_mode():
        for _ in range(CHARACTERS):
            states, state = lstm(one_hot(character, V).float().view(1, 1, V), state)
            character = torch.multinomial(output(states[0, 0]).softmax(0), 1)
            character.item()
    return {}, CHARACTERS


serve(f"PyTorch {torch.__version__}", write)
