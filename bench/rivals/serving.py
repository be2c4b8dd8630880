"""A rival's side of a race of trainings: answers `update COUNT` and `run SECONDS` with speed and loss."""

import json
import math
import sys
import time


def serve(system, update):
    """`update` makes one update and returns its mean loss in nats and the tokens that it learned."""
    answer({"system": system})
    for line in sys.stdin:
        command, argument = line.split()
        most, seconds = (math.inf, float(argument)) if command == "run" else (int(argument), math.inf)
        count, elapsed, learned, start = 0, 0.0, 0, time.perf_counter()
        while count < most and elapsed < seconds:
            loss, tokens = update()
            learned += tokens
            elapsed = time.perf_counter() - start
            count += 1
        answer({"perSecond": learned / elapsed, "stepMs": elapsed / count * 1000, "loss": loss})


def answer(value):
    print(json.dumps(value), flush=True)
