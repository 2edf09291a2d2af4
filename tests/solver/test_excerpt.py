"""The part of a program on which a clause depends answers as the whole program does."""

from __future__ import annotations

import random
from collections import Counter

import clingo

from oligoasp.decide import Engine
from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.solver.excerpt import Excerpts
from oligoasp.solver.groups import NOTHING
from oligoasp.solver.program import OPTIONS, GroundRules
from tests.reference.generate import remove_parts
from tests.support import Data, baseline, parse, protocol


def questions() -> list[Question]:
    engine = Engine(protocol())  # of its own: sessions are settled here
    rng = random.Random(5)
    records: list[Data] = [remove_parts(baseline(), rng, 12, only_gaps=True) for _ in range(2)]
    return [Question(engine, parse(data), doubtful=False) for data in records]


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


def small_program(rng: random.Random) -> str:
    """Give a program of attributes with three values each, and of what is derived from them."""
    attributes = [f"a{i}" for i in range(6)]
    literals = [f"{a}({v})" for a in attributes for v in range(3)]
    lines = [f"{{ there({a}) }}." for a in attributes[3:]]
    lines += [f"{{ {a}(0..2) }} = 1." for a in attributes[:3]]
    lines += [f"{{ {a}(0..2) }} = 1 :- there({a})." for a in attributes[3:]]
    derived: list[str] = []
    for i in range(8):
        known = [*literals, *derived]
        for _ in range(2):
            body = [rng.choice(["", "", "not "]) + one for one in rng.sample(known, 2)]
            lines.append(f"d({i}) :- {', '.join(body)}.")
        derived.append(f"d({i})")
    counted = "; ".join(rng.sample(literals, 4))
    lines.append(f"d(8) :- 2 {{ {counted} }}.")
    lines += [f":- {', '.join(rng.sample(literals, 2))}." for _ in range(2)]
    lines.append(f":- {rng.choice(literals)}, 2 {{ {'; '.join(rng.sample(literals, 4))} }}.")
    return "\n".join(lines)


def test_an_excerpt_answers_as_the_program_does_whatever_is_fixed() -> None:
    rng = random.Random(3)
    told: Counter[str] = Counter()
    for _ in range(150):
        rules = GroundRules()
        control = clingo.Control(list(OPTIONS))
        control.register_observer(rules)
        control.add("base", [], small_program(rng))
        control.ground([("base", [])])
        atoms = {str(atom.symbol): atom.literal for atom in control.symbolic_atoms}
        chosen = [lit for name, lit in atoms.items() if not name.startswith("d")]
        fixed = [rng.choice([lit, -lit]) for lit in rng.sample(chosen, 4)]
        if not control.solve(assumptions=fixed).satisfiable:
            continue
        derived = [lit for name, lit in atoms.items() if name.startswith("d(")]
        asked = [*derived[-2:], *rng.sample(chosen, 4)]
        excerpt = Excerpts(rules, (), fixed).of(asked)
        for _ in range(30):
            assumed = [rng.choice([lit, -lit]) for lit in rng.sample(asked, 3)]
            possible = bool(control.solve(assumptions=[*fixed, *assumed]).satisfiable)
            core = excerpt.core(assumed)
            assert (core is None) is possible
            if core is not None:
                assert set(core) <= set(assumed)
                assert not control.solve(assumptions=[*fixed, *core]).satisfiable
            told["possible" if possible else "impossible"] += 1
            true = excerpt.true_literals(assumed, asked)
            if true is not None:
                everything = [lit if lit in true else -lit for lit in asked]
                assert control.solve(assumptions=[*fixed, *everything]).satisfiable
    assert min(told["possible"], told["impossible"]) > 500
