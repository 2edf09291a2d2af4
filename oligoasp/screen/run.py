"""Screening a cohort: pieces to processes, rows to disk, counts to a summary."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from oligoasp import __version__
from oligoasp.answers import ProtocolName, Screening
from oligoasp.batch import Batch, names_of
from oligoasp.batch.details import Details
from oligoasp.batch.remarks import RemarksOfMany
from oligoasp.cohort import Chunk, Cohort
from oligoasp.decide import Engine
from oligoasp.kept.file import head_of, sealed, write_kept
from oligoasp.kept.keep import Keeper
from oligoasp.processes import Processes, Progress
from oligoasp.protocol.checksum import checksum
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from oligoasp.record.remarks import fields_of
from oligoasp.render.json import compact
from oligoasp.screen.ie import write_ie
from oligoasp.screen.journal import KEPT, ROWS, Work
from oligoasp.screen.output import read_rows, write_output
from oligoasp.screen.rows import Assessed, Lines, is_refused, refused
from oligoasp.screen.tally import Tally, number_of
from oligoasp.whole import written_whole

PIECE = 100
REMEMBERED = 100_000
"""After how many records a process forgets what it has solved, so that it does not grow."""
MOST_REPEATED = 100
"""How many ids that occur more than once are named."""


class Screener:
    """Decides the pieces of a cohort.

    Args:
        engine: the protocol, under its readings.
        cohort: the cohort.
        piece: how many records are worked on at a time.
        keep: whether the screening is to be kept, for amendments.
    """

    def __init__(
        self, engine: Engine, cohort: Cohort, piece: int = PIECE, *, keep: bool = False
    ) -> None:
        self.engine = engine
        self.cohort = cohort
        self.piece = piece
        self.clauses = [c.id for c in engine.protocol.clauses.values() if c.tests]
        self.files = (ROWS, KEPT) if keep else (ROWS,)
        self._keep = keep
        self._names = names_of(engine.protocol)
        self._lines = Lines(self._names)
        self._remarks = RemarksOfMany(engine.protocol)
        self._forget()

    def _forget(self) -> None:
        self._batch = Batch(self.engine, alone=not self._keep)
        self._details = Details(self.engine.protocol, self._batch)
        self._keeper = Keeper(self.engine, self._batch) if self._keep else None
        self._decided = 0

    @property
    def head(self) -> dict[str, Any]:
        """Everything on which the rows depend besides what stands in the cohort."""
        return {
            "program": __version__,
            "protocol": checksum(self.engine.protocol),
            "readings": self.engine.readings,
            "cohort": self.cohort.key,
            "piece": self.piece,
        }

    def __call__(self, chunk: Chunk) -> tuple[list[bytes], Tally, list[str]]:
        """Give what is made of a piece, file by file; what is to be counted; what is wrong."""
        if self._decided >= REMEMBERED:
            # First the old is gone: programs take most of the memory, and both together double it.
            del self._batch, self._details, self._keeper
            gc.collect()
            self._forget()
        tally = Tally(self.clauses)
        lines: list[str] = []
        decided: list[Assessed] = []
        problems: list[str] = []
        self._batch.outlines.make_room()
        members = list(self.cohort.members(chunk))
        known = [member.record for member in members if isinstance(member.record, Record)]
        derivations = self._batch.derivations(known)
        of_records = zip(known, self._remarks.of(known, derivations), strict=True)
        remarks = {id(record): fields_of(found) for record, found in of_records if found}
        piece = self._keeper.piece(members) if self._keeper else None
        if piece is None:
            self._batch.expect_records(known, derivations)
        outlined = (piece or self._batch).outlined
        for member in members:
            record = member.record
            try:
                if isinstance(record, RecordError):
                    raise record
                outline, outcome = outlined(record)
            except RecordError as error:
                row = refused(member.locate(error))
                lines.append(compact(row) + "\n")
                tally.refuse(row["record"])
                problems += row["problems"]
                if piece:
                    piece.refuse(row["problems"])
                continue
            of_record = Assessed(
                record.id,
                outcome.verdict,
                outcome.by_place,
                outcome.blockers,
                outcome.unknown,
                self._details.clash(outline, outcome),
                self._details.missing(record, outline, outcome),
                remarks.get(id(record), ()),
            )
            lines.append(self._lines.line(record, of_record))
            decided.append(of_record)
        tally.count(decided, self._names)
        self._decided += len(members)
        made = ["".join(lines).encode("utf-8", "backslashreplace")]
        return [*made, sealed(piece.stored())] if piece else made, tally, problems


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the results go: rows (with their form), criteria not met, what is kept."""

    rows: Path | None = None
    kind: str = ""
    ie: Path | None = None
    kept: Path | None = None


