"""How a change travels: from what is changed, through the rules that read it, to clauses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush

from clingo.ast import ASTType

from oligoasp.mutation.mutants import Mutant
from oligoasp.mutation.rules import (
    LIMIT,
    READING,
    STATUS,
    VIOLATED,
    Rules,
    Signature,
    nodes,
)
from oligoasp.solver.dependencies import reach

_QUOTED = re.compile(r'"([^"\\]*)"')


class Paths:
    """The rules as a graph of predicates.

    Args:
        rules: the rules that decide.
        clauses: the ids of the clauses.
    """

    def __init__(self, rules: Rules, clauses: Iterable[str]) -> None:
        known = frozenset(clauses)
        self._depth = _depths(rules)
        self._heads = {r.number: r.heads for r in rules.rules}
        self._named: dict[int, frozenset[str]] = {}
        self._readers: dict[Signature, set[int]] = defaultdict(set)
        self._arguments: dict[tuple[Signature, str], set[int]] = defaultdict(set)
        for rule in rules.rules:
            self._named[rule.number] = frozenset(_QUOTED.findall(str(rule.statement.head))) & known
            for signature in rule.reads:
                self._readers[signature].add(rule.number)
            for literal in rule.statement.body:
                for atom in nodes(literal, ASTType.SymbolicAtom):
                    self._name(rule.number, atom.symbol)

    def _name(self, number: int, symbol: object) -> None:
        """Note by which name a rule asks for a parameter or a reading: "" is any."""
        if symbol.ast_type != ASTType.Function:  # type: ignore[attr-defined]
            return
        signature = (symbol.name, len(symbol.arguments))  # type: ignore[attr-defined]
        if signature in (LIMIT, READING):
            term = symbol.arguments[0]  # type: ignore[attr-defined]
            names = term.arguments if term.ast_type == ASTType.Pool else [term]
            for name in names:
                fixed = name.ast_type == ASTType.SymbolicTerm
                self._arguments[signature, str(name) if fixed else ""].add(number)

    def first(self, mutant: Mutant) -> frozenset[Signature]:
        """Give the predicates about which a mutant may change something by itself."""
        if mutant.rule is not None:
            return self._heads[mutant.rule]
        return frozenset().union(*(self._heads[number] for number in self._start(mutant)))

    def clauses(self, mutant: Mutant) -> frozenset[str]:
        """Give the clauses that a mutant can change by its own rules; none: any clause."""
        found: set[str] = set()
        stack = list(self._start(mutant))
        seen: set[int] = set()
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            found |= self._named[number]
            for head in self._heads[number]:
                if head not in (*STATUS, VIOLATED):
                    stack.extend(self._readers[head])
        return frozenset(found)

    def _start(self, mutant: Mutant) -> set[int]:
        if mutant.rule is not None:
            return {mutant.rule}
        if mutant.limit is not None:
            return self._arguments[LIMIT, mutant.limit[0]] | self._arguments[LIMIT, ""]
        assert mutant.reading is not None
        return self._arguments[READING, mutant.reading[0]] | self._arguments[READING, ""]

    def arrives(
        self, mutant: Mutant, changes: Callable[[Signature, Sequence[Signature]], bool]
    ) -> bool:
        """Tell whether a change may arrive at the status of a clause.

        It does not if, on every way there, it comes to a predicate about which nothing
        changes for anybody.

        Args:
            mutant: the mutant.
            changes: tells whether anything may change about a predicate, given others about
                which nothing does.
        """
        waiting = [(self._depth[signature], signature) for signature in self.first(mutant)]
        seen = set(waiting)
        same = sorted(self._depth.keys() - self._beyond(self.first(mutant)))
        while waiting:
            _, signature = heappop(waiting)
            if not changes(signature, same):
                same.append(signature)
                continue
            if signature in STATUS:
                return True
            for number in self._readers[signature]:
                for head in self._heads[number]:
                    item = (self._depth[head], head)
                    if item not in seen:
                        seen.add(item)
                        heappush(waiting, item)
        return False

    def _beyond(self, start: Iterable[Signature]) -> set[Signature]:
        """Give predicates with all that is made from them."""
        return reach(
            start, lambda one: (head for n in self._readers[one] for head in self._heads[n])
        )


def _depths(rules: Rules) -> dict[Signature, int]:
    """Give a number for each predicate that is larger than those of what it is made from."""
    made_from: dict[Signature, set[Signature]] = defaultdict(set)
    for rule in rules.rules:
        for head in rule.heads:
            made_from[head] |= rule.reads & rules.own
    depth: dict[Signature, int] = {}

    def measure(signature: Signature, above: frozenset[Signature]) -> int:
        if signature not in depth:
            below = made_from[signature] - above - {signature}
            within = above | {signature}
            depth[signature] = 1 + max((measure(s, within) for s in sorted(below)), default=0)
        return depth[signature]

    for signature in (*sorted(rules.own - {VIOLATED, *STATUS}), VIOLATED, *STATUS):
        measure(signature, frozenset((VIOLATED, *STATUS)) - {signature})
    return depth
