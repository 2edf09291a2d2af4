"""What deciding a cohort again under an amendment costs, side by side with the first time.

    python -m tests.benchmarks.amending --records 100000

In one process: the first time every record is read, validated and decided; then the whole
cohort is decided again as each amendment would have it.
"""

from __future__ import annotations

import argparse
import time
from contextlib import suppress
from dataclasses import replace

from oligoasp.amend import amended, from_options
from oligoasp.amend.apply import limits_of
from oligoasp.batch import Batch
from oligoasp.batch.panel import Panel
from oligoasp.decide import Engine
from oligoasp.protocol import load_protocol
from oligoasp.record.errors import RecordError
from oligoasp.record.read import parse_record
from tests.cohort import cohort

AMENDMENTS = {
    "one number (metastases_most=6)": (["metastases_most=6"], [], []),
    "one clause dropped (E6)": ([], ["E6"], []),
    "a reading that 19 clauses use (supraclavicular)": ([], [], ["supraclavicular=regional"]),
}


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=100_000)
    number = parser.parse_args().records
    base = load_protocol("eso_shanghai_13")
    versions = {
        name: amended(base, [from_options(*options)]) for name, options in AMENDMENTS.items()
    }
    limits = limits_of(base, *versions.values())
    panel = Panel(Batch(Engine(replace(base, limits=limits))))
    first = 0.0
    for one in cohort(number, 1):
        start = time.process_time()
        with suppress(RecordError):
            panel.add(parse_record(one, base.vocabulary))
        first += time.process_time() - start
    print(f"{f'reading and deciding {number:,} records':52} {first:8.1f} s")
    for name, version in versions.items():
        start = time.process_time()
        batch = Batch(Engine(replace(version, limits=limits)), panel.batch)
        changed = sum(
            old.verdict != new.verdict
            for old, new in zip(panel.outcomes, panel.again(batch), strict=True)
        )
        again = time.process_time() - start
        print(f"{f'again: {name}':52} {again:8.1f} s {first / again:6.1f} x, {changed:,} change")


if __name__ == "__main__":
    main()
