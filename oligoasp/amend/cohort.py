"""What amendments do to a cohort: who gains, who loses, and by which clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from oligoasp.amend.apply import limits_of
from oligoasp.batch import Batch, Outcome
from oligoasp.batch.outline import Outline
from oligoasp.batch.panel import Revision
from oligoasp.cohort import Chunk, Cohort
from oligoasp.decide import Engine, Verdict
from oligoasp.kept.file import Kept
from oligoasp.kept.piece import Decided, Place, Reader, Stored
from oligoasp.processes import Processes, Progress
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError

PIECE = 100


@dataclass(frozen=True, slots=True)
class Moved:
    """A patient whose verdict changes.

    ``clauses`` are those that stood in the way under one version only, or are open under
    one only; none, if what changes is whether clauses can be met together.
    """

    record: str
    source: str
    line: int | None
    before: Verdict
    after: Verdict
    clauses: tuple[str, ...]


@dataclass
class CohortEffect:
    """What amendments do to a cohort.

    ``verdicts`` counts patients by verdict before and after, ``not_read`` the records that
    cannot be read or true. ``problems`` says what is wrong with them.
    """

    name: str = ""
    verdicts: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    moved: list[Moved] = field(default_factory=list)
    not_read: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records there are, those not read included."""
        return self.verdicts.total() + self.not_read

    def number(self, before: Verdict | None = None, after: Verdict | None = None) -> int:
        """Count patients by their verdicts; None: any."""
        return sum(
            number
            for (old, new), number in self.verdicts.items()
            if before in (None, old) and after in (None, new)
        )

    @property
    def gained(self) -> list[Moved]:
        """Those who become eligible."""
        return [m for m in self.moved if m.after is Verdict.ELIGIBLE]

    @property
    def lost(self) -> list[Moved]:
        """Those who are eligible no longer."""
        return [m for m in self.moved if m.before is Verdict.ELIGIBLE]

    @property
    def others(self) -> list[Moved]:
        """Those who become decided or undecided, and are eligible neither way."""
        return [m for m in self.moved if Verdict.ELIGIBLE not in (m.before, m.after)]

    def merge(self, other: CohortEffect) -> None:
        """Count in a following part of the cohort."""
        self.verdicts.update(other.verdicts)
        self.moved += other.moved
        self.not_read += other.not_read


_Patient: TypeAlias = tuple[Place, Outline, Outcome]
"""Where a patient stands, the outline of the record, and what was decided."""


class _Versions:
    """Two versions of a protocol, of which the second decides only what it changes.

    Args:
        base: the protocol.
        amended: the protocol as amended.

    ``limits`` are those of both, which tell numbers apart for both; ``revision`` decides by
    the second.
    """

    def __init__(self, base: Protocol, amended: Protocol) -> None:
        self.limits = limits_of(base, amended)
        self.base = Batch(Engine(replace(base, limits=self.limits)))
        other = Batch(Engine(replace(amended, limits=self.limits)), self.base)
        self.revision = Revision(other, self.base)

    def count(self, effect: CohortEffect, patients: Iterable[_Patient]) -> None:
        """Decide anew those patients whose verdict may change, and count all."""
        open_to_change = []
        for patient in patients:
            _, outline, before = patient
            if self.revision.may_move(outline, before):
                open_to_change.append(patient)
            else:
                effect.verdicts[before.verdict, before.verdict] += 1
        self.revision.expect((outline, before) for _, outline, before in open_to_change)
        for place, outline, before in open_to_change:
            after = self.revision.outcome(outline, before)
            effect.verdicts[before.verdict, after.verdict] += 1
            if before.verdict != after.verdict:
                clauses = responsible(before, after)
                effect.moved.append(Moved(*place, before.verdict, after.verdict, clauses))


class Comparer:
    """Decides pieces of a cohort under two versions of a protocol.

    Args:
        base: the protocol.
        amended: the protocol as amended.
        cohort: the cohort.
    """

    def __init__(self, base: Protocol, amended: Protocol, cohort: Cohort) -> None:
        self._cohort = cohort
        self._versions = _Versions(base, amended)

    def __call__(self, chunk: Chunk) -> CohortEffect:
        """Compare the verdicts for a piece."""
        self._versions.base.outlines.make_room()
        effect = CohortEffect()
        members = list(self._cohort.members(chunk))
        self._versions.base.expect(member.record for member in members)
        patients: list[_Patient] = []
        for member in members:
            record = member.record
            try:
                if isinstance(record, RecordError):
                    raise record
                outline, before = self._versions.base.outlined(record)
            except RecordError as error:
                effect.not_read += 1
                effect.problems += [p.render() for p in member.locate(error).problems]
                continue
            patients.append((Place(record.id, record.source, record.line), outline, before))
        self._versions.count(effect, patients)
        return effect


