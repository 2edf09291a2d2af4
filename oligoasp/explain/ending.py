"""Single answers that would end the matter: with them nobody could be eligible."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from oligoasp.explain.settling import Settling
from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair, Value
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
        for pair in clause.pairs:
            if pair[1] and (doubtful := unknowns.unseen(pair) - found[pair]):
                found[pair] |= clause.fatal(pair, doubtful)
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
    found = {pair: set(values) for pair, values in known.items()}
    left = {pair: sorted(unknowns.unseen(pair) - found[pair], key=str) for pair in found}
    _see_together(session, unknowns, left)
    for pair, values in left.items():
        found[pair] |= {
            value
            for value in unknowns.unseen(pair).intersection(values)
            if not session.satisfiable([*unknowns.goal, *unknowns.among(pair, {value})])
        }
    return {pair: frozenset(values) for pair, values in found.items() if values}


def _see_together(
    session: Session, unknowns: Unknowns, values: Mapping[Pair, Sequence[Value]]
) -> None:
    """See as many values as possible in a few people, each of whom has one of every attribute."""
    wanted = [session.has[pair][value] for pair, some in values.items() for value in some]
    for index in range(max(map(len, values.values()), default=0)):
        together = [session.has[p][some[index]] for p, some in values.items() if index < len(some)]
        together = [lit for lit in together if lit not in unknowns.seen]
        while together:
            true, clash = unknowns.somebody(together, wanted)
            if true is not None or clash.isdisjoint(together):
                break
            together = [lit for lit in together if lit not in clash]
