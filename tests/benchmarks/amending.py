"""What an amendment of a screened cohort costs, side by side with the screening.

    python -m tests.benchmarks.amending --records 100000

From the shell: the cohort is screened and kept, then each amendment is planned without it
and with it. Asked: with it, at most a fifth of the screening.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from oligoasp.processes import cores
from tests.benchmarks.screening import write

AMENDMENTS = {
    "one number": ("--set", "metastases_most=6"),
    "one clause dropped": ("--drop", "E6"),
    "a reading that 19 clauses use": ("--reading", "supraclavicular=regional"),
}


class Taken(NamedTuple):
    """What a command took: seconds on the clock, and of all processors."""

    seconds: float
    cpu: float


def take(*arguments: str) -> Taken:
    """Run a command of the program, and give what it took."""
    script = str(Path(sys.executable).parent / "oligoasp")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([script, *arguments], stdout=subprocess.DEVNULL, check=False, env=env)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 2), "2: some record could not be read"
    return Taken(seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def measure(records: int, processes: int, folder: Path) -> None:
    """Print all figures."""
    cohort, kept = write(folder / "cohort.ndjson", records), folder / "cohort.kept"
    both = ("--processes", str(processes))
    plain = take("screen", str(cohort), "-o", str(folder / "plain.ndjson"), *both)
    first = take("screen", str(cohort), "-o", str(folder / "o.ndjson"), "--keep", str(kept), *both)
    size = kept.stat().st_size / cohort.stat().st_size
    print(f"{'':52} {'time':>10} {'':>10} {'processor':>10}")
    rows = [(f"screening {records:,} records, {processes} processes", plain)]
    rows.append((f"the same, and keeping {size:.1%} of their size", first))
    for name, options in AMENDMENTS.items():
        rows.append((f"plan alone: {name}", take("amend", *options)))
        rows.append((f"amending: {name}", take("amend", *options, "--cohort", str(kept), *both)))
    for name, taken in rows:
        print(
            f"{name:52} {taken.seconds:8.1f} s {taken.seconds / plain.seconds:8.2f} x "
            f"{taken.cpu:8.1f} s {taken.cpu / plain.cpu:7.2f} x"
        )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=cores())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options.records, options.processes, Path(folder))


if __name__ == "__main__":
    main()
