"""The survey: what all checks of one run share, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from oligoasp.decide import Engine
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Pair, Value
from oligoasp.record.read import parse_record
from oligoasp.solver.program import text
from oligoasp.verify.double import DoubleSession
from oligoasp.verify.hygiene import heads
from oligoasp.verify.space import (
    MOST_LESIONS,
    Question,
    Space,
    scope_of,
    shape_of,
    with_calendar,
)
from oligoasp.verify.witness import Witness, Witnesses

if TYPE_CHECKING:
    from oligoasp.explain.words import Words

LADDER = (1, 2, 4)
"""Sizes of space in which a patient is looked for before the full one."""


class Survey:
    """A protocol, its patient space, and what has been found out about it so far.

    Args:
        protocol: the protocol.
        readings: options other than the defaults, by ambiguity.
        most: how many entries there may be of the kinds that may have several.
        patients: whether findings that have another proof also show patients.
        passages: whether to look for narrow passages, which takes a while.
    """

    def __init__(
        self,
        protocol: Protocol,
        readings: Mapping[str, str] | None = None,
        most: int = MOST_LESIONS,
        *,
        patients: bool = False,
        passages: bool = False,
    ) -> None:
        self.protocol = protocol
        self.chosen = dict(readings or {})
        self.most = most
        self.patients = patients
        self.passages = passages
        self._witnesses: dict[int, Witnesses] = {}
        self._doubles: dict[tuple[int, str], DoubleSession] = {}
        self._double_finders: dict[tuple[int, str], Witnesses] = {}

    @cached_property
    def space(self) -> Space:
        """The whole space."""
        return self._at(self.most).space

    def _at(self, size: int) -> Witnesses:
        if size not in self._witnesses:
            double = self._double(size, "") if size in self._sizes[:-1] else None
            self._witnesses[size] = Witnesses(Space(self.protocol, size, double))
        return self._witnesses[size]

    @cached_property
    def testing(self) -> list[str]:
        """The clauses that test, in the order of the protocol."""
        return [c.id for c in self.protocol.clauses.values() if c.tests]

    @cached_property
    def violable(self) -> list[str]:
        """The clauses that someone can violate, as the text is read."""
        found = self._little.violable(self.chosen, alone=False)
        left = [c for c in self.space.clauses if c not in found]
        found |= {
            c for c in left if self.space.holds(Question(violated=(c,), readings=self.chosen))
        }
        return self.protocol.in_order(found)

    @cached_property
    def indispensable(self) -> frozenset[str]:
        """The clauses that someone violates who violates no other."""
        found = self._little.violable(self.chosen, alone=True)
        for clause in self.violable:
            if clause not in found:
                alone = Question(violated=(clause,), met=self.others(clause), readings=self.chosen)
                if self.space.holds(alone):
                    found.add(clause)
        return frozenset(found)

    @cached_property
    def anyone(self) -> bool:
        """Whether anybody is eligible."""
        return self.holds(Question(eligible=True, readings=self.chosen))

    @property
    def _little(self) -> Space:
        return self._at(self._sizes[0]).space

    @cached_property
    def small(self) -> Space:
        """A small space, in which whatever is possible is possible in the whole one too."""
        return self._little

    @cached_property
    def reach_of_eligible(self) -> dict[Pair, list[Value]]:
        """The values that each attribute has in some eligible patient."""
        return self.small.reach(Question(eligible=True, readings=self.chosen))

    def holds(self, question: Question) -> bool:
        """Tell whether there is somebody like that, asking a small space first."""
        return self._at(self._sizes[0]).space.holds(question) or self.space.holds(question)

    # ---- readings ---------------------------------------------------------------------

    @cached_property
    def turns(self) -> dict[tuple[str, str], set[bool]]:
        """In which directions each reading decides: true where it admits someone more.

        A reading that decides in one direction is not asked about the other, unless
        patients are to be shown.
        """
        found: dict[tuple[str, str], set[bool]] = {}
        for size in self._sizes[:-1]:
            double = self._double(size, "")
            for gains in (False, True):
                known = [
                    -lit
                    for key, lit in double.other.items()
                    if (gains in found.get(key, ()) if self.patients else key in found)
                ]
                sign = -1 if gains else 1
                for key in double.others(
                    [
                        *double.readings(self.chosen),
                        sign * double.eligible,
                        -sign * double.eligible2,
                        *known,
                    ]
                ):
                    found.setdefault(key, set()).add(gains)
        for name, ambiguity in self.protocol.ambiguities.items():
            default = self.chosen.get(name, ambiguity.default)
            for option in ambiguity.options:
                if option != default and ((name, option) not in found or len(self._sizes) == 1):
                    double = self._double(self.most, name)
                    for gains in (False, True):
                        if double.satisfiable(self._turn(double, name, option, gains)):
                            found.setdefault((name, option), set()).add(gains)
        return found

    def shut(self, question: Question, goal: tuple[str, str]) -> list[tuple[str, str]]:
        """Give the readings each of which alone leaves nobody like that.

        Args:
            question: asks for somebody eligible who fulfils the goal.
            goal: the goal.
        """
        for size in self._sizes[:-1]:
            space = self._at(size).space
            double = self._double(size, "")
            assumptions = space.assume(question)
            model = None if assumptions is None else double.true_literals(assumptions, space.pins)
            if model is None:
                continue
            literal = double.named(*goal)
            assert literal is not None
            pins = [lit if lit in model else -lit for lit in space.pins]
            base = double.readings(self.chosen)
            upset = double.others([*base, *pins, -double.eligible2])
            upset |= double.others([*base, *pins, -double.over(literal)])
            if not upset:
                return []
            known = [-lit for key, lit in double.other.items() if key not in upset]
            saved = double.others([*base, *known, double.eligible2, double.over(literal)])
            return [
                (name, option)
                for name, option in sorted(upset - saved)
                if not self.space.holds(replace(question, readings={**self.chosen, name: option}))
            ]
        return []

    def _turn(self, double: DoubleSession, name: str, option: str, gains: bool) -> list[int]:
        sign = -1 if gains else 1
        return [
            *double.readings(self.chosen),
            *double.readings2({**self.chosen, name: option}),
            sign * double.eligible,
            -sign * double.eligible2,
        ]

    def turning(self, name: str, option: str, *, gains: bool) -> Witness | None:
        """Give the typical patient whose verdict turns on a reading, replayed under both."""
        for size in self._sizes:
            only = name if size == self.most else ""
            double = self._double(size, only)
            assumptions = self._turn(double, name, option, gains)
            if not double.satisfiable(assumptions):
                continue
            witnesses = self._double_witnesses(size, only)
            label = f"{name}-{option}-{'in' if gains else 'out'}".replace("_", "-")
            found = witnesses.find(assumptions, label, self.chosen)
            if found is not None:
                witnesses.check(found, {**self.chosen, name: option}, eligible=gains)
                return found
        return None

    @property
    def _sizes(self) -> list[int]:
        return [*(n for n in LADDER[:2] if n < self.most), self.most]

    def _double(self, size: int, only: str) -> DoubleSession:
        if (size, only) not in self._doubles:
            shape = shape_of(self.protocol, size)
            self._doubles[size, only] = DoubleSession(
                with_calendar(self.protocol), shape, [only] if only else ()
            )
        return self._doubles[size, only]

    def _double_witnesses(self, size: int, only: str) -> Witnesses:
        if not only:
            return self._at(size)
        if (size, only) not in self._double_finders:
            space = Space(self.protocol, size, self._double(size, only))
            self._double_finders[size, only] = Witnesses(space)
        return self._double_finders[size, only]

    @cached_property
    def encoded(self) -> frozenset[str]:
        """The clauses that have a rule."""
        return heads(self.protocol.files)

    def all_blame(self, question: Question, clauses: Sequence[str]) -> list[tuple[str, ...]]:
        """Give every minimal set of clauses that nobody like that meets together.

        What is minimal in a small space and impossible in the whole one is minimal in the
        whole one, since whoever is possible in the small one is possible there.
        """
        fixed = self.space.assume(question)
        if fixed is None:
            return []
        small = self._at(self._sizes[0]).space
        little = small.assume(question)
        if little is not None and small.exists(little):
            sets = small.all_blame(little, clauses)
            if sets and not any(self.space.exists([*fixed, *self.space.met(s)]) for s in sets):
                return sets
        return self.space.all_blame(fixed, clauses)

    def others(self, *left_out: str) -> tuple[str, ...]:
        """Give the clauses that someone can violate, but for some."""
        return tuple(c for c in self.violable if c not in left_out)

    def witness(self, question: Question, name: str) -> Witness | None:
        """Give the patient nearest to the typical one who is like that, in the smallest space."""
        for size in (*(n for n in LADDER if n < self.most), self.most):
            witnesses = self._at(size)
            assumptions = witnesses.space.assume(question)
            if assumptions is None or not witnesses.space.exists(assumptions):
                continue
            found = witnesses.find(assumptions, name, question.readings)
            if found is not None:
                return found
        return None

    def never_so(self, pair: Pair, values: list[Value]) -> str:
        """Say that an attribute never has some values."""
        label = self.protocol.vocabulary.attributes[pair[0][0], pair[1]].label
        kind = pair[0][0]
        whose = "" if kind == PATIENT else f" of any {self.protocol.vocabulary.kinds[kind].label}"
        region = self._words.region(pair[0], pair[1], values)
        return f"{label}{whose} never {region}"

    @cached_property
    def _words(self) -> Words:
        from oligoasp.explain.words import Words  # noqa: PLC0415 - only for narrow passages

        record = parse_record({"id": "nobody"}, self.protocol.vocabulary)
        engine = Engine(self.protocol)
        return Words(engine, engine.compile(record))

    @cached_property
    def accepted(self) -> dict[tuple[str, str], str]:
        """Why findings are accepted, by code and subject, as the protocol's files say it."""
        return {
            (text(code), text(subject)): text(reason)
            for code, subject, reason in self.space.session.facts("accepted", 3)
        }

    @cached_property
    def scope(self) -> str:
        """In which space a proof holds, and why that is enough or that it is a bound."""
        return scope_of(self.space)
