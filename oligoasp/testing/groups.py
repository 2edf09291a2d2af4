"""Putting records together that can share one grounded program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from oligoasp.decide import Engine
from oligoasp.record.facts import Situation
from oligoasp.solver.session import Shape

FEW_CASES = 40
"""Cases of a shape that so few others have are put together."""


def groups_of(engine: Engine, situations: Sequence[Situation]) -> list[tuple[Shape, list[int]]]:
    """Put records together that can share a program, the largest group first."""
    groups: dict[Shape, list[int]] = defaultdict(list)
    for index, situation in enumerate(situations):
        groups[engine.roomy(engine.shape(situation))].append(index)
    few = [shape for shape, members in groups.items() if len(members) < FEW_CASES]
    if len(few) > 1:
        rest = [index for shape in few for index in groups.pop(shape)]
        groups[tuple(max(same) for same in zip(*few, strict=True))].extend(rest)
    return sorted(groups.items(), key=lambda item: -len(item[1]))
