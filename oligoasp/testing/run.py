"""Deciding a case and comparing the answer with what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from oligoasp.decide import Engine, Status, Verdict, statuses_of
from oligoasp.record.errors import Problem, RecordError, listing, nearest, quote
from oligoasp.record.value import show
from oligoasp.testing.cases import VERDICT, Case, moved


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that was not met: of a clause, or of the verdict if it is empty."""

    clause: str
    expected: str
    got: str
    line: int | None


def run_case(engine: Engine, case: Case) -> list[Failure]:
    """Decide a case and compare the answer with what is expected.

    Args:
        engine: the engine, of the protocol that the case is about.
        case: the case.

    Returns:
        What differs: the verdict first, then clauses in the order of the protocol.

    Raises:
        RecordError: the record contradicts itself, or the case names a clause that has
            no status or a reading that the protocol does not have.
    """
    refuse_unknown_names(engine, case)
    try:
        decision = engine.decide(case.record, case.readings)
    except RecordError as error:
        raise moved(error, case.file, case.line) from None
    return differences(case, decision.verdict, decision.statuses)


def differences(case: Case, verdict: Verdict, statuses: Mapping[str, Status]) -> list[Failure]:
    """Give the expectations of a case that are not met.

    Args:
        case: the case.
        verdict: the verdict on its record.
        statuses: the status of each clause that tests.

    Returns:
        What differs: the verdict first, then clauses in the order of the protocol.
    """
    expect = case.expect
    failures: list[Failure] = []
    if expect.verdict is not None and verdict != expect.verdict:
        line = expect.lines.get(VERDICT, case.line)
        failures.append(Failure("", expect.verdict, verdict, line))
    failures += [
        Failure(clause, expect.statuses[clause], got, expect.lines.get(clause, case.line))
        for clause, got in statuses.items()
        if expect.statuses.get(clause, got) != got
    ]
    return failures


def evidence(engine: Engine, case: Case, failures: list[Failure]) -> list[str]:
    """Say why each clause has the status it got.

    Args:
        engine: the engine that decided the case.
        case: the case.
        failures: what differs in it.

    Returns:
        A sentence for each failure; empty for a verdict and where there is nothing to say.
    """
    from oligoasp.explain.whole import explain  # noqa: PLC0415 - only cases that fail need it

    if case.readings:
        engine = Engine(engine.protocol, {**engine.readings, **case.readings})
    answers = {answer.clause: answer for answer in explain(engine, case.record, full=True).clauses}
    sentences = []
    for failure in failures:
        answer = answers.get(failure.clause)
        parts: list[str] = []
        if answer is not None:
            parts = [item.text for item in (*answer.evidence, *answer.values)][:3]
            parts += [f"missing: {item}" for item in answer.missing[:3]]
        sentences.append("; ".join(parts))
    return sentences


def refuse_unknown_names(engine: Engine, case: Case) -> None:
    """Refuse expectations of what has no status, a subject that is no clause, other readings.

    Raises:
        RecordError: the case has some.
    """
    clauses = engine.protocol.clauses
    known = [clause.id for clause in clauses.values() if clause.tests]
    problems = []
    for name, status in case.expect.statuses.items():
        if name not in known:
            problems.append(_unknown_clause(engine, case, name, known))
        elif status not in (possible := statuses_of(clauses[name])):
            found, line = show(str(status)), case.expect.lines.get(name, case.line)
            accepted = f"{listing(possible)} of an {clauses[name].section} criterion"
            problems.append(Problem(case.file, line, None, name, found, accepted))
    if not any(name.startswith(case.clause) for name in clauses):
        problems.append(_unknown_clause(engine, case, case.clause, list(clauses)))
    problems += _unknown_readings(engine, case)
    if problems:
        raise RecordError(problems)


def _unknown_readings(engine: Engine, case: Case) -> Iterator[Problem]:
    ambiguities = engine.protocol.ambiguities
    for name, option in case.readings.items():
        ambiguity = ambiguities.get(name)
        if ambiguity is None:
            known, typed, found = list(ambiguities), name, "no such reading"
            accepted = f"a reading of {engine.protocol.name}; `oligoasp criteria` shows them"
        elif option not in ambiguity.options:
            known, typed, found = list(ambiguity.options), option, quote(option)
            accepted = listing(known)
        else:
            continue
        line, path = case.places.get(name, (case.line, name))
        yield Problem(case.file, line, None, path, found, accepted, nearest(typed, known))


def _unknown_clause(engine: Engine, case: Case, name: str, known: list[str]) -> Problem:
    return Problem(
        case.file,
        case.expect.lines.get(name, case.line),
        None,
        name,
        "a clause without a status",
        f"a clause of {engine.protocol.name} that tests",
        nearest(name, known),
    )
