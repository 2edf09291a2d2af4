"""Putting records together that can share one grounded program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from oligoasp.decide import Engine
from oligoasp.record.facts import Situation
from oligoasp.solver.session import Shape

FEW_CASES = 40
"""Cases of a shape that so few others have are put together."""


def groups_of(
    engine: Engine, situations: Sequence[Situation], few: int = FEW_CASES
) -> list[tuple[Shape, list[int]]]:
    """Put records together that can share a program, the largest group first.

    Args:
        engine: decides the records.
        situations: the records.
        few: shapes that fewer records have share one program.
    """
    groups: dict[Shape, list[int]] = defaultdict(list)
    for index, situation in enumerate(situations):
        groups[engine.roomy(engine.shape(situation))].append(index)
    rare = [shape for shape, members in groups.items() if len(members) < few]
    if len(rare) > 1:
        rest = [index for shape in rare for index in groups.pop(shape)]
        groups[tuple(max(same) for same in zip(*rare, strict=True))].extend(rest)
    return sorted(groups.items(), key=lambda item: -len(item[1]))
