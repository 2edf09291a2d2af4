"""Dates that may be known in part, and exact calendar arithmetic.

A partial date is the interval of days that it can mean. Elapsed times are codes on the
scales of the rules: twice the number of whole steps, plus one strictly between two.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from oligoasp.record.errors import Fault, Refused, quote

if TYPE_CHECKING:
    from collections.abc import Callable

Time = TypeVar("Time", date, datetime)

SHORTEST_MONTH = 28
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)
DATE = "a date such as 2024-03-05, 2024-03 or 2024, or a range such as 2018-05..2019-08"
MOMENT = "a date or a local date and time such as 2024-03-05 14:30"

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(r"([0-9-]{10})(?:T| +)([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_OFFSET = re.compile(r".*(?:[0-9]:[0-9]{2}(?:\.[0-9]+)?) *(?:Z|[+-][0-9]{2}:?[0-9]{0,2})")
_LOOSE = re.compile(
    r"(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{1,2})(?:(?P=s)(?P<d>[0-9]{1,2}))?(?:[T ].*)?"
    r"|(?P<y2>[0-9]{4})(?P<m2>[0-9]{2})(?P<d2>[0-9]{2})"
    r"|(?P<d3>[0-9]{1,2})\.(?P<m3>[0-9]{1,2})\.(?P<y3>[0-9]{4})"
    r"|(?P<m4>[0-9]{1,2})[/.](?P<y4>[0-9]{4})"
)


class DateInterval(NamedTuple):
    """The days that a date can mean, both ends included.

    An end that is open in the record (``2018-05..``) is the last day that can be typed.
    """

    earliest: date
    latest: date

    @property
    def exact(self) -> bool:
        """Whether only one day is meant."""
        return self.earliest == self.latest


class MomentInterval(NamedTuple):
    """The local times that a date with or without time can mean, both ends included."""

    earliest: datetime
    latest: datetime

    @property
    def exact(self) -> bool:
        """Whether only one moment is meant."""
        return self.earliest == self.latest


def day_of(time: date) -> date:
    """Give the day of a date or of a moment."""
    return time.date() if isinstance(time, datetime) else time


def days_of(value: object) -> tuple[date, date] | None:
    """Give the first and the last day that a date or moment can mean; None: it is neither."""
    if isinstance(value, DateInterval):
        return value
    if isinstance(value, MomentInterval):
        return day_of(value.earliest), day_of(value.latest)
    return None


def parse_date(text: str) -> DateInterval:
    """Read a date, a part of a date or a range of these.

    Args:
        text: ``2024-03-05``, ``2024-03``, ``2024``, ``2018-05..2019-08``, ``..2019-08``
            or ``2018-05..``.

    Returns:
        The days that it can mean.

    Raises:
        Refused: if it is none of these, or outside the years 1900 to 2100.
    """
    return DateInterval(*_bounds(text, _days, (FIRST_DAY, LAST_DAY), DATE))


def parse_moment(text: str) -> MomentInterval:
    """Read a date with or without time of day, or a range of these.

    Args:
        text: what `parse_date` reads, or ``2024-03-05 14:30``, also with ``T`` and seconds.

    Returns:
        The local times that it can mean; a date without time covers its whole days.

    Raises:
        Refused: if it is none of these, or has a time zone, which nothing else here has.
    """
    if _OFFSET.fullmatch(text):
        found = f"{quote(text)}, a time with a time zone"
        raise Refused(Fault(found, f"{MOMENT}, without a time zone"))
    ends = _whole_days(FIRST_DAY, LAST_DAY)
    return MomentInterval(*_bounds(text, _moments, ends, MOMENT))


def add_months(day: date, months: int) -> date:
    """Move a date by calendar months, clamped to the end of the month.

    Args:
        day: the date.
        months: how many months, negative for earlier.

    Returns:
        The same day of that month, or its last day: 31 May less 3 months is 28 or 29 February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, _day_in(year, month + 1, day))


def months_before(day: date, anchor: date) -> int:
    """Code the calendar months from a day up to an anchor.

    Args:
        day: the day; it may be after the anchor.
        anchor: the day to count back from.

    Returns:
        2 m if the day is the anchor less m months, else 2 m + 1 if it lies strictly
        between that day and the anchor less m + 1 months; m < 0 after the anchor.
    """
    months = (anchor.year - day.year) * 12 + anchor.month - day.month
    here, there = day.day, anchor.day
    if there > SHORTEST_MONTH:
        there = _day_in(day.year, day.month, anchor)
    return 2 * months + (there > here) - (there < here)


