"""Checking many records: each situation is solved once and remembered.

What a clause needs of a record is a handful of regions, so records are alike to a
clause far more often than they are alike. Which attributes a clause can depend on is
read off the ground program; the record, reduced to these, is the key under which the
clause's status is kept. Verdicts are those of deciding one by one; a test holds the
two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from oligoasp.batch.direct import Direct
from oligoasp.batch.glance import UNKNOWN, Glances
from oligoasp.batch.outline import Outline, Outlines
from oligoasp.batch.outlook import look
from oligoasp.batch.programs import Focus, Programs
from oligoasp.batch.signs import Signs
from oligoasp.batch.together import Together
from oligoasp.batch.views import Columns, Key, View, settled
from oligoasp.decide import Engine, Status, Verdict, status_of
from oligoasp.record.derive import Derivation
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record

MOST_OUTCOMES = 4096
"""How many outcomes are remembered before starting anew; those that are frequent are soon back."""


@dataclass(frozen=True)
class Outcome:
    """What is decided of one record: its verdict and the status of each clause.

    ``by_place`` has the statuses of all clauses, those that do not test included, in the
    order of the protocol.
    """

    verdict: Verdict
    statuses: Mapping[str, Status]
    by_place: tuple[Status, ...] = field(repr=False)

    @cached_property
    def blockers(self) -> tuple[str, ...]:
        """The clauses that each make the patient ineligible."""
        return tuple(c for c, s in self.statuses.items() if s.blocks)

    @cached_property
    def blocking(self) -> tuple[int, ...]:
        """The places of the clauses that each make the patient ineligible."""
        return tuple([place for place, status in enumerate(self.by_place) if status.blocks])

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The clauses that the record leaves open."""
        return tuple(c for c, s in self.statuses.items() if s is Status.UNKNOWN)


class Basis:
    """What is known of a record before it is looked at: the same for many records.

    Args:
        glances: looks statuses up.
        statuses: the status of each clause, where it is known already.
        before: the outcome under another version of the protocol that gave them.

    ``wanted`` are the other clauses; ``outcomes`` remembers what came of their statuses,
    where nothing else matters.
    """

    def __init__(
        self, glances: Glances, statuses: Sequence[Status | None], before: Outcome | None
    ) -> None:
        self.statuses = statuses
        self.before = before
        self.wanted = glances.wanted(_unfound(statuses))
        self.outcomes: dict[tuple[int, ...], Outcome] = {}

    def learn(self, numbers: tuple[int, ...], outcome: Outcome) -> None:
        """Remember an outcome, by the numbers of the statuses that were looked up."""
        if UNKNOWN not in numbers:
            if len(self.outcomes) >= MOST_OUTCOMES:
                self.outcomes.clear()
            self.outcomes[numbers] = outcome


