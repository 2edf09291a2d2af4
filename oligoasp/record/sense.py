"""Whether the fields of a record can be true together, as far as the calendar tells.

What the rules know to be impossible is theirs to say; here are dates out of order and
entries of one group that disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from oligoasp.protocol.vocabulary import PATIENT, Attribute, Vocabulary
from oligoasp.record.dates import DateInterval, day_of, days_of
from oligoasp.record.derive import ENROLLMENT, Derivation, Times
from oligoasp.record.errors import Problem, join
from oligoasp.record.quantity import Interval, common
from oligoasp.record.read import Entry, Record


class _Kind(NamedTuple):
    """What is looked at of the entries of one kind: dates known at enrollment, and others."""

    name: str
    observed: list[str]
    in_order: list[tuple[str, str]]
    shared: list[tuple[str, str]]
    dated: list[str]


class Sense:
    """Finds fields of records that cannot be true together.

    Args:
        vocabulary: which dates are in order, and what the entries of a group share.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._ages = [
            attribute
            for attribute in vocabulary.attributes.values()
            if attribute.origin.form == "age" and attribute.origin.arguments[2] == ENROLLMENT
        ]
        kinds = [
            _Kind(
                kind,
                [path for of, path in vocabulary.observed if of == kind],
                [(first, later) for of, first, later in vocabulary.in_order if of == kind],
                [(path, group) for (of, path), group in vocabulary.shared.items() if of == kind],
                [
                    path
                    for (of, path), field in vocabulary.fields.items()
                    if of == kind and field.type.form in ("date", "datetime")
                ],
            )
            for kind in vocabulary.kinds
        ]
        self._kinds = [kind for kind in kinds if any(kind[1:])]

    def problems(self, record: Record, derivation: Derivation) -> list[Problem]:
        """Find what cannot be true in a record.

        Args:
            record: a record that is valid field by field.
            derivation: calculates with the record.

        Returns:
            A problem for each pair of fields that exclude each other.
        """
        found: list[Problem] = []
        unborn: list[tuple[Entry, str]] = []
        enrollment = derivation.anchor(ENROLLMENT)
        last = date.max if enrollment is None else day_of(enrollment[0][1])
        born = next((path for path in self._vocabulary.birth if path in record.values), "")
        birth, _ = days_of(record.get(born)) or (date.min, None)
        for kind, observed, in_order, shared, dated in self._kinds:
            entries = [record] if kind == PATIENT else record.entries(kind)
            if not entries:
                continue
            for path, group in shared if len(entries) > 1 else ():
                grouped = [entry for entry in entries if group in entry.values]
                if len(grouped) > 1:
                    found += _disagreements(record, grouped, path, group)
            for entry in entries:
                if _plain(entry, dated, in_order, birth, last):
                    continue
                days = {path: days_of(entry.values[path]) for path in dated if path in entry.values}
                for earlier, later in in_order:
                    if earlier in entry.values and later in entry.values:
                        found += _out_of_order(record, entry, earlier, entry, later)
                for path in observed:
                    when = days.get(path)
                    if enrollment is not None and when is not None and when[0] > last:
                        found += _after_enrollment(record, entry, path, enrollment)
                for path, when in days.items():
                    if when is not None and when[1] < birth:
                        unborn.append((entry, path))
        if len(unborn) > 1 and not self._lived(record, birth):
            return [_born_last(record, born, *unborn[0]), *found]
        for entry, path in unborn:
            found += _out_of_order(record, record, born, entry, path)
        return [p for age in self._ages for p in _wrong_age(record, age, derivation)] + found

    def _lived(self, record: Record, birth: date) -> bool:
        """Tell whether some date of a record, besides those of birth, may be later than a birth."""
        return any(
            (when := days_of(entry.get(path))) is not None and when[1] >= birth
            for kind in self._kinds
            for entry in ([record] if kind.name == PATIENT else record.entries(kind.name) or [])
            for path in kind.dated
            if kind.name != PATIENT or path not in self._vocabulary.birth
        )


def _plain(
    entry: Entry,
    dated: Iterable[str],
    in_order: Iterable[tuple[str, str]],
    birth: date,
    last: date,
) -> bool:
    """Tell quickly whether all dates of an entry are from birth up to a last day, and in order."""
    values = entry.values
    for path in dated:
        when = values.get(path)
        if when is not None and not (
            isinstance(when, DateInterval) and when[0] <= last and when[1] >= birth
        ):
            return False
    for earlier, later in in_order:
        start, end = values.get(earlier), values.get(later)
        if not (start is None or end is None) and not (
            isinstance(start, DateInterval) and isinstance(end, DateInterval) and start[0] <= end[1]
        ):
            return False
    return True


def _problem(record: Record, entry: Entry, path: str, found: str, accepted: str) -> Problem:
    place = join(entry.path, path)
    return Problem(record.source, record.where(place), record.id, place, found, accepted)


def _wrong_age(record: Record, attribute: Attribute, derivation: Derivation) -> Iterator[Problem]:
    """Compare an age that is given with the date of birth."""
    birth, years, _ = attribute.origin.arguments
    given = record.get(years)
    if not isinstance(given, Interval) or record.get(birth) is None:
        return
    codes = derivation.codes(record, attribute)
    if codes is None:
        return
    least, most = (None if code is None else code // 2 for code in codes)
    too_young = given.high is not None and least is not None and given.high < least
    too_old = given.low is not None and most is not None and given.low > most
    if too_young or too_old:
        found = f"`{record.text(years)}`, although {birth} is `{record.text(birth)}`"
        accepted = f"{least}" if least == most else f"{least} to {most}"
        yield _problem(record, record, years, found, accepted)


def _after_enrollment(
    record: Record, entry: Entry, path: str, enrollment: tuple[Times, str]
) -> Iterator[Problem]:
    when, (_, last) = days_of(entry.get(path)), enrollment[0]
    if when is not None and when[0] > day_of(last):
        anchor = f"{enrollment[1]} `{record.text(enrollment[1])}`"
        found = f"`{entry.text(path)}`, which is after {anchor}"
        yield _problem(record, entry, path, found, "what was known at enrollment")


def _out_of_order(
    record: Record, first: Entry, earlier: str, second: Entry, later: str
) -> Iterator[Problem]:
    start, end = days_of(first.get(earlier)), days_of(second.get(later))
    if start is None or end is None or end[1] >= start[0]:
        return
    anchor = f"{join(first.path, earlier)} `{first.text(earlier)}`"
    found = f"`{second.text(later)}`, which is before {anchor}"
    yield _problem(record, second, later, found, "a date that is not earlier")


def _born_last(record: Record, born: str, entry: Entry, path: str) -> Problem:
    """Say of a birth after all else that it is wrong, rather than of each of the other dates."""
    other = f"{join(entry.path, path)} `{entry.text(path)}`"
    found = f"`{record.text(born)}`, which is after all other dates, such as {other}"
    return _problem(record, record, born, found, "a date that is not later than the others")


def _disagreements(
    record: Record, entries: list[Entry], path: str, group: str
) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in entries:
        label = entry.get(group)
        if not isinstance(label, str) or entry.get(path) is None:
            continue
        other = first.setdefault(label, entry)
        if _exclude(other.get(path), entry.get(path)):
            said = f"{join(other.path, path)} of the same group is `{other.text(path)}`"
            found = f"`{entry.text(path)}`, although {said}"
            yield _problem(record, entry, path, found, "one value for the whole group")


def _exclude(one: object, other: object) -> bool:
    """Tell whether two values cannot be the same."""
    if isinstance(one, Interval) and isinstance(other, Interval):
        return common(one, other) is None
    return one != other
