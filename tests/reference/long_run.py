"""Compare the engine with the reference over many random records.

``python -m tests.reference.long_run --records 1000000 --processes 2 --seed 1``
prints its progress and, last, what came of it; the exit code is 1 on any disagreement.
Half of the records have parts removed. With ``--readings``, they are compared under readings
of the three-month window drawn at random.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from multiprocessing import get_context

from .agreement import (
    Tally,
    compare,
    compare_readings,
    gapped_records,
    random_records,
    report,
)

CHUNK = 1000


def one_chunk(task: tuple[int, int, bool]) -> Tally:
    """Compare one chunk of records, by default or under random readings."""
    seed, number, read = task
    records = (gapped_records if seed % 2 else random_records)(seed, number)
    return compare_readings(records, seed) if read else compare(records)


def chunks(records: int, seed: int, read: bool) -> list[tuple[int, int, bool]]:
    """Give the seed and the number of records of every chunk, and whether to draw readings."""
    first = seed * 1_000_000_007
    return [
        (first + index, min(CHUNK, records - index * CHUNK), read)
        for index in range(-(-records // CHUNK))
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference.long_run")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readings", action="store_true", help="draw readings too")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    tally = Tally()
    shown = 0.0
    with get_context("spawn").Pool(options.processes) as pool:
        tasks = chunks(options.records, options.seed, options.readings)
        for found in pool.imap_unordered(one_chunk, tasks):
            tally.add(found)
            for disagreement in found.disagreements:
                print(disagreement, flush=True)
            seconds = time.monotonic() - began
            if seconds - shown > 10 or tally.records == options.records:
                shown = seconds
                print(
                    f"{tally.records} of {options.records} records after {seconds:.0f} s: "
                    f"{len(tally.disagreements)} disagree, {tally.skipped} skipped",
                    flush=True,
                )
    seconds = time.monotonic() - began
    print(
        f"records {tally.records}, disagreements {len(tally.disagreements)}, "
        f"skipped {tally.skipped}, seconds {seconds:.0f}"
    )
    if tally.disagreements:
        print(report(tally), file=sys.stderr)
    return 1 if tally.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
