"""Rows of second tables, found by the record to which they belong.

They are kept in a temporary database on disk, so that tables of any length and in any
order need no memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TypeAlias

from oligoasp.cohort.csv_table import Rows
from oligoasp.record.errors import Fault, Problem, RecordError
from oligoasp.record.source import refusal
from oligoasp.record.value import show

Entry: TypeAlias = tuple[str, int, Sequence[str]]
"""The name of a table, a line of it, and the cells of that row."""

MOST_PROBLEMS = 50


class Entries:
    """The rows of all second tables of a cohort."""

    def __init__(self) -> None:
        self._data = sqlite3.connect("", isolation_level=None)
        self._data.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-8000; BEGIN;"
            "CREATE TABLE entry (list TEXT, key TEXT, line INTEGER, cells TEXT);"
            "CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID;"
        )
        self._tables: dict[str, tuple[str, str]] = {}
        self._problems: list[Problem] = []

    def add(self, of: str, table: str, column: str, key: int, rows: Rows) -> None:
        """Take in a table.

        Args:
            of: the list whose entries its rows are.
            table: its name.
            column: the name of the column that names the record.
            key: the index of that column.
            rows: its rows.
        """
        self._tables[of] = (table, column)

        def sound() -> Iterator[tuple[str, str, int, str]]:
            for row in rows:
                fault = row.fault
                name = "" if fault else row.cells[key].strip()
                if not fault and not name:
                    fault = Fault("nothing", "the name of a record")
                if fault:
                    self._problems += refusal(table, row.line, fault, column).problems
                else:
                    yield of, name, row.line, json.dumps(row.cells)

        self._data.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", sound())

    def of(self, name: str) -> Mapping[str, list[Entry]]:
        """Give the rows that belong to a record, by list, in the order of their tables."""
        query = "SELECT list, line, cells FROM entry WHERE key = ? ORDER BY list, rowid"
        found: dict[str, list[Entry]] = {}
        for of, line, cells in self._data.execute(query, (name,)):
            found.setdefault(of, []).append((self._tables[of][0], line, json.loads(cells)))
        return found

    def complete(self, names: Iterator[str], others: Container[str]) -> None:
        """Make sure that every row belongs to a record: else a record would lack it.

        Args:
            names: the names of all records.
            others: lists whose tables may have rows of further people.

        Raises:
            RecordError: for rows that could not be read, or belong to no record.
        """
        self._data.execute("CREATE INDEX place ON entry (key, list)")
        self._data.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((n,) for n in names))
        query = (
            "SELECT list, key, min(line), count(*) FROM entry "
            "WHERE key NOT IN (SELECT key FROM seen) GROUP BY list, key ORDER BY list, 3"
        )
        problems = list(self._problems)
        for of, key, line, number in self._data.execute(query):
            if of in others:
                continue
            table, column = self._tables[of]
            rows = f"{number} rows" if number > 1 else "a row"
            found = f"{rows} of {show(key)}, who is not in the cohort"
            accepted = f"rows of its records (or `others: true` for {of} in the mapping)"
            problems += refusal(table, line, Fault(found, accepted), column).problems
        if len(problems) > MOST_PROBLEMS:
            more = Fault(f"{len(problems) - MOST_PROBLEMS} more rows like these", "")
            problems[MOST_PROBLEMS:] = refusal(problems[0].source, None, more).problems
        if problems:
            raise RecordError(problems)
