"""From a record straight to its outline, without the facts in between.

Gives the outlines that `Outlines.of` would give of the compiled record, many times faster.
A row is looked up field by field: readers give the very same object for equal text, so
what it says of an attribute is known by its identity. Only what depends on other fields,
such as the time from one date to another, is calculated for each record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import getitem
from typing import NamedTuple

from oligoasp.batch.outline import Outline, Outlines, Row, picker
from oligoasp.memo import MOST, Memo
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.derive import Derivation
from oligoasp.record.facts import ON_THE_RECORD, Alone, Compiler, Converter, Fact, group_labels
from oligoasp.record.read import Entry, Record

ASK = -1
"""Stands in a row for what a value says only together with the rest of the record."""


class _Column(dict[int, int]):
    """The numbers of what values say of one attribute, by the identity of the value.

    Args:
        alone: what a value says by itself.
        silent: the number of what it says that there is no value.
        said: numbers what is said of the attribute.
    """

    def __init__(self, alone: Alone | None, silent: int, said: Mapping[Fact | None, int]) -> None:
        super().__init__()
        self._alone = alone
        self._silent = silent
        self._said = said
        self._values: list[object] = []  # as long as they are here, identities are their own
        self.learn(None)

    def learn(self, value: object) -> int:
        """Find the number of what a value says, and remember it."""
        if len(self) >= MOST:
            self.clear()
            self._values.clear()
            self.learn(None)
        if value is None:
            number = self._silent
        elif self._alone is None:
            number = ASK
        else:
            fact = self._alone(value)
            number = ASK if fact is ON_THE_RECORD else self._said[fact]
        self._values.append(value)
        self[id(value)] = number
        return number


class _Asked(NamedTuple):
    """An attribute that may depend on more of the record than one value of one field."""

    place: int
    path: str
    converter: Converter
    said: Mapping[Fact | None, int]


class _Kind:
    """Makes rows of the entries of one kind.

    Args:
        name: the kind.
        compiler: knows what fields say.
        outlines: numbers what is said.

    ``number`` gives the number of an entry by its row, before it is looked at what has a
    meaning; None: the entry contradicts itself.
    """

    def __init__(self, name: str, compiler: Compiler, outlines: Outlines) -> None:
        prepared = compiler.kinds[name]
        self._name = name
        self._compiler = compiler
        self._outlines = outlines
        self.group_paths = prepared.group_paths
        names = outlines.names[name]
        said = [outlines.said(name, place) for place in range(len(names))]
        silent = {a: outlines.said(name, outlines.place(name, a))[f] for a, _, f in prepared.silent}
        paths = [""] * len(names)
        columns = [
            _Column(None, silent.get(attribute, 0), s)
            for attribute, s in zip(names, said, strict=True)
        ]
        self._asked: list[_Asked] = []
        self._perhaps: list[_Asked] = []
        for path, converters in prepared.by_path.items():
            for attribute, converter in converters:
                place = names.index(attribute)
                asked = _Asked(place, path, converter, said[place])
                if converter.alone is None or path in self.group_paths:
                    self._asked.append(asked)
                    continue
                paths[place] = path
                columns[place] = _Column(converter.alone, silent.get(attribute, 0), said[place])
                if converter.convert is not None:
                    self._perhaps.append(asked)
        self._paths = paths
        self._columns = columns
        governed = {attribute for attribute, _ in prepared.conditions}
        governed.update(c.other for _, conditions in prepared.conditions for c in conditions)
        places = sorted(names.index(attribute) for attribute in governed)
        self._governed = picker(places)
        self._meanings: dict[object, list[tuple[int, int]] | None] = {}
        self.number = Memo(self._number)

    def row(self, entry: Entry, derivation: Derivation, groups: Mapping[object, str]) -> Row:
        """Make the row of an entry, before it is looked at what has a meaning.

        Args:
            entry: the entry.
            derivation: calculates with its record.
            groups: the labels of groups, as rules know them.
        """
        get = entry.values.get
        values = [*map(get, self._paths)]
        columns = self._columns
        try:
            row = [*map(getitem, columns, map(id, values))]
        except KeyError:
            row = [
                column[id(value)] if id(value) in column else column.learn(value)
                for column, value in zip(columns, values, strict=True)
            ]
        for place, path, converter, said in self._asked:
            value = get(path)
            if value is not None:
                if groups:
                    value = groups.get(value, value)
                fact = converter.fact(value, entry, derivation)
                if fact is not None:
                    row[place] = said[fact]
        if self._perhaps and ASK in row:
            for place, path, converter, said in self._perhaps:
                if row[place] == ASK:
                    row[place] = said[converter.fact(get(path), entry, derivation)]
        return tuple(row)

    def settled(self, row: Row) -> Row | None:
        """Say in a row what has no meaning, or perhaps none; None: it contradicts itself."""
        governed = self._governed(row)
        if governed not in self._meanings:
            if len(self._meanings) >= MOST:
                self._meanings.clear()
            self._meanings[governed] = self._find(row)
        meanings = self._meanings[governed]
        if not meanings:
            return None if meanings is None else row
        changed = [*row]
        for place, number in meanings:
            changed[place] = number
        return tuple(changed)

    def _number(self, row: Row) -> int | None:
        settled = self.settled(row)
        return None if settled is None else self._outlines.entry(self._name, settled)

    def _find(self, row: Row) -> list[tuple[int, int]] | None:
        """Find what changes in a row where attributes have no meaning, or perhaps none."""
        facts = self._outlines.facts(self._name, row)
        contradictions: list[tuple[tuple[str, int], str, str]] = []
        conditions = self._compiler.kinds[self._name].conditions
        self._compiler.restrict((self._name, 0), conditions, facts, contradictions)
        if contradictions:
            return None
        changed = []
        for place, name in enumerate(self._outlines.names[self._name]):
            number = self._outlines.number(self._name, place, facts.get(name))
            if number != row[place]:
                changed.append((place, number))
        return changed


class Direct:
    """Makes outlines of records.

    Args:
        compiler: knows what fields say.
        outlines: numbers what is said.
    """

    def __init__(self, compiler: Compiler, outlines: Outlines) -> None:
        self._compiler = compiler
        self._outlines = outlines
        self._patient = _Kind(PATIENT, compiler, outlines)
        self._lists = [
            (
                kind.name,
                kind.list_name,
                outlines.bits[kind.name],
                _Kind(kind.name, compiler, outlines),
            )
            for kind in compiler.lists
        ]

    def outline(self, record: Record, derivation: Derivation) -> Outline | None:
        """Give the outline of a record.

        Args:
            record: a validated record.
            derivation: calculates with the record.

        Returns:
            None if the record says things that exclude each other.
        """
        patient = self._patient.settled(self._patient.row(record, derivation, {}))
        if patient is None:
            return None
        found: dict[str, tuple[int, ...]] = {}
        more: list[str] = []
        none = 0
        for name, list_name, bit, kind in self._lists:
            entries: Sequence[Entry] | None = record.entries(name)
            is_open = entries is None or list_name in record.incomplete
            if is_open:
                more.append(name)
            if not entries:
                found[name] = ()
                if not is_open:
                    none |= bit
                continue
            groups: Mapping[object, str] = {}
            if kind.group_paths:
                groups = group_labels(entries, kind.group_paths)
                if groups:
                    entries = self._compiler.share(name, entries)
            numbers = []
            for entry in entries:
                number = kind.number[kind.row(entry, derivation, groups)]
                if number is None:
                    return None
                numbers.append(number)
            found[name] = tuple(numbers)
        return Outline(patient, found, frozenset(more), none)
