"""Checking many records: each situation is solved once and remembered.

What a clause needs of a record is a handful of regions, so records are alike to a clause
far more often than they are alike. The way of a piece of records, step by step:

    record    typed values by field                                    (record.read)
    outline   numbers: for each attribute, of what the record says     (direct, outline)
    possible  do integrity rules let anybody be so?                    (integrity)
    row       the patient's numbers, and for each list and clause      (glance)
              the number of what the clause makes of the list
    numbers   for each group of clauses, of the statuses that belong   (glance)
              to what the group sees of the row, where they are known
    outcome   the verdict and the statuses                             (here)

Where statuses are not known at a glance, what the clause sees is looked at closely (views,
traits): the record, reduced to what the ground program says that the clause can depend on,
is the key under which its status is kept. Only what is new there too is solved (programs).
Open clauses that hang together are asked about together (together). Verdicts are those of
deciding one by one; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, repeat
from typing import NamedTuple

from oligoasp.batch.direct import Direct
from oligoasp.batch.glance import UNKNOWN, Glances
from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.batch.outlook import look
from oligoasp.batch.programs import Programs
from oligoasp.batch.signs import Signs
from oligoasp.batch.together import Together
from oligoasp.batch.views import Columns, Key, View, settled
from oligoasp.decide import Engine, Status, Verdict, status_of
from oligoasp.memo import Memo
from oligoasp.protocol.model import Protocol
from oligoasp.record.derive import Derivation
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record

MOST_OUTCOMES = 4096
"""How many outcomes are remembered of late."""


def names_of(protocol: Protocol) -> tuple[str, ...]:
    """Give the ids of the clauses in the order of the protocol; "" for one that does not test."""
    return tuple([clause.id if clause.tests else "" for clause in protocol.clauses.values()])


@dataclass(frozen=True)
class Outcome:
    """What is decided of one record: its verdict and the status of each clause.

    ``by_place`` has the statuses of all clauses, those that do not test included, in the
    order of the protocol; ``names`` are what `names_of` gives.
    """

    verdict: Verdict
    by_place: tuple[Status, ...]
    names: tuple[str, ...] = field(repr=False, hash=False)

    @property
    def statuses(self) -> Mapping[str, Status]:
        """The status of each clause that tests, in the order of the protocol."""
        return {n: s for n, s in zip(self.names, self.by_place, strict=True) if n}

    @cached_property
    def blockers(self) -> tuple[str, ...]:
        """The clauses that each make the patient ineligible."""
        return self._who(_BLOCKING)

    @cached_property
    def blocking(self) -> tuple[int, ...]:
        """The places of the clauses that each make the patient ineligible."""
        return tuple([place for place, status in enumerate(self.by_place) if status.blocks])

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """The clauses that the record leaves open."""
        return self._who(_OPEN)

    def _who(self, statuses: frozenset[Status]) -> tuple[str, ...]:
        """Give the clauses that test and have one of some statuses."""
        found = compress(self.names, map(statuses.__contains__, self.by_place))
        return tuple(filter(None, found))


_BLOCKING = frozenset(status for status in Status if status.blocks)
_OPEN = frozenset({Status.UNKNOWN})


class Basis:
    """What is known of a record before it is looked at: the same for many records.

    Args:
        glances: looks statuses up.
        statuses: the status of each clause, where it is known already.
        before: the outcome under another version of the protocol that gave them.

    ``wanted`` looks up the others.
    """

    def __init__(
        self, glances: Glances, statuses: Sequence[Status | None], before: Outcome | None
    ) -> None:
        self.statuses = statuses
        self.wanted = glances.wanted(_unfound(statuses))
        self._before = before

    def verdict(self, statuses: Sequence[Status]) -> Verdict | None:
        """Give the verdict, if statuses settle it, and what was found out under another version.

        What can be met together can be so without some of it, and what cannot be met
        together cannot be so with more.
        """
        if not _BLOCKING.isdisjoint(statuses):
            return Verdict.INELIGIBLE
        asked, known = statuses.count(Status.UNKNOWN), self.statuses.count(Status.UNKNOWN)
        if not asked:
            return Verdict.ELIGIBLE
        before = self._before
        if before is None or not _BLOCKING.isdisjoint(before.by_place):
            return None
        if before.verdict is Verdict.UNDETERMINED and asked == known:
            return Verdict.UNDETERMINED
        if before.verdict is Verdict.INELIGIBLE and known == before.by_place.count(Status.UNKNOWN):
            return Verdict.INELIGIBLE
        return None


class _Look(NamedTuple):
    """A record as it is looked at: by its flat row, in which known statuses have numbers."""

    outline: Outline
    basis: Basis
    row: Row
    numbers: Row


class Batch:
    """Decides records under one protocol and one reading, remembering what it has solved.

    Args:
        engine: the protocol, under its readings.
        like: a batch under another version of the protocol, whose memory is shared as far
            as clauses mean the same.
        alone: whether nobody decides by its outlines under other versions, so that they may
            leave out what the rules do not see.

    ``views`` are what each clause can see of a record; ``together`` knows which of them hang
    together.

    Raises:
        ValueError: the versions do not tell the same numbers apart.
    """

    def __init__(self, engine: Engine, like: Batch | None = None, *, alone: bool = False) -> None:
        self._engine = engine
        self._clauses = tuple(engine.protocol.clauses.values())
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
        self._outlined: dict[int, tuple[Record, Outline | None]] = {}
        self._concluded: dict[int, tuple[_Look, Outcome | None]] = {}
        self._direct = Direct(engine.compiler, self.outlines, self._outlook.unused if alone else ())
        self.views = self._outlook.views
        self._programs = Programs(
            engine, self.outlines, self.views, self._outlook.unused, self._outlook.merged
        )
        self.together = Together([view.far for view in self.views], self.outlines)
        self._glances = Glances(self.views, self.outlines)
        self._nothing = Basis(self._glances, [None] * len(self.views), None)
        names = names_of(engine.protocol)
        self._outcomes = Memo[tuple[Verdict, tuple[Status, ...]], Outcome](
            lambda found: Outcome(*found, names=names), MOST_OUTCOMES
        )

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
        expected, outline = self._outlined.pop(id(record), (None, None))
        if expected is not record:
            (outline,) = self._outlines([record], self.derivations([record]))
        if outline is not None:
            outcome = self.conclude(outline)
            if outcome is not None:
                return outline, outcome
        self._engine.decide(record)  # raises, with the reasons
        raise AssertionError("a record is impossible in a batch only")

    def expect(self, records: Iterable[Record | RecordError]) -> None:
        """Get ready for records that are decided next; what is no record is left out."""
        known = [record for record in records if isinstance(record, Record)]
        self.expect_records(known, self.derivations(known))

    def derivations(self, records: Iterable[Record]) -> list[Derivation]:
        """Give what calculates with records."""
        vocabulary = self._engine.protocol.vocabulary
        return [Derivation(vocabulary, record) for record in records]

    def expect_records(self, known: Sequence[Record], derivations: Sequence[Derivation]) -> None:
        """Get ready for records that are decided next.

        Each step is taken for all of them, which is faster than all steps for one after the
        other: the processor finds nearby what it needs again.

        Args:
            known: the records.
            derivations: calculate with each of them.
        """
        outlines = self._outlines(known, derivations)
        self._outlined = {id(r): (r, o) for r, o in zip(known, outlines, strict=True)}
        self.expect_outlines([(outline, None) for outline in outlines if outline is not None])

    def _outlines(
        self, records: Sequence[Record], derivations: Sequence[Derivation]
    ) -> list[Outline | None]:
        """Give the outlines of records; None: a record contradicts itself."""
        problems = self._engine.sense.problems
        outlines = self._direct.outlines(records, derivations)
        return [
            None if outline is None or problems(record, derivation) else outline
            for record, derivation, outline in zip(records, derivations, outlines, strict=True)
        ]

    def expect_outlines(self, outlines: Iterable[tuple[Outline, Basis | None]]) -> None:
        """Decide records that are asked for next, by their outlines and what is known.

        What is new comes first: questions that are solved one after the other are solved
        faster than between other work.
        """
        looks: list[_Look] = []
        of_bases: dict[int, tuple[Basis, list[Outline]]] = {}
        for outline, given in outlines:
            basis = given or self._nothing
            of_bases.setdefault(id(basis), (basis, []))[1].append(outline)
        for basis, of_basis in of_bases.values():
            rows = [*map(basis.wanted.row, of_basis)]
            numbers = basis.wanted.numbers(rows)
            looks += map(_Look, of_basis, repeat(basis), rows, numbers)
        looks.sort(key=lambda look: UNKNOWN not in look.numbers)
        self._concluded = {id(look.outline): (look, self._decide(look)) for look in looks}

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
        look, outcome = self._concluded.pop(id(outline), (None, None))
        if look is not None and look.outline is outline and look.basis is (basis or self._nothing):
            return outcome
        return self._decide(self._look(outline, basis))

    def _look(self, outline: Outline, basis: Basis | None) -> _Look:
        basis = basis or self._nothing
        row = basis.wanted.row(outline)
        (numbers,) = basis.wanted.numbers([row])
        return _Look(outline, basis, row, numbers)

    def _decide(self, look: _Look) -> Outcome | None:
        outline, basis, numbers = look.outline, look.basis, look.numbers
        # Who has been decided before is possible.
        new = basis is self._nothing
        possible = self._outlook.integrity.possible(outline) if new else True
        if possible is False:
            return None
        if UNKNOWN in numbers or possible is None:
            found = self._learn(look, possible=bool(possible))
            if found is None:
                return None
            numbers = found
        statuses = basis.wanted.all_statuses(numbers, basis.statuses)
        return self._outcomes[
            basis.verdict(statuses) or self._joint_verdict(statuses, outline), statuses
        ]

    def _learn(self, look: _Look, *, possible: bool) -> Row | None:
        """Find the statuses that are not known at a glance; None: nobody can be so."""
        outline, basis, row, _ = look
        (numbers,) = basis.wanted.numbers([row])  # others may have been learned since
        statuses = basis.wanted.statuses(numbers, basis.statuses)
        sights = _Sights(self.views, outline)
        for place in _unfound(statuses):
            columns, key = sights[place]
            statuses[place] = columns.known.get(key)
        missing = _unfound(statuses)
        if missing or not possible:
            found = self._find(missing, outline, sights, possible=possible)
            if found is None:
                return None
            for place, status in found.items():
                statuses[place] = status
        if not possible:
            self._outlook.integrity.learn(outline)
        return basis.wanted.learn(row, numbers, _all_found(statuses))

    def _joint_verdict(self, statuses: Sequence[Status], outline: Outline) -> Verdict:
        """Give the verdict where some clauses are open and none blocks: can all be met?"""
        unknown = [place for place, status in enumerate(statuses) if status is Status.UNKNOWN]
        for group in self.together.groups(unknown, outline) if len(unknown) > 1 else ():
            # The sights of a clause tell the version of the protocol that it is of.
            asked = tuple([id(self.views[place].columns(outline)) for place in group])
            key = asked, self.together.key(group, outline)
            if key not in self._joint:
                self._joint[key] = self.can_be_met(group, outline)
            if not self._joint[key]:
                return Verdict.INELIGIBLE
        return Verdict.UNDETERMINED

    def can_be_met(self, clauses: Sequence[int], outline: Outline) -> bool:
        """Tell whether clauses, by their places, can be met together as far as a record says."""
        return self._programs.can_be_met(outline, clauses)

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
        self, missing: Sequence[int], outline: Outline, sights: _Sights, *, possible: bool
    ) -> dict[int, Status] | None:
        """Solve for clauses that are not known; None: nobody can be as the record says."""
        if not possible:
            return self._solve(missing, sights, outline, possible=False)
        statuses: dict[int, Status] = {}
        for places in self._programs.sort(missing):
            found = self._solve(places, sights, outline, possible=True)
            assert found is not None, "a record that is possible is so to any clause"
            statuses.update(found)
        return statuses

    def _solve(
        self, missing: Sequence[int], sights: _Sights, outline: Outline, *, possible: bool
    ) -> dict[int, Status] | None:
        """Solve and remember the statuses of clauses that are not known, by their places."""
        seen = {place: sights[place] for place in missing}
        # Where the rules leave a choice of their own, completions need not agree all the same.
        agreed = {
            self._clauses[place].id
            for place, (_, key) in seen.items()
            if settled(key) and self._outlook.meanings[self._clauses[place].id] is not None
        }
        found = self._programs.consequences(outline, missing, agreed, possible=possible)
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
