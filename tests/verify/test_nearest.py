"""The person nearest to the typical one, found in one call, is the one found step by step."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Pair, Value
from oligoasp.verify.space import Space

PROTOCOLS = Path(__file__).parents[1] / "protocols"


def step_by_step(space: Space, assumptions: list[int]) -> dict[Pair, Value]:
    """Keep what is usual, one thing after the other, wherever it is possible."""
    session, fixed = space.session, list(assumptions)
    order = space.nearest._order

    def keep(literals: list[int]) -> bool:
        if not space.exists([*fixed, *literals]):
            return False
        fixed.extend(literals)
        return True

    def usual(pair: Pair) -> list[int]:
        return [-literal for literal in space.nearest._odd(pair)]

    for pair in order:
        if space.nearest._scale_is_counted(pair):
            keep(usual(pair))
    for entity, literal in reversed(session.present.items()):
        if entity[0] != PATIENT:
            keep([-literal])
    for pair in order:
        keep(usual(pair))
    for pair in order:
        any(
            keep([session.has[pair][value]])
            for value in space.nearest._nearest(pair)
            if value != space.nearest.usual[pair]
        )
    true = session.true_literals(fixed, space.nearest.pins)
    assert true is not None
    return {
        pair: value
        for pair in order
        for value, literal in session.has[pair].items()
        if literal in true
    }


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_person_is_the_one_found_step_by_step(seed: int) -> None:
    space = Space(load_protocol(PROTOCOLS / "asthma"), 2)
    rng = random.Random(seed)
    assumptions = space.readings()
    for literal in [
        *rng.sample(list(space.clauses.values()), 1),
        *rng.sample(space.nearest.pins, 4),
    ]:
        if space.exists([*assumptions, literal]):
            assumptions.append(literal)
    person = space.nearest.person(assumptions)
    assert person is not None
    assert dict(person.values) == step_by_step(space, assumptions)
