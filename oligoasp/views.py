"""What each clause can see of a record: the keys under which answers are remembered.

Read off the ground program: a clause sees the attributes that its rules can reach, and
of their values only the classes that these rules tell apart. Where an attribute is
open, integrity rules tie it to others, and these are part of what is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from oligoasp.decide import Engine
from oligoasp.protocol.vocabulary import PATIENT, Vocabulary
from oligoasp.record.facts import THE_PATIENT, Entity, Fact, Pair, Situation
from oligoasp.solver.alike import Alike
from oligoasp.solver.session import Session
from oligoasp.traits import LocalRules, NoTraitsError, Possible, Traits

Key: TypeAlias = tuple[object, ...]
"""What a clause sees; its first element tells whether all of it is settled."""
ByKind: TypeAlias = dict[str, set[str]]

TIED = -1_000_000
"""Attributes that are open and tied to others have classes below this."""


class _Classes(dict["Fact | None", int]):
    """The class of what a record says of one attribute: negative if it leaves it open.

    Args:
        numbers: the class of each value.
        tied: whether integrity rules tie the attribute to others.
    """

    def __init__(self, numbers: Mapping[int | str, int], tied: bool) -> None:
        super().__init__()
        self.numbers = numbers
        self.tied = tied
        self._others: dict[object, int] = {}

    def __missing__(self, fact: Fact | None) -> int:
        if fact is not None and fact.sure and len(fact.values) == 1:
            number = self._class(fact.values[0])
        elif fact is not None and not fact.values:
            number = self._other("meaningless")
        else:
            classes = None
            if fact is not None:
                classes = (fact.sure, frozenset(map(self._class, fact.values)))
            number = (TIED if self.tied else 0) - 1 - self._other(classes)
        self[fact] = number
        return number

    def _class(self, value: int | str) -> int:
        number = self.numbers.get(value)
        return self._other(value) if number is None else number

    def _other(self, what: object) -> int:
        return self._others.setdefault(what, len(self.numbers) + len(self._others))


class Rows:
    """Numbers what records say of the entries of lists, since many entries are alike.

    Args:
        vocabulary: the attributes of each kind, in the order of a row.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.places: dict[str, dict[str, int]] = {}
        for kind, name in vocabulary.attributes:
            of = self.places.setdefault(kind, {})
            of[name] = len(of)
        self._numbers: dict[object, int] = {}
        self.known: list[tuple[Fact | None, ...]] = []

    def of(self, situation: Situation) -> dict[str, list[int]]:
        """Give the numbers of the entries of a record, by kind."""
        get = situation.facts.get
        found: dict[str, list[int]] = {}
        for kind, ids in situation.ids.items():
            numbers = found[kind] = []
            for index in range(1, len(ids) + 1):
                entity = (kind, index)
                row = tuple([get((entity, name)) for name in self.places[kind]])
                number = self._numbers.get((kind, row))
                if number is None:
                    number = self._numbers[kind, row] = len(self.known)
                    self.known.append(row)
                numbers.append(number)
        return found


Classified: TypeAlias = tuple[tuple[int, ...], int]
"""The classes of the attributes of an entry, and the least of them."""
Numbers: TypeAlias = tuple[int, ...]


ABSENT = 0
"""The number of traits that an entry would have that is not there, so it can be left out."""
MISSING = -1_000_000
"""Stands for what has not been looked up."""


class _Column:
    """What a clause sees of the entries of one list: attributes with their classes."""

    def __init__(self, kind: str, classes: Mapping[str, _Classes], rows: Rows) -> None:
        self.kind = kind
        self.tied = any(c.tied for c in classes.values())
        self._classes = [(rows.places[kind][name], c) for name, c in classes.items()]
        self._rows = rows
        self._memo: dict[int, Classified] = {}

    def classified(self, number: int) -> Classified:
        """Give what the clause sees of an entry, by the number of its row."""
        found = self._memo.get(number)
        if found is None:
            row = self._rows.known[number]
            classes = tuple([c[row[place]] for place, c in self._classes])
            found = self._memo[number] = (classes, min(classes, default=0))
        return found


