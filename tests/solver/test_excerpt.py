"""The part of a program on which a clause depends answers as the whole program does."""

from __future__ import annotations

import random

from oligoasp.decide import Engine
from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.solver.groups import NOTHING
from tests.reference.generate import remove_parts
from tests.support import Data, baseline, parse, protocol


def questions() -> list[Question]:
    engine = Engine(protocol())  # of its own: sessions are settled here
    rng = random.Random(5)
    records: list[Data] = [remove_parts(baseline(), rng, 12, only_gaps=True) for _ in range(2)]
    return [Question(engine, parse(data)) for data in records]


def test_the_rules_about_a_clause_allow_the_values_that_the_whole_program_allows() -> None:
    told = set()
    for question in questions():
        session, unknowns = question.session, Unknowns(question, eligible=False)
        for clause in sorted(question.decision.violable):
            violated = session.violated[clause]
            cone = session.cone(clause)
            pairs = sorted(pair for pair in unknowns.pairs if pair in cone and pair[1])
            excerpt = unknowns.rules.about([violated], cone)
            for pair in pairs:
                for literal in session.has[pair].values():
                    for status in (violated, -violated):
                        asked = [-session.tolerate, literal, status]
                        possible = session.satisfiable([*unknowns.assumptions, *asked])
                        assert (excerpt.core(asked) is None) is possible, (clause, pair)
                        told.add(possible)
    assert told == {True, False}


def test_a_settled_session_lets_in_only_who_fulfils_the_assumptions() -> None:
    for question in questions():
        session, everything = question.session, question.assumptions
        literals = [lit for values in session.has.values() for lit in values.values()]
        literals += session.violated.values()
        before = [session.satisfiable([*everything, lit]) for lit in literals]
        session.settle(everything)
        assert [session.satisfiable([lit]) for lit in literals] == before
        assert not any(session.satisfiable([-lit]) for lit in everything)
        assert session.true_or_clashing([], NOTHING) == (frozenset(), frozenset())
