"""Tables that are CSV files: rows with the line on which each begins."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, TypeAlias

from oligoasp.record.errors import Fault
from oligoasp.record.source import refusal

LONGEST_ROW = 2**20
MOST_LINES = 200
"""How many lines one row may have: more mean a quotation mark that is not closed."""

_UNDECODED = re.compile("[\udc80-\udcff]")


class Row(NamedTuple):
    """A row of a table: its cells, or why it has none; ``done`` of the table ends with it."""

    line: int
    cells: Sequence[str]
    fault: Fault | None
    done: float | None


Rows: TypeAlias = Iterator[Row]


class CsvTable:
    """A CSV file with a header.

    Args:
        path: the file.
        delimiter: the sign between cells.
        encoding: the encoding of the text.

    Raises:
        RecordError: there is no such file, or no header in it.
    """

    def __init__(self, path: Path, delimiter: str, encoding: str) -> None:
        self.name = str(path)
        self._path, self._delimiter, self._encoding = path, delimiter, encoding
        try:
            with self._open() as stream:
                first = next(self._rows(stream, 0), None)
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            fault = Fault(f"a file that cannot be read ({reason})", "")
            raise refusal(self.name, None, fault) from None
        if first is None:
            raise refusal(self.name, None, Fault("an empty file", "a header and rows"))
        if first.fault:
            raise refusal(self.name, first.line, first.fault)
        self.header = [cell.strip() for cell in first.cells]
        for name in self.header:
            if name and self.header.count(name) > 1:
                fault = Fault(f'the column "{name}" a second time', "every column once")
                raise refusal(self.name, first.line, fault)

    def rows(self) -> Rows:
        """Give the rows below the header; those without any filled cell are left out."""
        with self._open() as stream:
            rows = self._rows(stream, self._path.stat().st_size)
            next(rows, None)
            for row in rows:
                if not row.fault and len(row.cells) != len(self.header):
                    fault = Fault(
                        f"a row of {len(row.cells)} cells",
                        f"{len(self.header)}, as in the header",
                    )
                    yield row._replace(fault=fault)
                else:
                    yield row

    def _open(self) -> IO[str]:
        return self._path.open(encoding=self._encoding, errors="surrogateescape", newline="")

    def _rows(self, stream: IO[str], size: int) -> Rows:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            lines.begin()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                fault = Fault(f"a row that is not CSV ({error})", "cells, quoted alike")
                yield Row(lines.first, (), fault, None)
                lines.back()
                continue
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            done = min(stream.buffer.tell() / size, 1.0) if size else None  # type: ignore[attr-defined]
            fault_ = None
            if lines.undecoded:
                accepted = f"text in {self._encoding.removesuffix('-sig')} (see `encoding`)"
                fault_ = Fault("bytes that are not text", accepted)
            yield Row(lines.first, cells, fault_, done)


class _Lines:
    """Gives lines to the CSV reader, and takes those back that it should not have read."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._row: list[str] = []
        self.first = 1
        self.undecoded = False

    def begin(self) -> None:
        """Say that a row begins."""
        self.first += len(self._row)
        self._row = []
        self.undecoded = False

    def back(self) -> None:
        """Take back all lines of the row but its first."""
        self._waiting.extendleft(reversed(self._row[1:]))
        del self._row[1:]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) == MOST_LINES:
            raise csv.Error("a quotation mark that is not closed")
        line = self._waiting.popleft() if self._waiting else self._stream.readline(LONGEST_ROW)
        if not line:
            raise StopIteration
        self._row.append(line)
        if not line.isascii() and _UNDECODED.search(line):
            self.undecoded = True
        return line
