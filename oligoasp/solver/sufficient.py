"""Minimal sufficient sets: which unknowns, once they are known, can settle a question.

A set of unknowns is *sufficient* if somebody is as hoped for and, whatever the other unknowns
may be, what that person answers to those of the set settles the question. Since more answers
never unsettle it, the minimal sufficient sets say it all.

This asks for some answers that hold for all others, so it goes by counterexamples (CEGAR): a map
proposes a set, as in MARCO, and what has to be answered; somebody is looked for who answers so;
and if the question is still open, a counterexample tells the map what has to be known and
answered, in this set and in others. Once the map has nothing left to propose, it is proved that
all sets have been found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias
from typing import Protocol as Interface

import clingo
from clingo.backend import HeuristicType

from oligoasp.solver.minimal import shrink
from oligoasp.solver.program import ASKING

Demand: TypeAlias = tuple[int, frozenset[int]]
"""An unknown has to be known, and one of some literals not to hold according to its answer.

If there are several, they deny values of one attribute, so the answer is one of these values.
"""
Answers: TypeAlias = Mapping[int, Sequence[int]]
"""What is answered to each of some unknowns, as literals."""


class Clash(NamedTuple):
    """Why nobody is as proposed: demands, and unknowns that would have to be known."""

    demands: Collection[Demand]
    hidden: Collection[int]


class Counterexample(NamedTuple):
    """What answers have to fulfil so that the question is not open for this reason.

    One of the demands; or one of the unknowns in ``hidden`` is not among those that are known.
    """

    demands: Collection[Demand]
    hidden: Collection[int]


class Place(NamedTuple):
    """What a demand is about: an attribute of an entry, or that the entry is there or ``gone``.

    An attribute of an entry has one value at most, and none if that entry or one before it is
    to be gone.
    """

    entry: int
    attribute: str = ""
    gone: bool = False


class Oracle(Interface):
    """Knows the people. Unknowns are 0 to one less than their number."""

    def somebody(self, known: Collection[int], demands: Collection[Demand]) -> Answers | Clash:
        """Find somebody as hoped for who fulfils demands; give the answers to what is known."""

    def place(self, literal: int) -> Place:
        """Give what a literal of a demand is about."""

    def likely(self, literal: int) -> bool:
        """Tell whether there is likely to be somebody of whom a literal does not hold."""

    def doubt(self, answers: Answers) -> Counterexample | Collection[int]:
        """Give why the question is open in spite of answers, or else some that settle it."""


class Found(NamedTuple):
    """A sufficient set, and answers that settle the question."""

    unknowns: frozenset[int]
    answers: Answers


class LimitError(Exception):
    """So many proposals have been looked at that the search was given up."""


class SufficientSets:
    """The search for the minimal sufficient sets.

    Args:
        number: how many unknowns there are. Without any answer the question is open.
        oracle: knows the people.
        limit: how many proposals to look at; ``left`` are those that have not been yet.
    """

    def __init__(self, number: int, oracle: Oracle, limit: int) -> None:
        self._number = number
        self._oracle = oracle
        self.left = limit

    @cached_property
    def _map(self) -> _Map:
        return _Map(self._number, self._oracle)

    def all(self) -> Iterator[Found]:
        """Find every minimal sufficient set, each once.

        Raises:
            LimitError: there may be more; those that were given are minimal all the same.
        """
        everything = frozenset(range(self._number))
        # As long as nothing is known, there is no need for a map.
        found = self._examined(everything, frozenset()) or self._next(everything)
        while found is not None:
            while len(found.unknowns) > 1:
                self._map.found(found.unknowns)
                smaller = self._next(found.unknowns)
                if smaller is None:
                    break
                found = smaller
            yield found
            if found.unknowns == everything:
                return
            self._map.found(found.unknowns)
            found = self._next(everything)

    def otherwise(self, unknowns: frozenset[int]) -> Answers | None:
        """Find further answers for a set that `all` gave, outside of what `cover` was told.

        Returns:
            Answers that settle the question; None if there are no more.

        Raises:
            LimitError: there may be some.
        """
        found = self._next(unknowns, self._map.found(unknowns))
        return None if found is None else found.answers

    def cover(self, unknowns: frozenset[int], demands: Collection[Demand]) -> None:
        """Leave out, for `otherwise`, answers that fulfil none of some demands."""
        self._map.require(demands, but=[-self._map.found(unknowns)])

    def _next(self, within: frozenset[int], again: int | None = None) -> Found | None:
        """Find a sufficient set within a set; or the set itself again, if there is a literal."""
        while (proposal := self._map.propose(within, again)) is not None:
            found = self._examined(*proposal, whole=again is not None)
            if found is not None:
                return found
        return None

    def _examined(
        self, known: frozenset[int], demands: frozenset[Demand], *, whole: bool = False
    ) -> Found | None:
        """Find a sufficient set among what is known, or learn why there is none."""
        if not self.left:
            raise LimitError
        self.left -= 1
        answers = self._oracle.somebody(known, demands)
        if isinstance(answers, Clash):
            self._map.forbid(answers)
            return None
        enough = self._doubt(answers, known)
        if enough is None:
            return None
        if not whole:
            enough = shrink(enough, lambda some: self._doubt(answers, some))
        return Found(frozenset(enough), {e: answers[e] for e in enough})

    def _doubt(self, answers: Answers, known: Collection[int]) -> Sequence[int] | None:
        """Give unknowns whose answers settle the question, or None and learn why they do not."""
        if not known:
            return None
        doubt = self._oracle.doubt({e: answers[e] for e in known})
        if not isinstance(doubt, Counterexample):
            return sorted(doubt)
        self._map.require(doubt.demands, [self._map.hidden[e] for e in doubt.hidden])
        return None


class _Map:
    """The proposals that nothing found so far speaks against.

    What is hidden and what is demanded are choices that the solver leaves false if it can, so
    that much is known and little demanded.
    """

    def __init__(self, number: int, oracle: Oracle) -> None:
        self._again: dict[frozenset[int], int] = {}
        self._oracle = oracle
        self._demands: dict[Demand, int] = {}
        self._places: dict[int, dict[Place, list[Demand]]] = {}
        self._control = clingo.Control(list(ASKING))
        with self._control.backend() as backend:
            self.hidden = [backend.add_atom() for _ in range(number)]
            backend.add_rule(self.hidden, [], choice=True)
            backend.add_rule([], self.hidden)
            for atom in self.hidden:
                backend.add_heuristic(atom, HeuristicType.False_, 3, 1, [])

    def propose(
        self, within: frozenset[int], again: int | None
    ) -> tuple[frozenset[int], frozenset[Demand]] | None:
        """Propose what is known, within a set (all of it, to find it again), and demands."""
        assumptions = [lit for e, lit in enumerate(self.hidden) if e not in within]
        assumptions += [-lit for lit in self._again.values() if lit != again]
        if again is not None:
            assumptions += [again, *(-self.hidden[e] for e in within)]
        found: list[tuple[frozenset[int], frozenset[Demand]]] = []

        def take(model: clingo.Model) -> None:
            known = (e for e, lit in enumerate(self.hidden) if not model.is_true(lit))
            demands = (d for d, lit in self._demands.items() if model.is_true(lit))
            found.append((frozenset(known), frozenset(demands)))

        self._control.solve(assumptions=assumptions, on_model=take)
        return found[0] if found else None

    def require(
        self, demands: Iterable[Demand], hidden: Iterable[int] = (), but: Iterable[int] = ()
    ) -> None:
        """Require one of some demands, or that one of some unknowns is not known.

        Args:
            demands: the demands.
            hidden: the literals of the unknowns.
            but: further literals of which one may hold instead.
        """
        with self._control.backend() as backend:
            atoms = [self._atom(backend, demand) for demand in demands]
            backend.add_rule([], [-lit for lit in (*atoms, *hidden, *but)])

    def forbid(self, clash: Clash) -> None:
        """Take in that some demands cannot be fulfilled while some unknowns are hidden."""
        with self._control.backend() as backend:
            demands = [self._demands[demand] for demand in clash.demands]
            backend.add_rule([], demands + [self.hidden[e] for e in clash.hidden])

    def found(self, unknowns: frozenset[int]) -> int:
        """Propose no set with all of these unknowns any more, unless the literal given holds."""
        if unknowns not in self._again:
            with self._control.backend() as backend:
                again = self._again[unknowns] = backend.add_atom()
                backend.add_rule([again], [], choice=True)
                backend.add_rule([], [-again, *(-self.hidden[e] for e in unknowns)])
        return self._again[unknowns]

    def _atom(self, backend: clingo.Backend, demand: Demand) -> int:
        if demand not in self._demands:
            element, literals = demand
            atom = backend.add_atom()
            backend.add_rule([atom], [], choice=True)
            level = 1 if any(map(self._oracle.likely, literals)) else 2
            backend.add_heuristic(atom, HeuristicType.False_, level, 1, [])
            backend.add_rule([], [atom, self.hidden[element]])
            place = self._oracle.place(next(iter(literals)))
            for rival in self._rivals(element, place, literals):
                backend.add_rule([], [atom, self._demands[rival]])
            same = self._places.setdefault(element, {}).setdefault(place, [])
            for other in same:
                # What is among few values is among more, so what is learnt of these counts, too.
                if literals < other[1]:
                    backend.add_rule([], [atom, -self._demands[other]])
                elif other[1] < literals:
                    backend.add_rule([], [self._demands[other], -atom])
            same.append(demand)
            self._demands[demand] = atom
        return self._demands[demand]

    def _rivals(self, element: int, place: Place, literals: frozenset[int]) -> Iterator[Demand]:
        """Give the demands that cannot be fulfilled together with one about a place."""
        for other, demands in self._places.get(element, {}).items():
            gone, there = (place, other) if place.gone else (other, place)
            if other == place:
                yield from (d for d in demands if place.attribute and literals.isdisjoint(d[1]))
            elif gone.gone and not there.gone and gone.entry <= there.entry:
                yield from demands
