"""Reading and deciding all cases of some files at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oligoasp.batch import Batch
from oligoasp.decide import Engine, Status, Verdict
from oligoasp.record.errors import RecordError
from oligoasp.testing.cases import Case
from oligoasp.testing.load import load_cases
from oligoasp.testing.run import differences, refuse_unknown_names


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of some files: those that pass, those that fail, and what cannot be read."""

    passed: list[Case] = field(default_factory=list)
    failed: list[Case] = field(default_factory=list)
    malformed: list[RecordError] = field(default_factory=list)


class Bulk:
    """Decides many cases, each as it says that the text is read.

    Args:
        engine: the protocol, under its readings.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._batch = Batch(engine)

    def decide(self, case: Case) -> tuple[Verdict, Mapping[str, Status]]:
        """Give the verdict on the record of a case, and the status of each clause.

        Raises:
            RecordError: the record contradicts itself, or the case names what is not there.
        """
        refuse_unknown_names(self._engine, case)
        if case.readings:  # few; one program for every reading serves them
            decision = self._engine.decide(case.record, case.readings)
            return decision.verdict, decision.statuses
        outcome = self._batch.decide(case.record)
        return outcome.verdict, outcome.statuses


def decided_cases(engine: Engine, paths: Iterable[str | Path]) -> Cases:
    """Read the cases of files and folders and decide each.

    Args:
        engine: the protocol, under its readings.
        paths: files and folders.
    """
    found = Cases()
    bulk = Bulk(engine)
    for case in load_cases(paths, engine.protocol.vocabulary):
        try:
            if isinstance(case, RecordError):
                raise case
            verdict, statuses = bulk.decide(case)
        except RecordError as error:
            found.malformed.append(error)
        else:
            good = not differences(case, verdict, statuses)
            (found.passed if good else found.failed).append(case)
    return found


def names(cases: Sequence[Case]) -> list[str]:
    """Give file and name of cases, for a message."""
    return [f"{case.file}: {case.name}" for case in cases]
