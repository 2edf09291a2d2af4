"""Elapsed times: from which date to which, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .completions import Entry, Gap
from .readers import Reader, bounds, field
from .values import (
    DateSpan,
    Span,
    cells,
    date_span,
    days_back,
    elapsed,
    minute_span,
    months_back,
    years_back,
)

SAME_DAY_TEST_IS_BEFORE = True
"""A pregnancy test and a randomization on one day, one of them without a time: True takes
the test to come first (clauses.yaml: "difference <= 2 days met"), False leaves it open
(a date is any time of that day)."""


def anchor(*sources: str) -> Callable[[dict[str, Any]], DateSpan | None]:
    """The date of the first source that the record gives."""

    def read(raw: dict[str, Any]) -> DateSpan | None:
        dates = raw.get("dates")
        if dates is not None:
            for source in sources:
                value = dates.get(source)
                if value is not None:
                    return date_span(str(value))
        return None

    return read


ENROLLMENT = anchor("enrollment", "registration", "randomization")
START = anchor("treatment_start", "enrollment", "registration", "randomization")


def treatment_end(p: Entry) -> DateSpan | None:
    """The latest end of definitive treatment; None unless every end is known in part.

    A drug whose record does not say that it was adjuvant may have been.
    """
    listed = p.raw.get("definitive_treatments")
    if not listed or "definitive_treatments" in p.incomplete:
        return None
    ends = [one.get("end") for one in listed]
    if p.readings.definitive_end == "all_curative":
        drugs = p.raw.get("systemic_therapies")
        if drugs is None or "systemic_therapies" in p.incomplete:
            return None
        ends += [one.get("adjuvant_end") for one in drugs]
    low = high = None
    for end in ends:
        if end is None:
            return None
        span = date_span(str(end))
        low = span[0] if low is None or span[0] > low else low
        high = span[1] if high is None or span[1] > high else high
    if low is None or high is None:
        return None
    return (high, high) if low == high else (low, high)


def negated(span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Time on from the anchor instead of back."""
    return None if span is None else (-span[1], -span[0])


def day_of(entry: Entry, name: str) -> DateSpan | None:
    """A date of an entry."""
    value = field(entry.raw, name)
    return None if value is None else date_span(str(value))


def diagnosis(patient: Entry) -> DateSpan | None:
    """The day of diagnosis of the primary."""
    return day_of(patient, "primary.diagnosis")


def before_enrollment(path: str) -> Callable[[Any], tuple[int, int] | None]:
    """Time from a date of an entry to enrollment, counted as for the three-month window."""
    return lambda e: elapsed(e.patient.window.step, e.patient.enrollment, day_of(e, path))


def before_start(path: str) -> Callable[[Any], tuple[int, int] | None]:
    """Time from a date of an entry to the start of study treatment, counted likewise."""
    return lambda e: elapsed(e.patient.window.step, e.patient.start, day_of(e, path))


def minutes_before_randomization(test: Entry) -> tuple[int, int] | None:
    """Minutes from a pregnancy test to randomization."""
    taken = test.raw.get("time")
    dates = test.patient.raw.get("dates") or {}
    fixed = None
    for source in ("randomization", "enrollment", "registration"):
        fixed = dates.get(source)
        if fixed is not None:
            break
    if taken is None or fixed is None:
        return None
    first, last = minute_span(str(taken))
    early, late = minute_span(str(fixed))
    low, high = early - last, late - first
    one_day = first // 1440 == last // 1440 == early // 1440 == late // 1440
    if SAME_DAY_TEST_IS_BEFORE and one_day and low < high:
        low = max(low, 0)
    return low, high


SPANS: dict[str, Callable[[Any], tuple[int, int] | None]] = {
    "consent": lambda p: elapsed(days_back, p.enrollment, day_of(p, "consent.date")),
    "amenorrhea": lambda p: elapsed(
        months_back, p.enrollment, day_of(p, "reproduction.last_menstruation")
    ),
    "after_diagnosis": lambda e: negated(
        elapsed(months_back, diagnosis(e.patient), day_of(e, "detected"))
    ),
    "after_treatment": lambda e: negated(
        elapsed(months_back, treatment_end(e.patient), day_of(e, "detected"))
    ),
    "days_after_treatment": lambda e: negated(
        elapsed(days_back, treatment_end(e.patient), day_of(e, "detected"))
    ),
    "days_after_diagnosis": lambda e: negated(
        elapsed(days_back, diagnosis(e.patient), day_of(e, "detected"))
    ),
    "first_after_treatment": lambda p: negated(
        elapsed(p.window.step, treatment_end(p), day_of(p, "course.first_metastasis"))
    ),
    "controlled_for": lambda p: elapsed(
        p.window.step, p.enrollment, day_of(p, "primary.controlled_since")
    ),
    "end_enrollment": before_enrollment("end"),
    "end_start": before_start("end"),
    "first_enrollment": before_enrollment("first_dose"),
    "last_enrollment": before_enrollment("last_dose"),
    "first_start": before_start("first_dose"),
    "last_start": before_start("last_dose"),
    "event_enrollment": before_enrollment("date"),
    "intervention_start": lambda e: elapsed(
        days_back, e.patient.start, day_of(e, "last_intervention")
    ),
    "trial_end_start": lambda e: elapsed(days_back, e.patient.start, day_of(e, "end")),
    "years_before": lambda e: elapsed(years_back, diagnosis(e.patient), day_of(e, "diagnosis")),
    "minutes_before": minutes_before_randomization,
}


def times(name: str, critical: tuple[int, ...], linked: tuple[str, ...] = ()) -> Reader:
    """An elapsed time; linked ones are compared with it, so they share critical points."""
    return _times(name, lambda p: critical, linked)


def windowed(name: str, linked: tuple[str, ...] = ()) -> Reader:
    """An elapsed time as ``times``, of which it matters whether it is within three months."""
    return _times(name, lambda p: (0, p.window.length), linked)


def _times(
    name: str, critical: Callable[[Entry], tuple[int, ...]], linked: tuple[str, ...]
) -> Reader:
    def read(entry: Entry) -> Any:
        value = bounds(SPANS[name](entry))
        if not isinstance(value, Span):
            return value
        points = set(critical(entry if entry.patient is None else entry.patient))
        for other in linked:
            ends = SPANS[other](entry)
            if ends is not None:
                points.update(ends)
        return Gap(cells(value, points, integral=True))

    return read
