"""How fast it is: figures side by side from one run, since machines differ.

    python -m tests.benchmarks.speed

Prints the time of `oligoasp explain` from the shell against the time of importing its
libraries, when the rules have been kept by an earlier run and when nothing has been, and the rate
at which `oligoasp check` decides a synthetic cohort.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from oligoasp import cache
from oligoasp.batch import Batch
from oligoasp.batch.check import PIECE, check
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
EXPLAINED = (
    *("published/c05-a.yaml", "published/c02-a.yaml", "published/c11-a.yaml"),
    *("published/c17-a.yaml", "eligible/baseline.yaml"),
)
SETTLED = 0.2
"""So many seconds after an answer, what is kept for the next one is kept."""


def shell(commands: list[list[str]], runs: int) -> list[tuple[float, float]]:
    """Give the least times of each command in seconds; other work can only add to them.

    They take turns, so that all meet the same machine, and leave compiled modules behind,
    as an installation does.

    Returns:
        For each command the time when nothing has been kept, and right after that.
    """
    times: list[list[tuple[float, float]]] = [[] for _ in commands]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(runs):
        for taken, command in zip(times, commands, strict=True):
            with tempfile.TemporaryDirectory() as kept:
                env[cache.VARIABLE] = kept
                taken.append((once(command, env), once(command, env)))
    return [(min(first for first, _ in t), min(again for _, again in t)) for t in times]


def once(command: list[str], env: dict[str, str]) -> float:
    """Give the seconds that a command takes until there is the answer."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=env)
    taken = time.perf_counter() - start
    time.sleep(SETTLED)
    return taken


def explaining(runs: int) -> None:
    """Print what explaining one record costs from the shell."""
    script = str(Path(sys.executable).parent / "oligoasp")
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "nothing.yaml"
        nothing.write_text("id: nothing\n", encoding="utf-8")
        commands = [[sys.executable, "-c", "import clingo, pydantic, click"]]
        commands += [[script, "explain", str(CASES / case)] for case in EXPLAINED]
        commands.append([script, "explain", str(nothing)])
        (*libraries,), *explained = shell(commands, runs)
    least = min(libraries)
    print(f"{'importing clingo, pydantic and click':52} {least:7.3f} s")
    for case, (first, again) in zip((*EXPLAINED, "a record of nothing"), explained, strict=True):
        print(
            f"{'oligoasp explain ' + case:52} {again:7.3f} s  {again / least:5.1f} x"
            f"   nothing kept {first:7.3f} s  {first / least:5.1f} x"
        )


def checking(number: int, runs: int) -> None:
    """Print what checking a cohort costs, in parts: the least time of each part."""
    expect_many()  # as the command does
    engine = Engine(load_protocol(PROTOCOL))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cohort.ndjson"
        file.write_text("".join(json.dumps(r) + "\n" for r in cohort(number, 1)))
        parts(engine, file)
        cache.finish()  # as the command does once it has answered
        time.sleep(SETTLED)
        found = [parts(engine, file) for _ in range(runs)]
        records = list(read_records([file], engine.protocol.vocabulary))
    least = {name: min(of_run[name] for of_run in found) for name in found[0]}
    one_by_one = [r for r in records[:100] if isinstance(r, Record)]
    start = time.perf_counter()
    for record in one_by_one:
        engine.decide(record)
    alone = (time.perf_counter() - start) / len(one_by_one) * number
    least["deciding one by one (extrapolated)"] = alone
    read = least[READING]
    print(f"{number} records, every figure the least of {runs}")
    for name, value in least.items():
        print(f"{name:52} {value:7.3f} s  {value / read:5.1f} x  {number / value:9.0f} records/s")


READING = "reading and validating"


def parts(engine: Engine, file: Path) -> dict[str, float]:
    """Give the seconds of each part of checking a cohort that is new."""
    found = {}
    start = time.perf_counter()
    read = list(read_records([file], engine.protocol.vocabulary))
    records = [record for record in read if isinstance(record, Record)]
    found[READING] = time.perf_counter() - start
    start = time.perf_counter()
    batch = Batch(engine)
    prepared = found["preparing a batch"] = time.perf_counter() - start
    for name in ("every situation new", "all known"):
        start = time.perf_counter()
        for index in range(0, len(records), PIECE):
            batch.expect(records[index : index + PIECE])
            for record in records[index : index + PIECE]:
                with suppress(RecordError):
                    batch.decide(record)
        found[f"deciding, {name}"] = time.perf_counter() - start
    documents = list(read_documents([file]))
    start = time.perf_counter()
    answered = len(list(check(engine, documents, cores())))
    assert answered == len(read)
    checked = time.perf_counter() - start - prepared
    found[f"validating and deciding, new, {cores()} processes"] = checked
    return found


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--records", type=int, default=1000)
    options = parser.parse_args()
    explaining(options.runs)
    print()
    checking(options.records, options.runs)


if __name__ == "__main__":
    main()
