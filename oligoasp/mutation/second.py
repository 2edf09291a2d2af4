"""The rules that decide, written a second time with mutants that can be switched on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from clingo.ast import AST

from oligoasp.mutation.mutants import Mutant
from oligoasp.mutation.rules import LIMIT, READING, Renamed, Rules, Signature
from oligoasp.solver.dependencies import reach

PREFIX = "mutated_"

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
% Nothing asks for these, but without them the search takes half as long again.
{{ mutation_asked(C) : clause(C, _, _, _) }}.
mutation_one(violated) :- mutation_asked(C), violated(C).
mutation_one(met) :- mutation_asked(C), not violated(C).
mutation_one(violated_instead) :- mutation_asked(C), mutated_violated(C).
mutation_one(met_instead) :- mutation_asked(C), not mutated_violated(C).
#defined mutated_inapplicable/1.
#defined mutated_violated/1.
"""

_MARKED = re.compile(r"\bmarked_(\d+)_(\w+)")


class SecondCopy:
    """Writes the second copy of the rules.

    Syntax is turned into text once. Every predicate that some mutant could change is marked
    in it, so that for a choice of mutants only names have to be put in.

    Args:
        rules: the rules that decide.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        names = {*rules.own, LIMIT, READING}
        self._renamed = Renamed({s: f"marked_{s[1]}_{s[0]}" for s in names})
        self._written = {rule.number: self._text(rule.statement) for rule in rules.rules}
        self._choosing = {r.number: r.statement for r in rules.rules if r.chooses}
        self._ties = {n: self._tied(s, s) for n, s in self._choosing.items()}
        self._made: dict[Signature, set[Signature]] = defaultdict(set)
        for rule in rules.rules:
            for read in rule.reads:
                self._made[read] |= rule.heads
        self._changed: dict[Mutant, tuple[str, ...]] = {}

    def program(self, mutants: Sequence[Mutant], *, near: bool = False) -> str:
        """Write the second copy of the rules with mutants in it, as program text.

        Args:
            mutants: the mutants; they are known by their place.
            near: whether to say of which predicates the two copies differ.
        """
        touched = self._touched(mutants)
        replaced: dict[object, list[int]] = {}
        for number, mutant in enumerate(mutants):
            for key in (
                mutant.rule,
                mutant.limit and mutant.limit[0],
                mutant.reading and mutant.reading[0],
            ):
                if key is not None:
                    replaced.setdefault(key, []).append(number)
        marked = []
        for rule in self._rules.rules:
            if touched.isdisjoint(rule.heads):
                continue
            guards = [f"not mutation_off({rule.number})"] if rule.number in replaced else []
            marked.append(_rule(*self._written[rule.number], *guards))
            marked += [_rule("", *tie, *guards) for tie in self._ties.get(rule.number, ())]
        for number, mutant in enumerate(mutants):
            if mutant.statement is not None:
                on = f"mutation_on({number})"
                marked.append(_rule(*self._statement(mutant), on))
                if mutant.rule in self._choosing:
                    ties = self._tied(self._choosing[mutant.rule], mutant.statement)
                    marked += [_rule("", *tie, on) for tie in ties]
        lines = [
            _FRAME.format(last=max(len(mutants) - 1, 0)),
            _named("\n".join(marked), touched),
        ]
        for number, mutant in enumerate(mutants):
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
        for name, arity in sorted(touched & self._rules.own) if near else ():
            arguments = f"({', '.join(f'X{i}' for i in range(arity))})" if arity else ""
            for one, other in (("", PREFIX), (PREFIX, "")):
                lines.append(
                    f"mutation_near({name}, {arity}) :- {one}{name}{arguments}, "
                    f"not {other}{name}{arguments}."
                )
        return "\n".join(lines) + "\n"

    def _touched(self, mutants: Iterable[Mutant]) -> set[Signature]:
        """Give the predicates that a mutant can change."""
        numbers = {mutant.rule for mutant in mutants}
        found: set[Signature] = set()
        if any(mutant.limit for mutant in mutants):
            found.add(LIMIT)
        if any(mutant.reading for mutant in mutants):
            found.add(READING)
        for rule in self._rules.rules:
            if rule.number in numbers:
                found |= rule.heads
        return reach(found, lambda one: self._made[one])

    def _statement(self, mutant: Mutant) -> tuple[str, ...]:
        if mutant not in self._changed:
            assert mutant.statement is not None
            self._changed[mutant] = self._text(mutant.statement)
        return self._changed[mutant]

    def _text(self, statement: AST) -> tuple[str, ...]:
        """Write the head and the conditions of a rule with its predicates marked."""
        marked = self._renamed(statement)
        return (str(marked.head), *map(str, marked.body))

    def _tied(self, statement: AST, copied: AST) -> list[tuple[str, ...]]:
        """Let both copies of what is left open go the same way, where both leave it open.

        Args:
            statement: the rule in the first copy.
            copied: the rule in its place in the second; it may have other conditions.

        Returns:
            What must not hold together.
        """
        ties = []
        for one, two in zip(statement.head.elements, copied.head.elements, strict=True):
            open_in_both = [
                *map(str, [*one.condition, *statement.body]),
                *(str(self._renamed(part)) for part in [*two.condition, *copied.body]),
            ]
            atom, second = str(one.literal), str(self._renamed(two.literal))
            ties.append((second, f"not {atom}", *open_in_both))
            ties.append((atom, f"not {second}", *open_in_both))
        return ties


def _rule(head: str, *body: str) -> str:
    return f"{head} :- {'; '.join(body)}." if body else f"{head}."


def _named(text: str, touched: set[Signature]) -> str:
    """Give marked predicates their names: new ones if a mutant can change them."""

    def name(match: re.Match[str]) -> str:
        signature = (match[2], int(match[1]))
        return f"{PREFIX}{match[2]}" if signature in touched else match[2]

    return _MARKED.sub(name, text)
