"""What to look for in the models of a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self


class Groups:
    """Literals in groups of which at most one holds, such as the values of an attribute.

    Asking a model costs much if one asks for many literals. So each group is left as soon as one
    holds, and begins with the one that held in the last model: most is as it was there.
    """

    def __init__(self, groups: Iterable[Iterable[int]]) -> None:
        self._groups = [list(group) for group in groups]

    @classmethod
    def each(cls, literals: Iterable[int]) -> Self:
        """Look for literals of which any may hold together."""
        return cls((literal,) for literal in literals)

    def holding(self, holds: Callable[[int], bool]) -> frozenset[int]:
        """Give the literals that hold.

        Args:
            holds: tells whether a literal does.
        """
        found = []
        for group in self._groups:
            for place, literal in enumerate(group):
                if holds(literal):
                    found.append(literal)
                    if place:
                        group.insert(0, group.pop(place))
                    break
        return frozenset(found)


NOTHING = Groups(())
"""Nothing to look for."""
