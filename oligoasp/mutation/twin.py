"""One program that holds a protocol and all its mutants, for one and the same patient.

The rules that decide stand in it twice. The first copy is the protocol as it is; in the
second each mutant is switched on by an atom of its own, at most one at a time. So "does
anything change?" is one question about one patient, and no mutant is grounded alone.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

import clingo
from clingo.ast import AST

from oligoasp.mutation.mutants import Mutant
from oligoasp.mutation.rules import (
    LIMIT,
    READING,
    Renamed,
    Rule,
    Rules,
    Signature,
    body_signatures,
    head_signatures,
)
from oligoasp.protocol.model import Protocol
from oligoasp.solver.program import OPTIONS, load_control
from oligoasp.solver.session import Consequences, Session, Shape, _facts
from oligoasp.verify.space import ASKING, WholeSession, space_facts, with_calendar

PREFIX = "mutated_"
STATUS, APPLICABILITY, VERDICT = "status", "applicability", "verdict"
Change: TypeAlias = tuple[str, str]
"""What can change: the status or the applicability of a clause, or the verdict ("")."""

EFFORT = 2000
"""After how many conflicts a proof is given up."""

_FRAME = """
{{ mutation_on(0..{last}) }} 1.
mutation_changed(status, C) :- clause(C, _, _, _), violated(C), not mutated_violated(C).
mutation_changed(status, C) :- clause(C, _, _, _), mutated_violated(C), not violated(C).
mutation_changed(applicability, C) :-
    clause(C, _, _, _), inapplicable(C), not mutated_inapplicable(C).
mutation_changed(applicability, C) :-
    clause(C, _, _, _), mutated_inapplicable(C), not inapplicable(C).
