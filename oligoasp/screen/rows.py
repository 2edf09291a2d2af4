"""Rows of a screening: what became of each record, as one line of NDJSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from oligoasp.batch import Outcome
from oligoasp.batch.details import Details
from oligoasp.batch.outline import Outline
from oligoasp.cohort import Member
from oligoasp.decide import Verdict
from oligoasp.memo import by_identity
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from oligoasp.render.json import compact


class Decides(Protocol):
    """Decides records, one after the other."""

    def outlined(self, record: Record) -> tuple[Outline, Outcome]:
        """Decide a record, or raise a RecordError: nobody can be as it says."""


Row = dict[str, Any]
"""A row as JSON: `oligoasp.answers.Screened`, or `Refusal` for a record not read."""

FORMAT, REFUSED = "oligoasp.screening/1", "oligoasp.error/1"
STATUSES = "statuses"
"""The last part of a row."""


def rows(batch: Decides, details: Details, members: Iterable[Member]) -> Iterator[Row]:
    """Decide records.

    Args:
        batch: decides under one protocol.
        details: says more of what was decided.
        members: records of a cohort.

    Yields:
        A row for each, also for those that cannot be read or cannot be true.
    """
    for member in members:
        record = member.record
        try:
            if isinstance(record, RecordError):
                raise record
            outline, outcome = batch.outlined(record)
        except RecordError as error:
            yield refused(member.locate(error))
            continue
        blockers = outcome.blockers
        yield {
            "format": FORMAT,
            "record": record.id,
            "source": record.source,
            "line": record.line,
            "verdict": outcome.verdict,
            "blockers": blockers,
            "conflict": outcome.verdict is Verdict.INELIGIBLE and not blockers,
            "clash": details.clash(outline, outcome),
            "unknown": outcome.unknown,
            "missing": details.missing(record, outline, outcome),
            STATUSES: outcome.statuses,
        }


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


def is_refused(row: Row) -> bool:
    """Tell whether a row is about a record that was not read."""
    return "problems" in row


def text(row: Row) -> str:
    """Write a row as a line."""
    if is_refused(row):
        return compact(row) + "\n"
    head = compact({name: value for name, value in row.items() if name != STATUSES})
    return f'{head[:-1]},"{STATUSES}":{_statuses_text(row[STATUSES])}}}\n'


# Many rows share the statuses of one outcome.
_statuses_text = by_identity(compact)
