"""What a vocabulary says of time: which dates are counted from which, and which come first.

Both halves of the calendar stand on this: the rules that keep impossible times out of the
patient space, and the search for the dates of a person in it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property, lru_cache
from math import ceil, floor

from oligoasp.protocol.regions import Regions
from oligoasp.protocol.vocabulary import PATIENT, Vocabulary
from oligoasp.record.dates import add_months
from oligoasp.record.derive import ENROLLMENT

Place = tuple[str, str]
"""A date as the vocabulary names it: kind and path; or LATEST and an anchor."""
Bounds = tuple[int | None, int | None]
"""The least and the most days, None where there is no bound."""

LATEST = "latest"

LONGEST = 730
"""How many days the dates of a study lie apart at most: a bound, which the scope states."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """An attribute that says how far a date lies before (or after) an anchor."""

    kind: str
    attribute: str
    path: str
    anchor: Place
    unit: str
    backwards: bool
    scale: str

    @property
    def place(self) -> Place:
        """The date that is counted."""
        return self.kind, self.path


class Timeline:
    """The dates of a vocabulary and how they hang together.

    Args:
        vocabulary: which attributes are elapsed times, and where anchors stand.
        unused: attributes, by kind, that are left aside.
    """

    def __init__(self, vocabulary: Vocabulary, unused: Collection[tuple[str, str]] = ()) -> None:
        self._vocabulary = vocabulary
        self._unused = unused

    @cached_property
    def elapsed(self) -> list[Elapsed]:
        """The attributes that are elapsed times."""
        found = []
        for pair, attribute in self._vocabulary.attributes.items():
            if pair in self._unused:
                continue
            match attribute.origin.form:
                case "before":
                    unit, path, anchor = attribute.origin.arguments
                case "after":
                    unit, anchor, path = attribute.origin.arguments
                case "age":
                    path, _, anchor = attribute.origin.arguments
                    unit = "years"
                case _:
                    continue
            backwards = attribute.origin.form != "after"
            place = self.anchor(anchor)
            found.append(
                Elapsed(
                    attribute.kind,
                    attribute.name,
                    path,
                    place,
                    unit,
                    backwards,
                    attribute.of,
                )
            )
        return found

    def anchor(self, name: str) -> Place:
        """Give the date that an anchor stands for, where the record gives its first source."""
        sources = self._vocabulary.anchors[name][0]
        return (LATEST, name) if sources[0].latest_of else (PATIENT, sources[0].path)

    @cached_property
    def enrollment(self) -> Place:
        """The date up to which things are known."""
        return self.anchor(ENROLLMENT)

    @cached_property
    def of_the_study(self) -> list[Place]:
        """The dates of the study itself besides enrollment: within two years of it."""
        places = [(PATIENT, path) for path in sorted(self._vocabulary.postponable)]
        return [place for place in places if place != self.enrollment]

    @cached_property
    def latest(self) -> dict[Place, list[Place]]:
        """The anchors that are the latest of some dates, with these dates."""
        lists = {kind.list_name: kind.name for kind in self._vocabulary.kinds.values()}
        return {
            (LATEST, name): [(lists[s.latest_of], s.path) for s in sources[0]]
            for name, sources in self._vocabulary.anchors.items()
            if sources[0][0].latest_of
        }

    def kinds(self, anchor: str) -> tuple[str, ...]:
        """Give the kinds of entry of whose dates an anchor is the latest."""
        return tuple(dict.fromkeys(kind for kind, _ in self.latest[LATEST, anchor]))

    @cached_property
    def in_order(self) -> list[tuple[Place, Place]]:
        """Pairs of dates of one entry, or of the patient, of which the second is not earlier."""
        return [((k, earlier), (k, later)) for k, earlier, later in self._vocabulary.in_order]

    @cached_property
    def observed(self) -> list[Place]:
        """Dates that are not after enrollment; a later laboratory result would not count."""
        results = [
            e.place
            for e in self.elapsed
            if e.place in self._vocabulary.fields
            and self._vocabulary.fields[e.place].type.form == "measurement"
        ]
        return list(dict.fromkeys([*self._vocabulary.observed, *results]))

    def timed(self, place: Place) -> bool:
        """Tell whether a date has a time of day."""
        field = self._vocabulary.fields.get(place)
        return field is not None and field.type.form == "datetime"


class Window:
    """The days between which a date lies whose elapsed time has some code.

    Args:
        elapsed: the attribute.
        regions: which codes of its scale are alike.
        code: the code.
    """

    def __init__(self, elapsed: Elapsed, regions: Regions, code: int) -> None:
        self.unit = elapsed.unit
        self._sign = -1 if elapsed.backwards else 1
        limits = regions.limits
        place = bisect_left(limits, code)
        if place < len(limits) and limits[place] == code:
            near = far = code
            self._gap = 0
        else:
            near = limits[place - 1] if place else None  # type: ignore[assignment]
            far = limits[place] if place < len(limits) else None  # type: ignore[assignment]
            self._gap = 1
        edges = (far, near) if elapsed.backwards else (near, far)
        self._edges = tuple(None if e is None else Fraction(e, 2) for e in edges)

    def first(self, anchor: int) -> int | None:
        """Give the first day (an ordinal), counted from an anchor; None if there is none."""
        edge = self._edges[0]
        return None if edge is None else self._moved(anchor, edge) + self._gap

    def last(self, anchor: int) -> int | None:
        """Give the last day, counted from an anchor; None if there is none."""
        edge = self._edges[1]
        return None if edge is None else self._moved(anchor, edge) - self._gap

    def _moved(self, anchor: int, amount: Fraction) -> int:
        """Move a day by an elapsed time."""
        steps = self._sign * int(amount)
        return anchor + steps if self.unit == "days" else _moved(anchor, steps, self.unit)

    def hours(self) -> tuple[Fraction | None, Fraction | None]:
        """Give the hours from the anchor on to the date; excluded unless it is exact."""
        low, high = (None if e is None else self._sign * e / 100 for e in self._edges)
        return low, high

    @property
    def exact(self) -> bool:
        """Whether only one day, or one moment, has this code."""
        return not self._gap

    def days(self) -> Bounds:
        """Give how many days before its anchor the date lies, in any calendar.

        A date after the anchor lies a negative number of days before it.
        """
        if self.unit == "hours":
            early, late = self.hours()
            return (
                None if late is None else floor(-late / 24),
                None if early is None else ceil(-early / 24),
            )
        first, last = (None if e is None else self._sign * int(e) for e in self._edges)
        return (
            None if last is None else self._gap - _extremes(last, self.unit)[1],
            None if first is None else -self._gap - _extremes(first, self.unit)[0],
        )


@lru_cache(maxsize=65536)
def _moved(anchor: int, steps: int, unit: str) -> int:
    months = steps * 12 if unit == "years" else steps
    return add_months(date.fromordinal(anchor), months).toordinal()


@lru_cache(maxsize=1024)
def _extremes(steps: int, unit: str) -> tuple[int, int]:
    """Give the least and the most days from any day to the one so much later."""
    if unit == "days":
        return steps, steps
    found = [_moved(day, steps, unit) - day for day in _sample()]
    return min(found) - _CENTURY[unit], max(found)


_CENTURY = {"months": 0, "years": 1}
"""How many days a turn of the century can take away, 1900 and 2100 having no 29 February."""


@lru_cache(maxsize=1)
def _sample() -> Sequence[int]:
    """Give the days from which as few, and as many, days as can be lie some months away."""
    months = [date(year, month, 1) for year in range(2019, 2023) for month in range(1, 13)]
    days = []
    for first in months:
        last = add_months(first, 1).toordinal() - 1
        days += [first.toordinal(), *range(last - 3, last + 1)]
    return days
