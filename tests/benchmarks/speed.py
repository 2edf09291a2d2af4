"""How fast it is: figures side by side from one run, since machines differ.

    python -m tests.benchmarks.speed

Prints the time of `oligoasp explain` from the shell against the time of importing its
libraries, and the rate at which `oligoasp check` decides a synthetic cohort.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from oligoasp.batch import Batch
from oligoasp.batch.check import check
from oligoasp.cli.cohorts import expect_many
from oligoasp.decide import Engine
from oligoasp.processes import cores
from oligoasp.protocol import load_protocol
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record, read_records
from oligoasp.record.source import read_documents
from tests.cohort import cohort

PROTOCOL = "eso_shanghai_13"
CASES = Path(__file__).parents[2] / "cases"
EXPLAINED = ("published/c05-a.yaml", "published/c02-a.yaml", "eligible/baseline.yaml")


def shell(commands: list[list[str]], runs: int) -> list[float]:
    """Give the least time of each command in seconds; other work can only add to it.

    They take turns, so that all meet the same machine, and leave compiled modules behind,
    as an installation does.
    """
    times: list[list[float]] = [[] for _ in commands]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        for taken, command in zip(times, commands, strict=True):
            start = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=env)
            taken.append(time.perf_counter() - start)
    return [min(taken) for taken in times]


def explaining(runs: int) -> None:
    """Print what explaining one record costs from the shell."""
    script = str(Path(sys.executable).parent / "oligoasp")
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "nothing.yaml"
        nothing.write_text("id: nothing\n", encoding="utf-8")
        commands = [[sys.executable, "-c", "import clingo, pydantic, click"]]
        commands += [[script, "explain", str(CASES / case)] for case in EXPLAINED]
        commands.append([script, "explain", str(nothing)])
        libraries, *explained = shell(commands, runs)
    print(f"{'importing clingo, pydantic and click':52} {libraries:7.3f} s")
    for case, seconds in zip((*EXPLAINED, "a record of nothing"), explained, strict=True):
        print(f"{'oligoasp explain ' + case:52} {seconds:7.3f} s  {seconds / libraries:5.1f} x")


def checking(number: int) -> None:
    """Print what checking a cohort costs, in parts."""
    expect_many()  # as the command does
    protocol = load_protocol(PROTOCOL)
    engine = Engine(protocol)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cohort.ndjson"
        file.write_text("".join(json.dumps(r) + "\n" for r in cohort(number, 1)))
        documents = list(read_documents([file]))
        start = time.perf_counter()
        answered = len(list(check(engine, documents, cores())))
        checked = time.perf_counter() - start
        assert answered == number
        start = time.perf_counter()
        records = [r for r in read_records([file], protocol.vocabulary) if isinstance(r, Record)]
        read = time.perf_counter() - start
    start = time.perf_counter()
    batch = Batch(engine)
    prepared = time.perf_counter() - start
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        for record in records:
            try:
                batch.decide(record)
            except RecordError:
                continue
        seconds.append(time.perf_counter() - start)
    one_by_one = min(number, 100)
    start = time.perf_counter()
    for record in records[:one_by_one]:
        engine.decide(record)
    alone = (time.perf_counter() - start) / one_by_one * number
    rows = (
        ("preparing a batch", prepared),
        (f"reading and validating {number} records", read),
        (f"deciding {number} records as a batch, first time", seconds[0]),
        (f"deciding {number} records as a batch, all known", seconds[1]),
        (f"preparing, validating and deciding, {cores()} processes", checked),
        (f"deciding {number} records one by one (extrapolated)", alone),
    )
    for name, value in rows:
        print(f"{name:52} {value:7.3f} s  {value / read:5.1f} x  {number / value:9.0f} records/s")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--records", type=int, default=1000)
    options = parser.parse_args()
    explaining(options.runs)
    print()
    checking(options.records)


if __name__ == "__main__":
    main()
