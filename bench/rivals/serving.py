"""A rival's side of a race: answers `steps COUNT` and `run SECONDS` with how fast it was and what it found."""

import json
import math
import sys
import time


def serve(system, step):
    """`step` does one step of work: what it found, such as {"loss": nats}, and how much it did of what is counted."""
    answer({"system": system})
    for line in sys.stdin:
        command, argument = line.split()
        most, seconds = (math.inf, float(argument)) if command == "run" else (int(argument), math.inf)
        found, count, elapsed, amount, start = {}, 0, 0.0, 0, time.perf_counter()
        while count < most and elapsed < seconds:
            found, done = step()
            amount += done
            elapsed = time.perf_counter() - start
            count += 1
        answer({"perSecond": amount / elapsed, "stepMs": elapsed / count * 1000, "found": found})


def decline(reason):
    """Says why it can't take part, and ends."""
    answer({"unavailable": reason})
    sys.exit()


def answer(value):
    print(json.dumps(value), flush=True)
