"""Looking at the parts of a clause one by one finds what looking at the whole clause finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest

from oligoasp.decide import Verdict
from oligoasp.explain import missing as explain_missing
from oligoasp.explain.missing import Missing, Ways
from oligoasp.explain.parting import Part, parts_of
from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair, Value
from tests.explain.everybody import met
from tests.reference.generate import remove_parts
from tests.support import Data, baseline, changed, engine, metastases, parse

SITES = ("lung", "liver", "adrenal", "axillary", "brain")


def whole(question: Question, unknowns: Unknowns, clause: str) -> list[list[Part]]:
    """Give a clause as if it had no parts."""
    session = question.session
    cone = session.cone(clause)
    reached = question.cone(clause)
    pairs = sorted((p for p in unknowns.pairs if p in reached), key=lambda pair: pair[1] != "")
    return [[Part((-session.violated[clause],), True, cone, pairs, whole=True)]]


def some_lesions(rng: random.Random, number: int) -> Data:
    """Give a patient with metastases of each of which some fields are left out."""
    data = changed(baseline(), {"lesions": metastases(*rng.sample(SITES, number))})
    for lesion in data["lesions"]:
        for name in rng.sample(sorted(lesion.keys() - {"id", "site"}), rng.randint(2, 3)):
            del lesion[name]
    return remove_parts(data, rng, rng.choice((0, 2)), only_gaps=True)


def questions(seed: int, records: int, lesions: int = 2) -> Iterator[Question]:
    rng = random.Random(seed)
    for _ in range(records):
        question = Question(engine(), parse(some_lesions(rng, lesions)), doubtful=False)
        if question.decision.verdict is Verdict.UNDETERMINED:
            yield question


def test_parts_have_no_unknown_in_common() -> None:
    parted = [0, 0]
    for question in questions(5, 20):
        unknowns = Unknowns(question)
        for clause in sorted(question.decision.violable):
            needed = parts_of(question, unknowns, clause)
            (((one,)),) = whole(question, unknowns, clause)
            pairs = [pair for parts in needed for part in parts for pair in part.pairs]
            assert len(pairs) == len(set(pairs))
            assert set(pairs) <= set(one.pairs)
            parted[0] += len(needed) > 1
            parted[1] += any(len(parts) > 1 for parts in needed)
    assert min(parted) > 5, parted


def test_a_clause_is_met_just_if_of_all_that_it_needs_one_part_is() -> None:
    checked = 0
    for question in questions(7, 12, 3):
        session, unknowns = question.session, Unknowns(question)
        possible = [-session.tolerate, *unknowns.assumptions]
        for clause in sorted(question.decision.violable):
            needed = parts_of(question, unknowns, clause)
            if len(needed) == len(needed[0]) == 1:
                continue
            things = [session.at_least(1, [met(session, p) for p in parts]) for parts in needed]
            missing = session.at_least(1, [-thing for thing in things])
            violated = session.violated[clause]
            assert not session.satisfiable([*possible, violated, -missing]), clause
            assert not session.satisfiable([*possible, -violated, missing]), clause
            assert session.satisfiable([*possible, violated]), clause
            checked += 1
    assert checked > 10


def said(ways: Ways) -> set[frozenset[tuple[Pair, frozenset[Value]]]]:
    """Give the unknowns of each way with the values that pass."""
    return {frozenset(way.values.items()) for way in ways.found}


def test_ways_are_the_same_with_and_without_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = [0, 0]
    for question in questions(6, 25):
        by_parts = Missing(question)
        for clause in sorted(question.decision.violable):
            needed = by_parts.ways(clause)
            parted = parts_of(question, by_parts.unknowns, clause)
            if len(parted) == len(parted[0]) == 1:
                continue
            with monkeypatch.context() as patch:
                patch.setattr(explain_missing, "parts_of", whole)
                (other,) = Missing(question).ways(clause)
            if other.exact and all(ways.exact for ways in needed):
                every = {frozenset().union(*some) for some in product(*map(said, needed))}
                # Not everything that would do by itself can be so in one patient.
                assert said(other) <= every, clause
                assert len(needed) > 1 or said(other) == every, clause
                compared[len(needed) > 1] += 1
    assert min(compared) > 3, compared


def test_what_is_needed_of_each_lesion_is_asked_for_by_itself() -> None:
    lesions = metastases("lung", "liver")
    for lesion in lesions:
        del lesion["longest_diameter"]
    question = Question(engine(), parse(changed(baseline(), {"lesions": lesions})))
    needed = Missing(question).ways("I2.c")
    pairs = [[pair for way in ways.found for pair in way.values] for ways in needed]
    assert pairs == [[(("lesion", n), "longest_diameter")] for n in (1, 2)]
