"""Minimal sufficient sets are found, all of them, whoever the people are."""

from __future__ import annotations

import random
from collections.abc import Collection
from itertools import combinations

import pytest

from oligoasp.solver.sufficient import (
    Answers,
    Clash,
    Counterexample,
    Demand,
    LimitError,
    Place,
    SufficientSets,
)

UNKNOWNS, VALUES = 4, 3
Person = tuple[int, ...]


def literal(unknown: int, value: int) -> int:
    return 1 + unknown * VALUES + value


def demands(unknown: int, literals: Collection[int]) -> list[Demand]:
    """Demand of some unknowns one of several values, of others each value on its own."""
    if unknown % 2:
        return [(unknown, frozenset(literals))]
    return [(unknown, frozenset({lit})) for lit in literals]


class People:
    """People in a list: an oracle. An unknown has one of a few values."""

    def __init__(self, hopeful: list[Person], breaking: list[Person]) -> None:
        self.hopeful, self.breaking = hopeful, breaking

    def denied(self, unknown: int, person: Person) -> list[int]:
        return [-literal(unknown, v) for v in range(VALUES) if v != person[unknown]]

    def somebody(self, known: Collection[int], demands: Collection[Demand]) -> Answers | Clash:
        wanted = [{-lit for lit in literals} for _, literals in demands]
        for person in self.hopeful:
            answers = {literal(u, v) for u, v in enumerate(person)}
            if not any(answers.isdisjoint(some) for some in wanted):
                return {u: self.denied(u, person) for u in known}
        return Clash(demands, ())

    def place(self, lit: int) -> Place:
        return Place(0, "value")

    def likely(self, lit: int) -> bool:
        return lit % 2 == 0

    def doubt(self, answers: Answers) -> Counterexample | Collection[int]:
        for person in self.breaking:
            if all(set(said) == set(self.denied(u, person)) for u, said in answers.items()):
                states = [(u, self.denied(u, person)) for u in range(UNKNOWNS)]
                return Counterexample([d for u, said in states for d in demands(u, said)], ())
        return list(answers)

    def tried(self) -> set[frozenset[int]]:
        """Find the sets by trying all."""
        found: list[frozenset[int]] = []
        for size in range(1, UNKNOWNS + 1):
            for some in map(frozenset, combinations(range(UNKNOWNS), size)):
                if not any(one <= some for one in found) and any(
                    all(any(p[u] != q[u] for u in some) for q in self.breaking)
                    for p in self.hopeful
                ):
                    found.append(some)
        return set(found)


def people(seed: int) -> People:
    rng = random.Random(seed)
    everybody = {tuple(rng.randrange(VALUES) for _ in range(UNKNOWNS)) for _ in range(24)}
    parts: tuple[list[Person], list[Person]] = ([], [])
    for person in sorted(everybody):
        parts[rng.random() < 0.6].append(person)
    return People(*parts)


@pytest.mark.parametrize("seed", range(60))
def test_all_minimal_sufficient_sets_are_found_and_no_others(seed: int) -> None:
    oracle = people(seed)
    found = [one.unknowns for one in SufficientSets(UNKNOWNS, oracle, 10_000).all()]
    assert len(found) == len(set(found))
    assert set(found) == oracle.tried()


def test_further_answers_for_a_set_are_found_until_all_are_covered() -> None:
    checked = 0
    for seed in range(20):
        oracle = people(seed)
        search = SufficientSets(UNKNOWNS, oracle, 10_000)
        for one in list(search.all()):
            seen = {tuple(map(tuple, one.answers.values()))}
            answers: Answers | None = one.answers
            while answers is not None:
                others = [d for u, said in answers.items() for d in demands(u, said)]
                search.cover(one.unknowns, others)
                answers = search.otherwise(one.unknowns)
                if answers is not None:
                    assert tuple(map(tuple, answers.values())) not in seen
                    seen.add(tuple(map(tuple, answers.values())))
            enough = {
                tuple(tuple(oracle.denied(u, p)) for u in one.answers)
                for p in oracle.hopeful
                if all(any(p[u] != q[u] for u in one.unknowns) for q in oracle.breaking)
            }
            assert len(seen) == len(enough)
            checked += len(seen) > 1
    assert checked > 5


def test_a_limit_that_is_reached_is_said() -> None:
    oracle = people(3)
    with pytest.raises(LimitError):
        list(SufficientSets(UNKNOWNS, oracle, 2).all())
