"""Scores captions with pycocoevalcap, the reference that our own metrics must equal.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pycocoevalcap==1.2     # needs Java on the path

BLEU, METEOR, ROUGE-L and CIDEr of a captioner on a dataset:

    caption evaluate DATASET --results results.json --references references.json
    /tmp/venv/bin/python scripts/reference/caption-metrics.py score results.json references.json

What the tests compare our metrics with; FLICKR8K is a folder with Flickr8k.token.txt and Flickr_8k.devImages.txt:

    /tmp/venv/bin/python scripts/reference/caption-metrics.py golden test/metrics/caption-sets.json FLICKR8K test/metrics
    npx biome format --write test/metrics

A caption set is {"id": {"candidate": "…", "references": ["…", …]}}. The last candidate of a set must not be empty:
pycocoevalcap loses trailing empty lines.
"""

import hashlib
import json
import sys

import numpy as np
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.cider.cider_scorer import CiderScorer
from pycocoevalcap.meteor.meteor import Meteor
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer


def score_results(results_path: str, references_path: str) -> None:
    """Prints the scores of captions in COCO's results format against a COCO caption file."""
    pictures = {row["image_id"]: {"candidate": row["caption"], "references": []} for row in read(results_path)}
    for annotation in read(references_path)["annotations"]:
        pictures[annotation["image_id"]]["references"].append(annotation["caption"])
    candidates, references = tokenize(pictures)
    scores = score(candidates, references)
    meteor, _ = Meteor().compute_score(references, candidates)
    scores["meteor"] = round(meteor, 8)
    print(json.dumps({"pictures": len(pictures), **scores}))


def write_golden(sets_path: str, flickr8k_folder: str, out_folder: str) -> None:
    """Writes golden.json, with all words, and golden-datasets.json, with figures alone: Flickr8k's words are not ours."""
    golden = {}
    for name, pictures in read(sets_path).items():
        candidates, references = tokenize(pictures)
        tokens = {id: candidates[id] + references[id] for id in pictures}
        golden[name] = {"scores": score(candidates, references), "tokens": tokens}
    write(f"{out_folder}/golden.json", golden)

    golden = {}
    datasets = {"Flickr8k dev": flickr8k_dev(flickr8k_folder), "coco-subset": coco_subset()}
    sets = {f"{dataset}, {name}": s for dataset, captions in datasets.items() for name, s in caption_sets(captions).items()}
    for name, pictures in sets.items():
        candidates, references = tokenize(pictures)
        words = "".join(f"{caption}\n" for id in pictures for caption in candidates[id] + references[id])
        golden[name] = {
            "pictures": len(pictures),
            "scores": score(candidates, references),
            "words": hashlib.sha256(words.encode()).hexdigest(),
        }
    write(f"{out_folder}/golden-datasets.json", golden)


def flickr8k_dev(folder: str) -> dict:
    """Captions by picture, as in all datasets here."""
    captions = {}
    with open(f"{folder}/Flickr8k.token.txt", encoding="utf8") as file:
        for line in file:
            name, caption = line.rstrip("\n").split("\t")
            captions.setdefault(name.split("#")[0], []).append(caption)
    with open(f"{folder}/Flickr_8k.devImages.txt", encoding="utf8") as file:
        return {name: captions[name] for name in file.read().split()}


def coco_subset() -> dict:
    captions = {}
    for split in ["train", "val"]:
        content = read(f"data/coco-subset/annotations/captions_{split}2017.json")
        captions.update({image["id"]: [] for image in content["images"]})
        for annotation in content["annotations"]:
            captions[annotation["image_id"]].append(annotation["caption"])
    return captions


def caption_sets(captions: dict) -> dict:
    """What people wrote, as if some of it were a captioner's: of the same picture, and of the next one."""
    following = dict(zip(captions, [*captions][1:] + [*captions][:1]))
    return {
        "one caption against the others": {
            id: {"candidate": written[0], "references": written[1:]} for id, written in captions.items()
        },
        "captions of the next picture": {
            id: {"candidate": captions[following[id]][0], "references": written} for id, written in captions.items()
        },
    }


def tokenize(pictures: dict) -> tuple[dict, dict]:
    """The words of the candidates and of the references, by id."""
    tokenizer = PTBTokenizer()
    candidates = tokenizer.tokenize({id: [{"caption": p["candidate"]}] for id, p in pictures.items()})
    references = tokenizer.tokenize({id: [{"caption": r} for r in p["references"]] for id, p in pictures.items()})
    return candidates, references


def score(candidates: dict, references: dict) -> dict:
    bleu, _ = Bleu(4).compute_score(references, candidates, verbose=0)
    scores = {f"bleu{n + 1}": value for n, value in enumerate(bleu)}
    scores["rougeL"], _ = Rouge().compute_score(references, candidates)
    scores["cider"], _ = Cider().compute_score(references, candidates)
    scores["ciderPlain"] = plain_cider(references, candidates)
    return {name: round(float(value), 8) for name, value in scores.items()}


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


def read(path: str):
    with open(path, encoding="utf8") as file:
        return json.load(file)


def write(path: str, value: dict) -> None:
    with open(path, "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    {"score": score_results, "golden": write_golden}[sys.argv[1]](*sys.argv[2:])
