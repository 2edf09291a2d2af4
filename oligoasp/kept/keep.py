"""Keeping what is screened: records are compiled once, with exact numbers, and decided so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oligoasp.batch import Batch, Outcome
from oligoasp.batch.outline import Outline
from oligoasp.cohort import Member
from oligoasp.decide import Engine
from oligoasp.kept.piece import Place, Reader, Said, stored
from oligoasp.protocol.regions import EveryCode
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import Compiler, Situation
from oligoasp.record.read import Record


def exact_engine(engine: Engine) -> Engine:
    """Give an engine that compiles records with exact numbers, and is for nothing else."""
    scales = engine.protocol.vocabulary.scales
    compiler = Compiler(engine.protocol, dict.fromkeys(scales, EveryCode()))
    return Engine(engine.protocol, engine.readings, compiler)


class Keeper:
    """Makes pieces of the records that a batch decides.

    Args:
        engine: the protocol, under its readings.
        batch: decides under it.
    """

    def __init__(self, engine: Engine, batch: Batch) -> None:
        self.batch = batch
        self.exact = exact_engine(engine)
        self.reader = Reader(engine.protocol, batch.outlines)

    def piece(self, members: Iterable[Member]) -> Piece:
        """Take in consecutive records, to be decided one after the other."""
        return Piece(self, members)


class Piece:
    """Consecutive records, compiled with exact numbers; `outlined` decides them.

    Args:
        keeper: knows how.
        members: the records.
    """

    def __init__(self, keeper: Keeper, members: Iterable[Member]) -> None:
        self._batch = keeper.batch
        self._outcomes: dict[int, Outcome | None] = {}
        self._problems: list[Sequence[str]] = []
        self._records: list[Record] = []
        situations: list[Situation] = []
        self._inexact: dict[int, Sequence[str]] = {}
        for member in members:
            record = member.record
            if isinstance(record, RecordError):
                continue
            try:
                situations.append(keeper.exact.compile(record))
            except RecordError as error:
                problems = member.locate(error).problems
                self._inexact[id(record)] = [problem.render() for problem in problems]
            else:
                self._records.append(record)
        self._said = Said.of(self._batch.outlines.names, situations)
        outlines = keeper.reader.outlines(self._said, range(len(situations)))
        self._outlines: dict[int, Outline] = {
            id(record): outline for record, outline in zip(self._records, outlines, strict=True)
        }
        self._batch.expect_outlines((outline, None) for outline in self._outlines.values())

    def outlined(self, record: Record) -> tuple[Outline, Outcome]:
        """Decide one of the records.

        Raises:
            RecordError: nobody can be as the record says.
        """
        outline = self._outlines.get(id(record))
        outcome = None if outline is None else self._batch.conclude(outline)
        self._outcomes[id(record)] = outcome
        if outline is not None and outcome is not None:
            return outline, outcome
        # Not as it says; or it says of a number that should not be there so little that no
        # rule of today notices. Then it is screened, but a kept screening cannot use it.
        found = self._batch.outlined(record)
        self._problems.append(self._inexact[id(record)])
        return found

    def refuse(self, problems: Sequence[str]) -> None:
        """Note what is wrong with a record, in the order of the records."""
        self._problems.append(problems)

    def stored(self) -> bytes:
        """Give all that is kept of the piece, once its records are decided."""
        places = [Place(record.id, record.source, record.line) for record in self._records]
        outcomes = [self._outcomes[id(record)] for record in self._records]
        return stored(outcomes, places, self._said, self._problems)