mutated_eligible :- not mutated_violated(C) : clause(C, _, _, _).
mutation_changed(verdict, "") :- eligible, not mutated_eligible.
mutation_changed(verdict, "") :- mutated_eligible, not eligible.
{{ mutation_watch((status; applicability), C) : clause(C, _, _, _) }}.
{{ mutation_watch(verdict, "") }}.
mutation_seen :- mutation_changed(What, C), mutation_watch(What, C).
mutated_some_violated :- ask(C), mutated_violated(C).
mutated_some_met      :- ask(C), not mutated_violated(C).
#defined mutated_inapplicable/1.
#defined mutated_violated/1.
"""


class Twin(WholeSession):
    """A grounded program of a protocol and some of its mutants.

    Args:
        protocol: the protocol, with numbers as finely apart as the mutants need.
        shape: how many entries of each kind there may be.
        rules: the rules that decide.
        mutants: the mutants; they are known by their place in this list.
        whole: whether patients are made up, so that the calendar has to be heeded.
        near: whether `may_change` will be asked.
        open_readings: whether the text may be read in any way; else it is by default.
    """

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        rules: Rules,
        mutants: Sequence[Mutant],
        *,
        whole: bool = False,
        near: bool = False,
        open_readings: bool = False,
    ) -> None:
        self.protocol = with_calendar(protocol) if whole else protocol
        self.shape = shape
        self.settled = {} if open_readings else protocol.default_readings()
        self._rules = None
        facts = space_facts(protocol, shape) if whole else _facts(protocol, shape)
        settled = "".join(f"settled({name}, {option}).\n" for name, option in self.settled.items())
        text = program(rules, mutants, near=near)
        self._control = load_control(
            self.protocol.files, facts + settled + text, ASKING if whole else OPTIONS
        )
        self._index()
        atoms = self._control.symbolic_atoms
        self.on = {
            a.symbol.arguments[0].number: a.literal for a in atoms.by_signature("mutation_on", 1)
        }
        self.watch: dict[Change, int] = {
            (a.symbol.arguments[0].name, a.symbol.arguments[1].string): a.literal
            for a in atoms.by_signature("mutation_watch", 2)
        }
        self.near: dict[Signature, int] = {
            (a.symbol.arguments[0].name, a.symbol.arguments[1].number): a.literal
            for a in atoms.by_signature("mutation_near", 2)
        }
        (self._nobody,) = (a.literal for a in atoms.by_signature("nobody", 0))
        self.seen = next((a.literal for a in atoms.by_signature("mutation_seen", 0)), self._nobody)

    def may_change(self, number: int, signature: Signature, same: Iterable[Signature]) -> bool:
        """Tell whether a mutant changes something about a predicate for somebody.

        A question too hard to be settled is answered with yes.

        Args:
            number: the mutant.
            signature: the predicate.
            same: predicates about which the mutant is known to change nothing.
        """
        literal = self.near.get(signature)
        if literal is None:
            return False
        known = [-self.near[one] for one in same if one in self.near]
        return self.tried([-self.tolerate, self.on[number], literal, *known]) is not False

    def tried(self, assumptions: Sequence[int]) -> bool | None:
        """Tell whether some patient fulfils assumptions; None if that is too hard to settle."""
        configuration = self._control.configuration.solve
        assert isinstance(configuration, clingo.Configuration)
        configuration.solve_limit = str(EFFORT)
        self._mode("auto", 1)
        result = self._control.solve(assumptions=list(assumptions))
        configuration.solve_limit = "umax"
        return result.satisfiable

    def consequences(
        self, assumptions: Sequence[int], settled: Container[str] = ()
    ) -> Consequences | None:
        """Give what every completion, and what some completion, violates in this copy."""
        return Session.consequences(self, assumptions, settled)

    def second(self) -> WholeSession:
        """Give a session that answers for the copy with the mutants in it."""
        atoms = self._control.symbolic_atoms
        other = copy.copy(self)
        other.violated = {
            a.symbol.arguments[0].string: a.literal
            for a in atoms.by_signature("mutated_violated", 1)
        }
        other.inapplicable = {
            a.symbol.arguments[0].string: a.literal
            for a in atoms.by_signature("mutated_inapplicable", 1)
        }
        other.eligible = next(
            (a.literal for a in atoms.by_signature("mutated_eligible", 0)), self._nobody
        )
        other._some = {
            name: next((a.literal for a in atoms.by_signature(f"mutated_{name}", 0)), absent)
            for name, absent in self._some.items()
        }
        return other


def with_limits(protocol: Protocol, mutants: Iterable[Mutant]) -> Protocol:
    """Give a protocol whose numbers are told apart as finely as mutants need.

    The limits of the mutants get representative values on each side, as those of the
    protocol have them.
    """
    limits = {scale: set(codes) for scale, codes in protocol.limits.items()}
    for mutant in mutants:
        if mutant.limit is not None:
            name, code = mutant.limit
            if code % 2 == 0:  # what lies between two steps is told apart anyway
                limits[protocol.parameters[name].scale].add(code)
    return replace(protocol, limits={s: tuple(sorted(codes)) for s, codes in limits.items()})


def program(rules: Rules, mutants: Sequence[Mutant], *, near: bool = False) -> str:
    """Write the second copy of the rules with every mutant in it, as program text."""
    touched = _touched(rules, mutants)
    renamed = Renamed({s: PREFIX + s[0] for s in touched})
    replaced: dict[object, list[int]] = {}
    for number, mutant in enumerate(mutants):
        for key in (
            mutant.rule,
            mutant.limit and mutant.limit[0],
            mutant.reading and mutant.reading[0],
        ):
            if key is not None:
                replaced.setdefault(key, []).append(number)
    lines = [_FRAME.format(last=max(len(mutants) - 1, 0))]
    for rule in rules.rules:
        if touched.isdisjoint(head_signatures(rule.statement)):
            continue
        guards = [f"not mutation_off({rule.number})"] if rule.number in replaced else []
        lines.append(_text(renamed(rule.statement), guards))
        if rule.chooses:
            lines += _ties(rule, renamed)
    for number, mutant in enumerate(mutants):
        if mutant.statement is not None:
            lines.append(_text(renamed(mutant.statement), [f"mutation_on({number})"]))
        if mutant.limit is not None:
            name, code = mutant.limit
            lines.append(f"mutated_limit({name}, {code}) :- mutation_on({number}).")
        if mutant.reading is not None:
            name, option = mutant.reading
            lines.append(f"mutated_reading({name}, {option}) :- mutation_on({number}).")
    for changed, numbers in replaced.items():
        switched = "; ".join(map(str, numbers))
        lines.append(f"mutation_off({changed}) :- mutation_on(({switched})).")
    for name in ("limit", "reading"):
        if (name, 2) in touched:
            lines.append(f"mutated_{name}(N, V) :- {name}(N, V), not mutation_off(N).")
    for name, arity in (("violated", 1), ("inapplicable", 1)):
        if (name, arity) not in touched:
            lines.append(f"mutated_{name}(C) :- {name}(C).")
    for name, arity in sorted(touched & rules.own) if near else ():
        arguments = f"({', '.join(f'X{i}' for i in range(arity))})" if arity else ""
        for one, other in (("", PREFIX), (PREFIX, "")):
            lines.append(
                f"mutation_near({name}, {arity}) :- {one}{name}{arguments}, "
                f"not {other}{name}{arguments}."
            )
    return "\n".join(lines) + "\n"


def _touched(rules: Rules, mutants: Iterable[Mutant]) -> set[Signature]:
    """Give the predicates that a mutant can change."""
    numbers = {mutant.rule for mutant in mutants}
    found: set[Signature] = set()
    if any(mutant.limit for mutant in mutants):
        found.add(LIMIT)
    if any(mutant.reading for mutant in mutants):
        found.add(READING)
    heads = [
        (set(head_signatures(r.statement)), set(body_signatures(r.statement)), r)
        for r in rules.rules
    ]
    for head, _, rule in heads:
        if rule.number in numbers:
            found |= head
    again = True
    while again:
        again = False
        for head, body, _ in heads:
            if not found.isdisjoint(body) and not head <= found:
                found |= head
                again = True
    return found


def _text(statement: AST, guards: Sequence[str]) -> str:
    body = "; ".join([*map(str, statement.body), *guards])
    return f"{statement.head} :- {body}." if body else f"{statement.head}."


def _ties(rule: Rule, renamed: Renamed) -> list[str]:
    """Let both copies of what is left open go the same way, where both leave it open."""
    lines = []
    for element in rule.statement.head.elements:
        here = [*element.condition, *rule.statement.body]
        both = "; ".join(map(str, [*here, *(renamed(one) for one in here)]))
        atom, copied = element.literal, renamed(element.literal)
        lines.append(f":- {copied}; not {atom}; {both}.")
        lines.append(f":- {atom}; not {copied}; {both}.")
    return lines
