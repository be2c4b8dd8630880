"""Scores caption sets with pycocoevalcap, the reference that our own metrics must equal.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pycocoevalcap==1.2     # needs Java on the path
    /tmp/venv/bin/python scripts/reference/caption-metrics.py test/metrics/caption-sets.json test/metrics/golden.json
    npx biome format --write test/metrics

In: {"set": {"id": {"candidate": "…", "references": ["…", …]}}}
Out: {"set": {"scores": {…}, "tokens": {"id": ["words of the candidate", "words of reference 1", …]}}}

The last candidate of a set must not be empty: pycocoevalcap loses trailing empty lines.
"""

import json
import sys

import numpy as np
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.cider.cider_scorer import CiderScorer
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer


def main(sets_path: str, golden_path: str) -> None:
    with open(sets_path, encoding="utf8") as file:
        sets = json.load(file)
    with open(golden_path, "w", encoding="utf8") as file:
        json.dump({name: score(pictures) for name, pictures in sets.items()}, file, ensure_ascii=False, indent=1)
        file.write("\n")


def score(pictures: dict) -> dict:
    tokenizer = PTBTokenizer()
    candidates = tokenizer.tokenize({id: [{"caption": p["candidate"]}] for id, p in pictures.items()})
    references = tokenizer.tokenize({id: [{"caption": r} for r in p["references"]] for id, p in pictures.items()})
    bleu, _ = Bleu(4).compute_score(references, candidates, verbose=0)
    scores = {f"bleu{n + 1}": value for n, value in enumerate(bleu)}
    scores["rougeL"], _ = Rouge().compute_score(references, candidates)
    scores["cider"], _ = Cider().compute_score(references, candidates)
    scores["ciderPlain"] = plain_cider(references, candidates)
    tokens = {id: candidates[id] + references[id] for id in pictures}
    return {"scores": {name: round(float(value), 8) for name, value in scores.items()}, "tokens": tokens}


def plain_cider(references: dict, candidates: dict) -> float:
    """CIDEr by equations 1 to 3 of the paper, which pycocoevalcap lacks, on its own n-grams and frequencies."""
    scorer = CiderScorer()
    for id, captions in references.items():
        scorer += (candidates[id][0], captions)
    scorer.compute_doc_freq()
    log_pictures = np.log(len(scorer.crefs))

    def weigh(counts: dict, n: int) -> dict:
        frequency = scorer.document_frequency
        return {g: c * (log_pictures - np.log(max(1.0, frequency[g]))) for g, c in counts.items() if len(g) == n}

    def cosine(a: dict, b: dict) -> float:
        norms = np.linalg.norm(list(a.values()) or [0.0]) * np.linalg.norm(list(b.values()) or [0.0])
        return sum(weight * b.get(g, 0.0) for g, weight in a.items()) / norms if norms else 0.0

    means = [
        np.mean([cosine(weigh(test, n), weigh(ref, n)) for n in range(1, 5) for ref in refs])
        for test, refs in zip(scorer.ctest, scorer.crefs)
    ]
    return 10 * float(np.mean(means))


if __name__ == "__main__":
    main(*sys.argv[1:3])
