"""Tables that are Parquet files, read with pyarrow (the extra `oligoasp[parquet]`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from oligoasp.cohort.csv_table import Row, Rows
from oligoasp.record.errors import Fault
from oligoasp.record.source import refusal

BATCH = 1000
MISSING_EXTRA = "reading and writing Parquet needs pyarrow: pip install 'oligoasp[parquet]'"


class ParquetTable:
    """A Parquet file; its rows are counted from 1 in place of lines.

    Args:
        path: the file.

    Raises:
        RecordError: it cannot be read, or pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        try:
            from pyarrow import ArrowInvalid, parquet  # noqa: PLC0415 - an optional extra
        except ImportError:
            raise refusal(self.name, None, Fault("a Parquet file", MISSING_EXTRA)) from None
        try:
            self._file: Any = parquet.ParquetFile(path)
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            fault = Fault(f"a file that cannot be read ({reason})", "")
            raise refusal(self.name, None, fault) from None
        except ArrowInvalid:
            raise refusal(self.name, None, Fault("a file that is not Parquet", "")) from None
        self.header: list[str] = list(self._file.schema_arrow.names)

    def rows(self) -> Rows:
        """Give the rows, every cell as the text that a CSV file would have."""
        line, total = 0, self._file.metadata.num_rows
        for batch in self._file.iter_batches(batch_size=BATCH):
            columns = [_texts(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                line += 1
                yield Row(line, cells, None, line / total)


def _texts(column: Any) -> list[str]:
    import pyarrow  # noqa: PLC0415 - an optional extra

    kind = column.type
    if pyarrow.types.is_float16(kind) or pyarrow.types.is_float32(kind):
        # Written as text while it is short: as a double, 1.8 would become 1.7999999523.
        column = column.cast(pyarrow.string())
        return ["" if v in (None, "nan") else _plain(Decimal(v)) for v in column.to_pylist()]
    return [_text(value) for value in column.to_pylist()]


def _text(value: object) -> str:
    """Write a value as text; a binary number as the shortest decimal that stands for it."""
    if value is None:
        return ""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _plain(value: Decimal) -> str:
    return f"{value:f}" if value.is_finite() else str(value)


def _float(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else _plain(Decimal(repr(value)))


_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (float, _float),
    (Decimal, _plain),
    (datetime, lambda value: value.isoformat(sep=" ")),
    (date, date.isoformat),
    (time, lambda value: value.isoformat()[:5]),
    (bytes, lambda value: value.decode("utf-8", "backslashreplace")),
)
