"""A cohort in a small protocol, and screening it: also as a program that can be killed.

python -m tests.screen.small COHORT OUTPUT PROCESSES
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from oligoasp.answers import Screening
from oligoasp.cohort import open_cohort
from oligoasp.decide import Engine
from oligoasp.protocol import load_protocol
from oligoasp.screen import Screener, screen
from oligoasp.screen.journal import Work
from oligoasp.screen.run import Outputs

ASTHMA = Path(__file__).parents[1] / "protocols" / "asthma"
PIECE = 5
DELAY = 0.004
"""Seconds that the program rests after each piece, so that there is time to kill it."""


def write_cohort(path: Path, number: int, seed: int = 1) -> Path:
    """Write records of a tiny trial, good ones and bad ones."""
    rng = random.Random(seed)
    lines = []
    for place in range(number):
        record: dict[str, object] = {
            "id": f"A{place % (number - 2):04}",
            "sex": rng.choice(["female", "male"]),
            "age": rng.randrange(10, 80),
            "dates": {"enrollment": "2024-03-01"},
            "lung": {"fev1": f"{rng.randrange(30, 110)} %"},
            "smoker": rng.random() < 0.2,
            "exacerbations": [
                {"date": f"2023-{rng.randrange(1, 13):02}-15", "severe": rng.random() < 0.8}
                for _ in range(rng.randrange(5))
            ],
            "medications": [],
        }
        for name in ("sex", "age", "smoker", "exacerbations"):
            if rng.random() < 0.1:
                del record[name]
        if rng.random() < 0.05:
            record["smokes"] = True
        lines.append("{" if rng.random() < 0.03 else json.dumps(record))
    path.write_text("\n".join(lines) + "\n")
    return path


def work(output: Path, screener: Screener) -> Work:
    """Open the folder beside an output."""
    return Work(output.with_suffix(".unfinished"), screener.head, names=screener.files)


def screened(
    cohort: Path, output: Path, processes: int = 1, piece: int = PIECE, delay: float = 0.0
) -> tuple[Screening, list[str]]:
    """Screen a cohort; give the summary and what is wrong with records."""
    engine = Engine(load_protocol(ASTHMA))
    opened_cohort = open_cohort(cohort, engine.protocol.vocabulary)
    screener = Screener(engine, opened_cohort, piece, keep=True)
    problems: list[str] = []
    kind, ie, kept = output.suffix.removeprefix("."), *map(output.with_suffix, (".ie", ".kept"))
    outputs = Outputs(output, kind, ie, kept)
    with work(output, screener) as opened:
        summary = screen(
            screener,
            opened,
            outputs,
            processes,
            problems.append,
            lambda progress: time.sleep(delay),
        )
    return summary, problems


if __name__ == "__main__":
    screened(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), delay=DELAY)
