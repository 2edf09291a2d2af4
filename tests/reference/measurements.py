"""Measurements: which of several counts, and what is known of its value."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .completions import Entry
from .readers import Reader, plain, settle
from .values import DateSpan, Number, Span, date_span, quantity, ratio


def latest(raw: Any, enrollment: DateSpan | None) -> list[Any]:
    """The measurements that may be the one that counts; none if perhaps none does.

    The vocabulary: of several, "the latest on or before enrollment counts"; so one that was
    taken after enrollment is no result, even if it is the only one. One that may have been
    taken before or after, where a date is known in part, may count or not.
    """
    if raw is None:
        return []
    if not isinstance(raw, list):
        raw = [raw]
    if enrollment is None:
        return list(raw)
    undated = []
    dated = []
    for one in raw:
        day = one.get("date") if isinstance(one, dict) else None
        if day is None:
            undated.append(one)
        else:
            dated.append((*date_span(str(day)), one))
    counting = [first for first, last, _ in dated if last <= enrollment[0]]
    if not counting:
        return undated
    return undated + [
        one for first, last, one in dated if first <= enrollment[1] and last >= max(counting)
    ]


def reading(raw: Any, scale: str) -> Number | Span:
    """The value of one measurement."""
    if isinstance(raw, dict):
        return quantity(f"{raw['value']} {raw.get('unit', '')}", scale)
    return quantity(str(raw), scale)


def hull(found: list[Number | Span]) -> Number | Span | None:
    """The least span of all that a value may be; None if there is none."""
    if len(found) < 2:
        return found[0] if found else None
    spans = [v if isinstance(v, Span) else Span(v, False, v, False) for v in found]
    lows = [(s.lo, s.lo_open) for s in spans if s.lo is not None]
    highs = [(s.hi, not s.hi_open) for s in spans if s.hi is not None]
    lo, lo_open = min(lows) if len(lows) == len(spans) else (None, False)
    hi, closed = max(highs) if len(highs) == len(spans) else (None, True)
    return lo if lo is not None and lo == hi else Span(lo, lo_open, hi, not closed)


def measured(path: str, scale: str, critical: tuple[Number, ...]) -> Reader:
    """A measurement."""
    get = plain(path)

    def read(p: Entry) -> Any:
        found = [reading(one, scale) for one in latest(get(p.raw), p.enrollment)]
        return settle(hull(found), critical, 0, scale == "count")

    return read


def multiple(path: str, scale: str, *critical: Fraction) -> Reader:
    """A measurement as a multiple of its upper limit of normal."""
    get = plain(path)

    def read(p: Entry) -> Any:
        found = latest(get(p.raw), p.enrollment)
        if any(not isinstance(one, dict) or one.get("uln") is None for one in found):
            return settle(None, critical, 0)
        values = [ratio(str(o["value"]), o["unit"], str(o["uln"]), scale) for o in found]
        return settle(hull(values), critical, 0)

    return read
