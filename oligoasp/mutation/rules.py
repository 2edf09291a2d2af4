"""The rules that decide clauses, as syntax: where each stands and what it reads."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from clingo.ast import AST, ASTSequence, ASTType, Transformer, parse_files

from oligoasp.protocol.model import Protocol
from oligoasp.solver.dependencies import reach

Signature: TypeAlias = tuple[str, int]

LIMIT: Signature = ("limit", 2)
CANDIDATE: Signature = ("candidate", 3)
READING: Signature = ("reading", 2)
VIOLATED: Signature = ("violated", 2)
STATUS: tuple[Signature, ...] = (("violated", 1), ("inapplicable", 1))
"""What the engine reads of a protocol's rules."""
PARAMETER, DEFAULT = "parameter", "default"
DECLARATIONS: tuple[Signature, ...] = ((PARAMETER, 5), (DEFAULT, 2))
SPACE = "space.lp"
_VARIABLE = re.compile(r'"(?:[^"\\]|\\.)*"|\b(_*[A-Z][\w\']*)')
"""A quoted text, or a variable; a search of the text is much faster than of the syntax."""
ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule or a fact of a protocol, where it stands, what it defines and what it reads."""

    number: int
    file: Path
    line: int
    statement: AST
    heads: frozenset[Signature]
    reads: frozenset[Signature]

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file.name}:{self.line}"

    @property
    def chooses(self) -> bool:
        """Whether the rule leaves something open."""
        return bool(self.statement.head.ast_type == ASTType.Aggregate)

    @property
    def of_engine(self) -> bool:
        """Whether the rule belongs to the engine rather than to a protocol."""
        return self.file.parent.name == ENGINE


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules on which the status of some clause depends.

    ``own`` is what these rules define; the rest of what they read is the patient, the
    parameters and the readings. ``declared`` gives the facts that declare these two, by
    predicate and name.
    """

    rules: tuple[Rule, ...]
    own: frozenset[Signature]
    declared: Mapping[tuple[str, str], Rule]


def deciding_rules(protocol: Protocol) -> Rules:
    """Give the rules of a protocol that decide its clauses, in the order of the files.

    The vocabulary and the rules about who can exist at all are not among them.
    """
    found = _every_rule(protocol)
    graph: dict[Signature, set[Signature]] = defaultdict(set)
    for rule in found:
        for head in rule.heads:
            graph[head] |= rule.reads
    shared = {LIMIT, READING}
    for rule in found:
        if rule.file.name == SPACE and rule.of_engine:
            shared |= rule.heads | rule.reads
    own = _reached(STATUS, graph, shared)
    declared = {
        (name, str(rule.statement.head.atom.symbol.arguments[0])): rule
        for rule in found
        for name, arity in rule.heads
        if (name, arity) in DECLARATIONS
    }
    return Rules(tuple(r for r in found if r.heads & own), frozenset(own), declared)


def rules_with_body(protocol: Protocol) -> list[Rule]:
    """Give the rules of a protocol that conclude something from conditions.

    Rules of the engine and rules about who can exist are not among them.
    """
    return [
        rule
        for rule in _every_rule(protocol)
        if rule.statement.body
        and not rule.of_engine
        and rule.heads
        and ("impossible", 1) not in rule.heads
    ]


def _every_rule(protocol: Protocol) -> list[Rule]:
    found: list[Rule] = []

    def add(statement: AST) -> None:
        if statement.ast_type == ASTType.Rule:
            begin = statement.location.begin
            heads = frozenset(_head_signatures(statement))
            reads = frozenset(_body_signatures(statement))
            file = Path(begin.filename)
            found.append(Rule(len(found), file, begin.line, statement, heads, reads))

    parse_files([str(file) for file in protocol.files], add)
    return found


def _reached(
    start: Iterable[Signature],
    graph: Mapping[Signature, set[Signature]],
    barred: Iterable[Signature] = (),
) -> set[Signature]:
    closed = set(barred)
    return reach(set(start) - closed, lambda one: graph.get(one, set()) - closed)


def _head_signatures(statement: AST) -> Iterator[Signature]:
    """Give what a rule defines."""
    head = statement.head
    if head.ast_type == ASTType.Literal:
        yield from _signatures(head)
    elif head.ast_type == ASTType.Aggregate:
        for element in head.elements:
            yield from _signatures(element.literal)


def _body_signatures(statement: AST) -> Iterator[Signature]:
    """Give what a rule reads."""
    for literal in statement.body:
        yield from _signatures(literal)
    if statement.head.ast_type == ASTType.Aggregate:
        for element in statement.head.elements:
            for condition in element.condition:
                yield from _signatures(condition)


def _signatures(node: AST) -> Iterator[Signature]:
    for atom in nodes(node, ASTType.SymbolicAtom):
        symbol = atom.symbol
        options = symbol.arguments if symbol.ast_type == ASTType.Pool else [symbol]
        for option in options:
            if option.ast_type == ASTType.Function:
                yield option.name, len(option.arguments)


def nodes(node: AST, kind: ASTType) -> Iterator[AST]:
    """Give the parts of a piece of syntax that are of some kind, from left to right."""
    if node.ast_type == kind:
        yield node
    for key in node.child_keys:
        child = getattr(node, key)
        if isinstance(child, AST):
            yield from nodes(child, kind)
        elif isinstance(child, ASTSequence):
            for item in child:
                yield from nodes(item, kind)


def variables(node: AST) -> frozenset[str]:
    """Give the names of the variables in a piece of syntax, but for the anonymous."""
    return frozenset(_VARIABLE.findall(str(node))) - {""}


class Renamed(Transformer):
    """Writes syntax with other names for some predicates.

    Args:
        names: the new name of each.
    """

    def __init__(self, names: Mapping[Signature, str]) -> None:
        self._names = names

    def visit_SymbolicAtom(self, atom: AST) -> AST:  # noqa: N802 - named by clingo
        """Rename an atom."""
        symbol = atom.symbol
        if symbol.ast_type == ASTType.Pool:
            return atom.update(
                symbol=symbol.update(arguments=[self._name(a) for a in symbol.arguments])
            )
        return atom.update(symbol=self._name(symbol))

    def _name(self, symbol: AST) -> AST:
        if symbol.ast_type != ASTType.Function:
            return symbol
        new = self._names.get((symbol.name, len(symbol.arguments)))
        return symbol if new is None else symbol.update(name=new)
