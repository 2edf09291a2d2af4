"""The matrix of clause, rule, limit and case, and its gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from oligoasp.cover.firing import SIDES, Firing, compared
from oligoasp.decide import Engine, Status
from oligoasp.mutation.force import Force
from oligoasp.mutation.rules import Rule, deciding_rules, rules_with_body
from oligoasp.protocol.model import Protocol
from oligoasp.testing.cases import Case
from oligoasp.testing.groups import groups_of

FULFILLED, VIOLATED, UNKNOWN, INAPPLICABLE = "met", "violated", "unknown", "not applicable"
KINDS = {
    Status.MET: FULFILLED,
    Status.ABSENT: FULFILLED,
    Status.NOT_MET: VIOLATED,
    Status.PRESENT: VIOLATED,
    Status.UNKNOWN: UNKNOWN,
    Status.NOT_APPLICABLE: INAPPLICABLE,
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Which cases cover what; cases are given by their place in ``cases``.

    Attributes:
        cases: the cases.
        clauses: by clause that tests and by what is expected of it (met, violated, unknown,
            not applicable; of an exclusion, absent counts as met).
        rules: the rules that decide, in the order of the files.
        fired: by the number of a rule, where it fires as the case says that the text is read.
        dormant: the numbers of rules that need another reading than the default.
        limits: by parameter that rules compare with, and by side of it (below, at, above).
    """

    cases: tuple[Case, ...]
    clauses: dict[str, dict[str, tuple[int, ...]]]
    rules: tuple[Rule, ...]
    fired: dict[int, tuple[int, ...]]
    dormant: frozenset[int]
    limits: dict[str, dict[str, tuple[int, ...]]]

    @property
    def bare_clauses(self) -> dict[str, list[str]]:
        """What no case expects, by clause: that it is met, violated or unknown."""
        return {
            clause: missing
            for clause, by in self.clauses.items()
            if (missing := [k for k in (FULFILLED, VIOLATED, UNKNOWN) if not by.get(k)])
        }

    @property
    def bare_rules(self) -> list[Rule]:
        """The rules that fire in no case."""
        return [rule for rule in self.rules if not self.fired.get(rule.number)]

    @property
    def bare_limits(self) -> dict[str, list[str]]:
        """The sides on which no case lies, by parameter."""
        return {
            name: missing
            for name, by in self.limits.items()
            if (missing := [side for side in SIDES if not by.get(side)])
        }

    @property
    def complete(self) -> bool:
        """Whether there is no gap."""
        return not (self.bare_clauses or self.bare_rules or self.bare_limits)


def matrix_of(engine: Engine, cases: Sequence[Case]) -> Matrix:
    """Find out which cases cover what.

    Args:
        engine: the protocol, as its text is read by default.
        cases: cases that the protocol passes.
    """
    protocol = engine.protocol
    deciding = {rule.number for rule in deciding_rules(protocol).rules}
    rules = [rule for rule in rules_with_body(protocol) if rule.number in deciding]
    situations = [engine.compile(case.record) for case in cases]
    fired: dict[int, list[int]] = defaultdict(list)
    sides: dict[tuple[str, str], list[int]] = defaultdict(list)
    for read in (False, True):
        some = [index for index, case in enumerate(cases) if bool(case.readings) is read]
        for shape, members in groups_of(engine, [situations[index] for index in some]):
            firing = Firing(protocol, shape, {} if read else engine.settled, rules)
            for index in (some[member] for member in members):
                found = firing.fired_by(situations[index], cases[index].readings)
                for number in found.rules:
                    fired[number].append(index)
                for side in found.sides:
                    sides[side].append(index)
    force = Force(deciding_rules(protocol), engine.settled)
    return Matrix(
        tuple(cases),
        _clauses(protocol, cases),
        tuple(rules),
        {number: tuple(sorted(some)) for number, some in fired.items()},
        frozenset(rule.number for rule in rules if not force.holds(rule.statement)),
        {
            name: {side: tuple(sorted(sides[name, side])) for side in SIDES}
            for name in protocol.parameters
            if any((name, side) in sides for side in SIDES) or _compared(name, rules)
        },
    )


def _clauses(protocol: Protocol, cases: Sequence[Case]) -> dict[str, dict[str, tuple[int, ...]]]:
    found: dict[str, dict[str, list[int]]] = {
        clause.id: defaultdict(list) for clause in protocol.clauses.values() if clause.tests
    }
    for index, case in enumerate(cases):
        for clause, status in case.expect.statuses.items():
            found[clause][KINDS[status]].append(index)
    return {c: {kind: tuple(some) for kind, some in by.items()} for c, by in found.items()}


def _compared(name: str, rules: Sequence[Rule]) -> bool:
    """Tell whether a rule compares something with a limit that it names."""
    return any(
        f"limit({name},{term})" in map(str, rule.statement.body)
        for rule in rules
        for literal in rule.statement.body
        for term, _ in compared(literal)
    )
