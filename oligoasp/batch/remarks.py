"""Remarks on many records: nearly all are passed over at a glance.

Of each remark one condition is looked at first, if possible one that the value of a field
alone can settle. Readers give the very same object for equal text, so what a value says is
known by its identity; dates are compared with the days of their anchors. Where that
condition may hold, the record is looked at as `oligoasp.record.remarks` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from fractions import Fraction
from itertools import chain, groupby, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from oligoasp.memo import MOST, by_identity
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.remarks import AROUND, BEFORE, Test
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.dates import MomentInterval, day_of, days_of
from oligoasp.record.derive import Derivation, Times, codes_of, over_uln
from oligoasp.record.quantity import Interval
from oligoasp.record.read import Entry, Record
from oligoasp.record.remarks import Remarked, Remarks, is_value, span_of

Days = tuple[date, date]


class _First(NamedTuple):
    """The condition of a remark that is looked at first."""

    place: int  # of the remark
    test: Test

    @property
    def plain(self) -> bool:
        """Whether the value of a field alone can tell that it does not hold."""
        return not self.test.dated and self.test.of.origin.form in ("field", "ratio")


class _Seen(NamedTuple):
    """What a value says: remarks to look at, and its days if they have to be compared."""

    remarks: tuple[int, ...]
    days: Days | None


class _Glance(dict[int, "_Seen | None"]):
    """What values of one field say, by their identity; None: nothing to be remarked on.

    Args:
        path: the field.
        remarks: knows what is unusual.
        firsts: the conditions about the field that do not have to be calculated.
    """

    def __init__(self, path: str, remarks: Remarks, firsts: Sequence[_First]) -> None:
        super().__init__()
        self.path = path
        self.dated = [first for first in firsts if first.test.dated]
        self._plain = [first for first in firsts if first.plain]
        self._remarks = remarks
        scales = remarks.protocol.vocabulary.scales
        by_scale: dict[tuple[str, bool], list[_First]] = {}
        for first in self._plain:
            of = first.test.of
            by_scale.setdefault((of.of, of.origin.form == "ratio"), []).append(first)
        self._scales = [
            (scales[name], ratio, of_scale)
            for (name, ratio), of_scale in by_scale.items()
            if name in scales
        ]
        self._ratio = any(ratio for _, ratio, _ in self._scales)
        self._of_number = by_identity(self._unusual)
        self._values: list[object] = []  # as long as they are here, identities are their own

    def of(self, entries: Sequence[dict[str, Any]]) -> list[_Seen | None]:
        """Give what the values of entries say; nothing at all if that is so of each."""
        of_path = map(dict.get, entries, repeat(self.path))
        with suppress(KeyError):
            if not any(map(self.__getitem__, map(id, of_path))):
                return []
        column = [*map(dict.get, entries, repeat(self.path))]
        return [self[id(v)] if id(v) in self else self._learn(v) for v in column]

    def _learn(self, value: object) -> _Seen | None:
        if len(self) >= MOST:
            self.clear()
            self._values.clear()
        found: tuple[int, ...] = ()
        if isinstance(value, list):  # whichever of the results counts
            for result in value:
                found += self._of_number(result.value, result.uln if self._ratio else None)
        elif isinstance(value, Interval):
            found = self._of_number(value, None)
        elif self._plain:
            found = tuple([place for place, test in self._plain if is_value(value, test.than)])
        days = span_of(value) if self.dated else None
        seen = _Seen(found, days) if found or days else None
        self._values.append(value)
        self[id(value)] = seen
        return seen

    def _unusual(self, number: Interval, uln: Fraction | None) -> tuple[int, ...]:
        found: list[int] = []
        for scale, ratio, tests in self._scales:
            value = over_uln(number, uln) if ratio else number
            codes = None if value is None else codes_of(value, scale)
            found += [place for place, test in tests if self._remarks.fits(test, codes)]
        return tuple(found)


class _Kind:
    """What is looked at of the entries of a kind.

    Args:
        name: the kind.
        remarks: knows what is unusual.
        firsts: the conditions about such entries.
    """

    def __init__(self, name: str, remarks: Remarks, firsts: Sequence[_First]) -> None:
        self.name = name
        self._remarks = remarks
        self._calculated = [one for one in firsts if not (one.plain or one.test.dated)]
        by_path: dict[str, list[_First]] = {}
        for first in firsts:
            if first not in self._calculated:
                by_path.setdefault(first.test.of.paths[0], []).append(first)
        fields = remarks.protocol.vocabulary.fields
        dates = {path for path in by_path if fields[name, path].type.form in ("date", "datetime")}
        self._dates = [(path, by_path[path]) for path in by_path if path in dates]
        self._glances = [
            _Glance(path, remarks, of_path)
            for path, of_path in by_path.items()
            if path not in dates
        ]

    def suspects(self, records: Sequence[Record], beyond: _Beyond) -> Iterator[tuple[int, int]]:
        """Give the places of records with those of remarks that have to be looked at."""
        entries: Sequence[Entry] = records
        places: Sequence[int] = range(len(records))
        if self.name != PATIENT:
            lists = [record.entries(self.name) or () for record in records]
            entries = [*chain.from_iterable(lists)]
            places = [place for place, of_record in enumerate(lists) for _ in of_record]
        values = [entry.values for entry in entries]
        for glance in self._glances:
            seen = glance.of(values)
            if seen:
                noted = [(one, place) for one, place in zip(seen, places, strict=True) if one]
                yield from ((place, remark) for one, place in noted for remark in one.remarks)
                days = [(one.days, place) for one, place in noted if one.days]
                yield from beyond.suspects(glance.dated, days)
        for path, firsts in self._dates:
            # Dates hardly recur, so they are compared as they are.
            column = map(dict.get, values, repeat(path))
            there = [(value, place) for value, place in zip(column, places, strict=True) if value]
            yield from beyond.suspects(firsts, there)
        for remark, test in self._calculated:
            for entry, place in zip(entries, places, strict=True):
                codes = beyond.derivations[place].codes(entry, test.of)
                if self._remarks.fits(test, codes):
                    yield place, remark


class RemarksOfMany:
    """Finds the remarks on many records.

    Args:
        protocol: the protocol.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._remarks = Remarks(protocol, protocol.remarks)
        by_kind: dict[str, list[_First]] = {}
        for place, remark in enumerate(protocol.remarks):
            tests = [_First(place, test) for test in remark.tests]
            first = next((one for one in tests if one.plain), tests[0])
            by_kind.setdefault(first.test.of.kind, []).append(first)
        self._kinds = [_Kind(kind, self._remarks, firsts) for kind, firsts in by_kind.items()]

    def of(
        self, records: Sequence[Record], derivations: Sequence[Derivation]
    ) -> list[list[Remarked]]:
        """Find the remarks on each of some records.

        Args:
            records: valid records.
            derivations: calculate with each of them.
        """
        found: list[list[Remarked]] = [[] for _ in records]
        beyond = _Beyond(self._remarks, derivations)
        suspects = {one for kind in self._kinds for one in kind.suspects(records, beyond)}
        for place, remarks in groupby(sorted(suspects), itemgetter(0)):
            places = [remark for _, remark in remarks]
            found[place] = self._remarks.of(records[place], derivations[place], places)
        return found