def screen(
    screener: Screener,
    work: Work,
    outputs: Outputs,
    processes: int = 1,
    complain: Callable[[str], object] = lambda problem: None,
    progress: Callable[[Progress], object] = lambda progress: None,
) -> Screening:
    """Screen a cohort, or go on where it was left.

    Args:
        screener: decides.
        work: keeps what is done; it is removed when the outputs are written.
        outputs: where the results go.
        processes: how many processes decide; the results do not depend on it.
        complain: takes what is wrong with records, in order.
        progress: is told how far it is.

    Returns:
        The summary.

    Raises:
        RecordError: the cohort cannot be read at all.
        ProcessLostError: a process was ended from outside; what is done is kept.
    """
    tally = Tally(screener.clauses)

    def took(chunk: Chunk, part: Tally, problems: list[str], *, resumed: bool) -> None:
        tally.merge(part)
        for problem in problems:
            complain(problem)
        progress(Progress(tally.records, chunk.done, resumed))

    with Processes(screener, processes) as pool:
        pieces = work.resume(screener.cohort.chunks(screener.piece))
        fresh: Iterator[Chunk] = iter(())
        for chunk, known in pieces:
            if known is None:
                fresh = chain([chunk], (following for following, _ in pieces))
                break
            part = Tally(screener.clauses)
            for row in known:
                part.add(row)
            problems = [p for row in known if is_refused(row) for p in row["problems"]]
            took(chunk, part, problems, resumed=True)
        for chunk, (made, part, problems) in pool.map(fresh):
            work.add(chunk, *made)
            took(chunk, part, problems, resumed=False)
    repeated = tally.repeated()
    _write(work, outputs, screener, repeated)
    protocol = screener.engine.protocol
    name = ProtocolName(
        id=protocol.id,
        name=protocol.name,
        version=protocol.version,
        readings=screener.engine.readings,
    )
    summary = tally.answer(name, screener.cohort.name, _named(work, repeated), repeated.total())
    work.remove()
    return summary


def _write(work: Work, outputs: Outputs, screener: Screener, repeated: Container[int]) -> None:
    """Write the outputs, each whole or not at all."""
    if outputs.ie is not None:
        with written_whole(outputs.ie) as draft:
            write_ie(draft, read_rows(work.rows), screener.engine.protocol, repeated)
    if outputs.rows is not None:
        with written_whole(outputs.rows) as draft:
            write_output(outputs.kind, work.rows, draft, screener.clauses)
    if outputs.kept is not None:
        with written_whole(outputs.kept) as draft:
            write_kept(work.folder / KEPT, draft, head_of(screener.engine, screener.cohort.name))


def _named(work: Work, repeated: Collection[int]) -> dict[str, tuple[str, ...]]:
    """Find the ids that occur more than once, by their numbers, and where."""
    found: dict[str, list[str]] = {}
    for row in read_rows(work.rows) if repeated else ():
        name = row["record"]
        if name is None or number_of(name) not in repeated:
            continue
        if name in found or len(found) < MOST_REPEATED:
            place = row["source"] if row["line"] is None else f"{row['source']}:{row['line']}"
            found.setdefault(name, []).append(place)
    return {name: tuple(places) for name, places in found.items()}
