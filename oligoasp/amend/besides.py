"""What an amendment moves besides verdicts: clauses that die or become redundant, and doors.

None of that needs to be known for the rest of the plan, so it can be found out beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from oligoasp.amend.sides import AMENDED, BASE, Sides
from oligoasp.solver.program import text

Sets = tuple[tuple[str, ...], ...]
"""Minimal sets of clauses."""


@dataclass(frozen=True, slots=True)
class Door:
    """A kind of patient whom the text means to admit, and whose door moved."""

    intent: str
    clause: str
    words: str
    opened: bool
    shut_by: Sets = ()


@dataclass(frozen=True, slots=True)
class Turned:
    """A clause that became dead or redundant, or ceased to be so.

    ``implied_by`` are the minimal sets of other clauses that imply it, if it became redundant.
    """

    clause: str
    redundant: bool  # else dead: nobody violates it
    now: bool
    implied_by: Sets = ()


class Besides(NamedTuple):
    """What moves besides verdicts.

    Attributes:
        turned: the clauses that became dead or redundant, or ceased to be so.
        doors: the intents that opened or shut.
    """

    turned: tuple[Turned, ...]
    doors: tuple[Door, ...]


def besides(sides: Sides, *, touched: bool = True, moved: bool = True) -> Besides:
    """Find out what else differs between two versions.

    Args:
        sides: the versions.
        touched: whether some clause is decided otherwise for somebody, as far as that is known.
        moved: whether somebody's verdict differs, as far as that is known.
    """
    return Besides(_turned(sides) if touched else (), _doors(sides, moved=moved))


def _turned(sides: Sides) -> tuple[Turned, ...]:
    """Give the clauses that became dead or redundant, or ceased to be so."""
    space, double = sides.space, sides.double
    found = []
    clauses = [c for c in space.others() if sides.tests_in_both(c)]
    alone = sides.alone_in_both()
    for clause in clauses:
        if clause in alone:
            continue
        state = {}
        for side in (BASE, AMENDED):
            fixed = [*double.readings(sides.chosen[side]), double.violated[clause]]
            if not space.exists(fixed):
                state[side] = "dead"
            elif not space.exists([*fixed, *space.met(space.others(clause))]):
                state[side] = "redundant"
            else:
                state[side] = ""
        before, after = state[BASE], state[AMENDED]
        if before == after:
            continue
        if before:
            found.append(Turned(clause, before == "redundant", now=False))
        if after:
            sets: Sets = ()
            if after == "redundant":
                fixed = [*double.readings(sides.chosen[AMENDED]), double.violated[clause]]
                sets = tuple(space.all_blame(fixed, space.others(clause)))
            found.append(Turned(clause, after == "redundant", now=True, implied_by=sets))
    return tuple(found)


def _doors(sides: Sides, *, moved: bool) -> tuple[Door, ...]:
    """Give the intents that opened or shut."""
    space, double = sides.space, sides.double
    rows = double.facts("intent", 3)
    literals = {}
    for row in rows:
        literal = double.named("intended", text(row[0]))
        if literal is not None:
            literals[text(row[0])] = literal
    if not moved and not any(map(sides.copied, literals.values())):
        return ()
    still = sides.in_both(literals)
    found = []
    for row in rows:
        name, clause, words = map(text, row)
        if name not in literals or name in still:
            continue
        before, after = (
            space.exists([*double.readings(sides.chosen[side]), double.eligible, literals[name]])
            for side in (BASE, AMENDED)
        )
        if before and not after:
            fixed = [*double.readings(sides.chosen[AMENDED]), literals[name]]
            sets = space.all_blame(fixed, space.others()) if space.exists(fixed) else ()
            found.append(Door(name, clause, words, opened=False, shut_by=tuple(sets)))
        elif after and not before:
            found.append(Door(name, clause, words, opened=True))
    return tuple(found)
