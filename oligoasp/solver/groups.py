"""What to look for in the models of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol


class Wanted(Protocol):
    """Literals to look for."""

    def holding(self, holds: Callable[[int], bool]) -> frozenset[int]:
        """Give the literals that hold.

        Args:
            holds: tells whether a literal does.
        """


class Each:
    """Literals of which any may hold together."""

    def __init__(self, literals: Iterable[int] = ()) -> None:
        self._literals = list(literals)

    def holding(self, holds: Callable[[int], bool]) -> frozenset[int]:
        """Give the literals that hold."""
        return frozenset(filter(holds, self._literals))


class Groups:
    """Literals in groups of which at most one holds, such as the values of an attribute.

    Asking a model costs much if one asks for many literals. So each group is left as soon as one
    holds, and begins with the one that held in the last model: most is as it was there.
    """

    def __init__(self, groups: Iterable[Iterable[int]]) -> None:
        self._groups = [list(group) for group in groups]

    def holding(self, holds: Callable[[int], bool]) -> frozenset[int]:
        """Give the literals that hold."""
        found = []
        for group in self._groups:
            for place, literal in enumerate(group):
                if holds(literal):
                    found.append(literal)
                    if place:
                        group.insert(0, group.pop(place))
                    break
        return frozenset(found)


NOTHING = Each()
"""Nothing to look for."""
