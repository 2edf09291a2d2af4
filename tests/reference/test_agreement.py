"""The engine agrees with the independent reference: the verdict and every status.

``OLIGOASP_RANDOM`` is the number of random records (20,000 if it is not set).
"""

from __future__ import annotations

import os
from itertools import islice

import pytest

from .agreement import (
    Tally,
    compare,
    dated_records,
    engine,
    gapped_records,
    grouped_records,
    random_records,
    report,
)
from .criteria import CLAUSES
from .generate import corners

CHUNKS = 20
RANDOM = int(os.environ.get("OLIGOASP_RANDOM", "20000"))
CORNERS_APART = 2
GAPPED_CHUNKS = 4
GAPPED = 500
MOST_SKIPPED = 0.01


def check(tally: Tally) -> None:
    if tally.disagreements:
        pytest.fail(report(tally), pytrace=False)
    assert tally.records > 0
    assert tally.skipped <= MOST_SKIPPED * tally.records, f"{tally.skipped} records were skipped"


def test_the_reference_and_the_engine_know_the_same_clauses() -> None:
    assert {c.id for c in engine().protocol.clauses.values() if c.tests} == set(CLAUSES)
    assert len(CLAUSES) == 46


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_records(chunk: int) -> None:
    check(compare(random_records(1000 + chunk, -(-RANDOM // CHUNKS))))


@pytest.mark.parametrize("start", range(CORNERS_APART))
def test_corners(start: int) -> None:
    check(compare(islice(corners(), start, None, CORNERS_APART)))


@pytest.mark.parametrize("chunk", range(GAPPED_CHUNKS))
def test_records_with_parts_missing(chunk: int) -> None:
    check(compare(gapped_records(2000 + chunk, GAPPED)))


def test_results_dated_after_enrollment_do_not_count() -> None:
    check(compare(dated_records(3000, 400)))


def test_one_node_says_the_diameter_of_the_conglomerate_for_its_group() -> None:
    check(compare(grouped_records(4000, 150)))


@pytest.mark.parametrize("make", [random_records, gapped_records])
def test_records_decided_one_by_one(make) -> None:  # type: ignore[no-untyped-def]
    check(compare(make(5000, 100), one_by_one=True))
