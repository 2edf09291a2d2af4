"""Waiting: from which date on a blocker no longer blocks, all else unchanged."""

from __future__ import annotations

from datetime import date, timedelta

from oligoasp.answers import Waiting
from oligoasp.decide import Decision, Verdict, entry_of, literals
from oligoasp.explain.question import Question
from oligoasp.explain.reasons import WAIT
from oligoasp.record.dates import DateInterval, MomentInterval, add_months, day_of
from oligoasp.record.derive import ENROLLMENT
from oligoasp.record.errors import RecordError

LONGEST = 3 * 366
"""How many days ahead are looked at."""


def waiting(question: Question) -> list[Waiting]:
    """Find the earliest dates on which waiting alone removes blockers.

    The record is decided again with its dates of enrollment, randomization and start
    moved, on every day on which some elapsed time crosses a limit.

    Returns:
        For each date on which something changes for the better, what waiting removes by
        then; the last entry is the best that waiting can do. Where the record leaves open
        whether that suffices, there is one more for the date from which on it certainly does.
    """
    anchor = question.situation.derivation.anchor(ENROLLMENT)
    blockers = question.decision.violated
    if anchor is None or not blockers:
        return []
    today = day_of(anchor[0][1])
    session, order = question.session, question.engine.protocol.in_order
    found: list[Waiting] = []
    gone: frozenset[str] = frozenset()
    open_still = False
    for days in _days_of_change(question, today):
        if open_still:  # until nobody like that can be ineligible
            decision = _decide(question, days, -session.eligible, possible=False)
        else:  # until not everybody like that violates what is left
            some_gone = [-session.violated[clause] for clause in order(blockers - gone)]
            decision = _decide(question, days, session.at_least(1, some_gone), possible=True)
        if decision is None:
            continue
        removed = blockers - decision.violated
        if removed > gone or open_still:
            gone = removed
            found.append(
                Waiting(
                    clauses=tuple(order(removed)),
                    date=(today + timedelta(days=days)).isoformat(),
                    days=days,
                    verdict=decision.verdict,
                    still=tuple(order(decision.violated)),
                )
            )
        if open_still or decision.verdict is Verdict.ELIGIBLE:
            break
        open_still = decision.verdict is Verdict.UNDETERMINED
    return found


def _decide(question: Question, days: int, literal: int, *, possible: bool) -> Decision | None:
    """Decide the record as it is some days later, if a literal can hold then, or cannot.

    Whether it can is one question to the solver; deciding takes many.
    """
    engine, session = question.engine, question.session
    situation = engine.compiler.compile(question.situation.record, days)
    later = [*question.readings, *literals(session, situation), literal]
    if session.satisfiable(later) is not possible:
        return None
    try:
        return engine.conclude(session, situation, question.readings)
    except RecordError:
        return None


def _days_of_change(question: Question, today: date) -> list[int]:
    """Give, in days from today, when an elapsed time reaches or passes a limit."""
    protocol = question.engine.protocol
    found: set[int] = set()
    for entity, name in question.facts:
        attribute = protocol.vocabulary.attributes[entity[0], name]
        if protocol.means.get((entity[0], name)) != WAIT:
            continue
        path = question.engine.field_path(question.situation, entity, name)
        value = entry_of(question.situation, entity).get(path)
        if not isinstance(value, DateInterval | MomentInterval):
            continue
        for edge in {day_of(value.earliest), day_of(value.latest)}:
            for code in protocol.limits.get(attribute.of, ()):
                reached = _reached(edge, code // 2, attribute.of)
                found |= {(reached - today).days + late for late in (0, 1)}
        found |= _gaps(question, attribute.origin.arguments, today, found)
    return sorted(day for day in found if 0 < day <= LONGEST)


def _gaps(question: Question, arguments: tuple[str, ...], today: date, days: set[int]) -> set[int]:
    """Give the same days for an anchor that is not the day of enrollment."""
    there = (
        question.situation.derivation.anchor(arguments[-1])
        if (arguments[-1] in question.engine.protocol.vocabulary.anchors)
        else None
    )
    if there is None:
        return set()
    gap = (day_of(there[0][1]) - today).days
    return {day - gap for day in days} if gap else set()


def _reached(day: date, steps: int, scale: str) -> date:
    if scale == "months":
        return add_months(day, steps)
    if scale == "years":
        return add_months(day, 12 * steps)
    return day + timedelta(days=steps)
