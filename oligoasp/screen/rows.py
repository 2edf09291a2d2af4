"""Rows of a screening: what became of each record, as one line of NDJSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import getitem
from typing import Any, NamedTuple

from oligoasp.decide import Status, Verdict
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from oligoasp.render.json import compact

Row = dict[str, Any]
"""A row as JSON: `oligoasp.answers.Screened`, or `Refusal` for a record not read."""

LISTS = ("blockers", "unknown", "clash", "missing", "remarks")
"""What a row lists, in the order of `Assessed`."""

FORMAT, REFUSED = "oligoasp.screening/1", "oligoasp.error/1"


class Assessed(NamedTuple):
    """What was decided of one record; ``statuses`` has those of all clauses, in one order."""

    record: str
    verdict: str
    statuses: tuple[str, ...]
    blockers: tuple[str, ...]
    unknown: tuple[str, ...]
    clash: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]


class Lines:
    """Writes the rows of records that were decided.

    Args:
        names: the clauses, as outcomes have them.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._statuses: list[dict[str, str]] = [
            {status: f",{compact(name)}:{compact(status)}" if name else "" for status in Status}
            for name in names
        ]

    def line(self, record: Record, decided: Assessed) -> str:
        """Write the row of a record."""
        line = record.line
        conflict = decided.verdict == Verdict.INELIGIBLE and not decided.blockers
        statuses = "".join(map(getitem, self._statuses, decided.statuses))
        return (
            f'{{"format":"{FORMAT}","record":{compact(decided.record)},'
            f'"source":{compact(record.source)},"line":{"null" if line is None else line},'
            f'"verdict":"{decided.verdict}","blockers":{_list(decided.blockers)},'
            f'"conflict":{"true" if conflict else "false"},"clash":{_list(decided.clash)},'
            f'"unknown":{_list(decided.unknown)},"missing":{_list(decided.missing)},'
            f'"remarks":{_list(decided.remarks)},'
            f'"statuses":{{{statuses[1:]}}}}}\n'
        )


@lru_cache(maxsize=4096)
def _list(names: tuple[str, ...]) -> str:
    return compact(names)


def refused(error: RecordError) -> Row:
    """Give the row of a record that was not read: a `Refusal`."""
    first = error.problems[0]
    return {
        "format": REFUSED,
        "source": first.source,
        "line": first.line,
        "record": first.record,
        "problems": [problem.render() for problem in error.problems],
    }


def assessed_of(row: Row) -> Assessed:
    """Give what a row of a record that was decided says."""
    lists = [tuple(row[name]) for name in LISTS]
    statuses = tuple(row["statuses"].values())
    return Assessed(row["record"], row["verdict"], statuses, *lists)


def is_refused(row: Row) -> bool:
    """Tell whether a row is about a record that was not read."""
    return "problems" in row
