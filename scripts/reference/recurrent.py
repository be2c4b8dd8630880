"""Losses, logits and gradients of small recurrent language models as PyTorch computes them.

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install torch==2.9.1 numpy
    /tmp/reference/bin/python scripts/reference/recurrent.py

Writes test/nn/fixtures/pytorch-{rnn,lstm,gru}.json, in float64 rounded to 9 digits, laid out as our core has it:

* A weight matrix is [inputs, gates * H], the transpose of PyTorch's. Gates lie side by side in PyTorch's order:
  i, f, g, o (LSTM) and r, z, n (GRU).
* One bias a layer: PyTorch's second, b_hh, is 0. The GRU alone keeps both, as `bias` and `recurrent_bias`.
* `layers.0.condition` is W_ih, [condition, gates * H]. PyTorch has no such thing, but feeding nn.LSTM the embedding
  with v beside it at the first step, and zeros beside it later, is the same: its W_xh then holds W_ih's columns.
"""

import json
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

N, T, D, H, V, CONDITION, LAYERS = 3, 4, 5, 6, 7, 8, 2
CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
FOLDER = Path(__file__).parents[2] / "test" / "nn" / "fixtures"


def reference(cell: str) -> dict:
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    embedding = nn.Embedding(V, D)
    stack = CELLS[cell](D + CONDITION, H, LAYERS, batch_first=True)
    output = nn.Linear(H, V)
    for module in (embedding, stack, output):
        for weights in module.parameters():
            nn.init.normal_(weights, std=0.5)
    if cell != "gru":
        for layer in range(LAYERS):
            nn.init.zeros_(getattr(stack, f"bias_hh_l{layer}"))

    inputs = torch.randint(V, (N, T))
    targets = torch.randint(V, (N, T))
    targets[0, 1] = targets[2, 3] = -1
    condition = torch.randn(N, CONDITION)

    beside = torch.zeros(N, T, CONDITION)
    beside[:, 0] = condition
    hidden, _ = stack(torch.cat([embedding(inputs), beside], dim=2))
    logits = output(hidden)
    loss = cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
    loss.backward()

    parameters = named(cell, embedding, stack, output)
    return {
        "layout": " ".join(__doc__.split("laid out as our core has it:")[1].split()),
        "sizes": {"N": N, "T": T, "D": D, "H": H, "V": V, "condition": CONDITION, "layers": LAYERS},
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
        "condition": numbers(condition),
        "weights": {name: numbers(take(lambda p: p.detach())) for name, take in parameters.items()},
        "loss": round(loss.item(), 9),
        "logits": numbers(logits),
        "gradients": {name: numbers(take(lambda p: p.grad)) for name, take in parameters.items()},
    }


def named(cell: str, embedding: nn.Embedding, stack: nn.RNNBase, output: nn.Linear) -> dict:
    """Our names; each with a function that takes the value or the gradient from PyTorch's parameter in our layout."""
    first = stack.weight_ih_l0
    parameters = {
        "embedding": lambda of: of(embedding.weight),
        "layers.0.condition": lambda of: of(first)[:, D:].T,
        "output.weights": lambda of: of(output.weight).T,
        "output.bias": lambda of: of(output.bias)[None],
    }
    for layer in range(LAYERS):
        ours, theirs = f"layers.{layer}", stack.all_weights[layer]
        inputs = D if layer == 0 else H
        parameters |= {
            f"{ours}.input": lambda of, w=theirs[0], n=inputs: of(w)[:, :n].T,
            f"{ours}.recurrent": lambda of, w=theirs[1]: of(w).T,
            f"{ours}.bias": lambda of, b=theirs[2]: of(b)[None],
        }
        if cell == "gru":
            parameters[f"{ours}.recurrent_bias"] = lambda of, b=theirs[3]: of(b)[None]
    return parameters


def numbers(tensor: torch.Tensor) -> list:
    """Nested lists of numbers with 9 digits after the point."""
    return json.loads(json.dumps(tensor.tolist()), parse_float=lambda text: round(float(text), 9))


for cell in CELLS:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / f"pytorch-{cell}.json", "w", encoding="utf8") as file:
        json.dump(reference(cell), file, separators=(",", ":"))
        file.write("\n")
