"""The three-month window of I4.b, E4.a and E8 under every reading: the reference on its own.

The expected statuses are from the texts by hand; the arithmetic stands in the names.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from .ambiguities import OPTIONS, WINDOWS, Readings, random_readings
from .criteria import CLAUSES, TooManyCompletions, statuses
from .generate import baseline, changed, metastases, random_record, window_corners
from .values import last_day

Record = dict[str, Any]
LENGTHS = OPTIONS["month_length"]
CLAUSES_OF_THE_WINDOW = ("I4.b", "E4.a", "E8")
VIOLATED = ("not met", "present")

# Anchor, day, days between them, and under which readings the day is within the window:
# c calendar, 0, 1, 2 for 90, 91, 92 days; first with the window closed, then half-open.
BACK: list[tuple[str, str, int, str, str]] = [
    ("2025-05-01", "2025-02-02", 88, "c012", "c012"),  # 3 months less a day
    ("2025-05-01", "2025-02-01", 89, "c012", "012"),  # 3 months
    ("2025-05-01", "2025-01-31", 90, "012", "12"),  # 3 months and a day
    ("2025-05-01", "2025-01-30", 91, "12", "2"),
    ("2025-05-01", "2025-01-29", 92, "2", ""),
    ("2025-05-01", "2025-01-28", 93, "", ""),
    ("2025-03-01", "2024-12-01", 90, "c012", "12"),  # 3 months
    ("2025-03-01", "2024-11-30", 91, "12", "2"),  # 3 months and a day
    ("2025-02-28", "2024-11-30", 90, "c012", "c12"),  # 3 months less 2 days
    ("2025-02-28", "2024-11-28", 92, "c2", ""),  # 3 months
    ("2025-10-01", "2025-07-03", 90, "c012", "c12"),  # 3 months less 2 days
    ("2025-10-01", "2025-07-02", 91, "c12", "c2"),  # 3 months less a day
    ("2025-10-01", "2025-07-01", 92, "c2", ""),  # 3 months
    ("2025-10-01", "2025-06-30", 93, "", ""),  # 3 months and a day
    ("2025-05-29", "2025-02-28", 90, "c012", "12"),  # 3 months: 29 is clamped to 28
    ("2025-05-30", "2025-02-28", 91, "c12", "2"),  # 3 months: 30 is clamped to 28
    ("2025-05-31", "2025-02-28", 92, "c2", ""),  # 3 months: 31 is clamped to 28
    ("2024-05-31", "2024-02-29", 92, "c2", ""),  # 3 months: 31 is clamped to 29
    ("2024-05-01", "2024-02-01", 90, "c012", "12"),  # 3 months with a 29 February
]
ON: list[tuple[str, str, int, str, str]] = [
    ("2023-02-01", "2023-05-01", 89, "c012", "012"),  # 3 months
    ("2023-02-01", "2023-05-02", 90, "012", "12"),  # 3 months and a day
    ("2023-02-01", "2023-05-03", 91, "12", "2"),
    ("2023-02-01", "2023-05-04", 92, "2", ""),
    ("2023-02-01", "2023-05-05", 93, "", ""),
    ("2022-11-30", "2023-02-28", 90, "c012", "12"),  # 3 months: 30 is clamped to 28
    ("2022-11-30", "2023-03-01", 91, "12", "2"),  # 3 months and a day
    ("2022-11-28", "2023-02-28", 92, "c2", ""),  # 3 months
    ("2022-12-01", "2023-03-01", 90, "c012", "12"),  # 3 months
    ("2023-11-30", "2024-02-29", 91, "c12", "2"),  # 3 months: 30 is clamped to 29
    ("2023-11-30", "2024-03-01", 92, "2", ""),  # 3 months and a day
    ("2023-07-01", "2023-09-30", 91, "c12", "c2"),  # 3 months less a day
    ("2023-07-01", "2023-10-01", 92, "c2", ""),  # 3 months
    ("2023-07-01", "2023-10-02", 93, "", ""),  # 3 months and a day
]
KEYS = dict(zip("c012", LENGTHS, strict=True))


def named(rows: list[tuple[str, str, int, str, str]]) -> list[Any]:
    """One parameter for each row, reading of the length and reading of the boundary."""
    return [
        pytest.param(
            anchor,
            day,
            Readings(month_length=length, window_boundary=boundary),
            key in inside,
            id=f"{anchor} {day} {days} days {length} {boundary}",
        )
        for anchor, day, days, closed, half_open in rows
        for boundary, inside in (("closed", closed), ("half_open", half_open))
        for key, length in KEYS.items()
    ]


def test_the_days_are_counted_right() -> None:
    for anchor, day, days, _, _ in (*BACK, *ON):
        assert abs(date.fromisoformat(anchor) - date.fromisoformat(day)).days == days


def violated(record: Record, readings: Readings, clause: str) -> bool:
    """Whether a clause is violated for certain; it is never unknown here."""
    status = statuses(record, readings)[1][clause]
    assert status in (*VIOLATED, "met", "absent")
    return status in VIOLATED


def enrolled(day: str, start: str | None = None) -> Record:
    """The eligible patient, enrolled and perhaps started on these days."""
    return changed(
        baseline(),
        {"dates": {"enrollment": day, "treatment_start": start or day}, "consent.date": day},
    )


def drug(last: str, **changes: str) -> list[Record]:
    return [{"class": "chemotherapy", "first_dose": last, "last_dose": last} | changes]


def treated(kind: str, end: str) -> list[Record]:
    return [{"type": kind, "intent": "curative", "completed": True, "end": end}]


@pytest.mark.parametrize(("anchor", "day", "readings", "inside"), named(BACK))
def test_what_was_within_three_months_before(
    anchor: str, day: str, readings: Readings, inside: bool
) -> None:
    record = enrolled(anchor)
    dosed = changed(record, {"systemic_therapies": drug(day)})
    irradiated = changed(record, {"definitive_treatments": treated("chemoradiotherapy", day)})
    for one in (dosed, irradiated):
        assert violated(one, readings, "I4.b") is inside
        assert violated(one, readings, "E8") is inside
    for changes in (
        {"traumas": [{"severe": True, "date": day}]},
        {"operations": [{"procedure": "laparotomy", "date": day}]},
    ):
        assert violated(changed(record, changes), readings, "E8") is inside
    # The anchors of I4.b: the start of treatment, or enrollment.
    started = changed(enrolled("2026-03-01", anchor), {"systemic_therapies": drug(day)})
    assert violated(started, readings, "I4.b") is inside
    at_enrollment = Readings(**{**readings.chosen(), "washout_anchor": "enrollment"})
    later = changed(enrolled(anchor, "2026-03-01"), {"systemic_therapies": drug(day)})
    assert violated(later, at_enrollment, "I4.b") is inside
    radiation = changed(record, {"definitive_treatments": treated("radiotherapy", day)})
    assert violated(radiation, readings, "E8") is False
    counting = Readings(**{**readings.chosen(), "recent_radiotherapy": "counts"})
    assert violated(radiation, counting, "E8") is inside


@pytest.mark.parametrize(("anchor", "day", "readings", "inside"), named(ON))
def test_what_was_found_within_three_months_after(
    anchor: str, day: str, readings: Readings, inside: bool
) -> None:
    def read(**more: str) -> Readings:
        return Readings(**{**readings.chosen(), **more})

    record = changed(enrolled("2024-06-20"), {"lesions.0.detected": day})
    local = changed(record, {"definitive_treatments.0.end": anchor})
    assert violated(local, readings, "E4.a") is inside
    assert violated(local, read(early_synchronous="excluded"), "E4.a") is inside
    adjuvant = changed(record, {"systemic_therapies": drug(anchor, adjuvant_end=anchor)})
    assert violated(adjuvant, readings, "E4.a") is False
    assert violated(adjuvant, read(definitive_end="all_curative"), "E4.a") is inside
    repeat = changed(local, {"lesions.0.detected": "2024-06-01", "course.first_metastasis": day})
    assert violated(repeat, readings, "E4.a") is False
    assert violated(repeat, read(early_which="ever"), "E4.a") is inside


# Less than three months excludes, whatever is said of the boundary of a window.
LESS = [(anchor, day, days, less, less) for anchor, day, days, _, less in BACK]


@pytest.mark.parametrize(("anchor", "day", "readings", "too_short"), named(LESS))
def test_the_primary_controlled_for_less_than_three_months(
    anchor: str, day: str, readings: Readings, too_short: bool
) -> None:
    record = changed(enrolled(anchor), {"primary.controlled_since": day})
    control = Readings(**{**readings.chosen(), "early_metastasis": "primary_control"})
    assert violated(record, readings, "E4.a") is False
    assert violated(record, control, "E4.a") is too_short
    assert statuses(changed(record, {"primary.controlled_since": None}), control)[1]["E4.a"] == (
        "unknown"
    )


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("clause", "part"), [("E8", "trauma"), ("I4.b", "dose"), ("E4.a", "")])
def test_a_day_known_in_part_is_unknown_just_if_its_days_differ(
    clause: str, part: str, length: str
) -> None:
    readings = Readings(month_length=length)
    seen = set()
    for month in ("2024-11", "2024-12", "2025-01", "2025-02", "2025-03"):

        def on(day: str) -> Record:
            if part == "trauma":
                return changed(enrolled("2025-05-02"), {"traumas": [{"severe": True, "date": day}]})
            if part == "dose":
                return changed(enrolled("2025-05-02"), {"systemic_therapies": drug(day)})
            anchor = {"definitive_treatments.0.end": "2024-11-01", "lesions.0.detected": day}
            return changed(enrolled("2025-05-02"), anchor)

        year, number = map(int, month.split("-"))
        days = [f"{month}-{day:02}" for day in range(1, last_day(year, number) + 1)]
        outcomes = {statuses(on(day), readings)[1][clause] for day in days}
        whole = statuses(on(month), readings)[1][clause]
        assert {whole} == (outcomes if len(outcomes) == 1 else {"unknown"})
        seen.add(whole)
    assert len(seen) > 1


def test_ninety_days_move_the_month_in_which_it_is_unknown() -> None:
    # 90 days before 1 May 2025 is 31 January; 3 calendar months before is 1 February.
    record = changed(enrolled("2025-05-01"), {"traumas": [{"severe": True, "date": "2025-01"}]})
    assert statuses(record)[1]["E8"] == "absent"
    assert statuses(record, Readings(month_length="days_90"))[1]["E8"] == "unknown"
    # 91 days before 1 October 2025 is 2 July; 3 calendar months before is 1 July.
    record = changed(enrolled("2025-10-01"), {"traumas": [{"severe": True, "date": "2025-07"}]})
    assert statuses(record)[1]["E8"] == "present"
    assert statuses(record, Readings(month_length="days_91"))[1]["E8"] == "unknown"


@pytest.mark.parametrize("length", LENGTHS)
def test_an_end_of_treatment_that_is_unknown_lies_after_diagnosis(length: str) -> None:
    readings = Readings(month_length=length, early_synchronous="excluded")
    found = {
        "lesions.0.detected": "2023-05-01",
        "definitive_treatments.0.end": None,
    }
    # 89 days and 3 calendar months after diagnosis, so no more after treatment.
    near = changed(baseline(), found | {"primary.diagnosis": "2023-02-01"})
    assert statuses(near, readings)[1]["E4.a"] == "present"
    # 120 days after diagnosis, so perhaps more than three months after treatment.
    far = changed(baseline(), found | {"primary.diagnosis": "2023-01-01"})
    assert statuses(far, readings)[1]["E4.a"] == "unknown"
    # On the day of diagnosis, so not after treatment.
    same = changed(baseline(), found | {"primary.diagnosis": "2023-05-01"})
    assert statuses(same, Readings(month_length=length))[1]["E4.a"] == "absent"


@pytest.mark.parametrize(
    ("lesion", "readings", "status"),
    [
        ({}, {}, "absent"),
        ({"visible_on_ct": False, "detected": "2021-12-01"}, {}, "absent"),
        ({"visible_on_ct": False, "detected": "2021-12-01"}, {"early_which": "ever"}, "present"),
        ({"detected": "2021-09-01"}, {}, "absent"),
        ({"detected": "2021-09-01"}, {"early_synchronous": "excluded"}, "present"),
        ({"detected": "2021-10-11"}, {}, "absent"),
        ({"detected": "2021-10-11"}, {"early_synchronous": "excluded"}, "present"),
    ],
)
def test_which_metastasis_is_early(lesion: Record, readings: dict[str, str], status: str) -> None:
    found = [*metastases("lung"), metastases("lung", "liver")[1] | lesion]
    record = changed(baseline(), {"lesions": found, "course.first_metastasis": "2021-09-01"})
    for length in LENGTHS:
        assert statuses(record, Readings(month_length=length, **readings))[1]["E4.a"] == status


def test_the_length_of_a_month_concerns_no_other_clause() -> None:
    rng = random.Random(21)
    for record in [random_record(rng) for _ in range(300)]:
        by_calendar = statuses(record)[1]
        for length in LENGTHS[1:]:
            found = statuses(record, Readings(month_length=length))[1]
            differing = {name for name in CLAUSES if found[name] != by_calendar[name]}
            assert differing <= set(CLAUSES_OF_THE_WINDOW)


def told_apart(records: Iterable[Record]) -> Counter[tuple[str, str, str]]:
    """How many records tell each two lengths of a month apart, by clause."""
    found: Counter[tuple[str, str, str]] = Counter()
    for record in records:
        try:
            by_length = {one: statuses(record, Readings(month_length=one))[1] for one in LENGTHS}
        except TooManyCompletions:
            continue
        found.update(
            (clause, one, other)
            for clause in CLAUSES_OF_THE_WINDOW
            for one, other in combinations(LENGTHS, 2)
            if by_length[one][clause] != by_length[other][clause]
        )
    return found


PAIRS = {(c, *pair) for c in CLAUSES_OF_THE_WINDOW for pair in combinations(LENGTHS, 2)}


def test_corners_tell_every_two_lengths_apart() -> None:
    found = told_apart(window_corners())
    assert set(found) == PAIRS
    assert min(found.values()) >= 10


def test_random_records_tell_every_two_lengths_apart() -> None:
    rng = random.Random(22)
    assert set(told_apart(random_record(rng) for _ in range(3000))) == PAIRS


def test_readings_are_drawn_from_all_options() -> None:
    rng = random.Random(23)
    drawn = [random_readings(rng) for _ in range(400)]
    for name, options in OPTIONS.items():
        assert {getattr(one, name) for one in drawn} == set(options)
    lengths = Counter(one.month_length for one in drawn)
    assert min(lengths.values()) > 400 / len(WINDOWS) / 2


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="days_93"):
        Readings(month_length="days_93")
