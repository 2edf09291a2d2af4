"""Compare batches with deciding one by one, under many random readings: run by hand.

``python -m tests.long_batches --minutes 10 --seed 1`` draws readings and records until the
time is up, prints each answer that differs with what it takes to see it again, and exits with
1 if any does. Each record is asked twice of a batch that leaves nothing out of its outlines, and
twice of one that does.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from functools import cache

from oligoasp.batch import Batch
from oligoasp.decide import Engine
from tests.reference.generate import corners, random_record, remove_parts
from tests.support import Data, answer, protocol

RECORDS = 16


def drawn_readings(rng: random.Random) -> dict[str, str]:
    """Draw readings: of a few passages or of nearly all."""
    known = list(protocol().ambiguities.values())
    some = rng.sample(known, rng.choice((1, 5, 15, 40, len(known))))
    return {a.name: rng.choice(list(a.options)) for a in some}


@cache
def all_corners() -> list[Data]:
    return list(corners())


def drawn_records(rng: random.Random) -> list[Data]:
    """Draw records and corners, of which many have gaps."""
    made = [random_record(rng) for _ in range(RECORDS // 2)]
    made += rng.sample(all_corners(), RECORDS // 2)
    return [
        remove_parts(data, rng, rng.randint(1, 9)) if rng.random() < 0.6 else data for data in made
    ]


def differences(chosen: dict[str, str], data: Sequence[Data]) -> list[tuple[Data, object, object]]:
    """Give the records that a batch answers otherwise, with both answers."""
    engine = Engine(protocol(), chosen)
    alone = [answer(engine, one) for one in data]
    found = []
    for batch in (Batch(engine), Batch(engine, alone=True)):
        for _ in range(2):
            for one, expected in zip(data, alone, strict=True):
                if (told := answer(batch, one)) != expected:
                    found.append((one, expected, told))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare until the time is up and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.long_batches")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    end = time.monotonic() + 60 * options.minutes
    rounds = records = wrong = 0
    while time.monotonic() < end:
        rng = random.Random(f"{options.seed}-{rounds}")
        chosen, data = drawn_readings(rng), drawn_records(rng)
        for one, expected, told in differences(chosen, data):
            wrong += 1
            print(json.dumps({"readings": chosen, "record": one}, default=str))
            print(f"one by one {expected}\nin a batch {told}", flush=True)
        rounds, records = rounds + 1, records + len(data)
    print(
        f"{records} records under {rounds} sets of readings (seed {options.seed}): {wrong} differ"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
