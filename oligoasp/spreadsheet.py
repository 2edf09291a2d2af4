"""CSV files that can be opened in a spreadsheet.

Spreadsheets run a cell as a formula that begins in certain ways, whoever wrote it (OWASP: CSV
injection). What people typed, such as ids, is therefore written with an apostrophe in front if
it begins so, unless it is a plain number: programs that read the file find everything else as
it was. NDJSON and Parquet hold the same unchanged.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_FORMULA = re.compile(r"(?![+-][\d.,]+\Z)[=+\-@\t\n＝＋－＠].", re.DOTALL)


def inert(text: str | None) -> str | None:
    """Give what somebody typed so that no spreadsheet runs it."""
    if not text:
        return text
    text = text.replace("\r", r"\r")  # which the csv module does not quote: it would end the row
    return f"'{text}" if _FORMULA.match(text) else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as CSV.

    Args:
        path: the file to write.
        header: the names of the columns.
        rows: the cells; what people typed has to be `inert`.
    """
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
