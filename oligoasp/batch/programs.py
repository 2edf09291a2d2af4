"""The programs in which a batch solves: few, small, and quickly told what a record says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.batch.views import Merged, View
from oligoasp.decide import Engine, presence, said_literals
from oligoasp.record.facts import THE_PATIENT, Entity
from oligoasp.solver.session import Session, Shape


class Focus(NamedTuple):
    """What a program holds that is enough for some clauses: lists, but not unused attributes."""

    kinds: frozenset[str]
    unused: frozenset[tuple[str, str]]


class Programs:
    """Gives programs with room for a record, no roomier than need be.

    Args:
        engine: the protocol, under its readings.
        outlines: knows what outlines say.
        views: what each clause sees.
        unused: the attributes, by kind, that nothing sees.
        merged: values that stand for all that nothing tells apart; programs hold only these.

    ``whole`` is enough for all clauses.
    """

    def __init__(
        self,
        engine: Engine,
        outlines: Outlines,
        views: Sequence[View],
        unused: frozenset[tuple[str, str]],
        merged: Merged,
    ) -> None:
        self._engine = engine
        self._outlines = outlines
        self._kinds = engine.protocol.vocabulary.kinds
        self._programs: dict[tuple[Shape, Focus], _Program] = {}
        self._merged = merged
        self._spare = [
            (kind, name, value)
            for (kind, name), of_value in merged.items()
            for value, other in of_value.items()
            if value != other
        ]
        self.whole = Focus(frozenset(self._kinds), unused)
        # Long lists make a program large, so clauses that look at them have one of their own.
        long = {kind.name for kind in self._kinds.values() if kind.unrecorded > 1}
        sides = [view.far.keys().isdisjoint(long) for view in views]
        focuses = {
            side: self._focus_on([v for v, s in zip(views, sides, strict=True) if s is side])
            for side in set(sides)
        }
        self._focuses = [focuses[side] for side in sides]

    def _focus_on(self, views: Collection[View]) -> Focus:
        used = {(kind, a) for view in views for kind, names in view.far.items() for a in names}
        every = self._engine.protocol.vocabulary.attributes.keys()
        kinds = frozenset(kind for view in views for kind in view.far)
        return Focus(kinds, self.whole.unused | (every - used))

    def sort(self, clauses: Iterable[int]) -> dict[Focus, list[int]]:
        """Sort clauses, by their places, by what is enough to solve for them."""
        sorted_out: dict[Focus, list[int]] = {}
        for place in clauses:
            sorted_out.setdefault(self._focuses[place], []).append(place)
        return sorted_out

    def focus(self, clauses: Iterable[int]) -> Focus:
        """Give what is enough to solve for clauses together."""
        focuses = {self._focuses[place] for place in clauses}
        return focuses.pop() if len(focuses) == 1 else self.whole

    def assume(self, outline: Outline, focus: Focus) -> tuple[Session, list[int]]:
        """Give a session with room for a record, and the assumptions that say what it says."""
        needed = tuple(
            (kind, len(rows) + (self._kinds[kind].unrecorded if kind in outline.more else 0))
            for kind, rows in outline.entries.items()
        )
        shape = tuple(
            (kind, room)
            for kind, room in self._engine.roomy(needed, long=4, short=2)
            if kind in focus.kinds
        )
        program = self._programs.get((shape, focus))
        if program is None:
            settled = self._engine.settled
            session = Session(
                self._engine.protocol,
                shape,
                settled,
                unused=focus.unused,
                spare=self._spare,
                traced=False,
            )
            program = _Program(session, session.readings(settled), self._outlines, self._merged)
            self._programs[shape, focus] = program
        return program.session, program.assumptions(outline)


class _Program:
    """A session, and the assumptions that say in it what rows of outlines say.

    Args:
        session: the session.
        always: what is always assumed.
        outlines: knows what outlines say.
        merged: the values that stand for others.
    """

    def __init__(
        self, session: Session, always: Sequence[int], outlines: Outlines, merged: Merged
    ) -> None:
        self.session = session
        self._merged = merged
        self._always = always
        self._outlines = outlines
        asked = {(entity[0], name) for entity, name in session.has}
        self._places = {
            kind: [place for place, name in enumerate(names) if (kind, name) in asked]
            for kind, names in outlines.names.items()
        }
        self._said: dict[tuple[Entity, int, int], list[int]] = {}

    def assumptions(self, outline: Outline) -> list[int]:
        """Give the assumptions that say what a record says."""
        found = [*self._always]
        self._add(found, THE_PATIENT, outline.patient)
        for kind, room in self.session.shape:
            rows = outline.entries[kind]
            more = kind in outline.more
            for literals in presence(self.session, kind, room, len(rows), more=more):
                found += literals
            for index, number in enumerate(rows, 1):
                self._add(found, (kind, index), self._outlines.rows[kind][number])
        return found

    def _add(self, found: list[int], entity: Entity, row: Row) -> None:
        """Add what a row says of the patient or of an entry."""
        said = self._said
        for place in self._places[entity[0]]:
            key = entity, place, row[place]
            if key not in said:
                said[key] = self._literals(*key)
            found += said[key]

    def _literals(self, entity: Entity, place: int, number: int) -> list[int]:
        fact = self._outlines.fact(entity[0], place, number)
        if fact is None:
            return []
        name = self._outlines.names[entity[0]][place]
        alike = self._merged.get((entity[0], name), {})
        values = tuple([alike.get(value, value) for value in fact.values])
        if len(values) > 1:  # one value may say that there is one, several never do
            values = (*fact.values, *values)
        said = {name: fact._replace(values=values)}
        return said_literals(self.session, entity, said).get(name, [])
