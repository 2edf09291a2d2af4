"""The programs in which a batch solves: few, small, and quickly told what a record says.

To begin to solve takes time for each atom of a program, much more than there is to find out.
So what is asked about often is asked in an excerpt: the rules that it depends on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.batch.outlook import Merged
from oligoasp.batch.views import View
from oligoasp.decide import Engine, presence, said_literals
from oligoasp.record.facts import THE_PATIENT, Entity
from oligoasp.solver.excerpt import Excerpt, Parts
from oligoasp.solver.session import Consequences, Session, Shape

OFTEN = 8
"""How often the same clauses are asked about before it pays to take an excerpt for them."""


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
        self._names = list(engine.protocol.clauses)
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
        self._long = focuses.get(False)

    def _focus_on(self, views: Collection[View]) -> Focus:
        used = {(kind, a) for view in views for kind, names in view.far.items() for a in names}
        every = self._engine.protocol.vocabulary.attributes.keys()
        kinds = frozenset(kind for view in views for kind in view.far)
        return Focus(kinds, self.whole.unused | (every - used))

    def sort(self, clauses: Iterable[int]) -> Collection[Sequence[int]]:
        """Sort clauses, by their places, by what is enough to solve for them."""
        sorted_out: dict[Focus, list[int]] = {}
        for place in clauses:
            sorted_out.setdefault(self._focuses[place], []).append(place)
        return sorted_out.values()

    def _focus(self, clauses: Iterable[int]) -> Focus:
        """Give what is enough to solve for clauses together."""
        focuses = {self._focuses[place] for place in clauses}
        return focuses.pop() if len(focuses) == 1 else self.whole

    def consequences(
        self, outline: Outline, clauses: Sequence[int], agreed: Container[str], *, possible: bool
    ) -> Consequences | None:
        """Give what completions of a record violate; see `Session.consequences_for`.

        Args:
            outline: the record.
            clauses: the clauses that are asked about, by their places.
            agreed: clauses on which all completions are known to agree.
            possible: whether it is known that somebody can be as the record says.
        """
        focus = self._focus(clauses) if possible else self.whole
        program = self._program(outline, focus)
        names = tuple([self._names[place] for place in clauses])
        return program.consequences(outline, names, agreed, excerpt=possible)

    def can_be_met(self, outline: Outline, clauses: Sequence[int]) -> bool:
        """Tell whether clauses, by their places, can be met together by a possible record."""
        program = self._program(outline, self._focus(clauses))
        return program.can_be_met(outline, tuple([self._names[place] for place in clauses]))

    def _program(self, outline: Outline, focus: Focus) -> _Program:
        """Give a program with room for a record."""
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
                traced=focus == self._long,  # it takes memory, and others are not asked so often
                kept=True,
            )
            program = _Program(session, session.readings(settled), self._outlines, self._merged)
            self._programs[shape, focus] = program
        return program


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
        self._asked: Counter[tuple[str, ...]] = Counter()
        self._excerpts: dict[tuple[str, ...], Excerpt] = {}

    def consequences(
        self, outline: Outline, clauses: tuple[str, ...], agreed: Container[str], *, excerpt: bool
    ) -> Consequences | None:
        """Give what completions of a record violate; see `Programs.consequences`."""
        session, assumptions = self.session, self._assumptions(outline)
        rules = self._excerpt(clauses) if excerpt else None
        if rules is None:
            return session.consequences_for(clauses, assumptions)
        violated = {c: session.violated[c] for c in clauses if c in session.violated}
        applying = {c: session.inapplicable[c] for c in clauses if c in session.inapplicable}
        true = rules.true_literals(assumptions, [*violated.values(), *applying.values()])
        if true is None:
            return None

        def differs(clause: str, literal: int) -> bool:
            other = -literal if literal in true else literal
            return clause not in agreed and rules.satisfiable([*assumptions, other])

        turning = {c for c, literal in violated.items() if differs(c, literal)}
        certain = {c for c, literal in violated.items() if literal in true} - turning
        return Consequences(
            frozenset(certain | turning),
            frozenset(certain),
            frozenset(c for c, lit in applying.items() if lit in true and not differs(c, lit)),
        )

    def can_be_met(self, outline: Outline, clauses: tuple[str, ...]) -> bool:
        """Tell whether a possible record can meet clauses together."""
        asked = self._excerpt(clauses) or self.session
        met = [-self.session.violated[clause] for clause in clauses]
        return asked.satisfiable([*self._assumptions(outline), *met])

    def _excerpt(self, clauses: tuple[str, ...]) -> Excerpt | None:
        """Give the rules on which clauses depend, if it pays: if they are asked about often."""
        if not self.session.traced or self._asked[clauses] < OFTEN:
            self._asked[clauses] += 1
            return None
        if clauses not in self._excerpts:
            cone = frozenset().union(*map(self.session.cone, clauses))
            atoms = [atom for clause in clauses for atom in self.session.status_atoms(clause)]
            self._excerpts[clauses] = self._parts.about(atoms, cone)
        return self._excerpts[clauses]

    @cached_property
    def _parts(self) -> Parts:
        return Parts(self.session)

    def _assumptions(self, outline: Outline) -> list[int]:
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