class _Reduction:
    """What a clause makes of the entries of a list: the traits.

    Args:
        kind: the kind of entry.
        traits: finds them.
        names: the attributes of the kind that the clause sees.
        patient: the attributes of the patient that the clause sees.
    """

    def __init__(
        self, kind: str, traits: Traits, names: Iterable[str], patient: Iterable[str]
    ) -> None:
        self._kind = kind
        self._traits = traits
        self._names = tuple(names)
        depends = traits.depends.get(kind, ())
        self._patient = [(place, name) for place, name in enumerate(patient) if name in depends]
        absent = traits.absent.get(kind, ())
        self._numbers: dict[Possible, int] = {absent: ABSENT}
        self.known: list[Possible] = [absent]
        self.memo: dict[Numbers, dict[Numbers, int | None]] = {}

    def seen(self, patient: Numbers) -> Numbers:
        """Give those classes of the patient's attributes on which the traits depend."""
        return tuple([patient[place] for place, _ in self._patient])

    def number(
        self, entry: Mapping[str, Fact | None], patient: Mapping[Pair, Fact], least: int
    ) -> int | None:
        """Give a number for the traits, negative where they are open; None: not to be had.

        Args:
            entry: what the record says of the entry.
            patient: what it says of the patient.
            least: the least class of any attribute that is looked at.
        """
        own = {name: patient.get((THE_PATIENT, name)) for _, name in self._patient}
        try:
            ways = self._traits.possible(self._kind, {n: entry.get(n) for n in self._names}, own)
        except NoTraitsError:
            return None
        number = self._numbers.setdefault(ways, len(self._numbers))
        if number == len(self.known):
            self.known.append(ways)
        if all(len(way) == 1 for way in ways):
            return number
        return None if least < TIED else -number


class _Columns:
    """What a clause sees where certain lists are empty."""

    def __init__(
        self,
        near: Mapping[str, Mapping[str, _Classes]],
        counts: bool,
        rows: Rows,
        traits: Traits | None,
    ) -> None:
        own = near.get(PATIENT, {})
        self.patient = [((THE_PATIENT, a), c) for a, c in own.items()]
        self.lists = [_Column(kind, cs, rows) for kind, cs in near.items() if kind != PATIENT]
        self.counts = counts or (traits is not None and traits.pairwise)
        self._rows = rows
        self._places = {kind: tuple(rows.places[kind]) for kind in near}
        self._traits = traits
        self._reductions: list[_Reduction] = []
        self._patients: dict[Numbers, tuple[tuple[int, ...], int] | None] = {}
        self._ways: dict[object, int] = {}
        self._relevant: dict[object, list[int]] = {}
        if traits is not None:
            self._reductions = [_Reduction(c.kind, traits, near[c.kind], own) for c in self.lists]

    def reduced(
        self, situation: Situation, rows: Mapping[str, list[int]], patient: Numbers
    ) -> Key | None:
        """Give the key of a record made of traits, if they are to be had.

        Args:
            situation: the record.
            rows: the numbers of its entries.
            patient: the classes of the patient.
        """
        if self._traits is None:
            return None
        if patient not in self._patients:
            self._patients[patient] = self._of_patient(situation, patient)
        known = self._patients[patient]
        if known is None:
            return None
        settled = True
        seen: list[object] = []
        for column, reduction in zip(self.lists, self._reductions, strict=True):
            kind = column.kind
            if kind in situation.open_lists:
                if column.tied:
                    return None
                settled = False
                seen.append(kind)
            classes = reduction.seen(patient)
            memo = reduction.memo.setdefault(classes, {})
            numbers = []
            for row in rows[kind]:
                own, least = column.classified(row)
                number = memo.get(own, MISSING)
                if number == MISSING:
                    entry = dict(zip(self._places[kind], self._rows.known[row], strict=True))
                    least = min((least, *classes))
                    number = memo[own] = reduction.number(entry, situation.facts, least)
                if number is None:
                    return None
                if number != ABSENT:
                    settled = settled and number > 0
                    numbers.append(number)
            if not self.counts:
                numbers = list(set(numbers))
            if len(numbers) > 1:
                numbers.sort()
            seen.append(tuple(numbers))
        entries = tuple(seen)
        relevant = self._relevant.get(entries)
        if relevant is None:
            relevant = self._relevant[entries] = self._matters(entries)
        of_patient = tuple([known[0][place] for place in relevant])
        least = min(of_patient, default=0)
        if least < 0 and known[1] < TIED:
            return None
        return (settled and least >= 0, of_patient, *entries)

    def _of_patient(
        self, situation: Situation, patient: Numbers
    ) -> tuple[tuple[int, ...], int] | None:
        """Number each part of the patient's traits, negative where open; and the least class."""
        assert self._traits is not None
        facts = {name: situation.facts.get((of, name)) for (of, name), _ in self.patient}
        try:
            ways = self._traits.possible(PATIENT, facts, {})
        except NoTraitsError:
            return None
        numbers = [self._ways.setdefault(way, len(self._ways)) for way in ways]
        signed = [n if len(w) == 1 else -1 - n for n, w in zip(numbers, ways, strict=True)]
        return tuple(signed), min(patient, default=0)

    def _matters(self, entries: Sequence[object]) -> list[int]:
        """Give the parts of the patient's traits that matter beside certain entries."""
        assert self._traits is not None
        more = [kind for kind in entries if isinstance(kind, str)]
        numbers = [numbers for numbers in entries if isinstance(numbers, tuple)]
        ways = {
            column.kind: [reduction.known[abs(number)] for number in of_kind]
            for column, reduction, of_kind in zip(
                self.lists, self._reductions, numbers, strict=True
            )
        }
        return self._traits.relevant(ways, more)


