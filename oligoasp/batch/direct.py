"""From a record straight to its outline, without the facts in between.

Gives the outlines that `Outlines.of` would give of the compiled record, many times faster.
A row is looked up field by field: readers give the very same object for equal text, so
what it says of an attribute is known by its identity. Only what depends on other fields,
such as the time from one date to another, is calculated for each record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, islice, repeat
from typing import Any, NamedTuple

from oligoasp.batch.outline import Outline, Outlines, Row, picker
from oligoasp.memo import MOST, Memo
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.derive import Derivation
from oligoasp.record.facts import (
    ON_THE_RECORD,
    Alone,
    Compiler,
    Converter,
    Fact,
    OfDay,
    exact_day,
    group_labels,
)
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


class _Given(NamedTuple):
    """An entry, what calculates with its record, and the labels of groups as rules know them."""

    entry: Entry
    derivation: Derivation
    groups: Mapping[object, str]


class _Asked(NamedTuple):
    """An attribute that may depend on more of the record than one value of one field."""

    place: int
    path: str
    converter: Converter
    said: Mapping[Fact | None, int]

    def ask(self, column: list[int], indexes: Iterable[int], given: Sequence[_Given]) -> None:
        """Put into a column what some entries say, if they say anything."""
        for index in indexes:
            entry, derivation, groups = given[index]
            value: object = entry.values[self.path]
            if groups:
                value = groups.get(value, value)
            fact = self.converter.fact(value, entry, derivation)
            if fact is not None:
                column[index] = self.said[fact]


class _Timed(NamedTuple):
    """An attribute that is an elapsed time, what codes it, and the numbers of what codes say."""

    asked: _Asked
    code: Callable[[date, date], int]
    numbers: Memo[int, int]


class _Beside(NamedTuple):
    """An attribute that depends on two fields, and the numbers of what pairs of values say.

    Values are known by their identity, and kept so that it stays their own.
    """

    asked: _Asked
    numbers: dict[tuple[int, int], tuple[int, object, object]]


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
        self.name = name
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
        self._asked: list[_Asked] = []
        self._beside: list[_Beside] = []
        self._timed: dict[str, dict[str, list[_Timed]]] = {}
        for attribute, path, converter in asked:
            made = _Asked(short.index(attribute), path, converter, said[attribute])
            if converter.of_day is not None:
                of_path = self._timed.setdefault(path, {})
                of_anchor = of_path.setdefault(converter.of_day.anchor, [])
                of_anchor.append(_timed(made, converter.of_day))
            elif converter.beside:
                self._beside.append(_Beside(made, {}))
            else:
                self._asked.append(made)
        self._perhaps = [
            _Asked(short.index(a), path, converter, said[a])
            for a, (path, converter) in looked_up.items()
            if converter.convert is not None
        ]
        self._whole = picker([short.index(a) if a in short else len(short) for a in names])
        self.number = Memo(self._number)

    def shorts(self, given: Sequence[_Given]) -> list[Row]:
        """Make the short rows of entries, attribute by attribute."""
        values = [entry.values for entry, _, _ in given]
        columns: list[list[int]] = []
        for path, known in zip(self._paths, self._columns, strict=True):
            of_path = [*map(dict.get, values, repeat(path))]
            try:
                columns.append([*map(known.__getitem__, map(id, of_path))])
            except KeyError:
                columns.append(
                    [known[id(v)] if id(v) in known else known.learn(v) for v in of_path]
                )
        columns += [[number] * len(given) for number in self._blank]
        for asked in self._asked:
            path = asked.path
            there = [index for index, of_entry in enumerate(values) if path in of_entry]
            asked.ask(columns[asked.place], there, given)
        for beside in self._beside:
            _ask_beside(beside, columns[beside.asked.place], given)
        for path, by_anchor in self._timed.items():
            _ask_times(path, by_anchor, columns, given)
        for place, path, converter, said in self._perhaps:
            column = columns[place]
            if ASK in column:
                for index, (entry, derivation, _) in enumerate(given):
                    if column[index] == ASK:
                        fact = converter.fact(entry.values[path], entry, derivation)
                        column[index] = said[fact]
        return [*zip(*columns, strict=True)]

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
        return None if row is None else self._outlines.entry(self.name, row)

    def _find(self, row: Row) -> list[tuple[int, int]] | None:
        """Find what changes in a row where attributes have no meaning, or perhaps none."""
        facts = self._outlines.facts(self.name, row)
        contradictions: list[tuple[tuple[str, int], str, str]] = []
        conditions = self._compiler.kinds[self.name].conditions
        self._compiler.restrict((self.name, 0), conditions, facts, contradictions)
        if contradictions:
            return None
        changed = []
        for place, name in enumerate(self._outlines.names[self.name]):
            number = self._outlines.number(self.name, place, facts.get(name))
            if number != row[place]:
                changed.append((place, number))
        return changed


def _timed(asked: _Asked, of_day: OfDay) -> _Timed:
    return _Timed(asked, of_day.code, Memo(lambda code: asked.said[of_day.fact(code)]))


def _ask_times(
    path: str,
    by_anchor: Mapping[str, Sequence[_Timed]],
    columns: Sequence[list[int]],
    given: Sequence[_Given],
) -> None:
    """Put into columns what the dates in one field say, anchor by anchor."""
    days: list[tuple[int, date, Derivation]] = []
    vague: list[int] = []
    for index, (entry, derivation, _) in enumerate(given):
        value = entry.values.get(path)
        if value is not None:
            day = exact_day(value)
            if day is None:
                vague.append(index)
            else:
                days.append((index, day, derivation))
    for anchor, timed in by_anchor.items():
        spans: list[tuple[int, date, date]] = []
        others = vague.copy()
        for index, day, derivation in days:
            there = derivation.day(anchor)
            if there is not None:
                spans.append((index, day, there))
            elif derivation.anchor(anchor) is not None:
                others.append(index)
        for asked, code, numbers in timed:
            column = columns[asked.place]
            for index, day, there in spans:
                column[index] = numbers[code(day, there)]
            if others:
                asked.ask(column, others, given)


def _ask_beside(beside: _Beside, column: list[int], given: Sequence[_Given]) -> None:
    """Put into a column what two fields say."""
    asked, numbers = beside
    path, other = asked.path, asked.converter.beside
    for index, (entry, _, _) in enumerate(given):
        value = entry.values.get(path)
        if value is None:
            continue
        second = entry.values.get(other)
        key = id(value), id(second)
        known = numbers.get(key)
        if known is None:
            if len(numbers) >= MOST:
                numbers.clear()
            asked.ask(column, [index], given)
            known = numbers[key] = column[index], value, second
        column[index] = known[0]


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
        self._outlines = outlines
        self._turn = outlines.turn
        left_out = {kind: {a for of, a in unused if of == kind} for kind in compiler.kinds}
        kinds = {kind: _Kind(kind, compiler, outlines, left_out[kind]) for kind in compiler.kinds}
        self._patient = kinds[PATIENT]
        self._lists = [
            (kind.name, kind.list_name, outlines.bits[kind.name], kinds[kind.name])
            for kind in compiler.lists
        ]

    def outlines(
        self, records: Sequence[Record], derivations: Sequence[Derivation]
    ) -> list[Outline | None]:
        """Give the outlines of records.

        Args:
            records: validated records.
            derivations: calculate with each of them.

        Returns:
            None for a record that says things that exclude each other.
        """
        if self._turn != self._outlines.turn:
            self._turn = self._outlines.turn
            for _, _, _, kind in self._lists:
                kind.number.forget()
        given = [_Given(*of_record, {}) for of_record in zip(records, derivations, strict=True)]
        patients = map(self._patient.row, self._patient.shorts(given))
        of_lists = [self._entries(kind, records, derivations) for _, _, _, kind in self._lists]
        found: list[Outline | None] = []
        for record, patient, *of_record in zip(records, patients, *of_lists, strict=True):
            entries: dict[str, tuple[Any, ...]] = {}
            more: list[str] = []
            none = 0
            for (name, list_name, bit, _), numbers in zip(self._lists, of_record, strict=True):
                if numbers is None or list_name in record.incomplete:
                    more.append(name)
                elif not numbers:
                    none |= bit
                entries[name] = numbers or ()
            if patient is None or None in chain.from_iterable(entries.values()):
                found.append(None)
            else:
                found.append(Outline(patient, entries, frozenset(more), none))
        return found

    def _entries(
        self, kind: _Kind, records: Sequence[Record], derivations: Sequence[Derivation]
    ) -> list[tuple[int | None, ...] | None]:
        """Number the entries of a list of records; None: a record does not have the list."""
        given: list[_Given] = []
        sizes: list[int | None] = []
        lists: list[Sequence[Entry] | None] = [record.entries(kind.name) for record in records]
        for entries, derivation in zip(lists, derivations, strict=True):
            sizes.append(None if entries is None else len(entries))
            if entries:
                groups = group_labels(entries, kind.group_paths) if kind.group_paths else {}
                if groups:
                    entries = self._compiler.share(kind.name, entries)  # noqa: PLW2901
                given += [_Given(entry, derivation, groups) for entry in entries]
        if not given:
            return [None if size is None else () for size in sizes]
        numbers = map(kind.number.__getitem__, kind.shorts(given))
        return [
            tuple(islice(numbers, size)) if size else None if size is None else () for size in sizes
        ]
