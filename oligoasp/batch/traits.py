"""What the rules of a clause make of the patient, or of one entry of a list: its traits.

A clause about lesions hardly ever needs a lesion's size and site as such, only whether
the lesion counts and is measurable. Such traits are what the ground rules about the
patient and one entry alone conclude and hand on to rules about several entries. Records
whose patient and entries have the same traits are the same to the clause.

What is open is tried out in every way that integrity rules leave, so traits are exact: an
entry has the set of all traits that it can have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from oligoasp.batch.local_rules import LocalRules, NoTraitsError
from oligoasp.batch.look import Look, allowed, can_be, next_open, recorded, refuse_implied
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import THE_PATIENT, Entity, Fact, Pair, Value

Possible: TypeAlias = tuple[frozenset[tuple[object, ...]], ...]
"""The traits that the patient or an entry can have, one tuple for each way; for each
place in the list at which an entry can stand."""
Trait: TypeAlias = tuple[tuple[int, ...], ...]
"""Bodies of rules of which any is enough, each the literals that it asks for together."""

_Companions: TypeAlias = set[tuple[Entity, tuple[int, ...]]]
_Asked: TypeAlias = dict[Entity, dict[Trait, _Companions | None]]
NO_GROUP = "none"

MOST_WAYS = 64
"""Where more ways are open, finding the traits costs more than it saves."""


@dataclass(slots=True)
class Part:
    """Traits that turn on the same attributes, of the patient or of an entry at one place.

    ``with_entries`` are the bodies of entries with which alone rules ask for the traits;
    None: they are asked for anyway.
    """

    entity: Entity
    traits: list[Trait]
    with_entries: _Companions | None


class Traits:
    """Finds the traits of the patient and of entries, for the rules of one clause.

    Args:
        rules: all ground rules.
        goals: the atoms that the status of the clause is read from.
        reached: the atoms that these can depend on.
        classes: for each attribute, the number of the class of values that each value is in.

    Raises:
        NoTraitsError: the rules cannot be taken apart.
    """

    def __init__(
        self,
        rules: LocalRules,
        goals: Iterable[int],
        reached: frozenset[int],
        classes: Mapping[tuple[str, str], Mapping[Value, int]],
    ) -> None:
        self._rules = rules
        self._classes = classes
        self.pairwise = False
        asked = self._asked(goals, reached)
        self.parts: dict[str, list[Part]] = {PATIENT: []}
        for entity in sorted(asked):
            self.parts.setdefault(entity[0], []).extend(self._apart(entity, asked[entity]))
        self.tied = {kind: self._tied(parts) for kind, parts in self.parts.items()}
        self.depends = {kind: self._of_patient(parts) for kind, parts in self.parts.items()}
        self.absent = {kind: self._absent(kind) for kind in self.parts if kind != PATIENT}

    def _asked(self, goals: Iterable[int], reached: frozenset[int]) -> _Asked:
        """Find what rules about several entries ask of the patient and of each entry."""
        entries = self._rules.entries
        asked: _Asked = defaultdict(dict)
        for goal in goals:
            if len(entries(goal)) < 2:
                asked[next(iter(entries(goal)), THE_PATIENT)][((goal,),)] = None
        for atom in sorted(reached):
            if len(entries(atom)) < 2:
                continue
            enough: dict[Entity, set[tuple[int, ...]]] = defaultdict(set)
            bodies = list(self._rules.bodies.get(atom, ()))
            for body in bodies:
                alone = self._about_one(body, reached)
                if alone is not None:
                    enough[alone].add(tuple(x for x in sorted(body) if abs(x) in reached))
                else:
                    self._joint(body, reached, asked)
            for entity, any_of in enough.items():
                asked[entity][tuple(sorted(any_of))] = None
            for _, weights in self._rules.sums.get(atom, ()):
                for literal, _ in weights:
                    self._joint((literal,), reached, asked)
        return asked

    def _about_one(self, body: Iterable[int], reached: frozenset[int]) -> Entity | None:
        """Give the only one whom a body is about, if there is only one."""
        whom = {self._whom(x) for x in body if abs(x) in reached}
        return whom.pop() if len(whom) == 1 else None

    def _whom(self, literal: int) -> Entity | None:
        own = self._rules.entries(abs(literal))
        return None if len(own) > 1 else next(iter(own), THE_PATIENT)

    def _joint(self, body: Iterable[int], reached: frozenset[int], asked: _Asked) -> None:
        """Take note of what a body about several asks of each."""
        whole: dict[Entity | None, list[int]] = defaultdict(list)
        for literal in body:
            if abs(literal) in reached:
                whole[self._whom(literal)].append(literal)
        parts = {
            entity: tuple(sorted(literals))
            for entity, literals in whole.items()
            if entity is not None
        }
        entries = [(entity, body) for entity, body in parts.items() if entity != THE_PATIENT]
        kinds = [entity[0] for entity, _ in entries]
        self.pairwise = self.pairwise or len(kinds) > len(set(kinds))
        for entity, literals in parts.items():
            known = asked[entity].setdefault((literals,), set())
            if known is not None:
                if entity == THE_PATIENT and entries:
                    known.update(entries)
                else:
                    asked[entity][(literals,)] = None

    def _apart(self, entity: Entity, traits: Mapping[Trait, _Companions | None]) -> list[Part]:
        """Sort traits into parts that have no attribute of the entity in common, or tied."""
        groups: list[tuple[set[Pair], list[Trait]]] = []
        for trait in sorted(traits):
            own = {p for body in trait for p in self._rules.pairs(body) if p[0] == entity}
            for knot in self._rules.knots(entity):
                own |= knot.pairs if own & knot.pairs else frozenset()
            joined = [trait]
            for group in [g for g in groups if g[0] & own]:
                own |= group[0]
                joined += group[1]
                groups.remove(group)
            groups.append((own, sorted(joined)))
        parts = []
        for _, joined in sorted(groups, key=lambda g: g[1]):
            companions: _Companions | None = set()
            for trait in joined:
                more = traits[trait]
                companions = None if companions is None or more is None else companions | more
            parts.append(Part(entity, joined, companions))
        return parts

    def _tied(self, parts: Iterable[Part]) -> frozenset[str]:
        """Give the attributes of an entity that are in knots with those that parts turn on.

        Raises:
            NoTraitsError: an entry is tied to the patient.
        """
        found: set[str] = set()
        for part in parts:
            own = {p for trait in part.traits for body in trait for p in self._rules.pairs(body)}
            for knot in self._rules.knots(part.entity):
                if knot.pairs & own:
                    if any(entity != part.entity for entity, _ in knot.pairs):
                        raise NoTraitsError
                    found.update(name for _, name in knot.pairs)
        return frozenset(found)

    def _of_patient(self, parts: Iterable[Part]) -> set[str]:
        bodies = {body for part in parts for trait in part.traits for body in trait}
        pairs = {pair for body in bodies for pair in self._rules.pairs(body)}
        return {name for entity, name in pairs if entity == THE_PATIENT}

    def _absent(self, kind: str) -> Possible:
        """Give the traits of an entry that is not there, which are the same for all patients."""
        found = []
        for part in self.parts[kind]:
            look = Look(self._rules, part.entity, {}, {}, absent=True)
            values = [look.any(trait) for trait in part.traits]
            if None in values:
                raise NoTraitsError
            found.append(frozenset({tuple(map(bool, values))}))
        return tuple(found)

    def relevant(
        self, entries: Mapping[str, Iterable[Possible]], more: Iterable[object]
    ) -> list[int]:
        """Give the parts of the patient's traits that matter beside certain entries.

        Args:
            entries: the traits of the entries, by kind.
            more: kinds of which there may be more entries.
        """
        true: _Companions = set()
        anything = set(more)
        for kind, parts in self.parts.items():
            seen = [self.absent[kind], *entries.get(kind, ())] if kind != PATIENT else []
            for place, part in enumerate(parts):
                for index, trait in enumerate(part.traits):
                    if any(way[index - len(part.traits)] for ways in seen for way in ways[place]):
                        true.update((part.entity, body) for body in trait)
        return [
            place
            for place, part in enumerate(self.parts[PATIENT])
            if part.with_entries is None
            or any(e[0] in anything or (e, body) in true for e, body in part.with_entries)
        ]

    def possible(
        self,
        kind: str,
        entry: Mapping[str, Fact | None],
        patient: Mapping[str, Fact | None],
        row: object,
    ) -> Possible:
        """Give the traits that the patient or an entry can have.

        Args:
            kind: the kind of the entry.
            entry: what the record says of the entry (or the patient), by attribute, of those
                that the traits turn on and those tied to them.
            patient: what it says of the patient.
            row: tells apart what records say of the entry.

        Raises:
            NoTraitsError: too much is open, or traits turn on what is open of the patient.
        """
        found = []
        attributes = self._rules.vocabulary.attributes
        refuse_implied(self._rules, kind, entry)
        for part in self.parts[kind]:
            known = recorded(THE_PATIENT, patient)
            labels = []
            for name, fact in entry.items():
                group = attributes[kind, name].type == "group"
                if fact is not None and fact.settled:
                    value = fact.values[0] if fact.values else None
                    if group:
                        if value not in (None, NO_GROUP):
                            labels.append((name, value))
                        value = self._label(part.entity, name, value)
                    known[part.entity, name] = value
                elif group:
                    raise NoTraitsError
            found_before = self._rules.found(part.entity, row)
            ways = self._ways(part, known, entry, found_before, alone=not patient)
            found.append(frozenset([(*labels, *way) for way in ways]))
        return tuple(found)

    def _label(self, entity: Entity, name: str, value: Value | None) -> Value | None:
        """Give the label that the rules know in place of one of the record's."""
        known = self._rules.has[entity, name]
        if value is None or value in known:
            return value
        return next(v for v in known if v != NO_GROUP)

    def _ways(
        self,
        part: Part,
        known: dict[Pair, Value | None],
        facts: Mapping[str, Fact | None],
        given: dict[int, bool | None],
        *,
        alone: bool,
    ) -> set[tuple[bool, ...]]:
        """Give every combination of traits that are possible.

        Args:
            part: the traits.
            known: values of attributes.
            facts: what the record says of the entry.
            given: what is known already to hold; what is found is added.
            alone: whether nothing that is known is about the patient whose entry it is.
        """
        found: set[tuple[bool, ...]] = set()
        begun = known
        stack = [(known, given)]
        for _ in range(MOST_WAYS):
            if not stack:
                return found
            known, given = stack.pop()
            look = Look(self._rules, part.entity, known, facts, given)
            values = [look.any(trait) for trait in part.traits]
            if alone and known is begun:
                given.update(look.found)
            if None not in values:
                way = tuple([bool(v) for v in values])
                if way not in found and self._can_be(part.entity, begun, known, facts):
                    found.add(way)
                continue
            pair = next_open(look, known)
            given = look.found
            stack += [({**known, pair: value}, given) for value in self._values(pair, known, facts)]
        raise NoTraitsError

    def _can_be(
        self,
        entity: Entity,
        recorded: Mapping[Pair, Value | None],
        known: Mapping[Pair, Value | None],
        facts: Mapping[str, Fact | None],
    ) -> bool:
        """Tell whether somebody can have the values that were tried out.

        Args:
            entity: the patient or the entry.
            recorded: the values that the record says.
            known: these, and one of the class of each value that is tried out.
            facts: what the record says of each attribute.
        """
        for knot in self._rules.knots(entity):
            if all(pair in recorded or pair not in known for pair in knot.pairs):
                continue  # nothing is tried out
            begun = {pair: v for pair, v in recorded.items() if pair in knot.pairs}

            def options(pair: Pair, tried: Mapping[Pair, Value | None]) -> list[Value | None]:
                found = allowed(self._rules, pair, tried, facts)
                return self._alike(pair, known[pair], found) if pair in known else found

            if not can_be(self._rules, entity, knot.bodies, begun, facts, options):
                return False
        return True

    def _alike(
        self, pair: Pair, value: Value | None, options: Iterable[Value | None]
    ) -> list[Value | None]:
        """Give the values that the rules do not tell from one."""
        numbers = self._classes.get((pair[0][0], pair[1]), {})

        def number(value: Value | None) -> object:
            return value if value is None else numbers.get(value, value)

        return [option for option in options if number(option) == number(value)]

    def _values(
        self, pair: Pair, known: Mapping[Pair, Value | None], facts: Mapping[str, Fact | None]
    ) -> list[Value | None]:
        """Give one value of each class that an open attribute can have."""
        numbers = self._classes.get((pair[0][0], pair[1]), {})
        of_class: dict[object, Value | None] = {}
        for value in allowed(self._rules, pair, known, facts):
            of_class.setdefault(value if value is None else numbers.get(value, value), value)
        return list(of_class.values())
