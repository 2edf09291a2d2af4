"""Single answers that would end the matter: with them nobody could be eligible."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from oligoasp.explain.settling import Settling
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair, Value
from oligoasp.solver.groups import Groups, Wanted
from oligoasp.solver.session import Session


def fatal(
    session: Session,
    unknowns: Unknowns,
    clauses: Sequence[Settling],
    likely: Mapping[Pair, Collection[Value]],
) -> dict[Pair, set[Value]]:
    """Find values of attributes with which everybody breaks one of some clauses.

    Args:
        session: the session.
        unknowns: what the record does not say.
        clauses: what settles the clauses.
        likely: values with which somebody is likely to be as one hopes.

    Returns:
        The values, by attribute on which one of the clauses depends.
    """
    asked = dict.fromkeys(pair for clause in clauses for pair in clause.pairs if pair[1])
    found: dict[Pair, set[Value]] = {pair: set() for pair in asked}
    _see_together(session, unknowns, {p: sorted(likely.get(p, ()), key=str) for p in asked})
    for clause in clauses:
        doubtful = {p: unknowns.unseen(p) - found[p] for p in clause.pairs if p[1]}
        for pair, values in _impossible(session, unknowns, doubtful, clause.meeting).items():
            found[pair] |= values
    return found


def ending(
    session: Session, unknowns: Unknowns, known: Mapping[Pair, Collection[Value]]
) -> dict[Pair, frozenset[Value]]:
    """Find the values that attributes can have, but not if the patient is as one hopes.

    Args:
        session: the session.
        unknowns: what the record does not say.
        known: such values as `fatal` finds them, by attribute; no other attributes are asked for.

    Returns:
        The values, by attribute; attributes without any are left out.
    """

    def hoped(
        assumptions: Iterable[int], wanted: Wanted
    ) -> tuple[frozenset[int] | None, frozenset[int]]:
        return session.true_or_clashing([*unknowns.goal, *assumptions], wanted)

    found = {pair: set(values) for pair, values in known.items()}
    doubtful = {pair: unknowns.unseen(pair) - values for pair, values in found.items()}
    for pair, values in _impossible(session, unknowns, doubtful, hoped).items():
        found[pair] |= values
    return {pair: frozenset(values) for pair, values in found.items() if values}


def _impossible(
    session: Session,
    unknowns: Unknowns,
    doubtful: Mapping[Pair, Collection[Value]],
    ask: Callable[[Iterable[int], Wanted], tuple[frozenset[int] | None, frozenset[int]]],
) -> dict[Pair, set[Value]]:
    """Find, of some values of attributes, those that nobody in question can be said to have.

    Args:
        session: the session.
        unknowns: what the record does not say.
        doubtful: the values, by attribute.
        ask: finds somebody in question; see `Session.true_or_clashing`.
    """
    left = {pair: set(values) for pair, values in doubtful.items() if values}
    found: dict[Pair, set[Value]] = {}
    while left:
        said = {pair: unknowns.among(pair, values) for pair, values in left.items()}
        wanted = Groups([session.has[p][v] for v in sorted(left[p], key=str)] for p in left)
        true = None
        while said and true is None:  # as many attributes as can be show a value at once
            true, clash = ask([lit for literals in said.values() for lit in literals], wanted)
            if true is None:
                *others, last = [p for p in said if not clash.isdisjoint(said[p])] or list(said)
                del said[last]
                if not others:
                    found[last] = left.pop(last)
        for pair in list(left):
            shown = {value for value in left[pair] if session.has[pair][value] in (true or ())}
            left[pair] -= shown
            # Somebody for whom it has no meaning can be said to have any value.
            if not left[pair] or (pair in said and not shown):
                del left[pair]
    return found


def _see_together(
    session: Session, unknowns: Unknowns, values: Mapping[Pair, Sequence[Value]]
) -> None:
    """See as many values as possible in a few people, each of whom has one of every attribute."""
    wanted = Groups([session.has[pair][value] for value in some] for pair, some in values.items())
    for index in range(max(map(len, values.values()), default=0)):
        together = [session.has[p][some[index]] for p, some in values.items() if index < len(some)]
        together = [lit for lit in together if lit not in unknowns.seen]
        while together:
            true, clash = unknowns.somebody(together, wanted)
            if true is not None or clash.isdisjoint(together):
                break
            together = [lit for lit in together if lit not in clash]
