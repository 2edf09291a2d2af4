"""From a record straight to its outline, without the facts in between.

Gives the outlines that `Outlines.of` would give of the compiled record, several times
faster: what is said of an attribute is looked up by the value of the field.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.dates import DateInterval
from oligoasp.record.derive import OPEN_ENDS, Derivation
from oligoasp.record.facts import Compiler, Converter, Day, Fact, group_labels
from oligoasp.record.quantity import Interval
from oligoasp.record.read import Entry, Record

MOST = 8192
"""How many values, or combinations of conditions, are remembered before starting anew."""


Find: TypeAlias = Callable[[object, Entry, Derivation], int]
"""Gives the number of what a value says of an attribute; 0: nothing."""


class _Column(NamedTuple):
    """What the values of one field say of one attribute.

    ``place`` is the place of the attribute in a row; ``by_value`` remembers the numbers where
    they depend on the value alone.
    """

    place: int
    by_value: dict[object, int] | None
    find: Find


class _Finder:
    """Numbers what the values of one field say of one attribute.

    Args:
        outlines: numbers what is said.
        kind: the kind of entry.
        place: the place of the attribute in a row.
        converter: converts the values.
    """

    def __init__(self, outlines: Outlines, kind: str, place: int, converter: Converter) -> None:
        self._convert = converter.convert
        self._outlines = outlines
        self._kind = kind
        self._place = place

    def any(self, value: object, entry: Entry, derivation: Derivation) -> int:
        """Number what any value says."""
        return self._of_fact(self._convert(value, entry, derivation))

    def _of_fact(self, fact: Fact | None) -> int:
        return 0 if fact is None else self._outlines.number(self._kind, self._place, fact)

    def of_day(self, day: Day) -> Find:
        """Give what numbers dates, quickly where they are exact."""
        code, name, fact = day
        known: dict[int, int] = {}

        def find(value: object, entry: Entry, derivation: Derivation) -> int:
            if isinstance(value, DateInterval) and value[0] == value[1]:
                anchor = derivation.day(name)
                if anchor is not None and value[0] not in OPEN_ENDS:
                    number = code(value[0], anchor)
                    found = known.get(number)
                    if found is None:
                        found = known[number] = self._of_fact(fact(number))
                    return found
            return self.any(value, entry, derivation)

        return find

    def of_quantity(self, fact: Callable[[Interval], Fact | None]) -> Find:
        """Give what numbers quantities: those read from equal text are the same object."""
        known: dict[int, tuple[object, int]] = {}

        def find(value: object, entry: Entry, derivation: Derivation) -> int:
            if isinstance(value, list) and len(value) == 1 and value[0].date is None:
                value = value[0].value
            if not isinstance(value, Interval):
                return self.any(value, entry, derivation)
            found = known.get(id(value))
            if found is None or found[0] is not value:
                if len(known) >= MOST:
                    known.clear()
                found = known[id(value)] = value, self._of_fact(fact(value))
            return found[1]

        return find


def _column(outlines: Outlines, kind: str, place: int, converter: Converter) -> _Column:
    finder = _Finder(outlines, kind, place, converter)
    find: Find = finder.any
    if converter.day is not None:
        find = finder.of_day(converter.day)
    elif converter.quantity is not None:
        find = finder.of_quantity(converter.quantity)
    return _Column(place, {} if converter.by_value else None, find)


class _Kind(NamedTuple):
    """How entries of one kind become rows.

    ``blank`` is the row of an entry of which nothing is given, ``columns`` has those of each
    field, and ``governed`` gives the numbers on which it depends what has a meaning.
    """

    name: str
    blank: list[int]
    columns: dict[str, list[_Column]]
    silent: dict[str, list[int]]
    group_paths: list[str]
    governed: Callable[[list[int]], object]
    meanings: dict[object, list[tuple[int, int]] | None]


class Direct:
    """Makes outlines of records.

    Args:
        compiler: knows what fields say.
        outlines: numbers what is said.
    """

    def __init__(self, compiler: Compiler, outlines: Outlines) -> None:
        self._compiler = compiler
        self._outlines = outlines
        self._kinds = {name: self._prepare(name) for name in compiler.kinds}

    def _prepare(self, name: str) -> _Kind:
        prepared = self._compiler.kinds[name]
        outlines = self._outlines
        blank = [0] * len(outlines.names[name])
        silent: dict[str, list[int]] = {}
        for attribute, path, fact in prepared.silent:
            place = outlines.place(name, attribute)
            blank[place] = outlines.number(name, place, fact)
            silent.setdefault(path, []).append(place)
        columns = {
            path: [
                _column(outlines, name, outlines.place(name, attribute), converter)
                for attribute, converter in converters
            ]
            for path, converters in prepared.by_path.items()
        }
        governed = {attribute for attribute, _ in prepared.conditions}
        governed.update(c.other for _, conditions in prepared.conditions for c in conditions)
        places = sorted(outlines.place(name, attribute) for attribute in governed)
        look: Callable[[list[int]], object] = itemgetter(*places) if places else lambda row: ()
        return _Kind(name, blank, columns, silent, prepared.group_paths, look, {})

    def outline(self, record: Record, derivation: Derivation) -> Outline | None:
        """Give the outline of a record.

        Args:
            record: a validated record.
            derivation: calculates with the record.

        Returns:
            None if the record says things that exclude each other.
        """
        outlines = self._outlines
        patient = self._row(self._kinds[PATIENT], record, derivation, {})
        if patient is None:
            return None
        found: dict[str, tuple[int, ...]] = {}
        more: list[str] = []
        none = 0
        for kind in self._compiler.lists:
            name = kind.name
            entries = record.entries(name)
            is_open = entries is None or kind.list_name in record.incomplete
            if is_open:
                more.append(name)
            if not entries:
                found[name] = ()
                if not is_open:
                    none |= outlines.bits[name]
                continue
            of_kind = self._kinds[name]
            groups = group_labels(entries, of_kind.group_paths)
            if groups:
                entries = self._compiler.share(name, entries)
            numbers = []
            for entry in entries:
                row = self._row(of_kind, entry, derivation, groups)
                if row is None:
                    return None
                numbers.append(outlines.entry(name, row))
            found[name] = tuple(numbers)
        return Outline(patient, found, frozenset(more), none)

    def _row(
        self, kind: _Kind, entry: Entry, derivation: Derivation, groups: dict[object, str]
    ) -> Row | None:
        row = kind.blank.copy()
        for path, places in kind.silent.items():
            if path in entry.values:
                for place in places:
                    row[place] = 0
        for path, value in entry.values.items():
            if groups and path in kind.group_paths and value in groups:
                value = groups[value]  # noqa: PLW2901
            for place, by_value, find in kind.columns.get(path, ()):
                if by_value is None:
                    number = find(value, entry, derivation)
                elif (number := by_value.get(value, -1)) < 0:
                    number = by_value[value] = find(value, entry, derivation)
                if number:
                    row[place] = number
        governed = kind.governed(row)
        meanings = kind.meanings.get(governed, ())
        if meanings == ():
            if len(kind.meanings) >= MOST:
                kind.meanings.clear()
            meanings = kind.meanings[governed] = self._meanings(kind, tuple(row))
        if meanings is None:
            return None
        for place, number in meanings:
            row[place] = number
        return tuple(row)

    def _meanings(self, kind: _Kind, row: Row) -> list[tuple[int, int]] | None:
        """Give what changes in a row where attributes have no meaning, or perhaps none."""
        facts = self._outlines.facts(kind.name, row)
        contradictions: list[tuple[tuple[str, int], str, str]] = []
        conditions = self._compiler.kinds[kind.name].conditions
        self._compiler.restrict((kind.name, 0), conditions, facts, contradictions)
        if contradictions:
            return None
        changed = []
        for place, name in enumerate(self._outlines.names[kind.name]):
            number = self._outlines.number(kind.name, place, facts.get(name))
            if number != row[place]:
                changed.append((place, number))
        return changed
