"""Reading and deciding all cases of some files at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oligoasp.batch import Batch
from oligoasp.decide import Engine, Status, Verdict
from oligoasp.processes import Processes
from oligoasp.record.errors import Problem, RecordError
from oligoasp.testing.cases import Case
from oligoasp.testing.load import load_cases
from oligoasp.testing.run import differences, refuse_unknown_names

PART = 200
"""How many cases under other readings are decided at a time."""


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


def decided_cases(engine: Engine, paths: Iterable[str | Path], processes: int = 1) -> Cases:
    """Read the cases of files and folders and decide each.

    Args:
        engine: the protocol, under its readings.
        paths: files and folders.
        processes: how many processes share the work.
    """
    cases = list(load_cases(paths, engine.protocol.vocabulary))
    bulk = Bulk(engine)

    def judged(part: list[int]) -> list[bool | tuple[Problem, ...]]:
        """Tell of each case whether it passes, or what is wrong with it."""
        results: list[bool | tuple[Problem, ...]] = []
        for number in part:
            case = cases[number]
            try:
                if isinstance(case, RecordError):
                    raise case
                results.append(not differences(case, *bulk.decide(case)))
            except RecordError as error:
                results.append(error.problems)
        return results

    read = [n for n, case in enumerate(cases) if isinstance(case, Case) and case.readings]
    known = set(read)
    parts = [[n for n in range(len(cases)) if n not in known]]  # these share what is remembered
    parts += [read[start : start + PART] for start in range(0, len(read), PART)]
    results: dict[int, bool | tuple[Problem, ...]] = {}
    with Processes(judged, processes) as pool:
        for part, some in pool.map(parts):
            results.update(zip(part, some, strict=True))
    found = Cases()
    for number, case in enumerate(cases):
        result = results[number]
        if isinstance(result, tuple):
            found.malformed.append(RecordError(result))
        elif isinstance(case, Case):
            (found.passed if result else found.failed).append(case)
    return found


def names(cases: Sequence[Case]) -> list[str]:
    """Give file and name of cases, for a message."""
    return [f"{case.file}: {case.name}" for case in cases]
