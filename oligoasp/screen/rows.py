"""Rows of a screening: what became of each record, as one line of NDJSON."""

from __future__ import annotations

from collections.abc import Sequence
from operator import getitem
from typing import Any

from oligoasp.batch import Outcome
from oligoasp.decide import Status, Verdict
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from oligoasp.render.json import compact

Row = dict[str, Any]
"""A row as JSON: `oligoasp.answers.Screened`, or `Refusal` for a record not read."""

FORMAT, REFUSED = "oligoasp.screening/1", "oligoasp.error/1"


class Lines:
    """Writes the rows of records that were decided.

    Args:
        names: the clauses, as outcomes have them.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._statuses = [
            {status: f"{compact(name)}:{compact(status)}" if name else "" for status in Status}
            for name in names
        ]

    def line(
        self, record: Record, outcome: Outcome, clash: Sequence[str], missing: Sequence[str]
    ) -> str:
        """Write the row of a record.

        Args:
            record: the record.
            outcome: what was decided.
            clash: clauses that cannot be met together.
            missing: fields to ask for.
        """
        line, blockers = record.line, outcome.blockers
        conflict = outcome.verdict is Verdict.INELIGIBLE and not blockers
        statuses = ",".join(filter(None, map(getitem, self._statuses, outcome.by_place)))
        return (
            f'{{"format":"{FORMAT}","record":{compact(record.id)},'
            f'"source":{compact(record.source)},"line":{"null" if line is None else line},'
            f'"verdict":"{outcome.verdict}","blockers":{_list(blockers)},'
            f'"conflict":{"true" if conflict else "false"},"clash":{_list(clash)},'
            f'"unknown":{_list(outcome.unknown)},"missing":{_list(missing)},'
            f'"statuses":{{{statuses}}}}}\n'
        )


def _list(names: Sequence[str]) -> str:
    return compact(names) if names else "[]"


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
