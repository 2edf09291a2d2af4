"""The survey: what all checks of one run share, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from oligoasp.protocol.model import Protocol
from oligoasp.solver.program import text
from oligoasp.verify.space import MOST_LESIONS, Question, Space
from oligoasp.verify.witness import Witness, Witnesses

LADDER = (1, 2, 4)
"""Sizes of space in which a patient is looked for before the full one."""


class Survey:
    """A protocol, its patient space, and what has been found out about it so far.

    Args:
        protocol: the protocol.
        readings: options other than the defaults, by ambiguity.
        most: how many entries there may be of the kinds that may have several.
        patients: whether findings that have another proof also show patients.
    """

    def __init__(
        self,
        protocol: Protocol,
        readings: Mapping[str, str] | None = None,
        most: int = MOST_LESIONS,
        *,
        patients: bool = False,
    ) -> None:
        self.protocol = protocol
        self.chosen = dict(readings or {})
        self.most = most
        self.patients = patients
        self._witnesses: dict[int, Witnesses] = {}

    @cached_property
    def space(self) -> Space:
        """The whole space."""
        return self._at(self.most).space

    def _at(self, size: int) -> Witnesses:
        if size not in self._witnesses:
            self._witnesses[size] = Witnesses(Space(self.protocol, size))
        return self._witnesses[size]

    @cached_property
    def testing(self) -> list[str]:
        """The clauses that test, in the order of the protocol."""
        return [c.id for c in self.protocol.clauses.values() if c.tests]

    @cached_property
    def violable(self) -> list[str]:
        """The clauses that someone can violate, as the text is read."""
        asks = {c: Question(violated=(c,), readings=self.chosen) for c in self.space.clauses}
        return [c for c in self.protocol.in_order(asks) if self.space.holds(asks[c])]

    @cached_property
    def anyone(self) -> bool:
        """Whether anybody is eligible."""
        return self.space.holds(Question(eligible=True, readings=self.chosen))

    def others(self, *left_out: str) -> tuple[str, ...]:
        """Give the clauses that someone can violate, but for some."""
        return tuple(c for c in self.violable if c not in left_out)

    def witness(self, question: Question, name: str) -> Witness | None:
        """Give the patient nearest to the typical one who is like that, in the smallest space."""
        for size in (*(n for n in LADDER if n < self.most), self.most):
            witnesses = self._at(size)
            assumptions = witnesses.space.assume(question)
            if assumptions is None or not witnesses.space.exists(assumptions):
                continue
            found = witnesses.find(assumptions, name, question.readings)
            if found is not None:
                return found
        return None

    @cached_property
    def accepted(self) -> dict[tuple[str, str], str]:
        """Why findings are accepted, by code and subject, as the protocol's files say it."""
        return {
            (text(code), text(subject)): text(reason)
            for code, subject, reason in self.space.session.facts("accepted", 3)
        }

    @cached_property
    def scope(self) -> str:
        """In which space a proof holds, and why that is enough or that it is a bound."""
        kinds = self.protocol.vocabulary.kinds
        several = [
            f"up to {number} {kinds[kind].label}{'s' * (number != 1)}"
            for kind, number in self.space.shape
            if number > 1
        ]
        single = sum(number == 1 for _, number in self.space.shape)
        parts = [*several, f"up to one entry of each of {single} other kinds"] if single else several
        return (
            f"{', '.join(parts) or 'the patient alone'} (a bound); every number that a rule can "
            "tell apart (so no bound); the calendar of elapsed times"
        )
