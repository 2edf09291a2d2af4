"""What is wrong with the rules of an amendment, before they decide about anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oligoasp.amend.format import REPLACE, Amendment
from oligoasp.protocol.encoded import literal_numbers, problems_of_clauses, status_of
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.names import in_order, never_defined, unread, wrong_names
from oligoasp.solver.edit import STATUS_HEADS, signature


def problems_of_rules(
    base: Protocol, result: Protocol, amendments: Sequence[Amendment], undefined: Sequence[str]
) -> list[str]:
    """Say what is wrong with the rules of amendments.

    Args:
        base: the protocol before.
        result: the protocol with the rules, as far as it could be read.
        amendments: the amendments.
        undefined: messages of the solver about atoms that no rule defines.
    """
    problems: list[str] = []
    files = (*base.files, *(a.file for a in amendments if a.file is not None))
    for amendment in amendments:
        if amendment.file is None:
            problems += _unreplaced(amendment, {})
            continue
        problems += _clauses(amendment, base, result)
        seen: dict[str, None] = {}
        for rule in amendment.rules:
            place = f"{amendment.file}:{rule.location.begin.line}"
            for one in rule.unpool():
                for problem in (*wrong_names(one, result), *literal_numbers(one)):
                    seen[f"{place}: {problem}"] = None
        rules = [(amendment.file, rule) for rule in amendment.rules]
        seen |= dict.fromkeys(unread(rules, files, amending=True))
        seen |= dict.fromkeys(never_defined({amendment.file}, undefined))
        problems += in_order(seen)
    if any(new.tests and new.id not in base.clauses for new in result.clauses.values()):
        problems += problems_of_clauses(result, result.clauses.keys() - base.clauses.keys())
    return problems


def _clauses(amendment: Amendment, base: Protocol, result: Protocol) -> Iterator[str]:
    """Compare the clauses that rules speak of with those that have words."""
    heads: dict[str, int] = {}
    for rule in amendment.rules:
        for one in rule.unpool():
            head = signature(one) or ("", 0)
            line = one.location.begin.line
            if head in STATUS_HEADS:
                if clause := status_of(one).clause:
                    heads.setdefault(clause, line)
            elif head == ("clause", 4):
                clause = str(one.head.atom.symbol.arguments[0]).strip('"')
                if clause in base.clauses:
                    yield (
                        f'{amendment.file}:{line}: clause {clause} exists; text("{clause}", "…") '
                        "changes its words"
                    )
                elif clause in result.clauses and not result.clauses[clause].text.strip():
                    yield f"{amendment.file}:{line}: clause {clause} is left without text"
    for clause, line in heads.items():
        if clause not in result.clauses:
            yield (
                f"{amendment.file}:{line}: clause {clause} is left without text; accepted: "
                f'clause("{clause}", inclusion or exclusion, test, "…")'
            )
    yield from _unreplaced(amendment, heads)


def _unreplaced(amendment: Amendment, heads: dict[str, int]) -> Iterator[str]:
    for change in amendment.of(REPLACE):
        if change.arguments[0] not in heads:
            yield (
                f"{change.place}: clause {change.arguments[0]} is replaced by no rule; accepted: a "
                f'rule violated("{change.arguments[0]}", …), or drop'
            )