class View:
    """What one clause can see of a record.

    Args:
        clause: the clause.
        look: finds out what the clause sees where certain lists are empty.
        kinds: the lists that it can see at all.
        far: all attributes that it can see and those tied to them, by kind.
    """

    def __init__(
        self,
        clause: str,
        look: Callable[[frozenset[str]], _Columns],
        kinds: Iterable[str],
        far: ByKind,
    ) -> None:
        self.clause = clause
        self._look = look
        self._kinds = tuple(kinds)
        self._columns: dict[tuple[bool, ...], _Columns] = {}
        self._far = [(kind, sorted(attributes)) for kind, attributes in sorted(far.items())]
        self._numbers: dict[object, int] = {}

    def __call__(self, situation: Situation, rows: Mapping[str, list[int]]) -> Key:
        """Give the key of a record: equal keys, equal answers.

        Args:
            situation: the record.
            rows: the numbers of its entries.
        """
        ids, open_lists = situation.ids, situation.open_lists
        empty = tuple([not ids[kind] and kind not in open_lists for kind in self._kinds])
        columns = self._columns.get(empty)
        if columns is None:
            gone = frozenset(k for k, e in zip(self._kinds, empty, strict=True) if e)
            columns = self._columns[empty] = self._look(gone)
        facts = situation.facts
        numbers = tuple([classes[facts.get(pair)] for pair, classes in columns.patient])
        reduced = columns.reduced(situation, rows, numbers)
        if reduced is not None:
            return (reduced[0], "traits", empty, *reduced[1:])
        least = min(numbers, default=0)
        seen: list[object] = [*numbers]
        if least < TIED:
            return self._far_key(situation)
        for column in columns.lists:
            if column.kind in open_lists:
                if column.tied:
                    return self._far_key(situation)
                least = min(least, -1)
                seen.append(column.kind)
            entries = []
            for number in rows[column.kind]:
                classes, lowest = column.classified(number)
                if lowest < TIED:
                    return self._far_key(situation)
                least = min(least, lowest)
                entries.append(classes)
            seen.append(tuple(sorted(entries if columns.counts else set(entries))))
        return (least >= 0, empty, *seen)

    def _far_key(self, situation: Situation) -> Key:
        facts = situation.facts
        seen: list[object] = [False]
        for kind, attributes in self._far:
            entities: list[Entity] = [THE_PATIENT]
            if kind != PATIENT:
                entities = [(kind, i) for i in range(1, len(situation.ids[kind]) + 1)]
                seen.append(kind in situation.open_lists)
            rows = [tuple([facts.get((entity, a)) for a in attributes]) for entity in entities]
            numbers = self._numbers
            seen.append(tuple(sorted([numbers.setdefault(row, len(numbers)) for row in rows])))
        return tuple(seen)


