"""Which attributes a conclusion depends on, read off the ground rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from oligoasp.record.facts import Entity

Attribute = tuple[Entity, str]


class Dependencies:
    """Follows ground rules from conclusions back to the attributes of a patient.

    Args:
        rules: heads and bodies of the ground rules.
        attributes: which attribute an atom is about.
        entities: which entry an atom says is present.
        impossible: atoms that integrity rules derive; they tie attributes together.
    """

    def __init__(
        self,
        rules: Iterable[tuple[Sequence[int], Sequence[int]]],
        attributes: Mapping[int, Attribute],
        entities: Mapping[int, Entity],
        impossible: Iterable[int],
    ) -> None:
        self._bodies: dict[int, set[int]] = defaultdict(set)
        integrity = set(impossible)
        alternatives: list[Sequence[int]] = []
        for heads, body in rules:
            for head in heads:
                self._bodies[head].update(map(abs, body))
                if head in integrity:
                    alternatives.append(body)
        self._attributes = attributes
        self._entities = entities
        self._memo: dict[tuple[int, ...], frozenset[Attribute]] = {}
        self._ties: dict[Attribute, set[Attribute]] = defaultdict(set)
        for body in alternatives:
            reached = self._reach(map(abs, body))
            tied = {attributes[a] for a in reached if a in attributes}
            for one in tied:
                self._ties[one] |= tied

    def _reach(self, start: Iterable[int]) -> set[int]:
        found: set[int] = set()
        stack = list(start)
        while stack:
            atom = stack.pop()
            if atom not in found:
                found.add(atom)
                stack.extend(self._bodies.get(atom, ()))
        return found

    def of(self, atoms: tuple[int, ...]) -> frozenset[Attribute]:
        """Give the attributes that some atoms depend on, and those tied to these.

        An entry whose mere presence matters is given with the attribute "".
        """
        if atoms not in self._memo:
            reached = self._reach(atoms)
            found = {self._attributes[a] for a in reached if a in self._attributes}
            stack = list(found)
            while stack:
                for tied in self._ties.get(stack.pop(), ()):
                    if tied not in found:
                        found.add(tied)
                        stack.append(tied)
            found |= {(self._entities[a], "") for a in reached if a in self._entities}
            self._memo[atoms] = frozenset(found)
        return self._memo[atoms]
