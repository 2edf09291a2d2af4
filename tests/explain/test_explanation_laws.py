"""What an explanation says holds when it is looked at anew: solved or decided from scratch."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from oligoasp.answers import Explanation
from oligoasp.decide import Engine, Verdict
from oligoasp.explain.question import Question
from oligoasp.solver.minimal import check_minimal, group_oracle
from tests.reference.generate import clone, random_record, remove_parts
from tests.support import Data, baseline, changed, decide, explained, parse, protocol

RECORDS = 34
POSTPONED = ("registration", "enrollment", "randomization", "treatment_start")


@cache
def samples() -> list[tuple[Data, Explanation]]:
    rng = random.Random(2024)
    found = []
    for index in range(RECORDS):
        data = random_record(rng)
        if index % 2:
            data = remove_parts(data, rng, 3)
        found.append((data, explained(data)))
    return found


def anew(data: Data) -> Question:
    """Ask about a record in a session that nothing else has used."""
    return Question(Engine(protocol()), parse(data))


def sources(question: Question) -> dict[str, list[tuple[Any, str]]]:
    """Give what a record says, by the field that an explanation names."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for entity, path in question.given:
        words = question.words
        source = words.field(entity, path) if path else words.listed(entity)
        found.setdefault(source.field, []).append((entity, path))
    return found


def test_the_samples_have_every_verdict_and_kind_of_answer() -> None:
    answers = [explanation for _, explanation in samples()]
    assert {a.verdict for a in answers} == set(Verdict)
    for part in ("reasons", "remedies", "waiting", "needs", "near_misses", "readings"):
        assert any(getattr(a, part) for a in answers), part


def test_reasons_suffice_and_are_minimal() -> None:
    for data, explanation in samples():
        if not explanation.reasons:
            assert explanation.verdict is not Verdict.INELIGIBLE
            continue
        question = anew(data)
        by_field = sources(question)
        for reason in explanation.reasons:
            keys = [key for fact in reason.facts for key in by_field[fact.field]]
            oracle = group_oracle(
                [question.given[key] for key in keys],
                [*question.background, *question.met(reason.clauses)],
                question.session.core,
            )
            assert check_minimal(range(len(keys)), oracle), (reason, data)


def test_remedies_remove_the_blocker_and_need_every_change() -> None:
    for data, explanation in samples():
        if not explanation.remedies:
            continue
        question = anew(data)
        by_field = sources(question)
        for remedy in explanation.remedies:
            keys = [key for change in remedy.changes for key in by_field[change.source.field]]
            met = question.met(remedy.clauses)
            session = question.session
            assert session.satisfiable([*question.without(keys), *met]), (remedy, data)
            for change in remedy.changes:
                others = set(keys) - set(by_field[change.source.field])
                assert not session.satisfiable([*question.without(others), *met]), (remedy, data)


def postponed(data: Data, days: int) -> Data:
    """Move every date that moves when a site waits."""
    moved = clone(data)
    for name in POSTPONED:
        if name in moved.get("dates", {}):
            moved["dates"][name] = "..".join(
                _later(t, days) for t in moved["dates"][name].split("..")
            )
    return moved


def _later(text: str, days: int) -> str:
    return (date.fromisoformat(text[:10]) + timedelta(days=days)).isoformat() + text[10:]


@cache
def waiting_samples() -> list[tuple[Data, Explanation]]:
    rng = random.Random(77)
    found = []
    while len(found) < 25:
        data = random_record(rng)
        if any(len(text) < 10 for text in data["dates"].values()):
            continue
        decision = decide(data)
        if decision.violated & {"E3", "E8", "I4.b", "I6.a", "I10.b", "I1.c"}:
            found.append((data, explained(data)))
    return found


def test_waiting_says_when_it_may_suffice_and_when_it_certainly_does() -> None:
    drug = {"id": "s1", "class": "chemotherapy", "first_dose": "2024-01-10", "last_dose": "2024-05"}
    data = changed(baseline(), {"systemic_therapies": [drug]})
    assert decide(data).verdict is Verdict.INELIGIBLE
    waits = explained(data).waiting
    assert [w.verdict for w in waits][-2:] == [Verdict.UNDETERMINED, Verdict.ELIGIBLE]
    assert decide(postponed(data, waits[-1].days)).verdict is Verdict.ELIGIBLE
    assert decide(postponed(data, waits[-1].days - 1)).verdict is Verdict.UNDETERMINED


def test_waiting_until_the_date_suffices_and_a_day_less_does_not() -> None:
    checked = 0
    for data, explanation in waiting_samples():
        blockers = set(explanation.blockers)
        before: set[str] = set()
        for wait in explanation.waiting:
            checked += 1
            then = decide(postponed(data, wait.days))
            assert blockers - then.violated == set(wait.clauses), (wait, data)
            assert then.verdict is wait.verdict, (wait, data)
            day_less = decide(postponed(data, wait.days - 1))
            assert not set(wait.clauses) <= blockers - day_less.violated, (wait, data)
            assert before < set(wait.clauses)
            before = set(wait.clauses)
    assert checked >= 15


@pytest.mark.parametrize("days", [1, 40, 95, 200, 400])
def test_no_waiting_helps_more_than_what_is_listed(days: int) -> None:
    for data, explanation in waiting_samples():
        listed: set[str] = set()
        for wait in explanation.waiting:
            if wait.days <= days:
                listed |= set(wait.clauses)
        then = decide(postponed(data, days))
        gone = set(explanation.blockers) - then.violated
        if explanation.waiting and explanation.waiting[-1].verdict is not Verdict.INELIGIBLE:
            continue  # what comes after the first date that suffices is not listed
        assert gone <= listed, (gone, data)


def test_evidence_is_given_for_every_blocker_and_for_nothing_else() -> None:
    for _, explanation in samples():
        blocked = {c.clause for c in explanation.clauses if c.status.blocks}
        assert {c.clause for c in explanation.clauses if c.evidence} == blocked
        assert blocked == set(explanation.blockers)


def test_a_reading_that_matters_gives_the_verdict_that_it_says() -> None:
    for data, explanation in samples()[:24]:
        for other in explanation.readings:
            found = decide(data, **{other.reading: other.option})
            assert found.verdict is other.verdict is not explanation.verdict, (other, data)


def test_readings_that_are_not_listed_do_not_matter() -> None:
    rng = random.Random(4)
    for data, explanation in samples()[:8]:
        listed = {(r.reading, r.option) for r in explanation.readings}
        ambiguities = list(protocol().ambiguities.values())
        for ambiguity in rng.sample(ambiguities, 12):
            for option in ambiguity.options:
                if option != ambiguity.default and (ambiguity.name, option) not in listed:
                    found = decide(data, **{ambiguity.name: option})
                    assert found.verdict is explanation.verdict, (ambiguity.name, option, data)


def test_needs_name_open_clauses_only_and_every_one_that_can_be_settled() -> None:
    for data, explanation in samples():
        if explanation.verdict is not Verdict.UNDETERMINED:
            assert not explanation.needs
            continue
        unknown = {c for c, s in decide(data).statuses.items() if s == "unknown"}
        named = {c for need in explanation.needs for c in need.clauses}
        assert named
        assert named <= unknown | {c.id for c in protocol().clauses.values() if not c.tests}


def test_what_no_longer_matters_is_not_needed() -> None:
    for _, explanation in samples():
        needed = {i.item for n in explanation.needs for a in n.alternatives for i in a}
        assert not needed & set(explanation.no_longer_matters)
