"""A protocol, grounded once for a number of entries, and asked under assumptions.

Everything about a patient is an assumption: a record is a list of literals, and so is
a reading of the text. The questions differ only in which literals are assumed.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple, TypeAlias

import clingo
from clingo import Function, Number, String, Symbol

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import regions_of
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import THE_PATIENT, Entity, Value
from oligoasp.solver.atoms import Atoms, terms
from oligoasp.solver.dependencies import Dependencies
from oligoasp.solver.groups import Each, Wanted
from oligoasp.solver.load import ground
from oligoasp.solver.program import OPTIONS, GroundRules, unquoted

Shape: TypeAlias = tuple[tuple[str, int], ...]
"""How many entries of each kind there may be, in the order of the vocabulary."""
ASKED = (
    *(("has", 3), ("present", 1), ("reading", 2), ("meaningless", 2), ("counted", 2)),
    *(("violated", 1), ("violated", 2), ("inapplicable", 1), ("impossible", 1)),
    *(("nobody", 0), ("tolerate", 0), ("eligible", 0)),
)
"""The atoms that are asked for."""


def entity_symbol(entity: Entity) -> Symbol:
    """Give the term by which the rules name an entry."""
    kind, index = entity
    return Function(kind) if kind == PATIENT else Function(kind, [Number(index)])


class Consequences(NamedTuple):
    """Which clauses some completion violates, which ones every completion does."""

    violable: frozenset[str]
    violated: frozenset[str]
    inapplicable: frozenset[str]


class Extent(NamedTuple):
    """Which of some literals hold in somebody in question, and which in everybody."""

    somewhere: frozenset[int]
    everywhere: frozenset[int]


class Session:
    """One grounded program.

    Args:
        protocol: the protocol.
        shape: how many entries of each kind there may be.
        settled: readings that are settled for good, by ambiguity; the others stay open.
        unused: attributes, by kind, that no rule asks for under the settled readings.
        spare: values, by kind and attribute, that are left out, since others stand for them.
        traced: whether to keep the ground rules, to read dependencies off them.
        in_turn: whether entries are only there if those before them are.
        kept: whether the ground program is kept on disk.
    """

    _enumeration: tuple[str, int] | None = None

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        settled: Mapping[str, str] | None = None,
        *,
        unused: Iterable[tuple[str, str]] = (),
        spare: Iterable[tuple[str, str, Value]] = (),
        traced: bool = True,
        in_turn: bool = False,
        kept: bool = False,
    ) -> None:
        self.protocol = protocol
        self.shape = shape
        self.settled = dict(settled or {})
        facts = _facts(protocol, shape, self.settled, {*unused, *protocol.unasked(self.settled)})
        facts += following(shape) if in_turn else ""
        facts += "".join([f"spare({kind}, {name}, {value}).\n" for kind, name, value in spare])
        self._control, atoms, self._rules = ground(
            protocol.files,
            facts,
            OPTIONS,
            protocol.edit,
            traced=traced,
            kept=ASKED if kept else (),
        )
        self._control.enable_cleanup = False  # no more is grounded that could profit from it
        self._index(atoms)

    def _index(self, atoms: Atoms | None = None) -> None:
        self._atoms = atoms = atoms or Atoms(self._control)
        self.has: dict[tuple[Entity, str], dict[Value, int]] = {}
        entities = {str(entity_symbol(e)): e for e in self.entities()}
        for text, literal in atoms.of("has", 3):
            entity, attribute, value = text.split(",", 2)
            pair = (entities[entity], attribute)
            key: Value = int(value) if value.lstrip("-").isdecimal() else value
            self.has.setdefault(pair, {})[key] = literal
        self.present = {entities[text]: literal for text, literal in atoms.of("present", 1)}
        self.reading: dict[tuple[str, str], int] = {}
        for text, literal in atoms.of("reading", 2):
            name, option = text.split(",")
            self.reading[name, option] = literal
        self.violated = {unquoted(text): literal for text, literal in atoms.of("violated", 1)}
        self.inapplicable = {
            unquoted(text): literal for text, literal in atoms.of("inapplicable", 1)
        }
        ((_, self.nobody),) = atoms.of("nobody", 0)
        self.eligible = next((literal for _, literal in atoms.of("eligible", 0)), self.nobody)
        ((_, self.tolerate),) = atoms.of("tolerate", 0)
        self.impossible = [literal for _, literal in atoms.of("impossible", 1)]
        self._dependencies: Dependencies | None = None
        self._counters: dict[tuple[int, tuple[int, ...]], int] = {}
        vocabulary = self.protocol.vocabulary
        self.conditional = vocabulary.conditions.keys() - vocabulary.proves

    def meaningless(self, entity: Entity, attribute: str) -> int:
        """Give the literal that says that an attribute has no meaning for an entry."""
        return self._meaningless.get(f"{entity_symbol(entity)},{attribute}", self.nobody)

    @cached_property
    def _meaningless(self) -> dict[str, int]:
        return dict(self._atoms.of("meaningless", 2))

    def entities(self) -> list[Entity]:
        """Give the patient and every entry that there may be."""
        return [
            THE_PATIENT,
            *((kind, i) for kind, number in self.shape for i in range(1, number + 1)),
        ]

    @property
    def dependencies(self) -> Dependencies:
        """What each clause depends on, read off the ground program."""
        if self._dependencies is None:
            self._dependencies = Dependencies(
                self.rules.bare,
                {lit: key for key, values in self.has.items() for lit in values.values()},
                {lit: entity for entity, lit in self.present.items()},
                self.impossible,
            )
        return self._dependencies

    def cone(self, clause: str) -> frozenset[tuple[Entity, str]]:
        """Give the attributes that the status of a clause can depend on.

        An entry whose mere presence matters is given with the attribute "".
        """
        return self.dependencies.of(self.status_atoms(clause))

    def status_atoms(self, clause: str) -> tuple[int, ...]:
        """Give the atoms that the status of a clause is read from."""
        tables = (self.violated, self.inapplicable)
        return tuple(table[clause] for table in tables if clause in table)

    @property
    def traced(self) -> bool:
        """Whether the ground rules are kept."""
        return self._rules is not None

    @property
    def rules(self) -> GroundRules:
        """The ground rules of a traced session."""
        assert self._rules is not None
        return self._rules

    def readings(self, chosen: Mapping[str, str], free: Iterable[str] = ()) -> list[int]:
        """Give assumptions for the readings of the text, and against impossible people.

        Args:
            chosen: options other than the defaults, by ambiguity.
            free: ambiguities that are left open.
        """
        options = {**self.protocol.default_readings(), **chosen}
        left_open = {*free, *self.settled}
        return [-self.tolerate] + [
            self.reading[name, option] for name, option in options.items() if name not in left_open
        ]

    def tolerant(self, assumptions: Iterable[int]) -> list[int]:
        """Give assumptions that let impossible people in."""
        return [lit for lit in assumptions if lit != -self.tolerate] + [self.tolerate]

    def settle(self, assumptions: Iterable[int]) -> None:
        """Let in for good only who fulfils assumptions, which makes all questions cheaper."""
        with self._control.backend() as backend:
            for literal in assumptions:
                backend.add_rule([], [-literal])

    # ---- solving -----------------------------------------------------------------

    def satisfiable(self, assumptions: Sequence[int]) -> bool:
        """Tell whether some patient fulfils all assumptions."""
        self._mode("auto", 1)
        return bool(self._control.solve(assumptions=list(assumptions)).satisfiable)

    def tried(self, assumptions: Sequence[int], effort: int) -> bool | None:
        """Tell whether some patient fulfils assumptions; None if that is too hard to settle.

        Args:
            assumptions: the assumptions.
            effort: after how many conflicts the question is given up.
        """
        self._mode("auto", 1)
        with self.limited(effort):
            return self._control.solve(assumptions=list(assumptions)).satisfiable

    @contextmanager
    def limited(self, effort: int) -> Iterator[None]:
        """Give up questions after so many conflicts."""
        configuration = self._control.configuration.solve
        assert isinstance(configuration, clingo.Configuration)
        configuration.solve_limit = str(effort)
        try:
            yield
        finally:
            configuration.solve_limit = "umax"

    def core(self, assumptions: Sequence[int]) -> list[int] | None:
        """Give assumptions that nobody fulfils together, or None if somebody fulfils all.

        The core is not minimal.
        """
        self._mode("auto", 1)
        cores: list[list[int]] = []
        result = self._control.solve(
            assumptions=list(assumptions), on_core=lambda core: cores.append(list(core))
        )
        if result.satisfiable:
            return None
        return cores[0] if cores else []

    def true_literals(
        self, assumptions: Sequence[int], literals: Iterable[int]
    ) -> frozenset[int] | None:
        """Give which of the literals hold in one patient who fulfils the assumptions."""
        return self.true_or_clashing(assumptions, Each(literals))[0]

    def true_or_clashing(
        self, assumptions: Sequence[int], wanted: Wanted
    ) -> tuple[frozenset[int] | None, frozenset[int]]:
        """Give what `true_literals` does, and if it is None, assumptions that clash.

        They are not minimal.
        """
        self._mode("auto", 1)
        found: list[frozenset[int]] = []
        clash: list[int] = []

        def take(model: clingo.Model) -> None:
            found.append(wanted.holding(model.is_true))

        # A callback costs half of what iterating over the models does.
        self._control.solve(assumptions=list(assumptions), on_model=take, on_core=clash.extend)
        return (found[0] if found else None), frozenset(clash)

    def somewhere(
        self, assumptions: Sequence[int], literals: Iterable[int], wanted: Wanted | None = None
    ) -> frozenset[int]:
        """Give the literals that hold in somebody who fulfils assumptions.

        That is one question: in whoever is found next, something has to hold that has not yet.

        Args:
            assumptions: the assumptions.
            literals: the literals.
            wanted: looks for the same literals, if there is a quicker way than one by one.
        """
        asked = list(literals)
        left = list(asked)

        def take(model: clingo.Model) -> None:
            found = (wanted or Each(left)).holding(model.is_true)
            left[:] = [literal for literal in left if literal not in found]
            model.context.add_clause(left)

        self._mode("record", 0)
        self._control.solve(assumptions=list(assumptions), on_model=take)
        return frozenset(asked).difference(left)

    def extent(self, assumptions: Sequence[int], literals: Iterable[int]) -> Extent | None:
        """Give in whom literals hold, of all who fulfil assumptions; None if nobody does."""
        wanted = list(literals)
        true = self.true_literals(assumptions, wanted)
        if true is None:
            return None
        others = [-literal if literal in true else literal for literal in wanted]
        found = self.somewhere(assumptions, others)
        return Extent(
            true | {literal for literal in wanted if literal in found},
            frozenset(literal for literal in true if -literal not in found),
        )

    def consequences(self, assumptions: Sequence[int]) -> Consequences | None:
        """Give what every completion, and what some completion, violates.

        Args:
            assumptions: what is known of the patient.

        Returns:
            None if there is no completion at all.
        """
        return self.consequences_for(self.violated.keys() | self.inapplicable.keys(), assumptions)

    def consequences_for(
        self, clauses: Container[str], assumptions: Sequence[int]
    ) -> Consequences | None:
        """Give what completions violate, as `consequences` does, of some clauses only."""
        violated = {c: literal for c, literal in self.violated.items() if c in clauses}
        applying = {c: lit for c, lit in self.inapplicable.items() if c in clauses}
        found = self.extent(assumptions, [*violated.values(), *applying.values()])
        if found is None:
            return None
        return Consequences(
            frozenset(c for c, literal in violated.items() if literal in found.somewhere),
            frozenset(c for c, literal in violated.items() if literal in found.everywhere),
            frozenset(c for c, literal in applying.items() if literal in found.everywhere),
        )

    def evidence(self, assumptions: Sequence[int], clause: str) -> list[Symbol]:
        """Give why a clause is violated: what holds in every completion, or else in one."""
        atoms = self.ways(clause)
        found = self.extent(assumptions, atoms)
        certain = found.everywhere if found is not None else ()
        true = certain or self.true_literals([*assumptions, self.violated[clause]], atoms) or ()
        return sorted(atoms[literal] for literal in true)

    def ways(self, clause: str) -> dict[int, Symbol]:
        """Give the ways in which a clause can be violated, by their literals, as evidence."""
        start = f"{String(clause)},"
        return {
            literal: terms(text)[1]
            for text, literal in self._atoms.of("violated", 2)
            if text.startswith(start)
        }

    def all_evidence(self) -> list[tuple[str, Symbol]]:
        """Give every way in which each clause can be violated at all."""
        found = [terms(text) for text, _ in self._atoms.of("violated", 2)]
        return sorted((clause.string, evidence) for clause, evidence in found)

    def rows(self, name: str, arity: int) -> dict[int, list[Symbol]]:
        """Give the arguments of the atoms ``name/arity`` in order, by their literals."""
        found = [(terms(text), literal) for text, literal in self._atoms.of(name, arity)]
        return {literal: arguments for arguments, literal in sorted(found)}

    def at_least(self, number: int, literals: Sequence[int]) -> int:
        """Give an atom that holds if so many of some literals do."""
        key = (number, tuple(literals))
        if key not in self._counters:
            with self._control.backend() as backend:
                atom = self._counters[key] = backend.add_atom()
                backend.add_weight_rule([atom], number, [(lit, 1) for lit in literals])
        return self._counters[key]

    def _mode(self, mode: str, models: int) -> None:
        if self._enumeration == (mode, models):
            return
        self._enumeration = (mode, models)
        configuration = self._control.configuration.solve
        assert isinstance(configuration, clingo.Configuration)
        configuration.enum_mode = mode
        configuration.models = models


def following(shape: Shape) -> str:
    """Give the facts that say in which order the entries of a list are used."""
    pairs = ((kind, index) for kind, number in shape for index in range(1, number))
    return "".join(f"follows({kind}({i}), {kind}({i + 1})).\n" for kind, i in pairs)


def _facts(
    protocol: Protocol,
    shape: Shape,
    settled: Mapping[str, str],
    unused: Iterable[tuple[str, str]],
) -> str:
    """Give what a session adds to the rules: entries, limits, representatives, what is settled."""
    lines = [f"entity({PATIENT}, {PATIENT})."]
    lines += [f"settled({name}, {option})." for name, option in settled.items()]
    lines += [f"unused({kind}, {name})." for kind, name in sorted(unused)]
    groups = 0
    for kind, number in shape:
        if number:
            lines.append(f"entity({kind}, {kind}(1..{number})).")
        groups = max(groups, number // 2)
    if groups:
        lines.append(f"group_label(group(1..{groups})).")
    moved = protocol.edit.moved if protocol.edit else frozenset()
    lines += [
        f"limit({p.name}, {p.code})." for p in protocol.parameters.values() if p.name not in moved
    ]
    for name, regions in regions_of(protocol).items():
        lines += [f"representative({name}, {code})." for code in regions.representatives]
    return "\n".join(lines) + "\n"
