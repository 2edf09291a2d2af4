"""One record in one session: the assumptions, grouped by what a coordinator typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from oligoasp.decide import Decision, Engine, entry_of, literal_groups
from oligoasp.explain.words import Words
from oligoasp.record.facts import THE_PATIENT, Entity, Situation, Value
from oligoasp.record.read import Record

Key = tuple[Entity, str]
"""A field of an entry: (entity, path); an entry as such: (entity, ""); the completeness
of a list: ((kind, 0), "")."""


class Question:
    """Everything that the parts of an explanation share.

    ``given`` are the assumptions that the record's fields make, by field; ``background``
    those that it did not type: readings, and what silence means. ``attributes`` lists,
    by field, the attributes that come from it.
    """

    def __init__(self, engine: Engine, record: Record) -> None:
        self.engine = engine
        self.situation: Situation = engine.compile(record)
        self.session = engine.session(self.situation, engine.protocol.list_means)
        self.readings = self.session.readings(engine.readings)
        self.words = Words(engine, self.situation)
        self.given: dict[Key, list[int]] = {}
        self.attributes: dict[Key, list[str]] = {}
        self.background = list(self.readings)
        for (entity, attribute), literals in literal_groups(self.session, self.situation).items():
            key = (entity, attribute and engine.field_path(entity, attribute))
            if attribute and not self.typed(key):
                self.background += literals
            else:
                self.given.setdefault(key, []).extend(literals)
                self.attributes.setdefault(key, []).append(attribute)
        self.assumptions = self.background + [x for g in self.given.values() for x in g]

    @cached_property
    def decision(self) -> Decision:
        """The verdict and the statuses."""
        return self.engine.conclude(self.session, self.situation, self.readings)

    def typed(self, key: Key) -> bool:
        """Tell whether the record gives a field."""
        entity, path = key
        return entry_of(self.situation, entity).get(path) is not None

    def met(self, clauses: Iterable[str]) -> list[int]:
        """Give assumptions that say that clauses are not violated."""
        return [-self.session.violated[c] for c in clauses if c in self.session.violated]

    def keys(self, clauses: Iterable[str]) -> set[Key]:
        """Give the fields and entries that the statuses of clauses can depend on."""
        found: set[Key] = set()
        for clause in clauses:
            for entity, attribute in self.session.cone(clause):
                recorded = entity == THE_PATIENT or entity[1] <= len(
                    self.situation.ids[entity[0]]
                )
                if not recorded:
                    found.add(((entity[0], 0), ""))
                elif attribute:
                    found.add((entity, self.engine.field_path(entity, attribute)))
                else:
                    found.add((entity, ""))
        return found

    def without(self, keys: Iterable[Key]) -> list[int]:
        """Give the assumptions of the record without some of its fields."""
        gone = set(keys)
        return self.background + [x for k, g in self.given.items() if k not in gone for x in g]

    def values(self, assumptions: Sequence[int], entity: Entity, attribute: str) -> list[Value]:
        """Give the values that an attribute can have under assumptions."""
        return [
            value
            for value, literal in self.session.has.get((entity, attribute), {}).items()
            if self.session.satisfiable([*assumptions, literal])
        ]
