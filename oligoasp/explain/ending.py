"""Single answers that would end the matter: with them nobody could be eligible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oligoasp.explain.unknowns import Unknowns
from oligoasp.record.facts import Pair, Value
from oligoasp.solver.groups import Groups
from oligoasp.solver.session import Session


def ending(
    session: Session, unknowns: Unknowns, asked: Iterable[Pair]
) -> Mapping[Pair, frozenset[Value]]:
    """Find the values that attributes can have, but not if the patient is as one hopes.

    Args:
        session: the session.
        unknowns: what the record does not say.
        asked: the attributes in question, of those that it does not say.

    Returns:
        The values, by attribute; attributes without any are left out.
    """
    values = {
        pair: {session.has[pair][value]: value for value in unknowns.possible(pair)}
        for pair in asked
    }
    # Somebody for whom it has no meaning can be said to have any value.
    bare = {pair: session.meaningless(*pair) for pair in values if not unknowns.proves(pair)}
    groups = [[*values[p], bare[p]] if p in bare else list(values[p]) for p in values]
    literals = [literal for group in groups for literal in group]
    found = session.somewhere(unknowns.goal, literals, Groups(groups))
    left = {
        pair: frozenset(value for literal, value in of_pair.items() if literal not in found)
        for pair, of_pair in values.items()
        if bare.get(pair) not in found
    }
    return {pair: never for pair, never in left.items() if never}