class KeptComparer:
    """Decides pieces of a kept screening under an amended version of its protocol.

    Args:
        base: the protocol of the screening.
        amended: the protocol as amended.
    """

    def __init__(self, base: Protocol, amended: Protocol) -> None:
        self._versions = _Versions(base, amended)
        limited = replace(base, limits=self._versions.limits)
        self._reader = Reader(limited, self._versions.base.outlines)
        self._decided = Decided(base)

    def __call__(self, chunk: Chunk) -> CohortEffect:
        """Compare the verdicts for a piece."""
        assert isinstance(chunk.payload, bytes)
        self._versions.base.outlines.make_room()
        piece = Stored(chunk.payload)
        effect = CohortEffect(not_read=len(piece.refused))
        effect.problems += [problem for some in piece.refused for problem in some]
        wanted = set(self._open_to_change(piece))
        same = [number for record, number in enumerate(piece.outcome) if record not in wanted]
        for number, times in Counter(same).items():
            if number is not None:
                verdict = Verdict(piece.outcomes[number].verdict)
                effect.verdicts[verdict, verdict] += times
        if wanted:
            self._decide(effect, piece, sorted(wanted))
        return effect

    def _open_to_change(self, piece: Stored) -> Iterator[int]:
        """Give the records whose verdict may change, as far as that is quickly seen."""
        revision = self._versions.revision

        def move(*, signed: bool) -> list[bool]:
            return [not revision.stays(o.blocking, signed=signed) for o in piece.outcomes]

        moving, anyway = move(signed=True), move(signed=False)
        if not any(moving):
            return
        found = self._reader.signed(piece.said, revision.signs) if revision.signs else set()
        for record, number in enumerate(piece.outcome):
            if number is not None and moving[number] and (anyway[number] or record in found):
                yield record

    def _decide(self, effect: CohortEffect, piece: Stored, records: Sequence[int]) -> None:
        """Decide some records anew, and count what that changes."""
        numbers = [piece.outcome[record] for record in records]
        self._versions.count(
            effect,
            zip(
                [piece.places[record] for record in records],
                self._reader.outlines(piece.said, records),
                [self._decided.outcome(piece.outcomes[n]) for n in numbers if n is not None],
                strict=True,
            ),
        )


def responsible(before: Outcome, after: Outcome) -> tuple[str, ...]:
    """Give the clauses that stand in the way, or are open, under one version only."""
    old = {*before.blockers, *before.unknown}
    new = {*after.blockers, *after.unknown}
    changed = old ^ new
    if not changed:
        changed = set(before.blockers) ^ set(after.blockers)
    return tuple(c for c in dict.fromkeys((*before.statuses, *after.statuses)) if c in changed)


def compare(
    comparer: Comparer | KeptComparer,
    cohort: Cohort | Kept,
    processes: int = 1,
    complain: Callable[[str], object] = lambda problem: None,
    progress: Callable[[Progress], object] = lambda progress: None,
    begun: Callable[[], object] = lambda: None,
) -> CohortEffect:
    """Compare the verdicts for a whole cohort.

    Args:
        comparer: decides.
        cohort: the cohort, or the kept screening of it.
        processes: how many processes decide; the result does not depend on it.
        complain: takes what is wrong with records, in order.
        progress: is told how far it is.
        begun: is called when the processes have started, which threads would have hindered.

    Raises:
        RecordError: the cohort cannot be read at all.
        ProcessLostError: a process was ended from outside.
    """
    effect = CohortEffect(cohort.name)
    with Processes(comparer, processes) as pool:
        begun()
        for chunk, part in pool.map(cohort.chunks(PIECE)):
            effect.merge(part)
            for problem in part.problems:
                complain(problem)
            progress(Progress(effect.records, chunk.done))
    return effect
