"""Small language models as a user of PyTorch has them, for test/exchange/pytorch.test.ts.

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install torch==2.9.1 numpy safetensors
    /tmp/reference/bin/python scripts/reference/language-model.py

Writes test/exchange/fixtures/: for each model its state_dict as safetensors, and in expected.json the vocabulary and the
log-probabilities [T, V] of what follows each token of one text.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

V, E, H = 6, 4, 5
TOKENS = ["\n", "a", "b", "c", " ", "<unk>"]
IDS = [0, 1, 4, 3, 2, 2]
FOLDER = Path(__file__).parents[2] / "test" / "exchange" / "fixtures"


class Model(nn.Module):
    """Named as PyTorch's own example of a language model is, where not said otherwise."""

    def __init__(self, cell, embedding=E, tied=False, **more):
        super().__init__()
        self.encoder = nn.Embedding(V, embedding) if embedding else None
        self.rnn = cell(embedding or V, H, batch_first=True, **more)
        self.decoder = nn.Linear(H, V, bias=not tied)
        if tied:
            self.decoder.weight = self.encoder.weight

    def forward(self, ids):
        x = self.encoder(ids) if self.encoder else nn.functional.one_hot(ids, V).float()
        return self.decoder(self.rnn(x)[0]).log_softmax(-1)


MODELS = {
    "lstm": lambda: Model(nn.LSTM, num_layers=2),
    "gru": lambda: Model(nn.GRU),
    "rnn-one-hot": lambda: Model(nn.RNN, embedding=0, bias=False),
    "lstm-tied": lambda: Model(nn.LSTM, embedding=H, tied=True),
    "gru-bidirectional": lambda: Model(nn.GRU, bidirectional=True),
}

FOLDER.mkdir(parents=True, exist_ok=True)
expected = {}
for name, make in MODELS.items():
    torch.manual_seed(0)
    model = make()
    tensors = model.state_dict()
    if "tied" in name:
        del tensors["decoder.weight"]  # safetensors stores no tensor twice
    save_file(tensors, FOLDER / f"{name}.safetensors")
    if "bidirectional" in name:
        continue  # it is refused
    with torch.no_grad():
        log_probs = model(torch.tensor([IDS]))[0]
    expected[name] = [[round(x, 7) for x in row] for row in log_probs.tolist()]
with open(FOLDER / "expected.json", "w", encoding="utf8") as file:
    json.dump({"tokens": TOKENS, "ids": IDS, "logProbs": expected}, file, separators=(",", ":"))
    file.write("\n")