class _Beyond:
    """Compares dates of records with their anchors.

    Args:
        remarks: knows by how much dates have to be off.
        derivations: calculate with the records.
    """

    def __init__(self, remarks: Remarks, derivations: Sequence[Derivation]) -> None:
        self._remarks = remarks
        self.derivations = derivations
        self._anchors: dict[tuple[str, bool], list[date]] = {}
        self._days: dict[str, list[date | None]] = {}

    def suspects(
        self, firsts: Sequence[_First], days: Sequence[tuple[Any, int]]
    ) -> Iterator[tuple[int, int]]:
        """Give what has to be looked at because of some days, each with the place of its record."""
        if days and isinstance(days[0][0], MomentInterval):
            days = [(days_of(moments), place) for moments, place in days]
        for remark, test in firsts if days else ():
            limits, margin = self._limits(test), self._remarks.margin(test)
            if test.form != BEFORE:
                end = test.form == AROUND  # the last of several, else the first
                found = [
                    (place, span[end] - limits[place])
                    for span, place in days
                    if span[end] > limits[place]
                ]
            else:
                found = [
                    (place, limits[place] - span[1])
                    for span, place in days
                    if span[1] < limits[place]
                ]
            yield from ((place, remark) for place, off in found if off > margin)

    def _limits(self, test: Test) -> list[date]:
        """Give the last, or the first, day of an anchor, record by record."""
        late = test.form != BEFORE
        key = test.than, late
        if key not in self._anchors:
            never = date.max if late else date.min
            if test.than not in self._days:
                self._days[test.than] = [one.day(test.than) for one in self.derivations]
            self._anchors[key] = [
                day or _end(derivation.anchor(test.than), never, late=late)
                for day, derivation in zip(self._days[test.than], self.derivations, strict=True)
            ]
        return self._anchors[key]


def _end(anchor: tuple[Times, str] | None, never: date, *, late: bool) -> date:
    return never if anchor is None else day_of(anchor[0][late])