class Batch:
    """Decides records under one protocol and one reading, remembering what it has solved.

    Args:
        engine: the protocol, under its readings.
        like: a batch under another version of the protocol, whose memory is shared as far
            as clauses mean the same.

    ``views`` are what each clause can see of a record; ``together`` knows which of them hang
    together.

    Raises:
        ValueError: the versions do not tell the same numbers apart.
    """

    def __init__(self, engine: Engine, like: Batch | None = None) -> None:
        self._engine = engine
        self._clauses = list(engine.protocol.clauses.values())
        if like is None:
            self.outlines = Outlines(engine.protocol.vocabulary)
            self._joint: dict[Key, bool] = {}
            self._outlook = look(engine, self.outlines)
        else:
            other = like._engine.protocol
            if (engine.protocol.limits, engine.protocol.vocabulary) != (
                other.limits,
                other.vocabulary,
            ):
                raise ValueError("the two versions do not tell the same numbers apart")
            self.outlines = like.outlines
            self._joint = like._joint
            self._outlook = look(engine, self.outlines, like._outlook)
        self._expected: dict[int, tuple[Record, Outline | None]] = {}
        self._direct = Direct(engine.compiler, self.outlines)
        self.views = self._outlook.views
        self._programs = Programs(engine, self.outlines, self.views, self._outlook.unused)
        self.together = Together([view.far for view in self.views], self.outlines)
        self._glances = Glances(self.views, self.outlines)
        self._nothing = Basis(self._glances, [None] * len(self.views), None)
        self._outcomes: dict[tuple[Verdict, tuple[Status, ...]], Outcome] = {}

    def decide(self, record: Record) -> Outcome:
        """Decide one record.

        Raises:
            RecordError: nobody can be as the record says.
        """
        return self.outlined(record)[1]

    def outlined(self, record: Record) -> tuple[Outline, Outcome]:
        """Decide one record, and give its outline with the outcome.

        Raises:
            RecordError: nobody can be as the record says.
        """
        expected, outline = self._expected.pop(id(record), (None, None))
        if expected is not record:
            outline = self._outline(record)
        if outline is not None:
            outcome = self.conclude(outline)
            if outcome is not None:
                return outline, outcome
        self._engine.decide(record)  # raises, with the reasons
        raise AssertionError("a record is impossible in a batch only")

    def _outline(self, record: Record) -> Outline | None:
        """Give the outline of a record; None: it contradicts itself."""
        derivation = Derivation(self._engine.protocol.vocabulary, record)
        outline = self._direct.outline(record, derivation)
        if outline is None or self._engine.sense.problems(record, derivation):
            return None
        return outline

    def expect(self, records: Iterable[Record | RecordError]) -> None:
        """Get ready for records that are decided next; what is no record is left out."""
        self._expected = {
            id(record): (record, self._outline(record))
            for record in records
            if isinstance(record, Record)
        }
        self.expect_outlines((outline, None) for _, outline in self._expected.values() if outline)

    def expect_outlines(self, outlines: Iterable[tuple[Outline, Basis | None]]) -> None:
        """Get ready for records that are decided next, by their outlines and what is known.

        Questions that are solved one after the other are solved faster than between other work.
        """
        for outline, basis in [one for one in outlines if self._is_new(*one)]:
            self.conclude(outline, basis)

    def _is_new(self, outline: Outline, basis: Basis | None) -> bool:
        """Tell whether some clause has not yet seen what it sees of a record."""
        wanted = (basis or self._nothing).wanted
        return UNKNOWN in self._glances.numbers(self._glances.row(outline, wanted), wanted)

    def basis(self, statuses: Sequence[Status | None], before: Outcome) -> Basis:
        """Give what is known of a record before it is looked at.

        Args:
            statuses: the status of each clause, where it is known already.
            before: the outcome under the other version of the protocol that gave them.
        """
        return Basis(self._glances, statuses, before)

    def conclude(self, outline: Outline, basis: Basis | None = None) -> Outcome | None:
        """Decide by the outline of a record.

        Args:
            outline: the outline; if anything is known already, of a record that is possible.
            basis: what is known already.

        Returns:
            None if nobody can be as the record says.
        """
        possible = True if basis else self._outlook.integrity.possible(outline)
        if possible is False:
            return None
        basis = basis or self._nothing
        wanted = basis.wanted
        row = self._glances.row(outline, wanted)
        numbers = self._glances.numbers(row, wanted)
        if possible and numbers in basis.outcomes:
            return basis.outcomes[numbers]
        sights = _Sights(self.views, outline)
        statuses = self._glances.statuses(numbers, wanted, basis.statuses)
        if None in statuses or possible is None:
            for place in _unfound(statuses):
                columns, key = sights[place]
                statuses[place] = columns.known.get(key)
            missing = _unfound(statuses)
            if missing or possible is None:
                found = self._find(missing, outline, sights, possible=bool(possible))
                if found is None:
                    return None
                for place, status in found.items():
                    statuses[place] = status
                if possible is None:
                    self._outlook.integrity.learn(outline)
            self._glances.learn(row, numbers, wanted, _all_found(statuses))
            numbers = self._glances.numbers(row, wanted)
        known = _all_found(statuses)
        verdict = self._same(basis, known)
        outcome = self._outcome(verdict or self._verdict(known, sights, outline), known)
        if verdict or outcome.blockers or outcome.verdict is Verdict.ELIGIBLE:
            basis.learn(numbers, outcome)
        return outcome

    def _outcome(self, verdict: Verdict, statuses: tuple[Status, ...]) -> Outcome:
        key = verdict, statuses
        outcome = self._outcomes.get(key)
        if outcome is None:
            if len(self._outcomes) >= MOST_OUTCOMES:
                self._outcomes.clear()
            shown = {c.id: s for c, s in zip(self._clauses, statuses, strict=True) if c.tests}
            outcome = self._outcomes[key] = Outcome(verdict, shown, statuses)
        return outcome

    def _same(self, basis: Basis, statuses: Sequence[Status]) -> Verdict | None:
        """Give the verdict, if what was found out about the unknown together settles it.

        What can be met together can be so without some of it, and what cannot be met
        together cannot be so with more.
        """
        before = basis.before
        if before is None or any(s.blocks for s in (*before.by_place, *statuses)):
            return None
        asked, known = statuses.count(Status.UNKNOWN), basis.statuses.count(Status.UNKNOWN)
        if before.verdict is Verdict.UNDETERMINED and 0 < asked == known:
            return Verdict.UNDETERMINED
        if before.verdict is Verdict.INELIGIBLE and known == before.by_place.count(Status.UNKNOWN):
            return Verdict.INELIGIBLE
        return None

    def _verdict(self, statuses: Sequence[Status], sights: _Sights, outline: Outline) -> Verdict:
        if any(status.blocks for status in statuses):
            return Verdict.INELIGIBLE
        unknown = [place for place, status in enumerate(statuses) if status is Status.UNKNOWN]
        if not unknown:
            return Verdict.ELIGIBLE
        for group in self.together.groups(unknown, outline) if len(unknown) > 1 else ():
            asked = tuple([id(sights[place][0]) for place in group])
            key = asked, self.together.key(group, outline)
            if key not in self._joint:
                self._joint[key] = self.can_be_met(group, outline)
            if not self._joint[key]:
                return Verdict.INELIGIBLE
        return Verdict.UNDETERMINED

    def can_be_met(self, clauses: Collection[int], outline: Outline) -> bool:
        """Tell whether clauses, by their places, can be met together as far as a record says."""
        session, assumptions = self._programs.assume(outline, self._programs.focus(clauses))
        met = [-session.violated[self._clauses[place].id] for place in clauses]
        return session.satisfiable([*assumptions, *met])

    def shared(self, other: Batch) -> list[int | None]:
        """Give, for each clause, the place of that which means the same under another batch."""
        places = {clause.id: place for place, clause in enumerate(other._clauses)}
        return [
            places[clause.id] if self._outlook.shares(other._outlook, clause.id) else None
            for clause in self._clauses
        ]

    def signs(self, other: Batch) -> tuple[Signs, list[int | None]]:
        """Give values such that for who has none, more clauses mean the same than are shared.

        Returns:
            The values, and for each clause, the place of that which means the same under
            another batch for who has none of them.
        """
        shared = self.shared(other)
        places = {clause.id: place for place, clause in enumerate(other._clauses)}
        touched = [
            clause.id
            for clause, place in zip(self._clauses, shared, strict=True)
            if place is None and clause.id in places
        ]
        signs, more = self._outlook.signs(other._outlook, touched)
        return signs, [
            places[clause.id] if clause.id in more else place
            for clause, place in zip(self._clauses, shared, strict=True)
        ]

    def _find(
        self, missing: Collection[int], outline: Outline, sights: _Sights, *, possible: bool
    ) -> dict[int, Status] | None:
        """Solve for clauses that are not known; None: nobody can be as the record says."""
        if not possible:
            return self._solve(missing, sights, outline, self._programs.whole)
        statuses: dict[int, Status] = {}
        for focus, places in self._programs.sort(missing).items():
            found = self._solve(places, sights, outline, focus)
            assert found is not None, "a record that is possible is so to any clause"
            statuses.update(found)
        return statuses

    def _solve(
        self, missing: Iterable[int], sights: _Sights, outline: Outline, focus: Focus
    ) -> dict[int, Status] | None:
        """Solve and remember the statuses of clauses that are not known, by their places."""
        session, assumptions = self._programs.assume(outline, focus)
        seen = {place: sights[place] for place in missing}
        clauses = {self._clauses[place].id for place in seen}
        agreed = {self._clauses[place].id for place, (_, key) in seen.items() if settled(key)}
        found = session.consequences_for(clauses, assumptions, agreed)
        if found is None:
            return None
        statuses = {}
        for place, (columns, key) in seen.items():
            statuses[place] = columns.known[key] = status_of(self._clauses[place], found)
        return statuses


def _unfound(statuses: Sequence[Status | None]) -> list[int]:
    """Give the places of clauses of which the status is not known."""
    return [place for place, status in enumerate(statuses) if status is None]


def _all_found(statuses: Iterable[Status | None]) -> tuple[Status, ...]:
    return tuple([status for status in statuses if status is not None])


class _Sights(dict[int, tuple[Columns, Key]]):
    """What each clause sees of a record, by the place of the clause; looked at when asked for."""

    def __init__(self, views: list[View], outline: Outline) -> None:
        super().__init__()
        self._views = views
        self._outline = outline

    def __missing__(self, place: int) -> tuple[Columns, Key]:
        columns = self._views[place].columns(self._outline)
        found = self[place] = columns, columns.key(self._outline)
        return found
