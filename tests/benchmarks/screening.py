"""What screening a cohort costs, side by side with only reading it.

    python -m tests.benchmarks.screening --records 100000

Every figure comes from a process of its own in the same run on the same processors:
reading all records field by field, reading and validating them (whether their fields can be
true together, as far as that is told without the rules: the order of dates, an age and a date
of birth, what is said of groups), screening them to NDJSON, and (from a sample) asking the
solver about each of them. All else is compared with reading and validating. The time of the
processors counts where others use them too. Memory is the largest that any of the processes
had.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from oligoasp.cli.cohorts import expect_many
from oligoasp.cohort import Chunk, Cohort, open_cohort, records_of
from oligoasp.decide import Engine
from oligoasp.processes import Processes, cores
from oligoasp.protocol import load_protocol
from oligoasp.record.derive import Derivation
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from oligoasp.record.sense import Sense
from oligoasp.screen.journal import Work
from oligoasp.screen.run import Outputs, Screener, screen
from tests.cohort import cohort

PROTOCOL = "eso_shanghai_13"
SAMPLE = 200
PIECE = 100


def reading(file: Path, processes: int) -> int:
    """Read all records, field by field; give their number."""
    opened = open_cohort(file, load_protocol(PROTOCOL).vocabulary)
    return in_pieces(opened, lambda record: False, processes)


def validating(file: Path, processes: int) -> int:
    """Read and validate all records; give their number."""
    vocabulary = load_protocol(PROTOCOL).vocabulary
    sense = Sense(vocabulary)
    return in_pieces(
        open_cohort(file, vocabulary),
        lambda record: bool(sense.problems(record, Derivation(vocabulary, record))),
        processes,
    )


def in_pieces(cohort: Cohort, faulty: Callable[[Record], bool], processes: int) -> int:
    """Read all records, looking for faults; give their number."""

    def read(chunk: Chunk) -> int:
        records = [member.record for member in cohort.members(chunk)]
        for record in records:
            if isinstance(record, Record):
                faulty(record)
        return len(records)

    expect_many()  # as the command does
    with Processes(read, processes) as pool:
        return sum(number for _, number in pool.map(cohort.chunks(PIECE)))


def screening(file: Path, processes: int) -> int:
    """Screen all records to a file; give their number."""
    engine = Engine(load_protocol(PROTOCOL))
    screener = Screener(engine, open_cohort(file, engine.protocol.vocabulary), PIECE)
    expect_many()  # as the command does
    output = file.with_suffix(".screened.ndjson")
    with Work(output.with_suffix(".unfinished"), screener.head, restart=True) as work:
        return screen(screener, work, Outputs(output, "ndjson"), processes).assessed


def one_by_one(file: Path, _: int) -> int:
    """Ask the solver about each of a sample of records; give their number."""
    engine = Engine(load_protocol(PROTOCOL))
    number = 0
    for record in islice(records_of(open_cohort(file, engine.protocol.vocabulary)), SAMPLE):
        number += 1
        try:
            if not isinstance(record, RecordError):
                engine.decide(record)
        except RecordError:
            continue
    return number


TASKS = {"read": reading, "validate": validating, "screen": screening, "one": one_by_one}


def measure(task: str, file: Path, processes: int) -> dict[str, float]:
    """Do a task in a process of its own; give what `do` prints."""
    command = [sys.executable, "-m", "tests.benchmarks.screening", "--task", task, str(file)]
    command += ["--processes", str(processes)]
    found: dict[str, float] = json.loads(subprocess.check_output(command))
    return found


def do(task: str, file: Path, processes: int) -> None:
    """Do a task here, and print what it took."""
    start = time.perf_counter()
    number = TASKS[task](file, processes)
    seconds = time.perf_counter() - start
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    found = {
        "seconds": seconds,
        "cpu": sum(usage.ru_utime + usage.ru_stime for usage in usages),
        "records": number,
        "megabytes": max(usage.ru_maxrss for usage in usages) / 1024,
    }
    print(json.dumps(found))


def write(file: Path, records: int) -> Path:
    """Write a synthetic cohort."""
    with file.open("w") as stream:
        for record in cohort(records, 1):
            stream.write(json.dumps(record) + "\n")
    return file


def compare(records: int, processes: int, folder: Path) -> None:
    """Print all figures."""
    whole = write(folder / "whole.ndjson", records)
    tenth = write(folder / "tenth.ndjson", records // 10)
    read = measure("read", whole, processes)
    validated = measure("validate", whole, processes)
    screened = measure("screen", whole, processes)
    small = measure("screen", tenth, processes)
    alone = measure("one", whole, 1)
    scale = records / alone["records"]
    each = {"seconds": alone["seconds"] * scale / processes, "cpu": alone["cpu"] * scale}
    rows = (
        (f"reading {records:,} records", read),
        ("reading and validating them", validated),
        (f"screening them, {processes} processes", screened),
        (f"one solver call each (from {SAMPLE}, shared by {processes})", each),
    )
    print(f"{'':52} {'time':>10} {'':>9} {'processor':>10}")
    for name, found in rows:
        seconds, cpu = found["seconds"], found["cpu"]
        print(
            f"{name:52} {seconds:8.1f} s {seconds / validated['seconds']:7.2f} x {cpu:8.1f} s "
            f"{cpu / validated['cpu']:7.2f} x"
        )
    print(f"{'screening is faster than that':52} {each['seconds'] / screened['seconds']:18.1f} x")
    print(f"{f'memory of a process, {records // 10:,} records':52} {small['megabytes']:8.0f} MB")
    print(f"{f'memory of a process, {records:,} records':52} {screened['megabytes']:8.0f} MB")


def main() -> None:
    """Print all figures, or do one task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=cores())
    parser.add_argument("--task", choices=TASKS)
    parser.add_argument("file", type=Path, nargs="?")
    options = parser.parse_args()
    if options.task:
        do(options.task, options.file, options.processes)
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(options.records, options.processes, Path(folder))


if __name__ == "__main__":
    main()
