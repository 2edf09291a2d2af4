"""What a record does not say, as literals of a session."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from oligoasp.explain.question import Question
from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value
from oligoasp.solver.excerpt import Parts
from oligoasp.solver.groups import Groups, Wanted


class Unknowns:
    """What a record does not say, and who the patient can be.

    An unknown is an attribute of the patient or of a recorded entry, or, as the pair
    ((kind, 0), ""), the rest of a list that may go on. Of some kinds a site can obtain one
    entry more: then that is an unknown even if the list is complete. ``complete`` are these:
    unless one asks for them, there is nothing more.

    ``pairs`` are the unknowns, and ``rest`` has, for the lists among them, the entries that
    there may be. ``goal`` are the assumptions that say who the patient can be as one hopes;
    ``seen`` what has been seen to be true of somebody like that, as literals.

    Args:
        question: the record.
        eligible: whether one hopes that the patient is eligible.
    """

    def __init__(self, question: Question, *, eligible: bool = True) -> None:
        self._question = question
        self._session = session = question.session
        situation = question.situation
        obtainable = question.engine.protocol.list_means
        self.rest: dict[Pair, list[Entity]] = {}
        self.pairs: list[Pair] = []
        self._attributes: dict[Entity, list[str]] = {}
        for entity, attribute in session.has:
            kind, index = entity
            if entity == THE_PATIENT or index <= len(situation.ids[kind]):
                fact = situation.facts.get((entity, attribute))
                if fact is None or len(fact.values) > 1:
                    self.pairs.append((entity, attribute))
            elif kind in situation.open_lists or kind in obtainable:
                entities = self.rest.setdefault(((kind, 0), ""), [])
                if entity not in entities:
                    entities.append(entity)
                self._attributes.setdefault(entity, []).append(attribute)
        for entities in self.rest.values():
            entities.sort()
        self.pairs += self.rest
        self.complete = frozenset(p for p in self.rest if p[0][0] not in situation.open_lists)
        self.assumptions = question.without(self.complete)
        self.goal = [*self.assumptions, *([session.eligible] if eligible else [])]
        vocabulary = question.engine.protocol.vocabulary
        proving = vocabulary.proves & vocabulary.conditions.keys()
        self._bare = {
            pair: session.meaningless(*pair)
            for pair in self.pairs
            if (pair[0][0], pair[1]) in proving
        }
        self.seen: set[int] = set()

    # ---- what can be answered -----------------------------------------------------------

    def possible(self, pair: Pair) -> Collection[Value]:
        """Give the values that an attribute can have, as far as the record leaves them open."""
        fact = self._question.situation.facts.get(pair)
        return fact.values if fact is not None else self._session.has[pair].keys()

    def among(self, pair: Pair, values: Collection[Value]) -> list[int]:
        """Give the assumptions of a record that says that an attribute has one of some values.

        It does not say by that that the attribute has a meaning, unless it would prove it.
        """
        others = [-lit for v, lit in self._session.has[pair].items() if v not in values]
        return [*others, -self._bare[pair]] if pair in self._bare else others

    def proves(self, pair: Pair) -> bool:
        """Tell whether an answer proves that the attribute has a meaning."""
        return pair in self._bare

    def literals(self, pair: Pair, cone: Collection[Pair] | None = None) -> list[int]:
        """Give the literals that say what an unknown is: of a list, as far as a cone reaches."""
        return [lit for group in self.groups(pair, cone) for lit in group]

    def groups(self, pair: Pair, cone: Collection[Pair] | None = None) -> Iterator[Collection[int]]:
        """Give the same literals in groups of which at most one holds."""
        has = self._session.has
        if pair[1]:
            yield has[pair].values()
        for entity in self.rest.get(pair, ()):
            yield [self._session.present[entity]]
            for attribute in self._attributes[entity]:
                if cone is None or (entity, attribute) in cone:
                    yield has[entity, attribute].values()

    def parts(
        self, pair: Pair, true: Collection[int], cone: Collection[Pair]
    ) -> Iterator[list[int]]:
        """Say of an unknown what it is not, in somebody of whom literals are true.

        That is what a record would say of it. Of an attribute without a meaning nothing is
        said: a record that gives it a value fits as well, unless that proves a meaning.

        Yields:
            Literals: of a list, for each entry and for each of its attributes some.
        """
        has = self._session.has
        if pair[1]:
            yield _others(has[pair].values(), true, bare=pair not in self._bare)
        for entity in self.rest.get(pair, ()):
            present = self._session.present[entity]
            yield [present if present in true else -present]
            for attribute in self._attributes[entity] if present in true else ():
                if (entity, attribute) in cone:
                    yield _others(has[entity, attribute].values(), true)

    @cached_property
    def attribute(self) -> dict[int, Pair]:
        """The attribute that each literal is a value of."""
        has = self._session.has
        return {lit: pair for pair, values in has.items() for lit in values.values()}

    def meaning(self, pair: Pair) -> list[int]:
        """Give assumptions that say that an attribute has a meaning, and so a value."""
        session, (entity, attribute) = self._session, pair
        there = [] if entity == THE_PATIENT else [session.present[entity]]
        return [*there, -session.meaningless(entity, attribute)]

    @cached_property
    def all(self) -> frozenset[Pair]:
        """All unknowns."""
        return frozenset(self.pairs)

    @cached_property
    def ties(self) -> dict[Pair, set[Pair]]:
        """The unknowns that integrity rules tie to each."""
        found: dict[Pair, set[Pair]] = {}
        for bond in {bond for _, bond in self.rules.ties}:
            tied = {pair for one in bond if (pair := self._question.pair(one)) in self.all}
            for pair in tied if len(tied) > 1 else ():
                found.setdefault(pair, set()).update(tied)
        return found

    # ---- who the patient can be ---------------------------------------------------------

    def somebody(
        self, assumptions: Sequence[int], wanted: Wanted
    ) -> tuple[frozenset[int] | None, frozenset[int]]:
        """Find somebody as one hopes, with as few entries of open lists as can be.

        Args:
            assumptions: what else is to be true of that person.
            wanted: literals to look for.

        Returns:
            Those of the literals that are true of somebody, or None and assumptions that clash.
        """
        clash: frozenset[int] = frozenset()
        for extra in self._fewer_and_fewer():
            true, clash = self._session.true_or_clashing([*self.goal, *assumptions, *extra], wanted)
            if true is not None:
                self.seen |= true
                return true, frozenset()
            if clash.isdisjoint(extra):
                break
        return None, clash

    def settle(self) -> None:
        """Make the session one in which there is nobody but who the patient can be as one hopes."""
        self._session.settle(self.goal)
        self.goal = []

    @cached_property
    def rules(self) -> Parts:
        """What takes excerpts from the rules, with the record in them."""
        fixed = [lit for lit in self.assumptions if abs(lit) != self._session.tolerate]
        return Parts(self._session, fixed)

    @cached_property
    def first(self) -> tuple[frozenset[int] | None, frozenset[int]]:
        """Whom `somebody` finds first: with all literals of the unknowns, and of the clauses."""
        wanted = [group for pair in self.pairs for group in self.groups(pair)]
        broken = [[literal] for literal in self._session.violated.values()]
        return self.somebody([], Groups([*wanted, *broken]))

    def _fewer_and_fewer(self) -> Iterator[list[int]]:
        """Give what to assume about the rest of lists, worked out only where it is needed."""
        yield self._least_more
        yield []

    @cached_property
    def _least_more(self) -> list[int]:
        """Say that there is no more in any list than is needed, one list after the other."""
        present, lists = self._session.present, self.rest.values()
        gone = [-present[entity] for entities in lists for entity in entities]
        if self._session.satisfiable([*self.goal, *gone]):
            return gone
        gone = []
        for entities in lists:
            for number in range(len(entities)):
                fewer = [*gone, *(-present[entity] for entity in entities[number:])]
                if self._session.satisfiable([*self.goal, *fewer]):
                    gone = fewer
                    break
        return gone


def _others(literals: Collection[int], true: Collection[int], *, bare: bool = True) -> list[int]:
    """Deny all values but the one that is true, or, unless ``bare``, all if none is."""
    false = [-lit for lit in literals if lit not in true]
    return [] if bare and len(false) == len(literals) else false
