"""Looking at the parts of a clause one by one finds what looking at the whole clause finds."""

from __future__ import annotations

import random

import pytest

from oligoasp.decide import Verdict
from oligoasp.explain import missing as explain_missing
from oligoasp.explain.missing import Missing, Ways
from oligoasp.explain.parting import Part, parts_of
from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from tests.reference.generate import remove_parts
from tests.support import Data, baseline, changed, engine, metastases, parse

SITES = ("lung", "liver", "adrenal", "axillary", "brain")


def whole(question: Question, unknowns: Unknowns, clause: str) -> list[Part]:
    session = question.session
    cone = session.cone(clause)
    reached = {unknowns.pair(one) for one in cone}
    pairs = sorted((p for p in unknowns.pairs if p in reached), key=lambda pair: pair[1] != "")
    return [Part(-session.violated[clause], cone, pairs)]


def two_lesions(rng: random.Random) -> Data:
    """Give a patient with two metastases of each of which some fields are left out."""
    data = changed(baseline(), {"lesions": metastases(*rng.sample(SITES, 2))})
    for lesion in data["lesions"]:
        for name in rng.sample(sorted(lesion.keys() - {"id", "site"}), rng.randint(2, 3)):
            del lesion[name]
    return remove_parts(data, rng, rng.choice((0, 2)), only_gaps=True)


def said(ways: Ways) -> set[frozenset[tuple[object, frozenset[object]]]]:
    """Give the unknowns of each way with the values that pass."""
    return {frozenset(way.values.items()) for way in ways.found}


def test_parts_have_no_unknown_in_common_and_leave_none_out() -> None:
    rng = random.Random(5)
    parted = 0
    for _ in range(12):
        question = Question(engine(), parse(two_lesions(rng)))
        unknowns = Unknowns(question)
        for clause in sorted(question.decision.violable):
            parts = parts_of(question, unknowns, clause)
            (one,) = whole(question, unknowns, clause)
            pairs = [pair for part in parts for pair in part.pairs]
            assert len(pairs) == len(set(pairs))
            assert set(pairs) <= set(one.pairs)
            parted += len(parts) > 1
    assert parted > 5


def test_ways_are_the_same_with_and_without_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(6)
    compared = 0
    for _ in range(25):
        question = Question(engine(), parse(two_lesions(rng)))
        if question.decision.verdict is not Verdict.UNDETERMINED:
            continue
        by_parts = Missing(question)
        clauses = [
            clause
            for clause in sorted(question.decision.violable)
            if len(parts_of(question, by_parts.unknowns, clause)) > 1
        ]
        for clause in clauses:
            found = by_parts.ways(clause)
            with monkeypatch.context() as patch:
                patch.setattr(explain_missing, "parts_of", whole)
                other = Missing(question).ways(clause)
            if found.exact and other.exact:
                assert said(found) == said(other), clause
                compared += 1
    assert compared > 5