class Integrity:
    """What integrity rules see of a record: one row for each entry and knot of ties.

    A patient is possible if every row is; so rows once found in a possible patient
    need not be looked at again.

    Args:
        knots: attributes that integrity rules tie together, by kind; each knot is about
            the patient and at most one list.
        rows: numbers of entries.
    """

    def __init__(self, knots: Iterable[ByKind], rows: Rows) -> None:
        self._rows = rows
        self._memo: dict[tuple[int, int], Key] = {}
        self._knots = [
            (
                number,
                [(THE_PATIENT, a) for a in sorted(knot.get(PATIENT, ()))],
                [
                    (kind, [rows.places[kind][name] for name in sorted(names)])
                    for kind, names in sorted(knot.items())
                    if kind != PATIENT
                ],
            )
            for number, knot in enumerate(knots)
        ]

    def rows(self, situation: Situation, rows: Mapping[str, list[int]]) -> list[Key]:
        """Give the rows of a record, whose entries have the given numbers."""
        facts = situation.facts
        found: list[Key] = []
        for knot, pairs, lists in self._knots:
            patient = tuple([facts.get(pair) for pair in pairs])
            if not lists:
                found.append((knot, patient))
            for kind, places in lists:
                for number in rows[kind]:
                    row = self._memo.get((knot, number))
                    if row is None:
                        known = self._rows.known[number]
                        row = self._memo[knot, number] = tuple([known[p] for p in places])
                    found.append((knot, patient, row))
        return found


@dataclass(frozen=True, slots=True)
class Outlook:
    """What clauses and integrity rules see of a record, and what none of them does."""

    rows: Rows
    views: list[View]
    integrity: Integrity
    unused: frozenset[tuple[str, str]]


def look(engine: Engine, settled: Mapping[str, str]) -> Outlook:
    """Read off the ground program what clauses and integrity rules see of a record.

    Args:
        engine: the protocol.
        settled: the reading of every ambiguity.

    Returns:
        A view for each clause, the view of the integrity rules, and the attributes, by
        kind, that nothing sees.

    Raises:
        AssertionError: an integrity rule ties two entries of lists together.
    """
    kinds = engine.protocol.vocabulary.kinds
    shape = tuple((kind, 2) for kind in kinds if kind != PATIENT)
    session = Session(engine.protocol, shape, settled)
    dependencies = session.dependencies
    alike = Alike(session.rules.bare, {p: v for p, v in session.has.items() if p[0][1] < 2})
    local = LocalRules(session.rules, session.has, session.present, engine.protocol.vocabulary)
    counting = session.rules.counting
    tied = {(entity[0], attribute) for entity, attribute in dependencies.tied}
    rows = Rows(engine.protocol.vocabulary)
    views = []
    for clause in engine.protocol.clauses:
        atoms = session.status_atoms(clause)

        def columns(empty: frozenset[str], atoms: tuple[int, ...] = atoms) -> _Columns:
            reached = dependencies.reached(atoms, empty)
            near: dict[str, dict[str, _Classes]] = {}
            for kind, attributes in sorted(_by_kind(dependencies.about(reached)).items()):
                entity: Entity = THE_PATIENT if kind == PATIENT else (kind, 1)
                near[kind] = {
                    a: _Classes(alike.classes((entity, a), reached), (kind, a) in tied)
                    for a in sorted(attributes)
                }
            numbers = {(kind, a): c.numbers for kind, cs in near.items() for a, c in cs.items()}
            try:
                traits = Traits(local, atoms, reached, numbers)
            except NoTraitsError:
                traits = None
            return _Columns(near, not counting.isdisjoint(reached), rows, traits)

        far = _by_kind(dependencies.of(atoms))
        views.append(View(clause, columns, sorted(set(far) - {PATIENT}), far))
    for bond in dependencies.bonds:
        if len({entity for entity, _ in bond if entity != THE_PATIENT}) > 1:
            raise AssertionError("an integrity rule ties two entries together")
    seen = tied.union(
        (entity[0], attribute)
        for clause in engine.protocol.clauses
        for entity, attribute in dependencies.of(session.status_atoms(clause))
    )
    unused = frozenset({(entity[0], attribute) for entity, attribute in session.has} - seen)
    return Outlook(rows, views, Integrity(_knots(dependencies.bonds), rows), unused)


def _knots(bonds: Iterable[frozenset[Pair]]) -> list[ByKind]:
    """Join the bonds that share an attribute."""
    knots: list[set[tuple[str, str]]] = []
    for bond in bonds:
        joined = {(entity[0], attribute) for entity, attribute in bond}
        for knot in [k for k in knots if k & joined]:
            joined |= knot
            knots.remove(knot)
        knots.append(joined)
    found = []
    for ordered in sorted(sorted(k) for k in knots):
        by_kind: ByKind = {}
        for kind, attribute in ordered:
            by_kind.setdefault(kind, set()).add(attribute)
        found.append(by_kind)
    return found


def _by_kind(pairs: Iterable[Pair]) -> ByKind:
    found: ByKind = {}
    for entity, attribute in pairs:
        names = found.setdefault(entity[0], set())
        if attribute:
            names.add(attribute)
    return found
