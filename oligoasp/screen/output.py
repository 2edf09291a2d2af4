"""The output of a screening: its rows as NDJSON, CSV or Parquet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from oligoasp.screen.rows import LISTS, Row, is_refused
from oligoasp.spreadsheet import inert, write_csv

NDJSON, CSV, PARQUET = "ndjson", "csv", "parquet"
SUFFIXES = {".ndjson": NDJSON, ".jsonl": NDJSON, ".csv": CSV, ".parquet": PARQUET}
FIRST = (
    "record",
    "source",
    "line",
    "verdict",
    "blockers",
    "conflict",
    "clash",
    "unknown",
    "missing",
    "remarks",
)
LAST = "problems"
TYPED = ("record", "source", LAST)
"""The columns with words of people."""
NOT_READ = "not read"
GROUP = 20_000
"""Rows in a row group of Parquet."""


def read_rows(file: Path) -> Iterator[Row]:
    """Read rows as they were written."""
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def write_output(kind: str, rows: Path, path: Path, clauses: Sequence[str]) -> None:
    """Write rows in some form.

    Args:
        kind: one of `SUFFIXES`.
        rows: the file with the rows.
        path: the file to write.
        clauses: the clauses that have a column, in CSV and Parquet.
    """
    if kind == NDJSON:
        shutil.copyfile(rows, path)
    else:
        (_csv if kind == CSV else _parquet)(rows, path, clauses)


def _csv(rows: Path, path: Path, clauses: Sequence[str]) -> None:
    def cells() -> Iterator[Iterable[object]]:
        for row in read_rows(rows):
            flat = _flat(row, clauses)
            flat["conflict"] = {True: "true", False: "false", None: ""}[flat["conflict"]]
            for name in TYPED:
                flat[name] = inert(flat[name])
            yield flat.values()

    write_csv(path, (*FIRST, *clauses, LAST), cells())


def _parquet(rows: Path, path: Path, clauses: Sequence[str]) -> None:
    import pyarrow  # noqa: PLC0415 - an optional extra
    from pyarrow import parquet  # noqa: PLC0415

    text = pyarrow.string()
    types = {"line": pyarrow.int64(), "conflict": pyarrow.bool_()}
    schema = pyarrow.schema([(n, types.get(n, text)) for n in (*FIRST, *clauses, LAST)])
    source = (_flat(row, clauses) for row in read_rows(rows))
    with parquet.ParquetWriter(path, schema) as writer:
        while group := list(islice(source, GROUP)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))


def _flat(row: Row, clauses: Sequence[str]) -> dict[str, Any]:
    """Spread a row over columns; lists of clauses become text."""
    if is_refused(row):
        flat = dict.fromkeys((*FIRST, *clauses))
        problems = "\n".join(row["problems"])
        where = {name: row[name] for name in ("record", "source", "line")}
        return {**flat, **where, "verdict": NOT_READ, LAST: problems}
    flat = {name: row[name] for name in FIRST}
    for name in LISTS:
        flat[name] = " ".join(row[name])
    statuses = row["statuses"]
    return {**flat, **{clause: statuses[clause] for clause in clauses}, LAST: None}
