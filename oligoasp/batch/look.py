"""A look at one entry alone: what the ground rules make of it, as far as it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from oligoasp.batch.local_rules import LocalRules, NoTraitsError
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import THE_PATIENT, Entity, Fact, Pair, Value

Known: TypeAlias = Mapping[Pair, Value | None]
"""Values of attributes; None: the attribute has no meaning."""
Facts: TypeAlias = Mapping[str, Fact | None]
"""What a record says of the attributes of one entry."""

MOST_TRIED = 1000
"""How many values of tied attributes are tried before giving up."""


class Look:
    """What is true of one entry as far as its attributes are known: true, false or None.

    Args:
        rules: all ground rules.
        entity: the patient or the entry.
        known: values of attributes of the entry, and of the patient.
        facts: what the record says of the entry.
        given: atoms of which it is known already whether they hold.
        absent: whether the entry is not there.
    """

    def __init__(
        self,
        rules: LocalRules,
        entity: Entity,
        known: Mapping[Pair, Value | None],
        facts: Mapping[str, Fact | None],
        given: Mapping[int, bool | None] = MappingProxyType({}),
        *,
        absent: bool = False,
    ) -> None:
        self.entity = entity
        self.turns_on: Pair | None = None
        self.rules = rules
        self._known = known
        self._facts = facts
        self._absent = absent
        self._memo = dict(given)

    @property
    def found(self) -> dict[int, bool | None]:
        """The atoms of which it is known whether they hold, whatever else becomes known."""
        return {atom: value for atom, value in self._memo.items() if value is not None}

    def any(self, bodies: Iterable[Iterable[int]]) -> bool | None:
        """Tell whether any of some bodies holds."""
        result: bool | None = False
        for body in bodies:
            value = self.all(body)
            if value:
                return True
            if value is None:
                result = None
        return result

    def all(self, literals: Iterable[int]) -> bool | None:
        """Tell whether all of some literals hold."""
        memo = self._memo
        result: bool | None = True
        for literal in literals:
            atom = abs(literal)
            if atom not in memo:
                memo[atom] = self._evaluate(atom)
            value = memo[atom]
            if value is None:
                result = None
            elif value != (literal > 0):
                return False
        return result

    def _evaluate(self, atom: int) -> bool | None:
        rules = self.rules
        if atom in rules.about:
            return self._input(*rules.about[atom])
        if atom in rules.entity:
            return rules.entity[atom] == THE_PATIENT or (
                not self._absent and rules.entity[atom] == self.entity
            )
        result = self.any(rules.bodies.get(atom, ()))
        for bound, weights in rules.sums.get(atom, ()):
            sure = possible = 0
            for literal, weight in weights:
                value = self.all((literal,))
                sure += weight if value else 0
                possible += weight if value is not False else 0
            if result or sure >= bound:
                return True
            if possible >= bound:
                result = None
        return result

    def _input(self, pair: Pair, value: Value) -> bool | None:
        if pair in self._known:
            return self._known[pair] == value
        if pair[0] not in (THE_PATIENT, self.entity) or (self._absent and pair[0] == self.entity):
            return False
        if pair[0] == self.entity:
            fact = self._facts.get(pair[1])
            if fact is not None and value not in fact.values:
                return False
        self.turns_on = pair
        return None


def next_open(look: Look, known: Known) -> Pair:
    """Give an open attribute on which a look turns; first what gives it a meaning.

    Raises:
        NoTraitsError: it turns on what is open of someone else.
    """
    pair = look.turns_on
    assert pair is not None
    if pair[0] != look.entity:
        raise NoTraitsError
    conditions = look.rules.vocabulary.conditions
    waiting = [pair]
    while waiting:
        pair = waiting.pop()
        others = [(pair[0], c.other) for c in conditions.get((pair[0][0], pair[1]), ())]
        waiting += [o for o in others if o not in known]
    return pair


def allowed(rules: LocalRules, pair: Pair, known: Known, facts: Facts) -> list[Value | None]:
    """Give the values that an open attribute can have; None: it has no meaning."""
    (kind, _), name = pair
    for condition in rules.vocabulary.conditions.get((kind, name), ()):
        other = known[pair[0], condition.other]
        if other is None or (other in condition.values) == condition.negated:
            return [None]
    fact = facts.get(name)
    return list(rules.has.get(pair, {}) if fact is None else fact.values)


def can_be(
    rules: LocalRules,
    entity: Entity,
    forbidden: Sequence[Sequence[int]],
    recorded: Known,
    facts: Facts,
    options: Callable[[Pair, Known], list[Value | None]],
) -> bool:
    """Tell whether somebody can be as is known, without what is forbidden.

    Args:
        rules: all ground rules.
        entity: the patient or the entry.
        forbidden: bodies of rules, none of which may hold.
        recorded: the values that are known.
        facts: what the record says of each attribute.
        options: gives the values that an open attribute may have beside others.

    Raises:
        NoTraitsError: too much is open.
    """
    stack = [recorded]
    for _ in range(MOST_TRIED):
        if not stack:
            return False
        tried = stack.pop()
        look = Look(rules, entity, tried, facts)
        impossible = look.any(forbidden)
        if impossible is False:
            return True
        if impossible is None:
            pair = next_open(look, tried)
            stack += [{**tried, pair: value} for value in options(pair, tried)]
    raise NoTraitsError


def recorded(entity: Entity, facts: Facts) -> dict[Pair, Value | None]:
    """Give the values of the attributes that a record settles; None: it has no meaning."""
    return {
        (entity, name): fact.values[0] if fact.values else None
        for name, fact in facts.items()
        if fact is not None and fact.settled
    }


def refuse_implied(rules: LocalRules, kind: str, facts: Facts) -> None:
    """Refuse a record that says of an attribute, by its value, that it has a meaning, too.

    Raises:
        NoTraitsError: it does.
    """
    for name, fact in facts.items():
        implied = fact is not None and not fact.sure and len(fact.values) == 1
        if implied and (kind, name) in rules.vocabulary.proves:
            raise NoTraitsError


def stand_in(kind: str) -> Entity:
    """Give the patient or the first entry of a list, which stands for all."""
    return THE_PATIENT if kind == PATIENT else (kind, 1)
