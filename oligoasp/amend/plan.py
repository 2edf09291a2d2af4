"""The plan: what amendments would do, proved over all patients before anyone votes on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from oligoasp.amend.besides import Door, Sets, Turned, besides
from oligoasp.amend.format import Amendment
from oligoasp.amend.sides import AMENDED, BASE, Sides
from oligoasp.decide import Verdict
from oligoasp.protocol.model import Protocol
from oligoasp.solver.ahead import in_copy
from oligoasp.solver.program import text
from oligoasp.verify.space import MOST_LESIONS
from oligoasp.verify.witness import Witness

if TYPE_CHECKING:
    from oligoasp.amend.cases import CaseChanges


APART = 10
"""From how many clauses that may differ on a copy of the process is worth it."""


class Effect(StrEnum):
    """What an amendment does to who is eligible."""

    EQUIVALENT = "equivalent"
    RELAXES = "relaxes"
    TIGHTENS = "tightens"
    INCOMPARABLE = "incomparable"


@dataclass(frozen=True, slots=True)
class Touched:
    """A clause that the amended version decides otherwise for somebody.

    Attributes:
        clause: the clause.
        relaxed: whether somebody violates it before and not after.
        tightened: whether somebody violates it after and not before.
        admits: whether one of those who no longer violate it becomes eligible.
        excludes: whether one of those who violate it now was eligible.
        still_shut_by: the minimal sets of other clauses that keep out everybody who no
            longer violates it, if it admits nobody.
        shut_before_by: the minimal sets of other clauses that kept out everybody who
            violates it now, if it excludes nobody.
        partly_by: if it admits somebody, the clauses that speak of the same thing, did not
            change, and each alone still keep out others who no longer violate it.
    """

    clause: str
    relaxed: bool
    tightened: bool
    admits: bool = False
    excludes: bool = False
    still_shut_by: Sets = ()
    shut_before_by: Sets = ()
    partly_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient whose verdict differs, replayed under both versions."""

    witness: Witness
    before: Verdict
    after: Verdict
    blocked_before: tuple[str, ...]
    blocked_after: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What amendments would do.

    Attributes:
        base: the protocol.
        amended: the protocol as amended.
        amendments: the amendments, in order.
        effect: what they do to who is eligible.
        touched: the clauses that change for somebody.
        gains: a patient who becomes eligible, if any does and can be written as a record.
        loses: a patient who is eligible no longer.
        turned: the clauses that became dead or redundant, or ceased to be so.
        doors: the intents that opened or shut.
        scope: in which space all this is proved.
        cases: what happens to cases, if any were run.
    """

    base: Protocol
    amended: Protocol
    amendments: tuple[Amendment, ...]
    effect: Effect
    touched: tuple[Touched, ...] = ()
    gains: Patient | None = None
    loses: Patient | None = None
    turned: tuple[Turned, ...] = ()
    doors: tuple[Door, ...] = ()
    scope: str = ""
    cases: CaseChanges | None = None

    @property
    def without_effect(self) -> tuple[Touched, ...]:
        """The clauses whose change moves nobody's verdict."""
        return tuple(
            t
            for t in self.touched
            if (t.relaxed and not t.admits) or (t.tightened and not t.excludes)
        )


