"""Of which parts a clause consists that have no unknown in common, so that each stands alone.

Some are needed together, as what is asked of each of several lesions; of others one is enough.
Whatever is answered settles such a clause only if it settles all of the former, or one of the
latter. So they are looked at one by one: that is far less than all of them together, and it
is what has to be said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from typing import NamedTuple

from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair
from oligoasp.solver.dependencies import Attribute, reach


class Part(NamedTuple):
    """A part of a clause, or the whole clause.

    Attributes:
        literals: it is met if one of these literals holds, or all of them.
        together: whether all have to hold.
        cone: all attributes on which that can depend.
        pairs: the unknowns among them; lists stand first, to be asked for last.
        whole: whether it is the whole clause.
    """

    literals: tuple[int, ...]
    together: bool
    cone: Set[Attribute]
    pairs: list[Pair]
    whole: bool = False

    @property
    def hope(self) -> Sequence[int]:
        """What may be assumed of somebody by whom the part is met."""
        return self.literals if self.together or len(self.literals) == 1 else ()

    def holds(self, true: Collection[int]) -> bool:
        """Tell whether the part is met by somebody of whom literals are true."""
        found = ((abs(lit) in true) == (lit > 0) for lit in self.literals)
        return all(found) if self.together else any(found)


def parts_of(question: Question, unknowns: Unknowns, clause: str) -> list[list[Part]]:
    """Give the parts of a clause: all of a number of things, of each of which one is enough."""
    violated = question.session.violated[clause]
    cone = question.session.cone(clause)
    pairs = _among(unknowns, question.cone(clause))
    whole = Part((-violated,), True, cone, pairs, whole=True)
    # Where a list is complete, what is asked of one part tells whether others get an entry more.
    if not unknowns.complete.isdisjoint(pairs):
        return [[whole]]
    alternatives = unknowns.rules.alternatives

    def apart(part: Part, literals: list[int], *, together: bool) -> list[Part]:
        groups = _groups(literals, lambda literal: _unknown(question, unknowns, literal))
        if len(groups) < 2 or not all(pairs for _, pairs in groups):
            return [part]
        known = [one for one in part.cone if question.pair(one) not in part.pairs]
        return [
            Part(
                tuple(some),
                together,
                frozenset([*known, *(one for one in part.cone if question.pair(one) in pairs)]),
                _among(unknowns, pairs),
            )
            for some, pairs in groups
        ]

    needed = apart(whole, [-literal for literal in alternatives(violated)], together=True)
    return [
        apart(part, alternatives(part.literals[0]), together=False)
        if len(part.literals) == 1
        else [part]
        for part in needed
    ]


def _groups(
    literals: Iterable[int], unknown: Callable[[int], set[Pair]]
) -> list[tuple[list[int], set[Pair]]]:
    """Group literals so that groups have no unknown in common; give these with each."""
    groups: list[tuple[list[int], set[Pair]]] = []
    for literal in literals:
        together, pairs = [literal], unknown(literal)
        for group in [group for group in groups if not group[1].isdisjoint(pairs)]:
            groups.remove(group)
            together, pairs = [*group[0], *together], pairs | group[1]
        groups.append((together, pairs))
    return groups


def _among(unknowns: Unknowns, pairs: Iterable[Pair]) -> list[Pair]:
    wanted = set(pairs)
    return sorted((p for p in unknowns.pairs if p in wanted), key=lambda pair: pair[1] != "")


def _unknown(question: Question, unknowns: Unknowns, literal: int) -> set[Pair]:
    """Give the unknowns on which a literal depends, with all that are tied to these."""
    dependencies = question.session.dependencies
    direct = {
        pair
        for one in dependencies.about(dependencies.reached([abs(literal)]))
        if (pair := question.pair(one)) in unknowns.all
    }
    return reach(direct, lambda pair: unknowns.ties.get(pair, ()))
