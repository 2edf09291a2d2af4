"""Quantities, dates and elapsed times of a record, read with exact arithmetic.

A number is a ``Fraction`` (or an ``int``) when the record gives it exactly, else a
``Span`` with open or closed ends. A date is a pair (earliest, latest).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

Number = Fraction | int
DateSpan = tuple[date, date]

_DAY = Fraction(1, 7)  # in weeks

# Factor from a unit to the unit of the scale.
UNITS: dict[str, dict[str, Fraction]] = {
    "cells": {
        "10*9/L": Fraction(1),
        "10*3/uL": Fraction(1),
        "/uL": Fraction(1, 1000),
        "10*6/L": Fraction(1, 1000),
    },
    "hemoglobin": {
        "g/dL": Fraction(1),
        "g/L": Fraction(1, 10),
        "mmol/L": Fraction("1.6114"),
    },
    "albumin": {"g/dL": Fraction(1), "g/L": Fraction(1, 10)},
    "bilirubin": {"mg/dL": Fraction(1), "umol/L": 1 / Fraction("17.104")},
    "enzyme": {"U/L": Fraction(1), "[IU]/L": Fraction(1), "ukat/L": Fraction(60)},
    "creatinine": {"mg/dL": Fraction(1), "umol/L": 1 / Fraction("88.42")},
    "clearance": {"mL/min": Fraction(1), "mL/s": Fraction(60)},
    "volume": {"L": Fraction(1), "mL": Fraction(1, 1000)},
    "length": {"mm": Fraction(1), "cm": Fraction(10), "m": Fraction(1000)},
    "weight": {"kg": Fraction(1), "g": Fraction(1, 1000), "[lb_av]": Fraction("0.45359237")},
    "weeks": {
        "wk": Fraction(1),
        "d": _DAY,
        "mo": Fraction("30.4375") * _DAY,
        "a": Fraction("365.25") * _DAY,
    },
    "percent": {"%": Fraction(1)},
    "count": {"": Fraction(1), "1": Fraction(1)},
}


class Span(NamedTuple):
    """All numbers between two ends, of which either may be missing or excluded."""

    lo: Number | None = None
    lo_open: bool = False
    hi: Number | None = None
    hi_open: bool = False

    def scaled(self, factor: Fraction) -> Span:
        """The span in another unit."""
        lo = None if self.lo is None else self.lo * factor
        hi = None if self.hi is None else self.hi * factor
        return Span(lo, self.lo_open, hi, self.hi_open)

    def __contains__(self, x: object) -> bool:
        assert isinstance(x, Fraction | int)
        if self.lo is not None and (x < self.lo or (self.lo_open and x == self.lo)):
            return False
        return self.hi is None or not (x > self.hi or (self.hi_open and x == self.hi))


def cells(span: Span, critical: Iterable[Number], *, integral: bool = False) -> tuple[Number, ...]:
    """One representative for every cell that the critical points cut the span into.

    The cells are the critical points themselves and the gaps between them. Whatever a
    clause does with numbers, it only compares them with critical points, and the map from a
    number to the representative of its cell is monotone; so numbers that use the same
    critical points keep their order too. The ends of the span count as critical.
    """
    points = set(critical)
    if span.lo is not None:
        points.add(span.lo)
    if span.hi is not None:
        points.add(span.hi)
    ordered = sorted(points)
    found: list[Number] = []
    for i, point in enumerate(ordered):
        if i == 0:
            found.append(point - 1)
        found.append(point)
        if i + 1 == len(ordered):
            found.append(point + 1)
        elif not integral:
            found.append((Fraction(point) + ordered[i + 1]) / 2)
        elif point + 1 < ordered[i + 1]:
            found.append(point + 1)
    return tuple(x for x in found if x in span)


_QUANTITY = re.compile(
    r"\s*(?P<sign><=|>=|<|>|)\s*(?P<low>-?\d+(?:\.\d+)?)\s*(?:\.\.\s*(?P<high>-?\d+(?:\.\d+)?))?"
    r"\s*(?P<unit>\S*)\s*"
)


@lru_cache(maxsize=1 << 16)
def quantity(text: str, scale: str) -> Fraction | Span:
    """Read "42 mm", ">12 wk" or "10..20 mm" in the unit of the scale."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"not a quantity: {text!r}")
    factor = UNITS[scale][match["unit"]]
    low = Fraction(match["low"]) * factor
    sign = match["sign"]
    if match["high"] is not None:
        if sign:
            raise ValueError(f"not a quantity: {text!r}")
        return Span(low, False, Fraction(match["high"]) * factor, False)
    if not sign:
        return low
    if sign[0] == ">":
        return Span(low, sign == ">", None, False)
    return Span(None, False, low, sign == "<")


