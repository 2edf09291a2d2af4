"""By which values it can be told whether two versions of a protocol can differ about somebody.

A reading of what supraclavicular nodes are can matter only to those who have one. Which
values these are is guessed from where the ground rules of two versions differ, and then
proved: with atoms of these values taken to be false, a clause follows from the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from oligoasp.batch.local_rules import LocalRules, NoTraitsError
from oligoasp.batch.meanings import FALSE, TRUE, Meanings
from oligoasp.record.facts import Entity, Fact, Value
from oligoasp.solver.dependencies import reach

Signs: TypeAlias = Mapping[tuple[str, str], frozenset[Value]]
"""Values by the kind of entry and the attribute of which they are."""
_Sign: TypeAlias = tuple[str, str, Value]
_Found: TypeAlias = frozenset[_Sign]

ROUNDS = 8
"""How often values are added where those found so far are not enough."""
DEEP = 4
"""Through how many rules a value is looked for."""


def by_attribute(signs: Iterable[tuple[str, str, Value]]) -> Signs:
    """Sort values by their attributes."""
    found: dict[tuple[str, str], set[Value]] = {}
    for kind, name, value in signs:
        found.setdefault((kind, name), set()).add(value)
    return {pair: frozenset(found[pair]) for pair in sorted(found)}


def may_be(fact: Fact | None, values: frozenset[Value]) -> bool:
    """Tell whether what a record says of an attribute leaves one of some values possible."""
    return fact is None or not values.isdisjoint(fact.values)


class _Side(NamedTuple):
    """One version: its ground rules, and what atoms mean as far as no sign is there."""

    rules: LocalRules
    meanings: Meanings


class _Leaf(NamedTuple):
    """An atom that differs though all that is below it does not; its rules, by what they say."""

    entries: frozenset[Entity]
    rules: LocalRules
    bodies: Mapping[object, tuple[int, ...]]


class Comparison:
    """Compares the ground rules of two versions.

    Args:
        first: the rules of one version.
        second: those of the other.
    """

    def __init__(self, first: LocalRules, second: LocalRules) -> None:
        self._rules = (first, second)
        self._sides: dict[_Found, tuple[_Side, _Side]] = {}

    def signs(self, pairs: Iterable[tuple[int, int]]) -> frozenset[tuple[str, str, Value]] | None:
        """Find values such that the versions agree about everybody who has none of them.

        Args:
            pairs: atoms of the first version, each with its counterpart in the second.

        Returns:
            None if there are no such values, or none are found.
        """
        wanted = list(pairs)
        found: _Found = frozenset()
        try:
            for _ in range(ROUNDS):
                first, second = self._without(found)
                if all(first.meanings.of(a) == second.meanings.of(b) for a, b in wanted):
                    return found
                more = self._guess(first, second, wanted)
                if more is None or more <= found:
                    return None
                found |= more
        except NoTraitsError:
            return None
        return None

    def _without(self, signs: _Found) -> tuple[_Side, _Side]:
        """Give what atoms of both versions mean if nobody has certain values."""
        if signs not in self._sides:
            first, second = (
                _Side(rules, Meanings(rules, list(_atoms(rules, signs)))) for rules in self._rules
            )
            self._sides[signs] = first, second
        return self._sides[signs]

    def _guess(self, first: _Side, second: _Side, pairs: list[tuple[int, int]]) -> _Found | None:
        """Guess on which values it turns that atoms differ."""
        atoms = [a for a, _ in pairs], [b for _, b in pairs]
        reached = [
            reach(some, side.rules.below) for some, side in zip(atoms, (first, second), strict=True)
        ]
        digests = [
            {atom: side.meanings.of(atom) for atom in of_side}
            for of_side, side in zip(reached, (first, second), strict=True)
        ]
        own = _leaves(first, digests[0], frozenset(digests[1].values()))
        others = _leaves(second, digests[1], frozenset(digests[0].values()))
        signs: set[_Sign] = set()
        for leaf in own:
            alike = [other for other in others if other.entries == leaf.entries]
            other = min(alike, key=lambda other: len(_apart(leaf, other)), default=None)
            if other is not None:
                others.remove(other)
            for rules, body in _apart(leaf, other):
                falsified = _falsify(rules, body, DEEP)
                if falsified is None:
                    return None
                signs |= falsified
        for leaf in others:
            for rules, body in _apart(leaf, None):
                falsified = _falsify(rules, body, DEEP)
                if falsified is None:
                    return None
                signs |= falsified
        return frozenset(signs)


def _atoms(rules: LocalRules, signs: _Found) -> Iterable[int]:
    """Give the atoms that say that somebody has one of certain values."""
    for (entity, name), atoms in rules.has.items():
        for value, atom in atoms.items():
            if (entity[0], name, value) in signs:
                yield atom


def _leaves(side: _Side, own: Mapping[int, bytes], others: frozenset[bytes]) -> list[_Leaf]:
    """Give the atoms that the other version does not have, though it has all below them."""
    inputs = side.rules.about.keys() | side.rules.entity.keys()
    known = {a for a, digest in own.items() if a in inputs or digest in others | {TRUE, FALSE}}
    found = []
    for atom in sorted(own.keys() - known):
        if side.rules.below(atom) <= known:
            bodies: dict[object, tuple[int, ...]] = dict(side.meanings.bodies(atom).items())
            for bound, weights in side.rules.sums.get(atom, ()):
                for literal, weight in weights:
                    bodies[bound, side.meanings.literal(literal), weight] = (literal,)
            found.append(_Leaf(side.rules.entries(atom), side.rules, bodies))
    return found


def _apart(leaf: _Leaf, other: _Leaf | None) -> list[tuple[LocalRules, tuple[int, ...]]]:
    """Give the bodies that only one of two atoms has."""
    theirs = {} if other is None else other.bodies
    found = [(leaf.rules, body) for key, body in leaf.bodies.items() if key not in theirs]
    if other is not None:
        found += [(other.rules, b) for key, b in theirs.items() if key not in leaf.bodies]
    return found


def _falsify(rules: LocalRules, body: Iterable[int], deep: int) -> _Found | None:
    """Give the fewest values without which a body does not hold; None: none are found."""
    ways = [way for literal in body if (way := _refute(rules, literal, deep)) is not None]
    return min(ways, key=lambda way: (len(way), sorted(map(str, way))), default=None)


def _refute(rules: LocalRules, literal: int, deep: int) -> _Found | None:
    if literal in rules.about:
        (entity, name), value = rules.about[literal]
        # What a record calls a group is not what the rules call it.
        of_group = rules.vocabulary.attributes[entity[0], name].type == "group"
        return None if of_group else frozenset({(entity[0], name, value)})
    if literal < 0 or literal in rules.entity or literal in rules.sums or not deep:
        return None
    found: _Found = frozenset()
    for body in rules.bodies.get(literal, ()):
        ways = _falsify(rules, body, deep - 1)
        if ways is None:
            return None
        found |= ways
    return found
