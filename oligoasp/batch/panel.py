"""A cohort once decided, kept small, to be decided again as amendments would have it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from oligoasp.batch import Basis, Batch, Outcome
from oligoasp.batch.outline import Outline
from oligoasp.batch.signs import may_be
from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.read import Record


class Revision:
    """Decides again what was decided, as another version of the protocol would have it.

    Only the clauses that may be decided otherwise are looked at: those that mean something
    else, and of these, for who has none of the values on which that turns, only those for
    which no such values are known.

    Args:
        batch: decides under the other version; made like the first.
        first: the batch that decided.

    ``signs`` are these values.
    """

    def __init__(self, batch: Batch, first: Batch) -> None:
        self._batch = batch
        self._outlines = batch.outlines
        shared = batch.shared(first)
        self.signs, unsigned = batch.signs(first)
        # Which statuses of clauses stay as they are: for who has a sign, and for who has none.
        self._given = {True: shared, False: unsigned}
        places = frozenset(range(len(first.views)))
        self._changing = {signed: places.difference(g) for signed, g in self._given.items()}
        self._same = {
            signed: not self._changing[signed] and None not in given
            for signed, given in self._given.items()
        }
        self._bases = Memo(self._basis)
        self._looked_at = [
            (kind, batch.outlines.place(kind, name), values)
            for (kind, name), values in self.signs.items()
        ]
        self._seen: dict[tuple[str, int, int], bool] = {}

    def stays(self, blocking: Collection[int], *, signed: bool = True) -> bool:
        """Tell whether a verdict stays the same, whatever else a record says.

        So it does if a clause keeps the patient out that cannot be decided otherwise.

        Args:
            blocking: the places of the clauses that each keep the patient out.
            signed: whether the patient may have one of the signs.
        """
        return self._same[signed] or not self._changing[signed].issuperset(blocking)

    def may_move(self, outline: Outline, before: Outcome) -> bool:
        """Tell whether the verdict of a record may change, by its outline and what was decided."""
        if self.stays(before.blocking):
            return False
        return not self.stays(before.blocking, signed=self._is_signed(outline))

    def expect(self, records: Iterable[tuple[Outline, Outcome]]) -> None:
        """Get ready for records that are decided again next, as `Batch.expect` does."""
        self._batch.expect_outlines(
            (outline, self._bases[before, self._is_signed(outline)]) for outline, before in records
        )

    def outcome(self, outline: Outline, before: Outcome) -> Outcome:
        """Decide a record again, by its outline and what was decided."""
        signed = self._is_signed(outline)
        if self._same[signed]:
            return before
        after = self._batch.conclude(outline, self._bases[before, signed])
        assert after is not None, "who is possible is so under any version"
        return after

    def _basis(self, known: tuple[Outcome, bool]) -> Basis:
        """Give what is known of who was decided so and may have a sign, or has none."""
        before, signed = known
        given = [None if p is None else before.by_place[p] for p in self._given[signed]]
        return self._batch.basis(given, before)

    def _is_signed(self, outline: Outline) -> bool:
        """Tell whether somebody may have one of the signs, as far as a record says."""
        seen = self._seen
        for kind, place, values in self._looked_at:
            rows = [outline.patient]
            if kind != PATIENT:
                if kind in outline.more:
                    return True
                rows = [self._outlines.rows[kind][number] for number in outline.entries[kind]]
            for row in rows:
                key = kind, place, row[place]
                if key not in seen:
                    seen[key] = may_be(self._outlines.fact(*key), values)
                if seen[key]:
                    return True
        return False


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

    def again(self, batch: Batch, records: Iterable[int] | None = None) -> Iterator[Outcome]:
        """Decide records under another version of the protocol, in order.

        Args:
            batch: made like the batch of this panel.
            records: the numbers of the records; all, if not given.
        """
        revision = Revision(batch, self.batch)
        for record in range(len(self.outcomes)) if records is None else records:
            outline = self.batch.outlines.unpack(self._outlines[record])
            yield revision.outcome(outline, self.outcomes[record])
