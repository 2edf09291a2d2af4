"""A cohort once decided, kept small, to be decided again as amendments would have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oligoasp.batch import Basis, Batch, Outcome
from oligoasp.batch.outline import Outline
from oligoasp.record.read import Record


class Revision:
    """Decides again what was decided, as another version of the protocol would have it.

    Only the clauses that mean something else there are looked at.

    Args:
        batch: decides under the other version; made like the first.
        first: the batch that decided.
    """

    def __init__(self, batch: Batch, first: Batch) -> None:
        self._batch = batch
        self._shared = batch.shared(first)
        self._bases: dict[int, Basis] = {}

    def expect(self, records: Iterable[tuple[Outline, Outcome]]) -> None:
        """Get ready for records that are decided again next, as `Batch.expect` does."""
        self._batch.expect_outlines((outline, self._basis(before)) for outline, before in records)

    def outcome(self, outline: Outline, before: Outcome) -> Outcome:
        """Decide a record again, by its outline and what was decided."""
        after = self._batch.conclude(outline, self._basis(before))
        assert after is not None, "who is possible is so under any version"
        return after

    def _basis(self, before: Outcome) -> Basis:
        basis = self._bases.get(id(before))
        if basis is None:
            given = [None if place is None else before.by_place[place] for place in self._shared]
            # It keeps the outcome, so that the id stays its own.
            basis = self._bases[id(before)] = self._batch.basis(given, before)
        return basis


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

        Args:
            batch: made like the batch of this panel.
        """
        revision = Revision(batch, self.batch)
        for before, packed in zip(self.outcomes, self._outlines, strict=True):
            yield revision.outcome(self.batch.outlines.unpack(packed), before)
