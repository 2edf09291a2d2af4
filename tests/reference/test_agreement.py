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
    compare_readings,
    dated_records,
    engine,
    gapped_records,
    grouped_records,
    random_records,
    report,
)
from .ambiguities import OPTIONS, Readings
from .criteria import CLAUSES, statuses
from .generate import baseline, changed, corners, metastases, window_corners

CHUNKS = 20
RANDOM = int(os.environ.get("OLIGOASP_RANDOM", "20000"))
CORNERS_APART = 2
GAPPED_CHUNKS = 4
GAPPED = 500
READ_CHUNKS = 4
READ, READ_GAPPED = 1500, 500
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


# ---- Other readings of the three-month window ------------------------------------


@pytest.mark.parametrize("name", OPTIONS)
def test_the_reference_knows_the_options_of_the_protocol(name: str) -> None:
    ambiguity = engine().protocol.ambiguities[name]
    assert (ambiguity.default, set(ambiguity.options)) == (OPTIONS[name][0], set(OPTIONS[name]))


WINDOW_READINGS = (
    {"window_boundary": "closed"},
    {"window_boundary": "half_open"},
    {"window_boundary": "half_open", "early_metastasis": "primary_control"},
    {
        "washout_anchor": "enrollment",
        "definitive_end": "all_curative",
        "recent_radiotherapy": "counts",
    },
    {"early_which": "ever", "early_synchronous": "excluded"},
)


@pytest.mark.parametrize("length", OPTIONS["month_length"])
@pytest.mark.parametrize("others", WINDOW_READINGS, ids=lambda others: "-".join(others.values()))
def test_corners_of_the_window(length: str, others: dict[str, str]) -> None:
    check(compare(window_corners(), Readings(month_length=length, **others)))


@pytest.mark.parametrize("chunk", range(READ_CHUNKS))
def test_random_records_under_random_readings(chunk: int) -> None:
    check(compare_readings(random_records(6000 + chunk, READ), 6000 + chunk))


@pytest.mark.parametrize("chunk", range(READ_CHUNKS))
def test_records_with_parts_missing_under_random_readings(chunk: int) -> None:
    check(compare_readings(gapped_records(7000 + chunk, READ_GAPPED), 7000 + chunk))


@pytest.mark.parametrize(
    ("changes", "readings", "status"),
    [
        pytest.param(
            {
                "course.first_metastasis": "2021-09-01",
                "lesions": [
                    *metastases("lung"),
                    metastases("lung", "liver", visible_on_ct=False, detected="2021-12-01")[1],
                ],
            },
            Readings(early_which="ever"),
            "present",
            id="a metastasis found early that has subsided since",
        ),
        pytest.param(
            {
                "course.first_metastasis": "2021-12-01",
                "systemic_therapies.0.adjuvant_end": "2022-02-07",
            },
            Readings(early_which="ever", definitive_end="all_curative"),
            "absent",
            id="the first metastasis found before the end of adjuvant drugs",
        ),
    ],
)
def test_any_metastasis_ever(changes: dict[str, object], readings: Readings, status: str) -> None:
    record = changed(baseline(), changes)
    assert statuses(record, readings)[1]["E4.a"] == status
    check(compare([record], readings))


@pytest.mark.parametrize("make", [random_records, gapped_records])
def test_records_decided_one_by_one(make) -> None:  # type: ignore[no-untyped-def]
    check(compare(make(5000, 100), one_by_one=True))
