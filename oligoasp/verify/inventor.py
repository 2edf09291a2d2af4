"""Patients invented as proof that somebody exists: records, each replayed under its readings."""

from __future__ import annotations

from collections.abc import Callable

from oligoasp.verify.decisive import Decisive
from oligoasp.verify.nearest import Person
from oligoasp.verify.space import Question, Space
from oligoasp.verify.spaces import Spaces
from oligoasp.verify.witness import MOST_TRIES, Witness, Witnesses

UNSHOWN = (
    f"no record was found for such a patient: the first {MOST_TRIES} would need dates or numbers "
    "that do not go together"
)
"""What is said where somebody exists in the space whom no record shows."""


class Inventor:
    """Finds the patients whom findings show, and replays them.

    Args:
        spaces: where they are looked for.
        decisive: knows who decides about a reading.

    Attributes:
        told: is told how many patients have been invented and replayed so far.
        number: how many have been.
    """

    def __init__(self, spaces: Spaces, decisive: Decisive) -> None:
        self._spaces = spaces
        self._unasked = spaces.protocol.unasked
        self._chosen, self._all_chosen = spaces.chosen, spaces.all_chosen
        self._decisive = decisive
        self.told: Callable[[int], None] = lambda number: None
        self.number = 0
        self._witnesses: dict[int, Witnesses] = {}

    def witness(self, question: Question, name: str) -> Witness | None:
        """Give the patient nearest to the typical one who is like that, in the smallest space."""
        for space in self._spaces:
            assumptions = space.assume(question)
            if assumptions is not None:
                unused = self._unasked({**self._all_chosen, **question.readings})
                found = self._finder(space).find(assumptions, name, question.readings, unused)
                if found is not None:
                    return self._counted(found)
        return None

    def turning(
        self, name: str, option: str, *, gains: bool, besides: Witness | None = None
    ) -> Witness | None:
        """Give the typical patient whose verdict turns on a reading, replayed under both.

        Args:
            name: the ambiguity.
            option: the other option of it.
            gains: whether the patient is eligible under it only, or not under it only.
            besides: a patient from whom this one is to differ: in what is unusual, if that can be.
        """
        label = f"{name}-{option}-{'in' if gains else 'out'}".replace("_", "-")
        space, turns = self._decisive.turning((name, option), gains=gains)
        if besides is not None:
            turns = self._differing(space, turns, besides.person)
            label += "-2"
        witnesses = self._finder(space)
        other = {**self._all_chosen, name: option}
        unused = self._unasked(self._all_chosen) & self._unasked(other)
        found = witnesses.find(turns, label, self._chosen, unused)
        if found is None:
            return None
        witnesses.check(found, {**self._chosen, name: option}, eligible=gains)
        return self._counted(found)

    def _differing(self, space: Space, assumptions: list[int], person: Person) -> list[int]:
        """Ask for somebody else: who lacks something unusual, or else anything, of a person."""
        for pairs in (person.unusual, person.values):
            values = [space.session.has[pair][person.values[pair]] for pair in pairs]
            found = assumptions + space.session.any_of([[-value for value in values]])
            if space.exists(found):
                break
        return found

    def _counted(self, witness: Witness) -> Witness:
        self.number += 1
        self.told(self.number)
        return witness

    def _finder(self, space: Space) -> Witnesses:
        key = id(space)
        if key not in self._witnesses:
            self._witnesses[key] = Witnesses(space)
        return self._witnesses[key]
