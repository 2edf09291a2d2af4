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
    kinds = engine.protocol.vocabulary.kinds
    groups: dict[Shape, list[int]] = defaultdict(list)
    for index, situation in enumerate(situations):
        needed = engine.shape(situation)
        # Lists that may be long get room of their own, the others all the same.
        short = max([1, *(number for kind, number in needed if kinds[kind].unrecorded < 2)])
        rounded = tuple(
            (kind, _room(number if kinds[kind].unrecorded > 1 else short))
            for kind, number in needed
        )
        groups[rounded].append(index)
    few = [shape for shape, members in groups.items() if len(members) < FEW_CASES]
    if len(few) > 1:
        rest = [index for shape in few for index in groups.pop(shape)]
        groups[tuple(max(same) for same in zip(*few, strict=True))].extend(rest)
    return sorted(groups.items(), key=lambda item: -len(item[1]))


def _room(number: int) -> int:
    """Round the number of entries up, so that few programs serve many records."""
    return 1 << max(number - 1, 0).bit_length()
