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
from oligoasp.decide import Engine, Status, Verdict, literals, status_of
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import Situation
from oligoasp.record.read import Record
from oligoasp.solver.session import Session, Shape
from oligoasp.views import Key, look


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
        self._settled = engine.settled
        self._sessions: dict[Shape, Session] = {}
        self._known: dict[str, dict[Key, Status]] = {}
        self._joint: dict[Key, bool] = {}
        outlook = look(engine, self._settled)
        self._rows, self._views, self._integrity = outlook.rows, outlook.views, outlook.integrity
        self._unused = outlook.unused
        self._possible: set[Key] = set()
        for view in self._views:
            self._known[view.clause] = {}

    def decide(self, record: Record) -> Outcome:
        """Decide one record.

        Raises:
            RecordError: nobody can be as the record says.
        """
        situation = self._engine.compile(record)
        numbers = self._rows.of(situation)
        keys = {view.clause: view(situation, numbers) for view in self._views}
        if not self._possible.issuperset(rows := self._integrity.rows(situation, numbers)):
            return self._solve(situation, keys, rows)
        statuses: dict[str, Status] = {}
        for name, key in keys.items():
            status = self._known[name].get(key)
            if status is None:
                return self._solve(situation, keys, rows)
            statuses[name] = status
        return self._outcome(situation, statuses, keys)

    def _solve(self, situation: Situation, keys: Mapping[str, Key], rows: Iterable[Key]) -> Outcome:
        """Solve what is not known of a record, and remember it."""
        session = self._session(situation)
        assumptions = [*session.readings(self._settled), *literals(session, situation)]
        known = {c.id: self._known[c.id].get(keys[c.id]) for c in self._clauses}
        settled = {c for c, status in known.items() if status is not None or keys[c][0]}
        found = session.consequences(assumptions, settled)
        if found is None:
            self._engine.decide(situation.record)  # raises, with the reasons
            raise AssertionError("a record is impossible in a batch only")
        self._possible.update(rows)
        statuses: dict[str, Status] = {}
        for clause in self._clauses:
            status = known[clause.id]
            if status is None:
                status = self._known[clause.id][keys[clause.id]] = status_of(clause, found)
            statuses[clause.id] = status
        return self._outcome(situation, statuses, keys)

    def _outcome(
        self, situation: Situation, statuses: dict[str, Status], keys: Mapping[str, Key]
    ) -> Outcome:
        shown = {c.id: statuses[c.id] for c in self._clauses if c.tests}
        if any(status.blocks for status in statuses.values()):
            return Outcome(Verdict.INELIGIBLE, shown)
        unknown = [c for c, status in statuses.items() if status is Status.UNKNOWN]
        if not unknown:
            return Outcome(Verdict.ELIGIBLE, shown)
        key = tuple((c, keys[c]) for c in unknown)
        together = self._joint.get(key)
        if together is None:
            session = self._session(situation)
            together = session.satisfiable(
                [
                    *session.readings(self._settled),
                    *literals(session, situation),
                    session.eligible,
                ]
            )
            self._joint[key] = together
        return Outcome(Verdict.UNDETERMINED if together else Verdict.INELIGIBLE, shown)

    def _session(self, situation: Situation) -> Session:
        """Give a session with room for a record, no roomier than need be."""
        needed = self._engine.shape(situation)
        kinds = self._engine.protocol.vocabulary.kinds
        # Lists that may be long get room of their own, the others all the same.
        short = max([1, *(number for kind, number in needed if kinds[kind].unrecorded < 2)])
        shape = tuple(
            (kind, _room(number if kinds[kind].unrecorded > 1 else short))
            for kind, number in needed
        )
        if shape not in self._sessions:
            self._sessions[shape] = Session(
                self._engine.protocol, shape, self._settled, unused=self._unused, traced=False
            )
        return self._sessions[shape]


def _room(number: int) -> int:
    """Round the number of entries up, so that few sessions serve many records."""
    return 1 << max(number - 1, 0).bit_length()


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
