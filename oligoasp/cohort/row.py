"""From a row of a table to a record, as a mapping says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple, TypeAlias

from oligoasp.cohort.mapping import NONE, NUMBER, ListSource, Source, TableMapping
from oligoasp.record.errors import Fault, Problem, RecordError, Refused, listing, nearest
from oligoasp.record.quantity import PLAIN_NUMBER
from oligoasp.record.shape import ID, INCOMPLETE
from oligoasp.record.source import refusal
from oligoasp.record.value import Number, Value, show

Cells: TypeAlias = Sequence[str]
Data: TypeAlias = dict[str, Value]
Faults: TypeAlias = list[tuple[str, Fault]]

_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?")
_FLAGS = {"true": True, "false": False}


class Place(NamedTuple):
    """Where a value stands: a table, a line of it, a column."""

    source: str
    line: int
    column: str


class _Cell:
    """Reads one field from the cells of a row."""

    def __init__(self, source: Source, header: Mapping[str, int], mapping: TableMapping) -> None:
        self.source = source
        *self.around, self.name = source.path.split(".")
        self._missing = mapping.missing
        self._decimal = mapping.decimal
        self._column = header.get(source.column, -1)
        self._unit = header.get(source.unit_column, -1)
        self._uln = header.get(source.uln_column, -1)
        self._date = header.get(source.date_column, -1)
        self._time = header.get(source.time_column, -1)
        self._read: Callable[[str, Cells], Value] = {
            "flag": self._flag,
            "date": self._day,
            "datetime": self._moment,
            "integer": self._number,
            "quantity": self._measured,
            "measurement": self._measured,
        }.get(source.form, self._plain)

    def text(self, cells: Cells, index: int) -> str:
        """Give what stands in a cell, or "" if that means that nothing is recorded."""
        if index < 0:
            return ""
        text = cells[index].strip()
        return "" if text in self._missing else text

    def filled(self, cells: Cells) -> bool:
        """Tell whether the column says anything in this row."""
        return self._column >= 0 and bool(self.text(cells, self._column))

    def put(self, cells: Cells, data: Data, faults: Faults) -> None:
        """Write the field into a record, if the row gives it."""
        source = self.source
        if self._column < 0:
            value = source.constant
        else:
            text = self.text(cells, self._column)
            if not text:
                return
            try:
                value = self._value(text, cells)
            except Refused as refused:
                faults += [(source.path, fault) for fault in refused.faults]
                return
        for part in self.around:
            section = data.setdefault(part, {})
            assert isinstance(section, dict)
            data = section
        data[self.name] = value

    def _value(self, text: str, cells: Cells) -> Value:
        values = self.source.values
        if values is None:
            return self._read(text, cells)
        if text not in values:
            known = [*values]
            raise Refused(Fault(show(text), listing(known), nearest(text, known)))
        value = values[text]
        if self.source.form == "measurement" and isinstance(value, str):
            return self._measured(value, cells)
        return value

    def _plain(self, text: str, cells: Cells) -> Value:
        return text

    def _flag(self, text: str, cells: Cells) -> Value:
        return _FLAGS.get(text.casefold(), text)

    def _number(self, text: str, cells: Cells) -> Value:
        if self._decimal == "," and "." not in text:
            text = text.replace(",", ".")
        return Number(text) if PLAIN_NUMBER.fullmatch(text) else text

    def _day(self, text: str, cells: Cells) -> Value:
        return self._iso(_MIDNIGHT.sub("", text))

    def _moment(self, text: str, cells: Cells) -> Value:
        day, _, time = text.replace("T", " ").partition(" ")
        time = self.text(cells, self._time) or time
        return f"{self._iso(day)} {time}".rstrip()

    def _iso(self, text: str) -> str:
        """Write a date as the record does, if it is in the form of the table."""
        form = self.source.dates
        found = form.pattern.fullmatch(text) if form else None
        if form is None or not found:
            return text
        try:
            return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat()
        except ValueError:
            calendar = f"{show(text)}, a day that is not in the calendar"
            raise Refused(Fault(calendar, form.form)) from None

    def _measured(self, text: str, cells: Cells) -> Value:
        source = self.source
        unit = self.text(cells, self._unit) or source.unit
        unit = source.units.get(unit, unit)
        uln = self.text(cells, self._uln) or source.uln
        day = self.text(cells, self._date) or source.date
        value = self._number(text, cells)
        if not (unit or uln or day):
            return value
        whole: Data = {"value": value}
        if unit:
            whole["unit"] = unit
        if uln:
            whole["uln"] = self._number(uln, cells)
        if day:
            whole["date"] = self._day(day, cells)
        return whole


class _List:
    """Reads one list from numbered columns, or from the rows of a second table.

    Args:
        source: what the mapping says of the list.
        own: the columns of the table of records.
        header: the columns of the table of entries: another one, or the same.
        mapping: the mapping.
    """

    def __init__(
        self,
        source: ListSource,
        own: Mapping[str, int],
        header: Mapping[str, int],
        mapping: TableMapping,
    ) -> None:
        self.source = source
        self._groups = [
            [_Cell(_numbered(s, number), header, mapping) for s in source.sources]
            for number in (range(1, source.numbered + 1) if source.numbered else (0,))
        ]
        column, self._none = source.none_if or ("", frozenset())
        self._none_column = own.get(column, -1)

    def put(
        self, cells: Cells, rows: Iterable[Cells], data: Data, faults: Faults
    ) -> list[tuple[int, list[_Cell]]]:
        """Write the list into a record.

        Args:
            cells: the row of the record.
            rows: the rows of the second table that belong to it.
            data: the record.
            faults: what is wrong is added here.

        Returns:
            For each entry the number of its row in ``rows``, and what read it.
        """
        read: list[tuple[int, list[_Cell]]] = []
        entries: list[Value] = []
        if self.source.numbered:
            found = ((0, cells, group) for group in self._groups)
        else:
            found = ((number, row, self._groups[0]) for number, row in enumerate(rows))
        for number, row, group in found:
            if self.source.numbered and not any(cell.filled(row) for cell in group):
                continue
            entry: Data = {}
            inner: Faults = []
            for cell in group:
                cell.put(row, entry, inner)
            place = f"{self.source.name}[{len(entries)}]"
            faults += [(f"{place}.{path}", fault) for path, fault in inner]
            entries.append(entry)
            read.append((number, group))
        self._conclude(cells, entries, data, faults)
        return read

    def _conclude(self, cells: Cells, entries: list[Value], data: Data, faults: Faults) -> None:
        source = self.source
        none = self._none_column >= 0 and cells[self._none_column].strip() in self._none
        if none and entries:
            found = f"{len(entries)} entries, although the row says that there is none"
            faults.append((source.name, Fault(found, "no entries, or another answer there")))
        if entries or none or source.empty == NONE:
            data[source.name] = entries
        complete = source.complete
        if complete is None:
            complete = not source.numbered or len(entries) < source.numbered
        if entries and not complete:
            lists = data.setdefault(INCOMPLETE, [])
            assert isinstance(lists, list)
            lists.append(source.name)


def _numbered(source: Source, number: int) -> Source:
    def name(column: str) -> str:
        return column.replace(NUMBER, str(number)) if number else column

    return replace(
        source,
        column=name(source.column),
        unit_column=name(source.unit_column),
        uln_column=name(source.uln_column),
        date_column=name(source.date_column),
        time_column=name(source.time_column),
    )


class Made(NamedTuple):
    """What became of a row: a record, what is wrong with it, and who can say where."""

    data: Data
    faults: Faults
    places: Callable[[], dict[str, Place]]


class Builder:
    """Makes records of the rows of a table.

    Args:
        mapping: the mapping.
        name: the name of the table.
        headers: the columns of the table, by "", and those of second tables, by list.

    Raises:
        RecordError: the mapping names columns that the tables do not have.
    """

    def __init__(
        self, mapping: TableMapping, name: str, headers: Mapping[str, Sequence[str]]
    ) -> None:
        self._name = name
        self._mapping = mapping
        own = {column: index for index, column in enumerate(headers[""])}
        self.id = own.get(mapping.id, -1)
        self._cells = [_Cell(source, own, mapping) for source in mapping.sources]
        self._lists = []
        problems = list(_absent("id", [mapping.id], own, mapping, mapping.lines.get("id")))
        for source in mapping.sources:
            problems += _absent(f"fields.{source.path}", source.columns, own, mapping, source.line)
        for of in mapping.lists:
            header = own
            if of.file:
                header = {column: index for index, column in enumerate(headers[of.name])}
            around = f"lists.{of.name}"
            if of.none_if:
                problems += _absent(f"{around}.none_if", [of.none_if[0]], own, mapping, of.line)
            if of.key:
                problems += _absent(f"{around}.key", [of.key], header, mapping, of.line)
            for source in of.sources:
                where = f"{around}.fields.{source.path}"
                for number in range(1, of.numbered + 1) if of.numbered else (0,):
                    columns = _numbered(source, number).columns
                    if absent := list(_absent(where, columns, header, mapping, source.line)):
                        problems += absent
                        break
            self._lists.append(_List(of, own, header, mapping))
        if problems:
            raise RecordError(problems)

    def make(
        self, line: int, cells: Cells, entries: Mapping[str, Sequence[tuple[str, int, Cells]]]
    ) -> Made:
        """Make a record of a row.

        Args:
            line: the line of the row.
            cells: its cells.
            entries: the rows of second tables that belong to it, by list, each with
                the name of its table and its line.
        """
        data: Data = {ID: cells[self.id].strip()}
        faults: Faults = []
        for cell in self._cells:
            cell.put(cells, data, faults)
        read: list[tuple[_List, list[tuple[int, list[_Cell]]]]] = []
        for reader in self._lists:
            rows = entries.get(reader.source.name, ())
            read.append((reader, reader.put(cells, [row for _, _, row in rows], data, faults)))

        def places() -> dict[str, Place]:
            found = {ID: Place(self._name, line, self._mapping.id)}
            for cell in self._cells:
                found[cell.source.path] = Place(self._name, line, cell.source.column)
            for reader, groups in read:
                name = reader.source.name
                for index, (number, group) in enumerate(groups):
                    around = f"{name}[{index}]"
                    table = (self._name, line)
                    if reader.source.file:
                        table = entries[name][number][:2]
                    found[around] = Place(*table, "")
                    for cell in group:
                        found[f"{around}.{cell.source.path}"] = Place(*table, cell.source.column)
            return found

        return Made(data, faults, places)


def locate(error: RecordError, places: Mapping[str, Place]) -> RecordError:
    """Say of each problem in which column it stands."""
    return RecordError(_located(problem, places) for problem in error.problems)


def _located(problem: Problem, places: Mapping[str, Place]) -> Problem:
    path = problem.field
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    place = places.get(path)
    if place is None:
        return problem
    label = f"{place.column} ({problem.field})" if place.column else problem.field
    return replace(problem, source=place.source, line=place.line, field=label)


def _absent(
    path: str,
    columns: Iterable[str],
    header: Mapping[str, int],
    mapping: TableMapping,
    line: int | None,
) -> Iterator[Problem]:
    for column in columns:
        if column not in header:
            fault = Fault(
                f"{show(column)}, a column that the table does not have",
                listing(header),
                nearest(column, header),
            )
            yield from refusal(mapping.name, line, fault, path).problems
