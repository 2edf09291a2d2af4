"""Checking many records: each situation is solved once and remembered.

What a clause needs of a record is a handful of regions, so records are alike to a
clause far more often than they are alike. Which attributes a clause can depend on is
read off the ground program; the record, reduced to these, is the key under which the
clause's status is kept. Verdicts are those of deciding one by one; a test holds the
two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from oligoasp.answers import Check
from oligoasp.batch.outline import Outline, Outlines
from oligoasp.batch.views import Columns, Key, look, settled
from oligoasp.decide import Engine, Status, Verdict, literals, status_of
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import Stated
from oligoasp.record.read import Record
from oligoasp.solver.session import Session, Shape


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is decided of one record: its verdict and the status of each clause."""

    verdict: Verdict
    statuses: Mapping[str, Status]

    @property
    def blockers(self) -> tuple[str, ...]:
        """The clauses that each make the patient ineligible."""
        return tuple(c for c, s in self.statuses.items() if s.blocks)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The clauses that the record leaves open."""
        return tuple(c for c, s in self.statuses.items() if s is Status.UNKNOWN)


class Batch:
    """Decides records under one protocol and one reading, remembering what it has solved.

    Args:
        engine: the protocol, under its readings.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clauses = list(engine.protocol.clauses.values())
        self._sessions: dict[Shape, Session] = {}
        self._joint: dict[Key, bool] = {}
        self.outlines = Outlines(engine.protocol.vocabulary)
        outlook = look(engine, self.outlines)
        self._views, self._integrity = outlook.views, outlook.integrity
        self._unused = outlook.unused
        self._possible: set[Key] = set()

    def decide(self, record: Record) -> Outcome:
        """Decide one record.

        Raises:
            RecordError: nobody can be as the record says.
        """
        outcome = self.conclude(self.outlines.of(self._engine.compile(record)))
        if outcome is None:
            self._engine.decide(record)  # raises, with the reasons
            raise AssertionError("a record is impossible in a batch only")
        return outcome

    def conclude(self, outline: Outline) -> Outcome | None:
        """Decide by the outline of a record.

        Returns:
            None if nobody can be as the record says.
        """
        sights = []
        statuses: list[Status] = []
        for view in self._views:
            columns = view.columns(outline)
            key = columns.key(outline)
            sights.append((columns, key))
            status = columns.known.get(key)
            if status is not None:
                statuses.append(status)
        solving = None
        rows = self._integrity.rows(outline)
        if len(statuses) < len(sights) or not self._possible.issuperset(rows):
            solving = self._assume(outline)
            found = self._solve(*solving, sights)
            if found is None:
                return None
            statuses = found
            self._possible.update(rows)
        by_clause = dict(zip(self._clauses, statuses, strict=True))
        shown = {c.id: status for c, status in by_clause.items() if c.tests}
        if any(status.blocks for status in statuses):
            return Outcome(Verdict.INELIGIBLE, shown)
        unknown = [i for i, status in enumerate(statuses) if status is Status.UNKNOWN]
        if not unknown:
            return Outcome(Verdict.ELIGIBLE, shown)
        together = tuple([(i, id(sights[i][0]), sights[i][1]) for i in unknown])
        if together not in self._joint:
            session, assumptions = solving or self._assume(outline)
            self._joint[together] = session.satisfiable([*assumptions, session.eligible])
        return Outcome(
            Verdict.UNDETERMINED if self._joint[together] else Verdict.INELIGIBLE, shown
        )

    def _assume(self, outline: Outline) -> tuple[Session, list[int]]:
        stated = self.outlines.stated(outline)
        session = self._session(stated)
        return session, [*session.readings(self._engine.settled), *literals(session, stated)]

    def _solve(
        self, session: Session, assumptions: list[int], sights: list[tuple[Columns, Key]]
    ) -> list[Status] | None:
        """Solve what is not known of a record, and remember it."""
        known = [columns.known.get(key) for columns, key in sights]
        agreed = {
            clause.id
            for clause, status, (_, key) in zip(self._clauses, known, sights, strict=True)
            if status is not None or settled(key)
        }
        found = session.consequences(assumptions, agreed)
        if found is None:
            return None
        statuses = []
        for clause, status, (columns, key) in zip(self._clauses, known, sights, strict=True):
            if status is None:
                status = columns.known[key] = status_of(clause, found)  # noqa: PLW2901
            statuses.append(status)
        return statuses

    def _session(self, stated: Stated) -> Session:
        """Give a session with room for a record, no roomier than need be."""
        needed = self._engine.shape(stated)
        kinds = self._engine.protocol.vocabulary.kinds
        # Lists that may be long get room of their own, the others all the same.
        short = max((n for kind, n in needed if kinds[kind].unrecorded < 2), default=0)
        shape = tuple(
            (kind, _room(number, 4) if kinds[kind].unrecorded > 1 else _room(short, 2))
            for kind, number in needed
        )
        if shape not in self._sessions:
            engine = self._engine
            self._sessions[shape] = Session(
                engine.protocol, shape, engine.settled, unused=self._unused, traced=False
            )
        return self._sessions[shape]


def _room(number: int, least: int) -> int:
    """Round the number of entries up, so that few sessions serve many records."""
    return max(least, 1 << max(number - 1, 0).bit_length())


def check(engine: Engine, records: Iterable[Record | RecordError]) -> Iterator[Check | RecordError]:
    """Give the short answer for each of many records, in order.

    Args:
        engine: the protocol, under its readings.
        records: records, and errors of records that could not be read.

    Yields:
        A check, or the error of a record that could not be read or cannot be true.
    """
    batch = Batch(engine)
    for record in records:
        if isinstance(record, RecordError):
            yield record
            continue
        try:
            outcome = batch.decide(record)
        except RecordError as error:
            yield error
            continue
        yield Check(
            record=record.id,
            source=record.source,
            line=record.line,
            verdict=outcome.verdict,
            blockers=outcome.blockers,
            conflict=outcome.verdict is Verdict.INELIGIBLE and not outcome.blockers,
            unknown=outcome.unknown,
        )
