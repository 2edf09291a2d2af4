"""How verifying grows: its time against the number of lesions, and of criteria.

    python -m tests.benchmarks.verify

Each row is the least of several runs in one process, without imports; the last line is the
whole command from the shell.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from oligoasp.amend.apply import amended
from oligoasp.amend.format import from_options
from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.verify.checks import kinds, run
from oligoasp.verify.survey import Survey

LESIONS = (1, 2, 4, 7, 10)
KEPT = (6, 12, 24, 36)


def seconds(protocol: Protocol, lesions: int, runs: int) -> float:
    """Give the least time of verifying a protocol in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run(Survey(protocol, most=lesions), kinds())
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    protocol = load_protocol("eso_shanghai_13")
    testing = [clause.id for clause in protocol.clauses.values() if clause.tests]
    print("criteria  lesions  seconds")
    for lesions in LESIONS:
        print(f"{len(testing):8}  {lesions:7}  {seconds(protocol, lesions, runs):7.2f}")
    print()
    for number in KEPT:
        step = len(testing) / number
        kept = {testing[int(place * step)] for place in range(number)}
        dropped = [clause for clause in testing if clause not in kept]
        part = amended(protocol, [from_options([], dropped, [])])
        print(f"{number:8}  {7:7}  {seconds(part, 7, runs):7.2f}")
    script = Path(sys.executable).parent / "oligoasp"
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([str(script), "verify"], stdout=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - start)
    print(f"\noligoasp verify, from the shell: {min(times):.2f} s")


if __name__ == "__main__":
    main()