def plan(
    base: Protocol,
    amended: Protocol,
    amendments: Sequence[Amendment] = (),
    most: int = MOST_LESIONS,
) -> Plan:
    """Find out what amendments would do.

    Args:
        base: the protocol.
        amended: the protocol as amended.
        amendments: the amendments, for the record.
        most: how many entries there may be of the kinds that may have several.

    Raises:
        MismatchError: a patient was decided otherwise than the solver said.
    """
    sides = Sides(base, amended, most)
    gains = sides.differs(gains=True)
    # A copy takes over only now, since the first question takes long, whatever it is.
    slow = sides.hard or len(sides.differing) >= APART
    copy = in_copy(lambda: besides(sides)) if slow else None
    loses = sides.differs(gains=False)
    if gains and loses:
        effect = Effect.INCOMPARABLE
    elif gains or loses:
        effect = Effect.RELAXES if gains else Effect.TIGHTENS
    else:
        effect = Effect.EQUIVALENT
    comparison = _Comparison(sides, gains, loses)
    touched = comparison.touched()
    if copy is None:
        moved = besides(sides, touched=bool(touched), moved=gains or loses)
    # Patients come last, since writing one down may take others out of the space.
    gaining = comparison.patient(gains=True) if gains else None
    losing = comparison.patient(gains=False) if loses else None
    if copy is not None:
        moved = copy.result()
    return Plan(
        base,
        amended,
        tuple(amendments),
        effect,
        touched,
        gains=gaining,
        loses=losing,
        turned=moved.turned if touched else (),
        doors=moved.doors,
        scope=sides.scope,
    )


@dataclass
class _Comparison:
    """Compares two versions, asking only about what can have changed."""

    sides: Sides
    gains: bool
    loses: bool
    _moving: dict[str, set[str]] = field(default_factory=lambda: {BASE: set(), AMENDED: set()})

    def touched(self) -> tuple[Touched, ...]:
        """Give the clauses that are decided otherwise for somebody."""
        found = []
        for clause in self.sides.differing:
            relaxed, tightened = (self._moved(clause, side) for side in (BASE, AMENDED))
            if relaxed is not None or tightened is not None:
                found.append(
                    Touched(
                        clause,
                        relaxed is not None,
                        tightened is not None,
                        relaxed == (),
                        tightened == (),
                        relaxed or (),
                        tightened or (),
                    )
                )
        changed = {t.clause for t in found}
        return tuple(
            replace(t, partly_by=tuple(self._partly(t.clause, changed))) if t.admits else t
            for t in found
        )

    def _partly(self, clause: str, changed: Collection[str]) -> Iterator[str]:
        """Give the clauses that alone keep out somebody whom a clause now lets through.

        Any clause does so with somebody. To be told are those which the protocol says to speak
        of the same thing, if they do not change and it is for the same entry of the record.
        """
        sides = self.sides
        pairs = [(text(a), text(b)) for a, b, _ in sides.double.facts("overlap", 3)]
        speaking = {other for pair in pairs if clause in pair for other in pair}
        for other in sides.amended.in_order(speaking - {*changed, clause}):
            same = sides.for_the_same(other, clause)
            if same and sides.space.exists(
                [
                    *sides.only_second(clause, AMENDED, BASE),
                    sides.double.at_least(1, same),
                    *sides.space.met(sides.space.others(other)),
                ]
            ):
                yield other

    def _moved(self, clause: str, side: str) -> Sets | None:
        """Give what keeps out, in the other version, those who violate a clause in one only.

        Returns:
            None if there are no such people; no sets if some of them are eligible.
        """
        sides, other = self.sides, AMENDED if side == BASE else BASE
        space, double = sides.space, sides.double
        if clause in self._moving[side]:
            return ()
        moves = self.gains if side == BASE else self.loses
        if sides.perhaps_by_second(clause, other, side) is not False and moves:
            self._moving[side] |= sides.moving(clause, other, side)
            if clause in self._moving[side]:
                return ()
        if not sides.violated_by_second(clause, other, side):
            return None
        fixed = sides.only_second(clause, other, side)
        if moves and space.exists([*fixed, double.eligible]):
            return ()
        return tuple(space.all_blame(fixed, space.others(clause)))

    def patient(self, *, gains: bool) -> Patient | None:
        """Give the typical patient who gains or loses eligibility, replayed in both versions."""
        sides = self.sides
        name = "newly-eligible" if gains else "no-longer-eligible"
        found = sides.witnesses.find(sides.difference(gains=gains), name)
        if found is None:
            return None
        after = sides.replay(found, AMENDED, eligible=gains)
        return Patient(
            found,
            found.verdict,
            after.verdict,
            *(
                tuple(c for c, status in statuses.items() if status.blocks)
                for statuses in (found.statuses, after.statuses)
            ),
        )
