"""Cohorts that are tables: a row for each patient, read by a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from oligoasp.cohort.csv_table import CsvTable, Row, Rows
from oligoasp.cohort.entries import Entries, Entry
from oligoasp.cohort.mapping import ListSource, TableMapping
from oligoasp.cohort.model import Chunk, Member, as_it_is, digest_of
from oligoasp.cohort.row import Builder, locate
from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import Fault, Problem, RecordError
from oligoasp.record.json_text import JsonError, decode
from oligoasp.record.read import record_of
from oligoasp.record.shape import shapes_of
from oligoasp.record.source import Document, refusal
from oligoasp.record.value import show

DELIMITERS = (";", ",", "\t", "|")
PARQUET = (".parquet", ".pq")


class _Table(Protocol):
    name: str
    header: list[str]

    def rows(self) -> Rows: ...


class TableCohort:
    """The records of a table.

    Args:
        path: the table.
        mapping: which column holds what.
        vocabulary: what a record can say.

    Raises:
        RecordError: a table cannot be read, or lacks columns that the mapping names.
    """

    def __init__(self, path: Path, mapping: TableMapping, vocabulary: Vocabulary) -> None:
        self.name = str(path)
        self.key = f"{path} {mapping.digest}"
        self._stem = path.stem
        self._mapping = mapping
        self._schema = shapes_of(vocabulary)
        self._table = _open(path, mapping)
        self._seconds = [(of, _open(path.parent / of.file, of)) for of in mapping.lists if of.file]
        _refuse_other_delimiter(self._table, mapping.record or mapping.id, "the mapping")
        for of, table in self._seconds:
            _refuse_other_delimiter(table, of.key, f"lists.{of.name} of the mapping")
        headers = {"": self._table.header} | {of.name: t.header for of, t in self._seconds}
        self._json = -1
        if mapping.record:
            if mapping.record not in self._table.header:
                fault = Fault(f"{show(mapping.record)}, a column that the table does not have", "")
                raise refusal(mapping.name, mapping.lines.get("record"), fault, "record")
            self._json = self._table.header.index(mapping.record)
        else:
            self._builder = Builder(mapping, self.name, headers)

    @property
    def unused(self) -> list[str]:
        """The columns of the table that the mapping does not name."""
        used = {self._mapping.id, self._mapping.record}
        used.update(column for s in self._mapping.sources for column in s.columns)
        for of in self._mapping.lists:
            used.update([of.none_if[0]] if of.none_if else ())
            for number in range(1, of.numbered + 1):
                columns = (column for s in of.sources for column in s.columns)
                used.update(column.replace("{n}", str(number)) for column in columns)
        return [column for column in self._table.header if column and column not in used]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Give the rows in pieces, each with its entries."""
        entries = self._entries() if self._seconds else None
        rows, empty = self._table.rows(), True
        while part := list(islice(rows, size)):
            empty = False
            found: list[tuple[Row, dict[str, list[Entry]]]] = []
            for row in part:
                own = {} if entries is None or row.fault else entries.of(self._name(row))
                found.append((row._replace(done=None), dict(own)))
            yield Chunk(found, _digest(found), part[-1].done)
        if empty:
            raise refusal(self.name, None, Fault("a table without rows", "a row per patient"))

    def members(self, chunk: Chunk) -> Iterator[Member]:
        """Read a piece."""
        assert isinstance(chunk.payload, list)
        for row, entries in chunk.payload:
            if row.fault:
                yield Member(refusal(self.name, row.line, row.fault), as_it_is)
            elif self._json >= 0:
                yield self._whole(row)
            else:
                yield self._made(row, entries)

    def _name(self, row: Row) -> str:
        return row.cells[self._builder.id].strip()

    def _entries(self) -> Entries:
        """Read the second tables, and make sure that no row of them is lost."""
        entries = Entries()
        for of, table in self._seconds:
            entries.add(of.name, table.name, of.key, table.header.index(of.key), table.rows())
        names = (self._name(row) for row in self._table.rows() if not row.fault)
        entries.complete(names, [of.name for of in self._mapping.lists if of.others])
        return entries

    def _whole(self, row: Row) -> Member:
        """Read a record that stands as JSON in a cell."""
        column = self._mapping.record
        try:
            data = decode(row.cells[self._json])
        except JsonError as error:
            label = f"{column} ({error.field})" if error.field else column
            return Member(refusal(self.name, row.line, error.fault, label), as_it_is)
        if not isinstance(data, dict):
            fault = Fault(show(data), "a record as JSON")
            return Member(refusal(self.name, row.line, fault, column), as_it_is)
        document = Document(self.name, f"{self._stem}-{row.line}", data, row.line, one_line=True)
        return Member(record_of(document, self._schema), as_it_is)

    def _made(self, row: Row, entries: dict[str, list[Entry]]) -> Member:
        """Make a record of a row."""
        made = self._builder.make(row.line, row.cells, entries)
        name = str(made.data["id"])
        if not name:
            fault = Fault("nothing", "the name of the record")
            return Member(refusal(self.name, row.line, fault, self._mapping.id), as_it_is)

        def located(error: RecordError) -> RecordError:
            return locate(error, made.places())

        document = Document(self.name, name, made.data, row.line, one_line=True)
        record = record_of(document, self._schema)
        problems = [
            Problem(self.name, row.line, name, path, fault.found, fault.accepted, fault.suggestion)
            for path, fault in made.faults
        ]
        if isinstance(record, RecordError):
            problems += record.problems
        return Member(located(RecordError(problems)) if problems else record, located)


def _open(path: Path, source: TableMapping | ListSource) -> _Table:
    if path.suffix.lower() in PARQUET:
        from oligoasp.cohort.parquet_table import ParquetTable  # noqa: PLC0415 - loads pyarrow

        return ParquetTable(path)
    return CsvTable(path, source.delimiter, source.encoding)


def _refuse_other_delimiter(table: _Table, column: str, place: str) -> None:
    """Refuse a table that is one column, because another sign stands between its cells.

    Args:
        table: the table.
        column: a column that it has to have.
        place: where the mapping says what stands between its cells.

    Raises:
        RecordError: with the sign to name.
    """
    (header, *others) = table.header
    sign = max(DELIMITERS, key=header.count)
    if others or header == column or sign not in header:
        return
    name = "tab" if sign == "\t" else f'"{sign}"'
    found = f"only one column, {show(header)}"
    fault = Fault(found, f"`delimiter: {name}` in {place}, if that separates columns")
    raise refusal(table.name, None, fault)


def _digest(rows: list[tuple[Row, dict[str, list[Entry]]]]) -> bytes:
    return digest_of(repr(row).encode("utf-8", "surrogateescape") for row in rows)
