"""A cohort once decided, kept small, to be decided again as amendments would have it."""

from __future__ import annotations

from collections.abc import Iterator

from oligoasp.batch import Batch, Outcome
from oligoasp.batch.outline import Outline
from oligoasp.decide import Status
from oligoasp.record.read import Record


class Panel:
    """Records that have been decided, by their outlines.

    Args:
        batch: decides them, under the protocol as it stands.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.outcomes: list[Outcome] = []
        self._outlines: list[bytes] = []

    def add(self, record: Record) -> Outcome:
        """Decide a record and keep it.

        Raises:
            RecordError: nobody can be as the record says; it is not kept.
        """
        outline, outcome = self.batch.outlined(record)
        self.keep(outline, outcome)
        return outcome

    def keep(self, outline: Outline, outcome: Outcome) -> None:
        """Keep a record that is decided already, by its outline."""
        self.outcomes.append(outcome)
        self._outlines.append(self.batch.outlines.pack(outline))

    def again(self, batch: Batch) -> Iterator[Outcome]:
        """Decide all records under another version of the protocol, in order.

        Only the clauses that mean something else there are looked at.

        Args:
            batch: made like the batch of this panel.
        """
        shared = batch.shared(self.batch)
        known: dict[int, list[Status | None]] = {}
        for before, packed in zip(self.outcomes, self._outlines, strict=True):
            given = known.get(id(before))
            if given is None:
                places = before.by_place
                given = [None if place is None else places[place] for place in shared]
                known[id(before)] = given
            outcome = batch.conclude(self.batch.outlines.unpack(packed), given, before)
            assert outcome is not None, "a possible patient is possible under any version"
            yield outcome
