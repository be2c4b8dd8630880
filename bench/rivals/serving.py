"""A rival's side of a race: answers `steps COUNT` and `run SECONDS` with speed and loss."""

import json
import math
import sys
import time


def serve(system, step):
    """`step` does one step of work: the mean loss in nats of the tokens that it learned (0 where none), and their number."""
    answer({"system": system})
    for line in sys.stdin:
        command, argument = line.split()
        most, seconds = (math.inf, float(argument)) if command == "run" else (int(argument), math.inf)
        count, elapsed, done, start = 0, 0.0, 0, time.perf_counter()
        while count == 0 or (count < most and elapsed < seconds):
            loss, tokens = step()
            done += tokens
            elapsed = time.perf_counter() - start
            count += 1
        answer({"perSecond": done / elapsed, "stepMs": elapsed / count * 1000, "loss": loss})


def answer(value):
    print(json.dumps(value), flush=True)
