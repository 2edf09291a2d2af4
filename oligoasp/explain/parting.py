"""Of which parts a clause is met if one is: parts that have no unknown in common.

Whatever is answered settles such a clause only if it settles one of its parts, so these can be
looked at one by one: far less than all of them together.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from typing import NamedTuple

from oligoasp.explain.question import Question
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair
from oligoasp.solver.dependencies import Attribute, reach


class Part(NamedTuple):
    """A part of a clause.

    ``met`` is a literal that holds if the part is met, ``cone`` all attributes on which that can
    depend, and ``pairs`` are the unknowns among them.
    """

    met: int
    cone: Set[Attribute]
    pairs: list[Pair]


def parts_of(question: Question, unknowns: Unknowns, clause: str) -> list[Part]:
    """Give the parts of a clause, or the clause as such if it has none."""
    session = question.session
    met = -session.violated[clause]
    cone = session.cone(clause)
    whole = Part(met, cone, _among(unknowns, {unknowns.pair(one) for one in cone}))
    literals = unknowns.rules.alternatives(met)
    # Where a list is complete, what is asked of one part tells whether others get an entry more.
    if len(literals) == 1 or not unknowns.complete.isdisjoint(whole.pairs):
        return [whole]
    groups: list[tuple[list[int], set[Pair]]] = []
    for literal in literals:
        together, pairs = [literal], _unknown(question, unknowns, literal)
        for group in [group for group in groups if not group[1].isdisjoint(pairs)]:
            groups.remove(group)
            together, pairs = [*group[0], *together], pairs | group[1]
        groups.append((together, pairs))
    if len(groups) == 1 or not all(pairs for _, pairs in groups):
        return [whole]
    known = [one for one in cone if unknowns.pair(one) not in whole.pairs]
    return [
        Part(
            unknowns.rules.one_of(together),
            frozenset([*known, *(one for one in cone if unknowns.pair(one) in pairs)]),
            _among(unknowns, pairs),
        )
        for together, pairs in groups
    ]


def _among(unknowns: Unknowns, pairs: Collection[Pair]) -> list[Pair]:
    """Give the unknowns among some attributes: lists stand first, to be asked for last."""
    return sorted((p for p in unknowns.pairs if p in pairs), key=lambda pair: pair[1] != "")


def _unknown(question: Question, unknowns: Unknowns, literal: int) -> set[Pair]:
    """Give the unknowns on which a literal depends, with all that are tied to these."""
    dependencies = question.session.dependencies
    direct = dependencies.about(dependencies.reached([abs(literal)]))
    return reach((unknowns.pair(one) for one in direct), lambda pair: unknowns.ties.get(pair, ()))