def months_after(day: date, anchor: date) -> int:
    """Code the calendar months from an anchor on to a day, as `months_before` does."""
    return -months_before(day, anchor)


def years_before(day: date, anchor: date) -> int:
    """Code the calendar years (of 12 months) from a day up to an anchor."""
    return -years_after(day, anchor)


def years_after(day: date, anchor: date) -> int:
    """Code the calendar years (of 12 months) from an anchor on to a day."""
    there = (anchor.month, _day_in(day.year, anchor.month, anchor))
    here = (day.month, day.day)
    return 2 * (day.year - anchor.year) + (here > there) - (here < there)


def age(born: date, day: date) -> int:
    """Code the age of someone on a day.

    Returns:
        2 n on the n-th birthday and 2 n + 1 up to the next, so half of it, rounded down, are
        the complete years. Who is born on 29 February has birthday on 1 March in years
        without one: not grown up a day too early.
    """
    birthday = (born.month, born.day)
    if birthday == (2, SHORTEST_MONTH + 1) and not isleap(day.year):
        birthday = (3, 1)
    here = (day.month, day.day)
    return 2 * (day.year - born.year) + (here > birthday) - (here < birthday)


def days_before(day: date, anchor: date) -> int:
    """Code the days from a day up to an anchor: twice their number."""
    return 2 * (anchor - day).days


def days_after(day: date, anchor: date) -> int:
    """Code the days from an anchor on to a day: twice their number."""
    return 2 * (day - anchor).days


def _day_in(year: int, month: int, day: date) -> int:
    """Give the day of the month of a date, or the last of a month that is too short for it."""
    wanted = day.day
    return wanted if wanted <= SHORTEST_MONTH else min(wanted, monthrange(year, month)[1])


def _bounds(
    text: str,
    read: Callable[[str], tuple[Time, Time]],
    ends: tuple[Time, Time],
    accepted: str,
) -> tuple[Time, Time]:
    """Read one date or a range of two, either of which may be left open."""
    left, dots, right = (part.strip() for part in text.partition(".."))
    if not dots:
        return read(left)
    if not (left or right):
        raise Refused(Fault(quote(text), accepted))
    earliest = read(left)[0] if left else ends[0]
    latest = read(right)[1] if right else ends[1]
    if earliest > latest:
        raise Refused(Fault(f"{quote(text)}, a range that ends before it begins", accepted))
    return earliest, latest


def _days(text: str) -> tuple[date, date]:
    match = _DAY.fullmatch(text)
    if not match:
        raise Refused(Fault(quote(text), DATE, _date_or_not(text)))
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        years = f"a year from {FIRST_DAY.year} to {LAST_DAY.year}"
        raise Refused(Fault(quote(text), years))
    try:
        return (
            date(year, month if match[2] else 1, day if match[3] else 1),
            date(
                year,
                month if match[2] else 12,
                day if match[3] else monthrange(year, month if match[2] else 12)[1],
            ),
        )
    except ValueError:
        found = f"{quote(text)}, a day that is not in the calendar"
        raise Refused(Fault(found, DATE)) from None


def _moments(text: str) -> tuple[datetime, datetime]:
    match = _MOMENT.fullmatch(text)
    if not match:
        try:
            return _whole_days(*_days(text))
        except Refused as refused:
            fault = refused.faults[0]
            accepted = MOMENT if fault.accepted == DATE else fault.accepted
            raise Refused(fault._replace(accepted=accepted)) from None
    day = _days(match[1])[0]
    try:
        clock = time(int(match[2]), int(match[3]), int(match[4] or 0))
    except ValueError:
        found = f"{quote(text)}, a time that is not on the clock"
        raise Refused(Fault(found, MOMENT)) from None
    moment = datetime.combine(day, clock)
    return moment, moment


def _whole_days(earliest: date, latest: date) -> tuple[datetime, datetime]:
    return datetime.combine(earliest, time(0)), datetime.combine(latest, time(23, 59, 59))


def _date_or_not(text: str) -> str:
    """Suggest the date that was probably meant, or nothing where that is a guess."""
    if not (match := _LOOSE.fullmatch(text.strip())):
        return ""
    found = match.groupdict()
    year, month, day = (
        next((found[n] for n in (name, *(f"{name}{i}" for i in (2, 3, 4))) if found.get(n)), "")
        for name in "ymd"
    )
    suggestion = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    try:
        _days(suggestion)
    except Refused:
        return ""
    return suggestion if suggestion != text else ""
