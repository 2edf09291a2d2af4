"""The outlook of a protocol: what its clauses and integrity rules see, read off ground rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from oligoasp.batch.integrity import Integrity
from oligoasp.batch.local_rules import LocalRules, NoTraitsError
from oligoasp.batch.look import stand_in
from oligoasp.batch.meanings import Meanings
from oligoasp.batch.outline import Outline, Outlines
from oligoasp.batch.signs import Comparison, Signs, by_attribute
from oligoasp.batch.traits import Traits
from oligoasp.batch.views import ByKind, Classes, Columns, Key, View
from oligoasp.decide import Engine
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import THE_PATIENT, Pair, Value
from oligoasp.solver.alike import Alike
from oligoasp.solver.session import Session

StatusAtoms: TypeAlias = tuple[int | None, int | None]
"""The atoms that a clause is violated and that it is not applicable, if anybody can be so."""
Merged: TypeAlias = Mapping[tuple[str, str], Mapping[Value, Value]]
"""For the values of attributes, by kind and name, one that stands for all that are alike."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What clauses and integrity rules see of a record, and what none of them does.

    ``unused`` are attributes that none of them sees; ``merged`` has for the values of the
    others one that stands for all that none of them tells apart. ``meanings`` has a digest
    of the rules of each clause, ``possible`` one of those that say who is possible; None: they
    cannot be compared. ``atoms`` are those that the status of each clause is read from, in
    ``rules``.
    """

    views: list[View]
    integrity: Integrity
    unused: frozenset[tuple[str, str]]
    merged: Merged
    meanings: dict[str, tuple[bytes, ...] | None]
    possible: tuple[bytes, ...] | None
    atoms: Mapping[str, StatusAtoms]
    rules: LocalRules

    def shares(self, other: Outlook, clause: str) -> bool:
        """Tell whether a clause means the same for everybody as in another protocol."""
        mine = self.meanings.get(clause)
        same = mine is not None and mine == other.meanings.get(clause)
        return same and self._same_people(other)

    def signs(self, other: Outlook, clauses: Iterable[str]) -> tuple[Signs, set[str]]:
        """Give values such that clauses mean the same for who has none as in another protocol.

        Args:
            other: the outlook under the other protocol.
            clauses: clauses of both.

        Returns:
            The values, and the clauses for which such are found.
        """
        if not self._same_people(other):
            return {}, set()
        comparison = Comparison(other.rules, self.rules)
        found = {}
        for clause in clauses:
            pairs = list(zip(other.atoms[clause], self.atoms[clause], strict=True))
            if all((a is None) == (b is None) for a, b in pairs):
                signs = comparison.signs([(a, b) for a, b in pairs if a and b])
                if signs is not None:
                    found[clause] = signs
        return by_attribute(chain.from_iterable(found.values())), set(found)

    def _same_people(self, other: Outlook) -> bool:
        return self.possible is not None and self.possible == other.possible


def look(engine: Engine, outlines: Outlines, like: Outlook | None = None) -> Outlook:
    """Read off the ground program what clauses and integrity rules see of a record.

    Args:
        engine: the protocol, under its readings.
        outlines: knows what outlines say.
        like: the outlook under another protocol, which tells the same numbers apart; what
            means the same there shares its view, and so all that is remembered.

    Returns:
        A view for each clause, the view of the integrity rules, and the attributes, by
        kind, that nothing sees.

    Raises:
        AssertionError: an integrity rule ties two entries of lists together.
    """
    session = _session(engine)
    local = LocalRules(
        session.rules,
        session.has,
        session.present,
        engine.protocol.vocabulary,
        session.impossible,
    )

    known_meanings = Meanings(local)

    def meaning(atoms: Iterable[int | None]) -> tuple[bytes, ...] | None:
        try:
            return tuple([known_meanings.of(atom) if atom else b"" for atom in atoms])
        except NoTraitsError:
            return None

    atoms = {
        c: (session.violated.get(c), session.inapplicable.get(c)) for c in engine.protocol.clauses
    }
    meanings = {clause: meaning(of_clause) for clause, of_clause in atoms.items()}
    found = Outlook(
        [],
        Integrity([], outlines, local),
        frozenset(),
        {},
        meanings,
        meaning(session.impossible),
        atoms,
        local,
    )
    known = {v.clause: v for v in like.views if found.shares(like, v.clause)} if like else {}
    if like is not None and len(known) == len(meanings):
        return replace(
            found,
            views=[known[clause] for clause in meanings],
            integrity=like.integrity,
            unused=like.unused,
            merged=like.merged,
        )
    maker = _Looker(engine, outlines, session, local)
    return replace(
        found,
        views=[known.get(clause) or maker.view(clause) for clause in meanings],
        integrity=maker.integrity(),
        unused=maker.unused(),
        merged=maker.merged(),
    )


def _session(engine: Engine) -> Session:
    """Ground the rules for two entries of each list, which shows what rules look at."""
    kinds = engine.protocol.vocabulary.kinds
    shape = tuple((kind, 2) for kind in kinds if kind != PATIENT)
    return Session(engine.protocol, shape, engine.settled, kept=True)


class _Looker:
    """Reads off ground rules what clauses see."""

    def __init__(
        self, engine: Engine, outlines: Outlines, session: Session, local: LocalRules
    ) -> None:
        self._clauses = list(engine.protocol.clauses)
        self._outlines = outlines
        self._session = session
        self._local = local
        self._dependencies = session.dependencies
        self._firsts = {pair: values for pair, values in session.has.items() if pair[0][1] < 2}
        self._alike = Alike(session.rules.bare, self._firsts)
        self._sorted: dict[tuple[str, str, tuple[int, ...]], Classes] = {}
        self._counting = session.rules.counting
        self._tied = {(entity[0], name) for entity, name in self._dependencies.tied}

    def view(self, clause: str) -> View:
        """Give what a clause sees."""
        atoms = self._session.status_atoms(clause)

        def columns(empty: frozenset[str], far: Callable[[Outline], Key]) -> Columns:
            reached = self._dependencies.reached(atoms, empty)
            near = {
                kind: {name: self._classes(kind, name, reached) for name in sorted(names)}
                for kind, names in sorted(_by_kind(self._dependencies.about(reached)).items())
            }
            numbers = {(kind, a): c.numbers for kind, cs in near.items() for a, c in cs.items()}
            try:
                traits = Traits(self._local, atoms, reached, numbers)
            except NoTraitsError:
                traits = None
            counts = not self._counting.isdisjoint(reached)
            return Columns(near, counts, self._outlines, traits, far)

        return View(clause, columns, _by_kind(self._dependencies.of(atoms)), self._outlines)

    def _classes(self, kind: str, name: str, reached: frozenset[int]) -> Classes:
        """Sort what is said of an attribute, the same for all who tell the same values apart."""
        numbers = self._alike.classes((stand_in(kind), name), reached)
        key = kind, name, tuple(numbers.values())
        if key not in self._sorted:
            place = self._outlines.place(kind, name)
            self._sorted[key] = Classes(
                lambda number: self._outlines.fact(kind, place, number),
                numbers,
                (kind, name) in self._tied,
            )
        return self._sorted[key]

    def integrity(self) -> Integrity:
        """Give what the integrity rules see.

        Raises:
            AssertionError: an integrity rule ties two entries of lists together.
        """
        bonds = self._dependencies.bonds
        for bond in bonds:
            if len({entity for entity, _ in bond if entity != THE_PATIENT}) > 1:
                raise AssertionError("an integrity rule ties two entries together")
        return Integrity(_knots(bonds), self._outlines, self._local)

    def unused(self) -> frozenset[tuple[str, str]]:
        """Give the attributes, by kind, that nothing sees."""
        seen = self._tied.union(
            (entity[0], attribute)
            for clause in self._clauses
            for entity, attribute in self._dependencies.of(self._session.status_atoms(clause))
        )
        return frozenset({(entity[0], name) for entity, name in self._session.has} - seen)

    def merged(self) -> Merged:
        """Give, for each value of an attribute, one that nothing tells from it."""
        session = self._session
        atoms = [atom for clause in self._clauses for atom in session.status_atoms(clause)]
        reached = self._dependencies.reached([*atoms, *session.impossible])
        found = {}
        for pair in self._firsts:
            if self._local.vocabulary.attributes[pair[0][0], pair[1]].type == "group":
                continue  # a label stands for the entries that share it
            of_class: dict[int, Value] = {}
            found[pair[0][0], pair[1]] = {
                value: of_class.setdefault(number, value)
                for value, number in self._alike.classes(pair, reached).items()
            }
        return found


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
