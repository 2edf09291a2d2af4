"""Which values of an attribute a clause cannot tell apart, read off the ground rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from oligoasp.record.facts import Pair, Value

Rule = tuple[Sequence[int], Sequence[int]]


class Alike:
    """Sorts the values of attributes into classes that no rule tells apart.

    Two values are alike if their atoms stand in the same rules, all else being equal.

    Args:
        rules: heads and bodies of the ground rules.
        has: the atom of every value of the attributes in question.
    """

    def __init__(self, rules: Iterable[Rule], has: Mapping[Pair, Mapping[Value, int]]) -> None:
        self._has = has
        atoms = {atom for values in has.values() for atom in values.values()}
        numbers: dict[tuple[frozenset[int], frozenset[int], bool], int] = {}
        self._heads: list[frozenset[int]] = []
        self._places: dict[int, list[int]] = defaultdict(list)
        for heads, body in rules:
            for literal in body:
                if abs(literal) in atoms:
                    place = (frozenset(heads), frozenset(body) - {literal}, literal > 0)
                    if place not in numbers:
                        numbers[place] = len(numbers)
                        self._heads.append(place[0])
                    self._places[abs(literal)].append(numbers[place])

    def classes(self, pair: Pair, relevant: frozenset[int]) -> dict[Value, int]:
        """Give the number of the class of each value of an attribute.

        Args:
            pair: the attribute.
            relevant: the atoms that the clause in question can depend on.
        """
        known: dict[frozenset[int], int] = {}
        return {
            value: known.setdefault(
                frozenset(
                    p for p in self._places.get(atom, ()) if not relevant.isdisjoint(self._heads[p])
                ),
                len(known),
            )
            for value, atom in self._has[pair].items()
        }
