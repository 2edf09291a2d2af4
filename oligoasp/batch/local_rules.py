"""Ground rules, ready to be evaluated for the patient and one entry of a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value
from oligoasp.solver.dependencies import reach
from oligoasp.solver.program import GroundRules


class NoTraitsError(Exception):
    """The rules cannot be taken apart in this way, or too much is open."""


class Knot(NamedTuple):
    """Attributes that integrity rules tie together, and the bodies of these rules."""

    pairs: frozenset[Pair]
    bodies: tuple[tuple[int, ...], ...]


class LocalRules:
    """Ground rules, ready to be evaluated for the patient and one entry.

    Args:
        rules: the ground rules, all readings settled.
        has: the atom of each value of each attribute.
        present: the atom that says that an entry is present.
        vocabulary: says under which conditions attributes have a meaning.
        impossible: the atoms of integrity rules.
    """

    def __init__(
        self,
        rules: GroundRules,
        has: Mapping[Pair, Mapping[Value, int]],
        present: Mapping[Entity, int],
        vocabulary: Vocabulary,
        impossible: Iterable[int],
    ) -> None:
        self.has = has
        self.vocabulary = vocabulary
        self.about = {atom: (pair, v) for pair, values in has.items() for v, atom in values.items()}
        self.entity = {atom: entity for entity, atom in present.items()}
        self.bodies: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        self.sums: dict[int, list[tuple[int, tuple[tuple[int, int], ...]]]] = defaultdict(list)
        inputs = self.about.keys() | self.entity.keys()
        self._chosen = rules.chosen - inputs
        for _, heads, body in rules.plain:
            for head in heads:
                if head not in inputs:
                    self.bodies[head].append(tuple(body))
        for _, heads, bound, weights in rules.weighted:
            for head in heads:
                self.sums[head].append((bound, tuple(weights)))
        self._entries: dict[int, frozenset[Entity]] = {}
        self._below: dict[int, frozenset[int]] = {}
        self._pairs: dict[tuple[int, ...], frozenset[Pair]] = {}
        integrity = {body for atom in impossible for body in self.bodies.get(atom, ())}
        integrity.update((atom,) for atom in impossible if atom in self.sums)
        self._integrity = sorted(integrity)
        self._knots: dict[Entity, list[Knot]] = {}
        self._found: dict[Entity, tuple[object, dict[int, bool | None]]] = {}

    def found(self, entity: Entity, row: object) -> dict[int, bool | None]:
        """Give what has been found to hold of an entry, whoever the patient is, or not to hold.

        Args:
            entity: the patient or an entry.
            row: tells apart what records say of it. Clauses look at one after the other, so
                only what was found of the last is kept.
        """
        if entity not in self._found or self._found[entity][0] != row:
            self._found[entity] = row, {}
        return self._found[entity][1]

    def entries(self, atom: int) -> frozenset[Entity]:
        """Give the entries of lists that an atom can depend on.

        Raises:
            NoTraitsError: the atom depends on itself, or on a choice of its own.
        """
        if atom not in self._entries:
            self._find_entries(atom)
        return self._entries[atom]

    def _find_entries(self, start: int) -> None:
        open_atoms: set[int] = set()
        stack = [start]
        while stack:
            atom = stack[-1]
            if atom in self._entries:
                stack.pop()
                continue
            if atom in self._chosen:
                raise NoTraitsError
            below = self.below(atom)
            if atom not in open_atoms:
                open_atoms.add(atom)
                missing = [b for b in below if b not in self._entries]
                if any(b in open_atoms for b in missing):
                    raise NoTraitsError
                stack += missing
                continue
            stack.pop()
            if any(b not in self._entries for b in below):
                raise NoTraitsError
            own = self.about[atom][0][0] if atom in self.about else self.entity.get(atom)
            found = {own} if own is not None and own != THE_PATIENT else set()
            self._entries[atom] = frozenset(found.union(*(self._entries[b] for b in below)))

    def below(self, atom: int) -> frozenset[int]:
        """Give the atoms in the bodies of the rules of an atom."""
        if atom not in self._below:
            below = {abs(x) for body in self.bodies.get(atom, ()) for x in body}
            below.update(abs(x) for _, weights in self.sums.get(atom, ()) for x, _ in weights)
            self._below[atom] = frozenset(below)
        return self._below[atom]

    def pairs(self, body: tuple[int, ...]) -> frozenset[Pair]:
        """Give the attributes on which a body depends, and on which their meaning does."""
        if body not in self._pairs:
            atoms = reach(map(abs, body), self.below)
            found = {self.about[atom][0] for atom in atoms if atom in self.about}
            self._pairs[body] = frozenset(reach(found, self._governing))
        return self._pairs[body]

    def _governing(self, pair: Pair) -> list[Pair]:
        """Give the attributes on which it depends whether one has a meaning."""
        entity, name = pair
        conditions = self.vocabulary.conditions.get((entity[0], name), ())
        return [(entity, condition.other) for condition in conditions]

    def knots(self, entity: Entity) -> list[Knot]:
        """Give the knots of attributes of the patient or of an entry."""
        if entity not in self._knots:
            found: list[Knot] = []
            for body in self._integrity:
                joined = Knot(self.pairs(body), (body,))
                if all(pair[0] != entity for pair in joined.pairs):
                    continue
                for knot in [k for k in found if k.pairs & joined.pairs]:
                    joined = Knot(knot.pairs | joined.pairs, knot.bodies + joined.bodies)
                    found.remove(knot)
                found.append(joined)
            self._knots[entity] = found
        return self._knots[entity]
