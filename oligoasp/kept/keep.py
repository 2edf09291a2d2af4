"""Keeping what is screened: records are compiled once, with exact numbers, and decided so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oligoasp.batch import Batch, Outcome
from oligoasp.batch.direct import Direct
from oligoasp.batch.outline import Outline, Outlines
from oligoasp.cohort import Member
from oligoasp.decide import Engine
from oligoasp.kept.piece import Place, Reader, Said, stored
from oligoasp.protocol.regions import EveryCode
from oligoasp.record.derive import Derivation
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import Compiler
from oligoasp.record.read import Record

MOST_SAYINGS = 20_000
"""After how many different things that were said the exact outlines are begun anew."""


def exact_engine(engine: Engine) -> Engine:
    """Give an engine that compiles records with exact numbers, and is for nothing else."""
    scales = engine.protocol.vocabulary.scales
    compiler = Compiler(engine.protocol, dict.fromkeys(scales, EveryCode()))
    return Engine(engine.protocol, engine.readings, compiler)


class Exact:
    """Makes outlines with exact numbers, which say what records say.

    Args:
        engine: the protocol, under its readings.

    ``outlines`` knows what the outlines that were made last mean.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = exact_engine(engine)
        self._begin()

    def _begin(self) -> None:
        self.outlines = Outlines(self._engine.protocol.vocabulary)
        self._direct = Direct(self._engine.compiler, self.outlines)

    def read(self, records: Sequence[Record]) -> list[Outline | RecordError]:
        """Give the outlines of records, or what is wrong with them."""
        if self.outlines.sayings > MOST_SAYINGS:
            self._begin()
        self.outlines.make_room()
        derivations = [Derivation(self._engine.protocol.vocabulary, record) for record in records]
        return [
            self._why_not(record)
            if outline is None or self._engine.sense.problems(record, derivation)
            else outline
            for record, derivation, outline in zip(
                records, derivations, self._direct.outlines(records, derivations), strict=True
            )
        ]

    def _why_not(self, record: Record) -> RecordError:
        try:
            self._engine.compile(record)
        except RecordError as error:
            return error
        raise AssertionError("a record contradicts itself in an outline only")


class Keeper:
    """Makes pieces of the records that a batch decides.

    Args:
        engine: the protocol, under its readings.
        batch: decides under it.
    """

    def __init__(self, engine: Engine, batch: Batch) -> None:
        self.batch = batch
        self.exact = Exact(engine)
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
        exact: list[Outline] = []
        self._inexact: dict[int, Sequence[str]] = {}
        read = [(m.record, m) for m in members if isinstance(m.record, Record)]
        for (record, member), outline in zip(
            read, keeper.exact.read([record for record, _ in read]), strict=True
        ):
            if isinstance(outline, RecordError):
                problems = member.locate(outline).problems
                self._inexact[id(record)] = [problem.render() for problem in problems]
            else:
                self._records.append(record)
                exact.append(outline)
        self._said = Said.of(keeper.exact.outlines, exact)
        outlines = keeper.reader.outlines(self._said, range(len(exact)))
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
