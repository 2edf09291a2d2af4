"""Minimal sets: what is to blame (unsatisfiable) and what would have to go (correction).

The algorithm is MARCO (Liffiton et al., Constraints 21, 2016): a map of the subsets
seen so far proposes the next one; each is grown or shrunk to a minimal set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from typing import Protocol as Interface

import clingo

FEW = 4
"""So few elements are tried one by one at once."""


class Oracle(Interface):
    """Tells whether a subset of elements can hold together.

    Called with indices of elements; gives None if they can, else indices among them
    that cannot (not necessarily minimal).
    """

    def __call__(self, subset: Sequence[int]) -> Sequence[int] | None:
        """Give None if the elements can hold together, else those that cannot."""


class Minimal(NamedTuple):
    """A minimal unsatisfiable subset, or a minimal correction set (``unsatisfiable`` False)."""

    unsatisfiable: bool
    elements: tuple[int, ...]


def shrink(elements: Sequence[int], oracle: Oracle) -> tuple[int, ...]:
    """Give a minimal unsatisfiable subset of elements that cannot hold together.

    Deletion-based, with the oracle's cores; elements that stand first are dropped first.
    """
    needed: list[int] = []
    left = list(elements)
    if len(left) > FEW:
        # Asked the other way round, a solver blames only part of what it has blamed before.
        kept = set(oracle(left[::-1]) or left)
        left = [e for e in left if e in kept]
    while left:
        core = oracle(needed + left[1:])
        if core is None:
            needed.append(left[0])
            left = left[1:]
        else:
            kept = set(core)
            left = [e for e in left[1:] if e in kept]
    return tuple(sorted(needed))


def grow(elements: Sequence[int], number: int, oracle: Oracle) -> tuple[int, ...]:
    """Give a maximal satisfiable superset of elements that can hold together."""
    held = list(elements)
    inside = set(held)
    for element in range(number):
        if element not in inside and oracle([*held, element]) is None:
            held.append(element)
            inside.add(element)
    return tuple(sorted(inside))


class _Map:
    """The subsets that no minimal set found so far has explained."""

    def __init__(self, number: int) -> None:
        self._control = clingo.Control(["--heuristic=Domain"])
        self._control.add(
            "base",
            [],
            f"{{ in(0..{number - 1}) }}. #heuristic in(X) : X=0..{number - 1}. [1, true]",
        )
        self._control.ground([("base", [])])
        self._literals = [
            self._control.symbolic_atoms[clingo.Function("in", [clingo.Number(i)])].literal  # type: ignore[union-attr]
            for i in range(number)
        ]

    def seed(self) -> list[int] | None:
        with self._control.solve(yield_=True) as handle:
            model = handle.model()
            if model is None:
                return None
            return [i for i, lit in enumerate(self._literals) if model.is_true(lit)]

    def exclude_supersets(self, elements: Sequence[int]) -> None:
        self._forbid([self._literals[e] for e in elements])

    def exclude_subsets(self, complement: Sequence[int]) -> None:
        self._forbid([-self._literals[e] for e in complement])

    def _forbid(self, body: list[int]) -> None:
        with self._control.backend() as backend:
            backend.add_rule([], body)


def enumerate_minimal(number: int, oracle: Oracle, limit: int) -> Iterator[Minimal]:
    """Enumerate minimal unsatisfiable subsets and minimal correction sets.

    Args:
        number: how many elements there are; they are 0 to ``number`` - 1.
        oracle: tells which of them can hold together.
        limit: after how many sets to stop.

    Yields:
        Each set once. If fewer than ``limit`` come, all have come.
    """
    if number == 0:
        return
    seen = _Map(number)
    for _ in range(limit):
        seed = seen.seed()
        if seed is None:
            return
        core = oracle(seed)
        if core is None:
            maximal = set(grow(seed, number, oracle))
            complement = tuple(e for e in range(number) if e not in maximal)
            seen.exclude_subsets(complement)
            yield Minimal(False, complement)
        else:
            minimal = shrink(list(core), oracle)
            seen.exclude_supersets(minimal)
            yield Minimal(True, minimal)


def check_minimal(elements: Sequence[int], oracle: Oracle) -> bool:
    """Tell whether a set is unsatisfiable and loses that when any element goes."""
    if oracle(list(elements)) is None:
        return False
    return all(oracle([e for e in elements if e != gone]) is None for gone in elements)


def group_oracle(
    groups: Sequence[Sequence[int]],
    background: Sequence[int],
    core: Callable[[Sequence[int]], list[int] | None],
) -> Oracle:
    """Make an oracle whose elements are groups of assumptions.

    Args:
        groups: the assumptions that each element stands for.
        background: assumptions that always hold.
        core: gives None if assumptions can hold together, else some that cannot.
    """
    owner: dict[int, set[int]] = {}
    for index, group in enumerate(groups):
        for literal in group:
            owner.setdefault(literal, set()).add(index)

    def oracle(subset: Sequence[int]) -> list[int] | None:
        literals = [lit for index in subset for lit in groups[index]]
        found = core([*background, *literals])
        if found is None:
            return None
        inside = set(subset)
        return sorted({i for lit in found for i in owner.get(lit, ()) if i in inside})

    return oracle
