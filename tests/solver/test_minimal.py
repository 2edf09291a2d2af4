"""Minimal sets, against enumeration of all subsets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations

import pytest

from oligoasp.solver.minimal import (
    check_minimal,
    enumerate_minimal,
    group_oracle,
    grow,
    shrink,
)


class Hypergraph:
    """Elements cannot hold together if they contain one of some sets."""

    def __init__(self, number: int, cores: list[frozenset[int]], spread: random.Random) -> None:
        self.number = number
        self.cores = cores
        self.spread = spread

    def __call__(self, subset: Sequence[int]) -> list[int] | None:
        found = [core for core in self.cores if core <= set(subset)]
        if not found:
            return None
        extra = [e for e in subset if self.spread.random() < 0.3]
        return sorted({*self.spread.choice(found), *extra})

    def minimal(self) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]]]:
        subsets = [
            frozenset(c)
            for n in range(self.number + 1)
            for c in combinations(range(self.number), n)
        ]
        bad = [s for s in subsets if any(core <= s for core in self.cores)]
        good = [s for s in subsets if s not in set(bad)]
        cores = {tuple(sorted(s)) for s in bad if not any(t < s for t in bad)}
        everything = frozenset(range(self.number))
        corrections = {tuple(sorted(everything - s)) for s in good if not any(s < t for t in good)}
        return cores, corrections


def graphs() -> list[Hypergraph]:
    rng = random.Random(3)
    found = []
    for _ in range(40):
        number = rng.randint(1, 7)
        cores = [
            frozenset(rng.sample(range(number), rng.randint(1, number)))
            for _ in range(rng.randint(0, 5))
        ]
        found.append(Hypergraph(number, cores, rng))
    return found


@pytest.mark.parametrize("graph", graphs())
def test_every_minimal_set_is_found_once(graph: Hypergraph) -> None:
    found = list(enumerate_minimal(graph.number, graph, 1000))
    cores = [m.elements for m in found if m.unsatisfiable]
    corrections = [m.elements for m in found if not m.unsatisfiable]
    assert len(cores) == len(set(cores))
    assert len(corrections) == len(set(corrections))
    assert (set(cores), set(corrections)) == graph.minimal()


@pytest.mark.parametrize("graph", graphs())
def test_shrinking_gives_a_minimal_set_and_growing_a_maximal_one(graph: Hypergraph) -> None:
    everything = list(range(graph.number))
    if graph(everything) is not None:
        found = shrink(everything, graph)
        assert check_minimal(found, graph)
        assert found in graph.minimal()[0]
    held = grow([], graph.number, graph) if graph([]) is None else None
    if held is not None:
        assert tuple(e for e in everything if e not in held) in graph.minimal()[1]


def test_a_set_that_is_too_large_or_can_hold_is_not_minimal() -> None:
    graph = Hypergraph(3, [frozenset({0, 1})], random.Random(1))
    assert check_minimal([0, 1], graph)
    assert not check_minimal([0, 1, 2], graph)
    assert not check_minimal([0, 2], graph)


def test_the_limit_stops_the_enumeration() -> None:
    graph = Hypergraph(6, [frozenset(p) for p in combinations(range(6), 2)], random.Random(1))
    assert len(list(enumerate_minimal(6, graph, 4))) == 4
    assert list(enumerate_minimal(0, graph, 4)) == []


def test_groups_stand_for_their_assumptions() -> None:
    asked: list[list[int]] = []

    def core(assumptions: Sequence[int]) -> list[int] | None:
        asked.append(list(assumptions))
        return [7, 3] if {7, 3} <= set(assumptions) else None

    oracle = group_oracle([[1, 7], [3], [7]], [9], core)
    assert oracle([0]) is None
    assert oracle([0, 1]) == [0, 1]
    assert oracle([0, 1, 2]) == [0, 1, 2]
    assert asked[0] == [9, 1, 7]
