"""Scores translations with sacreBLEU, the reference that our own BLEU of translations must equal.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install sacrebleu==2.6.0

What the tests compare ours with:

    /tmp/venv/bin/python scripts/reference/translation-metrics.py > test/metrics/golden-translations.json
    npx biome format --write test/metrics
"""

import json
import random

import sacrebleu

WORDS = "a the man woman dog runs sits on in blue red street with two and .".split()


def bleu(candidates, references):
    """References: for each candidate the same number of them."""
    streams = [list(stream) for stream in zip(*references)]
    return sacrebleu.corpus_bleu(candidates, streams, tokenize="none", force=True).score


def golden():
    draw = random.Random(1)
    sets = [
        {"candidates": ["a man runs on the street ."], "references": [["a man runs on the street ."]]},
        {"candidates": ["a man runs"], "references": [["a man runs on the street ."]]},
        {"candidates": ["the dog sits in the red street"], "references": [["two women and a man ."]]},
        {"candidates": ["a dog runs . a man sits"], "references": [["a man sits . a dog runs"]]},
        {"candidates": ["man", "a dog"], "references": [["man"], ["a dog"]]},
        {"candidates": ["", "a dog runs on a blue street"], "references": [["a man"], ["a dog runs on a red street"]]},
    ]
    for count, references in [(1, 1), (5, 1), (40, 1), (30, 3)]:
        truth = [[sentence(draw) for _ in range(references)] for _ in range(count)]
        sets.append({"candidates": [changed(draw, texts[0]) for texts in truth], "references": truth})
    return [{**one, "bleu": bleu(one["candidates"], one["references"])} for one in sets]


def sentence(draw):
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(3, 14)))


def changed(draw, text):
    words = [draw.choice(WORDS) if draw.random() < 0.25 else word for word in text.split()]
    return " ".join(words[: max(1, len(words) - draw.randint(0, 2))])


print(json.dumps(golden(), indent=2))
