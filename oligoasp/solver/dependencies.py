"""Which attributes a conclusion depends on, read off the ground rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from oligoasp.record.facts import Entity

Attribute = tuple[Entity, str]
_Thing = TypeVar("_Thing", bound=Hashable)


def reach(start: Iterable[_Thing], following: Callable[[_Thing], Iterable[_Thing]]) -> set[_Thing]:
    """Give everything that some things lead to, step by step, these among them.

    Args:
        start: the things.
        following: gives what one leads to in one step.
    """
    found: set[_Thing] = set()
    stack = list(start)
    while stack:
        thing = stack.pop()
        if thing not in found:
            found.add(thing)
            stack.extend(following(thing))
    return found


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
        self._rules: dict[int, list[Sequence[int]]] = defaultdict(list)
        integrity = set(impossible)
        self._integrity: list[tuple[int, Sequence[int]]] = []
        for heads, body in rules:
            for head in heads:
                self._rules[head].append(body)
                if head in integrity:
                    self._integrity.append((head, body))
        self._attributes = attributes
        self._entities = entities
        self._memo: dict[tuple[int, ...], frozenset[Attribute]] = {}
        self._ties: dict[Attribute, set[Attribute]] = defaultdict(set)
        self.bonds: list[frozenset[Attribute]] = []
        # Many integrity rules say the same of other values, so what is below is often the same.
        below: dict[int, frozenset[Attribute]] = {}
        for _, body in self._integrity:
            bond = self._bond(body, below)
            self.bonds.append(bond)
            for one in bond:
                self._ties[one] |= bond

    def _bond(
        self, body: Iterable[int], below: dict[int, frozenset[Attribute]]
    ) -> frozenset[Attribute]:
        """Give the attributes on which a body depends.

        Args:
            body: its literals.
            below: the attributes below each body, by its identity; new ones are added.
        """
        found: set[Attribute] = set()
        for atom in map(abs, body):
            if atom in self._attributes:
                found.add(self._attributes[atom])
            for one in self._rules.get(atom, ()):
                if id(one) not in below:
                    below[id(one)] = frozenset(
                        self._attributes[a]
                        for a in self.reached(map(abs, one))
                        if a in self._attributes
                    )
                found |= below[id(one)]
        return frozenset(found)

    def integrity(self) -> Iterator[tuple[int, Sequence[int], frozenset[Attribute]]]:
        """Give head, body and attributes of each integrity rule."""
        for (head, body), bond in zip(self._integrity, self.bonds, strict=True):
            yield head, body, bond

    @property
    def tied(self) -> frozenset[Attribute]:
        """The attributes that integrity rules tie together."""
        return frozenset(self._ties)

    def reached(self, atoms: Iterable[int], empty: frozenset[str] = frozenset()) -> frozenset[int]:
        """Give every atom that some atoms depend on.

        Args:
            atoms: where to start.
            empty: kinds of which there is no entry, so that rules about one cannot fire.
        """
        gone = (
            {
                atom
                for table in (self._attributes, self._entities)
                for atom, key in table.items()
                if (key[0][0] if isinstance(key[0], tuple) else key[0]) in empty
            }
            if empty
            else set()
        )
        found: set[int] = set()
        stack = list(atoms)
        while stack:
            atom = stack.pop()
            if atom in found:
                continue
            found.add(atom)
            for body in self._rules.get(atom, ()):
                if gone.isdisjoint(body):
                    stack.extend(abs(literal) for literal in body)
        return frozenset(found - gone)

    def about(self, reached: Iterable[int]) -> frozenset[Attribute]:
        """Give the attributes that atoms are about.

        An entry whose mere presence matters is given with the attribute "".
        """
        atoms = list(reached)
        return frozenset(
            [self._attributes[a] for a in atoms if a in self._attributes]
            + [(self._entities[a], "") for a in atoms if a in self._entities]
        )

    def of(self, atoms: tuple[int, ...]) -> frozenset[Attribute]:
        """Give the attributes that some atoms depend on, and those tied to these."""
        if atoms not in self._memo:
            found = reach(self.about(self.reached(atoms)), lambda one: self._ties.get(one, ()))
            self._memo[atoms] = frozenset(found)
        return self._memo[atoms]
