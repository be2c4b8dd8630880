"""pycocoevalcap's side of the race `metrics`: the same scores as `bench/ours/metrics.ts`.

    python metrics.py CAPTIONS THREADS
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from serving import serve

pictures = json.loads(Path(sys.argv[1]).read_text())
candidates = {i: [picture["candidate"]] for i, picture in enumerate(pictures)}
references = {i: picture["references"] for i, picture in enumerate(pictures)}


def score():
    """Scores all captions; the scores, and the number of pictures."""
    bleu, _ = Bleu(4).compute_score(references, candidates, verbose=0)
    found = {f"BLEU-{n + 1}": value for n, value in enumerate(bleu)}
    rouge, _ = Rouge().compute_score(references, candidates)
    cider, _ = Cider().compute_score(references, candidates)
    return {**found, "ROUGE-L": float(rouge), "CIDEr": float(cider)}, len(pictures)


serve(f"pycocoevalcap {version('pycocoevalcap')}", score)
