"""Reading and deciding all cases of some files at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oligoasp.batch import Batch
from oligoasp.decide import Engine
from oligoasp.record.errors import RecordError
from oligoasp.testing.cases import Case
from oligoasp.testing.load import load_cases
from oligoasp.testing.run import differences, refuse_unknown_clauses


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of some files: those that pass, those that fail, and what cannot be read."""

    passed: list[Case] = field(default_factory=list)
    failed: list[Case] = field(default_factory=list)
    malformed: list[RecordError] = field(default_factory=list)


def decided_cases(engine: Engine, paths: Iterable[str | Path]) -> Cases:
    """Read the cases of files and folders and decide each, all in one batch.

    Args:
        engine: the protocol, under its readings.
        paths: files and folders.
    """
    found = Cases()
    batch = Batch(engine)
    for case in load_cases(paths, engine.protocol.vocabulary):
        try:
            if isinstance(case, RecordError):
                raise case
            refuse_unknown_clauses(engine, case)
            outcome = batch.decide(case.record)
        except RecordError as error:
            found.malformed.append(error)
        else:
            good = not differences(case, outcome.verdict, outcome.statuses)
            (found.passed if good else found.failed).append(case)
    return found


def names(cases: Sequence[Case]) -> list[str]:
    """Give file and name of cases, for a message."""
    return [f"{case.file}: {case.name}" for case in cases]