def integer(raw: Any) -> int | Span:
    """Read 3, "3" or ">=2"."""
    if type(raw) is int:
        return raw
    value = quantity(str(raw), "count")
    if isinstance(value, Span):
        return value
    if value.denominator != 1:
        raise ValueError(f"not an integer: {raw!r}")
    return int(value)


@lru_cache(maxsize=1 << 16)
def ratio(value: str, unit: str, uln: str, scale: str) -> Fraction | Span:
    """A measurement as a multiple of its upper limit of normal."""
    number = quantity(f"{value} {unit}", scale)
    limit = quantity(f"{uln} {unit}", scale)
    assert isinstance(limit, Fraction)
    return number.scaled(1 / limit) if isinstance(number, Span) else number / limit


# ---- Dates ---------------------------------------------------------------------


def last_day(year: int, month: int) -> int:
    """The number of days in a month."""
    return monthrange(year, month)[1]


def _one_date(text: str) -> DateSpan:
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    if len(parts) == 2:
        year, month = parts
        return date(year, month, 1), date(year, month, last_day(year, month))
    day = date(*parts)
    return day, day


@lru_cache(maxsize=1 << 16)
def date_span(text: str) -> DateSpan:
    """Earliest and latest day of a date, a partial date or a range; times are dropped."""
    if ".." in text:
        first, last = text.split("..")
        return date_span(first.strip())[0], date_span(last.strip())[1]
    return _one_date(text[:10].strip())


@lru_cache(maxsize=1 << 16)
def minute_span(text: str) -> tuple[int, int]:
    """Earliest and latest minute (since year 1) of a datetime or a date."""
    if len(text) > 10 and ".." not in text:
        hour, minute = text[11:16].split(":")
        at = date_span(text)[0].toordinal() * 1440 + int(hour) * 60 + int(minute)
        return at, at
    first, last = date_span(text)
    return first.toordinal() * 1440, last.toordinal() * 1440 + 1439


@lru_cache(maxsize=1 << 16)
def months_back(anchor: date, day: date) -> int:
    """Calendar months from the anchor back to the day, in half steps.

    2 n if the day is exactly n months before the anchor (the month's last day standing in
    for a day that the month does not have), 2 n + 1 if it lies between n and n + 1 months.
    """
    n = (anchor.year - day.year) * 12 + anchor.month - day.month
    exact = min(anchor.day, last_day(day.year, day.month))
    return 2 * n + (day.day < exact) - (day.day > exact)


@lru_cache(maxsize=1 << 16)
def years_back(anchor: date, day: date) -> int:
    """Calendar years from the anchor back to the day, in half steps as ``months_back``."""
    n = anchor.year - day.year
    exact = (anchor.month, min(anchor.day, last_day(day.year, anchor.month)))
    at = (day.month, day.day)
    return 2 * n + (at < exact) - (at > exact)


def days_back(anchor: date, day: date) -> int:
    """Days from the anchor back to the day."""
    return anchor.toordinal() - day.toordinal()


def complete_years(birth: date, at: date) -> int:
    """Age in complete years; who is born on 29 February has birthday on 1 March otherwise."""
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def elapsed(
    step: Callable[[date, date], int], anchor: DateSpan | None, day: DateSpan | None
) -> tuple[int, int] | None:
    """The least and the greatest time from the anchor back to the day; None if unknown."""
    if anchor is None or day is None:
        return None
    if anchor[0] is anchor[1] and day[0] is day[1]:
        exact = step(anchor[0], day[0])
        return exact, exact
    return step(anchor[0], day[1]), step(anchor[1], day[0])


def add_months(day: date, n: int) -> date:
    """The day n months later (or earlier), clamped to the end of the month."""
    index = day.year * 12 + day.month - 1 + n
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, last_day(year, month)))


def add_days(day: date, n: int) -> date:
    """The day n days later."""
    return day + timedelta(days=n)
