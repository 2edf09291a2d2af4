"""Which clauses have rules: one without a rule passes everybody, and nobody would notice.

`verify` reports both mistakes as findings, since a protocol may be under construction; whoever
decides with a protocol of one's own has them refused when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from clingo import ast

from oligoasp.protocol.files import files_of
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.names import MOST_FILES, Reader, place_of, statements_of
from oligoasp.record.errors import unknown
from oligoasp.solver.edit import STATUS_HEADS, declares, signature

VIOLATED = STATUS_HEADS[0]
CLAUSE = ("clause", 4)


class Status(NamedTuple):
    """A rule without pools that gives a clause its status.

    Attributes:
        line: where it begins.
        clause: the clause, or "" if the rule's conditions say which.
        violates: it says that the clause is violated.
    """

    line: int
    clause: str
    violates: bool


class _Text(NamedTuple):
    """What a text says of clauses.

    Attributes:
        rules: the rules of their status.
        words: what other rules name, and rules whose clause their conditions say.
        every: one of these rules goes through all clauses.
    """

    rules: tuple[Status, ...]
    words: frozenset[str]
    every: bool


def without_rule(protocol: Protocol) -> list[str]:
    """Give the clauses that test although no rule says when they are violated."""
    found = [_read(file.read_text(encoding="utf-8")) for file in files_of(protocol.files)]
    rules = [rule for text in found for rule in text.rules if rule.violates]
    encoded = {rule.clause for rule in rules}
    if "" in encoded:  # whatever is named elsewhere may be handed on to such a rule
        encoded |= frozenset().union(*(text.words for text in found))
        if any(text.every for text in found):
            return []
    return [c.id for c in protocol.clauses.values() if c.tests and c.id not in encoded]


def without_clause(
    protocol: Protocol, files: Collection[Path], gone: Collection[str] = ()
) -> Iterator[tuple[Path, int, str]]:
    """Give the rules of some files about the status of clauses that do not exist.

    Args:
        protocol: the protocol.
        files: the files.
        gone: clauses that amendments took away with their rules.

    Yields:
        File, line and the name that is no clause.
    """
    for file in files:
        for rule in _read(file.read_text(encoding="utf-8")).rules:
            if rule.clause and rule.clause not in protocol.clauses and rule.clause not in gone:
                yield file, rule.line, rule.clause


def problems_of(protocol: Protocol, own: Collection[Path]) -> Iterator[str]:
    """Say which clauses of a protocol have no rule, and which rules in some files no clause."""
    for file, line, name in without_clause(protocol, own):
        yield (
            f"{file}:{line}: a rule is about a clause that is not declared: "
            f"{unknown('clause', name, protocol.clauses)}"
        )
    yield from problems_of_clauses(protocol, protocol.clauses)


def problems_of_clauses(protocol: Protocol, clauses: Collection[str]) -> Iterator[str]:
    """Say which of some clauses of a protocol have no rule."""
    for clause in without_rule(protocol):
        if clause in clauses:
            place = place_of(protocol.files, "clause", clause) or f"{protocol.files[-1]}:1"
            yield (
                f"{place}: clause {clause} tests, but no rule says when it is violated, so it "
                f'would pass everybody; accepted: a rule violated("{clause}", evidence) :- …'
            )


@lru_cache(maxsize=MOST_FILES)
def _read(text: str) -> _Text:
    rules: list[Status] = []
    words: set[str] = set()
    every = False
    for statement in statements_of(text):
        if statement.ast_type != ast.ASTType.Rule or declares(statement):
            continue
        head = signature(statement)
        pools = statement.unpool() if head in STATUS_HEADS else []
        found = list(dict.fromkeys(map(status_of, pools)))
        rules += found
        if all(rule.clause == "" for rule in found):
            words |= _Words.of(statement)
            every = every or bool(head and head[1] and CLAUSE in Reader.of(statement).read)
    return _Text(tuple(rules), frozenset(words), every)


def status_of(rule: ast.AST) -> Status:
    """Say to which clause a rule without pools gives its status, if it gives one its status."""
    subject = str(rule.head.atom.symbol.arguments[0])
    if not subject.startswith('"'):
        subject = Reader.of(rule).equal.get(subject, "")
    clause = subject[1:-1] if subject.startswith('"') else ""
    return Status(rule.location.begin.line, clause, signature(rule) == VIOLATED)


class _Words(ast.Transformer):
    """Collects the quoted words of a rule."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    @classmethod
    def of(cls, rule: ast.AST) -> set[str]:
        """Give the quoted words of a rule."""
        words = cls()
        words(rule)
        return words.found

    def visit_SymbolicTerm(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Take in a word."""
        if str(node).startswith('"'):
            self.found.add(node.symbol.string)
        return node
