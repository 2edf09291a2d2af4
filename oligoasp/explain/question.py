"""One record in one session: the assumptions, grouped by what a coordinator typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from clingo import Symbol

from oligoasp.decide import Decision, Engine, entry_of, literal_groups
from oligoasp.explain.words import Words
from oligoasp.record.facts import Entity, Fact, Pair, Situation, Value
from oligoasp.record.read import Record
from oligoasp.solver.ahead import Ahead
from oligoasp.solver.session import Session

Key = tuple[Entity, str]
"""A field of an entry: (entity, path); an entry as such: (entity, ""); the completeness
of a list: ((kind, 0), "")."""


class Question:
    """Everything that the parts of an explanation share.

    ``given`` are the assumptions that the record's fields make, by field; ``background``
    those that it did not type: readings, and what silence means. ``attributes`` lists,
    by field, the attributes that come from it.

    Args:
        engine: the protocol, under its readings.
        record: the record.
        doubtful: whether it will be asked how other readings decide.

    Raises:
        RecordError: nobody can be as the record says.
    """

    def __init__(self, engine: Engine, record: Record, *, doubtful: bool = True) -> None:
        self.engine = engine
        self.situation: Situation = engine.compile(record)
        # Grounding leaves Python free, so what is needed last is grounded meanwhile.
        self._open_readings = Ahead(self._doubtful) if doubtful else None
        self.session = session = engine.session(
            self.situation, engine.protocol.list_means, traced=True
        )
        self._dependencies = Ahead(lambda: session.dependencies)  # while solving, Python is free
        self.readings = self.session.readings(engine.readings)
        self.words = Words(engine, self.situation)
        self.given: dict[Key, list[int]] = {}
        self.attributes: dict[Key, list[str]] = {}
        self.background = list(self.readings)
        for (entity, attribute), literals in literal_groups(self.session, self.situation).items():
            key = (entity, attribute and engine.field_path(self.situation, entity, attribute))
            if attribute and not self.typed(key):
                self.background += literals
            else:
                self.given.setdefault(key, []).extend(literals)
                self.attributes.setdefault(key, []).append(attribute)
        self.assumptions = self.background + [x for g in self.given.values() for x in g]

    @cached_property
    def possibly_counted(self) -> list[str]:
        """What is counted in some completions only, of what the record lists."""
        recorded = self.situation.ids
        kinds = {unit.name for unit, _ in self._units[0]} & recorded.keys()
        if not any(recorded[kind] for kind in kinds):
            return []  # what could be counted besides entries says nothing then
        names = [
            self.words.unit_counted(unit, number)
            for unit, number in self._units[0]
            if unit.name not in recorded or unit.arguments[0].number <= len(recorded[unit.name])
        ]
        return [name for name in dict.fromkeys(names) if name not in self.counted]

    @cached_property
    def facts(self) -> dict[Pair, Fact]:
        """What the record says of the attributes that the rules ask for, as the text is read."""
        asked = self.session.has
        return {pair: fact for pair, fact in self.situation.facts.items() if pair in asked}

    @cached_property
    def open_readings(self) -> Session:
        """A session in which the readings of the text can be chosen anew."""
        return self._open_readings.result() if self._open_readings else self._doubtful()

    def _doubtful(self) -> Session:
        return self.engine.session(self.situation, open_readings=True)

    def wait(self) -> None:
        """Wait until what has been begun ahead is done."""
        if self._open_readings:
            self._open_readings.wait()
        self._dependencies.wait()

    @cached_property
    def decision(self) -> Decision:
        """The verdict and the statuses."""
        return self.engine.conclude(self.session, self.situation, self.readings)

    @cached_property
    def evidence(self) -> dict[str, list[Symbol]]:
        """Why each blocking clause is violated."""
        return {
            clause: self.session.evidence(self.assumptions, clause)
            for clause in self.engine.protocol.in_order(self.decision.violated)
        }

    @cached_property
    def counted(self) -> list[str]:
        """What is counted as metastases, as far as it is the same in every completion."""
        return [self.words.unit_counted(unit, number) for unit, number in self._units[1]]

    @cached_property
    def number_counted(self) -> int:
        """How many metastases these are, since an entry may stand for several."""
        return sum(number for _, number in self._units[1])

    @cached_property
    def _units(self) -> tuple[list[tuple[Symbol, int]], list[tuple[Symbol, int]]]:
        """What counts, and how often, in some completions and in all of them."""
        rows = self.session.rows("counted", 2)
        found = self.session.extent(self.assumptions, rows)
        somewhere, everywhere = found if found is not None else ((), ())
        units = {lit: (unit, number.number // 2) for lit, (unit, number) in rows.items()}
        return (
            [unit for literal, unit in units.items() if literal in somewhere],
            [unit for literal, unit in units.items() if literal in everywhere],
        )

    def typed(self, key: Key) -> bool:
        """Tell whether the record gives a field."""
        entity, path = key
        return entry_of(self.situation, entity).get(path) is not None

    def pair(self, one: Pair) -> Pair:
        """Give what an attribute belongs to: of an entry that is not recorded, its list."""
        (kind, index), _ = one
        return one if index <= len(self.situation.ids.get(kind, ())) else ((kind, 0), "")

    def cone(self, clause: str) -> frozenset[Pair]:
        """Give the attributes that the status of a clause can depend on.

        What is not recorded of a list is given as the pair ((kind, 0), "").
        """
        return frozenset(map(self.pair, self.session.cone(clause)))

    def asked(self, key: Key, clauses: Iterable[str]) -> list[str]:
        """Give, of the attributes that come from a field, those that clauses ask for."""
        session = self.session
        direct = {
            attribute
            for clause in clauses
            for entity, attribute in session.dependencies.about(
                session.dependencies.reached(session.status_atoms(clause))
            )
            if entity[0] == key[0][0]
        }
        attributes = self.attributes[key]
        return [a for a in attributes if a in direct] or attributes

    def met(self, clauses: Iterable[str]) -> list[int]:
        """Give assumptions that say that clauses are not violated."""
        return [-self.session.violated[c] for c in clauses if c in self.session.violated]

    def without(self, keys: Iterable[Key]) -> list[int]:
        """Give the assumptions of the record without some of its fields."""
        gone = set(keys)
        return self.background + [x for k, g in self.given.items() if k not in gone for x in g]

    def values(self, assumptions: Sequence[int], entity: Entity, attribute: str) -> list[Value]:
        """Give the values that an attribute can have under assumptions."""
        values = self.session.has.get((entity, attribute), {})
        found = self.session.somewhere(assumptions, values.values())
        return [value for value, literal in values.items() if literal in found]
