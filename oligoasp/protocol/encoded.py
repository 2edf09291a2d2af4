"""Which clauses have rules: one without a rule passes everybody, and nobody would notice.

Nor would anybody notice a number in a rule: a record says in which region of its scale a value
lies, and only limits make regions. `verify` reports these mistakes as findings, since a protocol
may be under construction; whoever decides with a protocol of one's own has them refused when it
is read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from clingo import ast

from oligoasp.protocol.files import files_of
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.names import MOST_FILES, Reader, place_of, statements, statements_of
from oligoasp.record.errors import unknown
from oligoasp.solver.edit import STATUS_HEADS, declares, gives_status, signature

VIOLATED = STATUS_HEADS[0]
_PLAIN = re.compile(r"-?\d+|[a-z]\w*")
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


def without_rule(protocol: Protocol) -> list[str]:
    """Give the clauses that test although no rule says when they are violated."""
    texts = [file.read_text(encoding="utf-8") for file in files_of(protocol.files)]
    rules = [rule for text in texts for rule in _rules(text) if rule.violates]
    encoded = {rule.clause for rule in rules}
    left = [c.id for c in protocol.clauses.values() if c.tests and c.id not in encoded]
    if left and "" in encoded:  # whatever is named elsewhere may be handed on to such a rule
        for text in sorted(texts, key=lambda text: not _rules(text)):  # likely ones are read anyway
            named = set(_handed_on(text, left))
            left = [clause for clause in left if clause not in named]
        if left and any(map(_goes_through_all, texts)):
            return []
    return left


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
        for rule in _rules(file.read_text(encoding="utf-8")):
            if rule.clause and rule.clause not in protocol.clauses and rule.clause not in gone:
                yield file, rule.line, rule.clause


def clauses_by_parameter(protocol: Protocol, files: Iterable[Path]) -> dict[str, list[str]]:
    """Give, for parameters, the clauses whose rules in some files compare something with them."""
    found: dict[str, dict[str, None]] = {}
    for file in files:
        for statement in _giving_status(file.read_text(encoding="utf-8")):
            for rule in statement.unpool():
                clause = status_of(rule).clause
                for name, arguments in Reader.of(rule).atoms:
                    if name == "limit" and clause in protocol.clauses:
                        found.setdefault(arguments[0], {})[clause] = None
    return {parameter: protocol.in_order(clauses) for parameter, clauses in found.items()}


def problems_of(protocol: Protocol, own: Collection[Path]) -> Iterator[str]:
    """Say which clauses of a protocol have no rule, and what is wrong with rules in some files.

    They are about no clause, or have numbers that are no parameters.
    """
    for file, line, name in without_clause(protocol, own):
        yield (
            f"{file}:{line}: a rule is about a clause that is not declared: "
            f"{unknown('clause', name, protocol.clauses)}"
        )
    for file in own:
        for statement in statements(file):
            if statement.ast_type == ast.ASTType.Rule:
                place = f"{file}:{statement.location.begin.line}"
                found = [p for rule in statement.unpool() for p in literal_numbers(rule)]
                yield from (f"{place}: {problem}" for problem in dict.fromkeys(found))
    yield from problems_of_clauses(protocol, protocol.clauses)


def literal_numbers(rule: ast.AST) -> Iterator[str]:
    """Say which numbers of a rule are no parameters."""
    for number in Reader.of(rule).numbers:
        yield (
            f"the number {number} in a rule; accepted: a parameter(…) and limit(name, Variable), "
            "so that its boundary is tested"
        )


def without_quotes(own: Iterable[Path]) -> Iterator[str]:
    """Say which rules in some files give a clause's id as a number or a word."""
    for file in own:
        for rule in _giving_status(file.read_text(encoding="utf-8")):
            for one in rule.unpool():
                subject = str(one.head.atom.symbol.arguments[0])
                if _PLAIN.fullmatch(subject):
                    yield (
                        f"{file}:{one.location.begin.line}: the clause `{subject}` stands without "
                        f'quotes; accepted: "{subject}", or a variable'
                    )


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
def _rules(text: str) -> tuple[Status, ...]:
    """Give the rules of a text that give a clause its status."""
    found: dict[Status, None] = {}
    for statement in _giving_status(text):
        found |= dict.fromkeys(map(status_of, statement.unpool()))
    return tuple(found)


def _giving_status(text: str) -> list[ast.AST]:
    if not any(name in text for name, _ in STATUS_HEADS):
        return []
    return [statement for statement in statements_of(text) if gives_status(statement)]


def _handed_on(text: str, clauses: Iterable[str]) -> Iterator[str]:
    """Give those of some clauses that others may get to know from the rules of a text."""
    if quoted := {f'"{clause}"': clause for clause in clauses if f'"{clause}"' in text}:
        for statement in statements_of(text):
            said = str(statement)
            if (found := [c for q, c in quoted.items() if q in said]) and _hands_on(statement):
                yield from found


@lru_cache(maxsize=MOST_FILES)
def _goes_through_all(text: str) -> bool:
    """Tell whether one of the rules of a text hands on any clause."""
    return any(
        CLAUSE in Reader.of(statement).read and bool((signature(statement) or ("", 0))[1])
        for statement in statements_of(text)
        if _hands_on(statement)
    )


def _hands_on(statement: ast.AST) -> bool:
    """Tell whether a statement is a rule from which others may get to know a clause.

    A rule that gives a clause its status is one only if its conditions say which clause.
    """
    if statement.ast_type != ast.ASTType.Rule or declares(statement):
        return False
    pools = statement.unpool() if gives_status(statement) else ()
    return not pools or not all(status_of(one).clause for one in pools)


def status_of(rule: ast.AST) -> Status:
    """Say to which clause a rule without pools gives its status, if it gives one its status."""
    subject = str(rule.head.atom.symbol.arguments[0])
    if not subject.startswith('"'):
        subject = Reader.of(rule).equal.get(subject, "")
    clause = subject[1:-1] if subject.startswith('"') else ""
    return Status(rule.location.begin.line, clause, signature(rule) == VIOLATED)
