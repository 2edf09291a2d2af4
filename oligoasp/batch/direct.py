"""From a record straight to its outline, without the facts in between.

Gives the outlines that `Outlines.of` would give of the compiled record, many times faster.
A row is looked up field by field: readers give the very same object for equal text, so
what it says of an attribute is known by its identity. Only what depends on other fields,
such as the time from one date to another, is calculated for each record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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

    A row is *short* before it is looked at what has a meaning: it has the attributes that are
    looked up by the value of a field, then those that are asked for, and none that are left out.

    Args:
        name: the kind.
        compiler: knows what fields say.
        outlines: numbers what is said.
        left_out: attributes of which nothing is to be said.

    ``number`` gives the number of an entry by its short row; None: the entry contradicts itself.
    """

    def __init__(
        self, name: str, compiler: Compiler, outlines: Outlines, left_out: Collection[str]
    ) -> None:
        prepared = compiler.kinds[name]
        self._name = name
        self._compiler = compiler
        self._outlines = outlines
        self.group_paths = prepared.group_paths
        names = outlines.names[name]
        governed = {attribute for attribute, _ in prepared.conditions}
        governed.update(c.other for _, conditions in prepared.conditions for c in conditions)
        self._governed = picker([place for place, a in enumerate(names) if a in governed])
        self._meanings: dict[object, list[tuple[int, int]] | None] = {}
        said = {a: outlines.said(name, place) for place, a in enumerate(names)}
        silent = {attribute: said[attribute][fact] for attribute, _, fact in prepared.silent}
        looked_up: dict[str, tuple[str, Converter]] = {}
        asked: list[tuple[str, str, Converter]] = []
        for path, converters in prepared.by_path.items():
            for attribute, converter in converters:
                if attribute in left_out and attribute not in governed:
                    continue
                if converter.alone is None or path in self.group_paths:
                    asked.append((attribute, path, converter))
                else:
                    looked_up[attribute] = path, converter
        self._paths = [path for path, _ in looked_up.values()]
        self._columns = [
            _Column(converter.alone, silent.get(a, 0), said[a])
            for a, (_, converter) in looked_up.items()
        ]
        short = [*dict.fromkeys((*looked_up, *(attribute for attribute, _, _ in asked)))]
        self._blank = [silent.get(attribute, 0) for attribute in short[len(looked_up) :]]
        self._asked = [_Asked(short.index(a), path, c, said[a]) for a, path, c in asked]
        self._perhaps = [
            _Asked(short.index(a), path, converter, said[a])
            for a, (path, converter) in looked_up.items()
            if converter.convert is not None
        ]
        self._whole = picker([short.index(a) if a in short else len(short) for a in names])
        self.number = Memo(self._number)

    def short(self, entry: Entry, derivation: Derivation, groups: Mapping[object, str]) -> Row:
        """Make the short row of an entry.

        Args:
            entry: the entry.
            derivation: calculates with its record.
            groups: the labels of groups, as rules know them.
        """
        get = entry.values.get
        columns, blank = self._columns, self._blank
        try:
            row = [*map(getitem, columns, map(id, map(get, self._paths))), *blank]
        except KeyError:
            values = zip(columns, map(get, self._paths), strict=True)
            row = [c[id(v)] if id(v) in c else c.learn(v) for c, v in values]
            row += blank
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

    def row(self, short: Row) -> Row | None:
        """Make the row of an entry of a short one; None: the entry contradicts itself."""
        return self._settled(self._whole((*short, 0)))

    def _settled(self, row: Row) -> Row | None:
        """Say in a row what has no meaning, or perhaps none; None: the entry contradicts itself."""
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

    def _number(self, short: Row) -> int | None:
        row = self.row(short)
        return None if row is None else self._outlines.entry(self._name, row)

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
        unused: attributes, by kind, that nobody will look at; they are left out.
    """

    def __init__(
        self,
        compiler: Compiler,
        outlines: Outlines,
        unused: Collection[tuple[str, str]] = (),
    ) -> None:
        self._compiler = compiler
        left_out = {kind: {a for of, a in unused if of == kind} for kind in compiler.kinds}
        kinds = {kind: _Kind(kind, compiler, outlines, left_out[kind]) for kind in compiler.kinds}
        self._patient = kinds[PATIENT]
        self._lists = [
            (kind.name, kind.list_name, outlines.bits[kind.name], kinds[kind.name])
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
        patient = self._patient.row(self._patient.short(record, derivation, {}))
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
                number = kind.number[kind.short(entry, derivation, groups)]
                if number is None:
                    return None
                numbers.append(number)
            found[name] = tuple(numbers)
        return Outline(patient, found, frozenset(more), none)
