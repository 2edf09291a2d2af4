"""Which remarks follow from a record: from what it says for certain, never from a gap.

Next to `sense`, which refuses what cannot be, this notes what can be and is used as it
stands. A number of which only limits are known, or a date that is known in part, counts
where all that it can be does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.remarks import ABOVE, AFTER, AROUND, BELOW, Remark, Test
from oligoasp.protocol.vocabulary import NO, PATIENT, YES
from oligoasp.record.dates import DateInterval, day_of, days_of
from oligoasp.record.derive import Codes, Derivation
from oligoasp.record.errors import join
from oligoasp.record.read import Entry, Record


class Remarked(NamedTuple):
    """A remark on an entry of a record, or on the patient, and the fields that it rests on."""

    remark: Remark
    entry: Entry
    fields: tuple[str, ...]


def fields_of(remarks: Iterable[Remarked]) -> tuple[str, ...]:
    """Give the fields that remarks rest on, each once."""
    return tuple(dict.fromkeys(path for remarked in remarks for path in remarked.fields))


class Remarks:
    """Finds remarks.

    Args:
        protocol: its numbers say how much is unusual.
        remarks: the remarks.
    """

    def __init__(self, protocol: Protocol, remarks: Iterable[Remark]) -> None:
        self.protocol = protocol
        self.remarks = tuple(remarks)
        self._codes = {
            name: protocol.number(name).code for name in (*protocol.bounds, *protocol.parameters)
        }

    def of(
        self, record: Record, derivation: Derivation, places: Iterable[int] | None = None
    ) -> list[Remarked]:
        """Find the remarks on a record, in the order of the protocol.

        Args:
            record: a record that is valid.
            derivation: calculates with the record.
            places: the places of those that are looked at, in order, if not all.
        """
        remarks = self.remarks if places is None else [self.remarks[place] for place in places]
        return [
            Remarked(remark, entry, self._fields(remark, entry, record, derivation))
            for remark in remarks
            for entry in entries_of(record, remark.kind)
            if all(self._holds(test, entry, record, derivation) for test in remark.tests)
        ]

    def fits(self, test: Test, codes: Codes | None) -> bool:
        """Tell whether a number with such codes is certainly less, or more, than another."""
        if codes is None:
            return False
        limit, (low, high) = self._codes[test.than], codes
        if test.form == BELOW:
            return high is not None and high < limit
        return low is not None and low > limit

    def margin(self, test: Test) -> timedelta:
        """Give by how much more than nothing a date has to be off."""
        return timedelta(self._codes[test.margin] // 2 if test.margin else 0)

    def _holds(self, test: Test, entry: Entry, record: Record, derivation: Derivation) -> bool:
        holder = record if test.of.kind == PATIENT else entry
        if test.form in (BELOW, ABOVE):
            return self.fits(test, derivation.codes(holder, test.of))
        (path,) = test.of.paths
        value = holder.get(path)
        if not test.dated:
            return is_value(value, test.than)
        span, there = span_of(value), derivation.anchor(test.than)
        if span is None or there is None:
            return False
        if test.form == AROUND:
            first, last = (day_of(times) for times in there[0])
            dates = _dates(value)
            return min(d.latest for d in dates) <= first and max(d.earliest for d in dates) > last
        if test.form == AFTER:
            return span[0] - day_of(there[0][1]) > self.margin(test)
        return day_of(there[0][0]) - span[1] > self.margin(test)

    def _fields(
        self, remark: Remark, entry: Entry, record: Record, derivation: Derivation
    ) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for test in remark.tests:
            holder = record if test.of.kind == PATIENT else entry
            known = [path for path in test.of.origin.arguments if path in holder.values]
            found |= dict.fromkeys(join(holder.path, path) for path in known)
            there = derivation.anchor(test.than) if test.dated else None
            if there is not None and there[1] in record.values:
                found[there[1]] = None
        return tuple(found)


def entries_of(record: Record, kind: str) -> Sequence[Entry]:
    """Give the entries of a kind that a record has; of the patient, the record itself."""
    return [record] if kind == PATIENT else record.entries(kind) or ()


def is_value(value: object, name: str) -> bool:
    """Tell whether a flag or a choice is recorded with a value."""
    return value == name or (value is True and name == YES) or (value is False and name == NO)


def span_of(value: object) -> tuple[date, date] | None:
    """Give the first and the last day that a date can mean, or that all dates of results can."""
    if not isinstance(value, list):
        return days_of(value)
    known = _dates(value)
    if len(known) < len(value):
        return None
    return min(when.earliest for when in known), max(when.latest for when in known)


def _dates(results: object) -> list[DateInterval]:
    """Give the dates of results, as far as they are known."""
    found = results if isinstance(results, list) else []
    return [result.date for result in found if result.date is not None]
