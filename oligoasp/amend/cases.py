"""Which cases an amendment answers otherwise than they expect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from oligoasp.decide import Engine, Status
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError
from oligoasp.testing import Case, load_cases
from oligoasp.testing.bulk import Bulk
from oligoasp.testing.cases import Expectations
from oligoasp.testing.run import differences

DROPPED = "dropped"


class Row(NamedTuple):
    """What changes of a case: the status of a clause, or the verdict if that is empty."""

    clause: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case whose expectation no longer holds."""

    file: str
    line: int | None
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class CaseChanges:
    """The cases whose expectations change, out of how many, and those that cannot be run."""

    changes: tuple[CaseChange, ...]
    total: int
    problems: tuple[str, ...] = ()


def changed_cases(base: Protocol, amended: Protocol, paths: Iterable[str | Path]) -> CaseChanges:
    """Run cases by the amended protocol, and say which expectations it changes.

    Args:
        base: the protocol, by which the expectations hold.
        amended: the protocol as amended.
        paths: files and folders of cases.

    Returns:
        The changes in the order of the files. A case that already fails by the base is
        changed only where the two versions differ.
    """
    new, old = Bulk(Engine(amended)), None
    changes: list[CaseChange] = []
    problems: list[str] = []
    total = 0
    for case in load_cases(paths, amended.vocabulary):
        try:
            if isinstance(case, RecordError):
                raise case
            total += 1
            after = _rows(case, new, amended)
            if not after:
                continue
            old = old or Bulk(Engine(base))
            known = _rows(case, old, base)
        except RecordError as error:
            problems += [problem.render() for problem in error.problems]
            continue
        if rows := tuple(row for row in after if row not in known):
            changes.append(CaseChange(case.file, case.line, case.name, rows))
    return CaseChanges(tuple(changes), total, tuple(problems))


def _rows(case: Case, bulk: Bulk, protocol: Protocol) -> list[Row]:
    """Give what a protocol answers otherwise than a case expects."""
    # What it expects of clauses that are dropped is no mistake here.
    verdict, statuses = bulk.decide(replace(case, clause="", expect=Expectations()))
    rows = [
        Row(failure.clause, failure.expected, failure.got)
        for failure in differences(case, verdict, statuses)
    ]
    rows += [
        Row(clause, status, DROPPED)
        for clause, status in case.expect.statuses.items()
        if clause not in protocol.clauses and (Status(status).blocks or status == Status.UNKNOWN)
    ]
    return rows
