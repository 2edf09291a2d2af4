"""The ways of meeting a clause, or what is needed of it besides other things, found by trying out
everybody: slow, and with nothing clever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import prod

from oligoasp.explain.parting import Part
from oligoasp.explain.question import Key, Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair
from oligoasp.solver.session import Session

State = frozenset[int]
"""What an unknown is in somebody: the literals of it that are true."""


def met(session: Session, part: Part) -> int:
    """Give a literal that holds if a part of a clause is met."""
    if part.together:
        return -session.at_least(1, [-literal for literal in part.literals])
    return session.at_least(1, part.literals)


class TooManyError(Exception):
    """There are more people than are tried out."""


class Everybody:
    """Everybody who could be the patient, as far as parts of a clause can tell them apart.

    Args:
        question: the record.
        unknowns: what it does not say.
        parts: parts of which one has to be met.
        most: how many people are tried out.

    Raises:
        TooManyError: there are more.
    """

    def __init__(
        self, question: Question, unknowns: Unknowns, parts: Sequence[Part], most: int
    ) -> None:
        self._session = session = question.session
        self._cone = frozenset().union(*(part.cone for part in parts))
        asked = {pair for part in parts for pair in part.pairs}
        self.pairs = [pair for pair in unknowns.pairs if pair in asked]
        self._rest = unknowns.rest
        self._complete = [pair in unknowns.complete for pair in self.pairs]
        vocabulary = question.engine.protocol.vocabulary
        conditional = vocabulary.conditions.keys() - vocabulary.proves
        self._conditional = [(pair[0][0], pair[1]) in conditional for pair in self.pairs]
        self._most = most
        assumptions = unknowns.assumptions
        self.eligible = self._people([*assumptions, session.eligible])
        self.breaking = self._people([*assumptions, *(-met(session, part) for part in parts)])

    def _people(self, assumptions: list[int]) -> list[tuple[State, ...]]:
        groups = [self._groups(pair) for pair in self.pairs]
        flat = [group for some in groups for group in some]
        if prod(len(group) + 1 for group in flat) > self._most**3:
            raise TooManyError
        found = []
        for true in self._all(assumptions, flat):
            found.append(
                tuple(frozenset(x for group in some for x in group if x in true) for some in groups)
            )
            if len(found) > self._most:
                raise TooManyError
        return found

    def _groups(self, pair: Pair) -> list[list[int]]:
        """Give groups of literals of which one at most holds."""
        has = self._session.has
        if pair[1]:
            return [list(has[pair].values())]
        entities = self._rest[pair]
        groups = [[self._session.present[entity]] for entity in entities]
        return groups + [
            list(literals.values())
            for one, literals in has.items()
            if one[0] in entities and one in self._cone
        ]

    def _all(
        self, assumptions: list[int], groups: list[list[int]], known: State | None = None
    ) -> Iterator[State]:
        """Go through everybody who fulfils assumptions, by what is true of each group.

        ``known`` is somebody of whom all but the groups is as assumed, if one is known.
        """
        literals = [lit for group in groups for lit in group]
        true = known if known is not None else self._session.true_literals(assumptions, literals)
        if true is None:
            return
        if not groups:
            yield frozenset()
            return
        first, *others = groups
        for literal in (*first, 0):
            fixed = [literal] if literal else [-lit for lit in first]
            same = (literal in true) if literal else true.isdisjoint(first)
            for one in self._all([*assumptions, *fixed], others, true if same else None):
                yield one | {literal} if literal else one

    def ways(self, item: Callable[[Pair], Key]) -> set[frozenset[Key]]:
        """Give the minimal sets of items that settle the clause, as somebody eligible is.

        Args:
            item: tells which unknowns become known together.
        """
        items = dict.fromkeys(map(item, self.pairs))
        found: list[frozenset[Key]] = []
        for size in range(1, len(items) + 1):
            for asked in map(frozenset, combinations(items, size)):
                known = frozenset(i for i, pair in enumerate(self.pairs) if item(pair) in asked)
                if not any(one <= asked for one in found) and any(
                    self._settles(known, person) for person in self.eligible
                ):
                    found.append(asked)
        return set(found)

    def _settles(self, asked: frozenset[int], person: tuple[State, ...]) -> bool:
        """Tell whether nobody breaks the clause of whom the record would say the same."""
        none = [i for i, complete in enumerate(self._complete) if complete and i not in asked]
        return not any(person[i] for i in none) and not any(
            all(self._fits(i, person[i], other[i]) for i in asked)
            and not any(other[i] for i in none)
            for other in self.breaking
        )

    def _fits(self, i: int, answer: State, other: State) -> bool:
        """Tell whether what is said of somebody is true of another.

        Nothing is said of what has no meaning, and what is said proves no meaning, if there is
        a condition; a list is said in full.
        """
        if not self.pairs[i][1]:
            return answer == other
        return not answer or answer == other or (self._conditional[i] and not other)
