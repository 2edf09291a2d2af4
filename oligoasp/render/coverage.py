"""What the cases cover, as a document and as data: the gaps first."""

from __future__ import annotations

from typing import Any

from oligoasp.cover.firing import SIDES
from oligoasp.cover.matrix import FULFILLED, INAPPLICABLE, UNKNOWN, VIOLATED, Matrix
from oligoasp.mutation.rules import Rule
from oligoasp.protocol.model import Protocol
from oligoasp.render.document import Document, Heading, Item, Paragraph, Span, Table, counted, line

FORMAT = "oligoasp.coverage/1"
KINDS = (FULFILLED, VIOLATED, UNKNOWN, INAPPLICABLE)


def document(protocol: Protocol, matrix: Matrix, *, every: bool = False) -> Document:
    """Write what no case covers, then how many cases cover what.

    Args:
        protocol: the protocol.
        matrix: what is covered.
        every: whether to list every rule with its cases, too.
    """
    blocks: Document = [Heading(f"{protocol.name} ({protocol.id}, version {protocol.version})", 1)]
    blocks.append(Heading("Gaps"))
    gaps = [
        line(Span(clause, "strong"), f": no case expects it {' or '.join(missing)}")
        for clause, missing in matrix.bare_clauses.items()
    ]
    gaps += [
        line(Span(rule.place, "strong"), f" fires in no case: {_words(rule)}")
        for rule in matrix.bare_rules
    ]
    gaps += [
        line(Span(_limit(protocol, name), "strong"), f": no case {_where(missing)} it")
        for name, missing in matrix.bare_limits.items()
    ]
    blocks += [Item(gap) for gap in gaps] or [Paragraph(line("none"))]
    blocks.append(Heading("Clauses, and how many cases expect each status"))
    blocks.append(
        Table(
            ("clause", *KINDS),
            (2, 1, 1, 1, 2),
            tuple(
                (line(clause), *(line(str(len(by.get(kind, ())))) for kind in KINDS))
                for clause, by in matrix.clauses.items()
            ),
        )
    )
    blocks.append(Heading("Limits, and how many cases have a value on each side"))
    blocks.append(
        Table(
            ("limit", *SIDES),
            (5, 1, 1, 1),
            tuple(
                (line(_limit(protocol, name)), *(line(str(len(by[side]))) for side in SIDES))
                for name, by in matrix.limits.items()
            ),
        )
    )
    if every:
        blocks.append(Heading("Rules, and the cases in which they fire"))
        blocks += [Item(line(Span(r.place, "strong"), f" {_words(r)}: {_cases(matrix, r)}"))
                   for r in matrix.rules]  # fmt: skip
    blocks.append(Paragraph(line(Span(total(matrix), "muted"))))
    return blocks


def total(matrix: Matrix) -> str:
    """Sum up in a sentence."""
    fired = sum(bool(matrix.fired.get(rule.number)) for rule in matrix.rules)
    dormant = len(matrix.dormant)
    return (
        f"{counted(len(matrix.cases), 'case')}; of {counted(len(matrix.rules), 'rule')} "
        f"{fired} {'fires' if fired == 1 else 'fire'} in some case, "
        f"{dormant} {'needs' if dormant == 1 else 'need'} another reading of the text than the "
        "default."
    )


def _where(missing: list[str]) -> str:
    return " or ".join("is at" if side == "at" else f"lies {side}" for side in missing)


def _limit(protocol: Protocol, name: str) -> str:
    parameter = protocol.parameters[name]
    return f"{name} = {protocol.quantity(parameter.value, parameter.unit)}"


def _words(rule: Rule) -> str:
    return str(rule.statement.head)


def _cases(matrix: Matrix, rule: Rule) -> str:
    found = matrix.fired.get(rule.number, ())
    if not found:
        return "needs another reading" if rule.number in matrix.dormant else "no case"
    first = matrix.cases[found[0]]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{first.file}: {first.name}{more}"


def data(protocol: Protocol, matrix: Matrix) -> dict[str, Any]:
    """Give the whole matrix as plain data; cases are given by their place in the list."""
    return {
        "format": FORMAT,
        "protocol": {"id": protocol.id, "name": protocol.name, "version": protocol.version},
        "cases": [{"file": case.file, "name": case.name} for case in matrix.cases],
        "clauses": {c: {k: list(by.get(k, ())) for k in KINDS} for c, by in matrix.clauses.items()},
        "rules": [
            {
                "place": rule.place,
                "head": _words(rule),
                "in_force": rule.number not in matrix.dormant,
                "cases": list(matrix.fired.get(rule.number, ())),
            }
            for rule in matrix.rules
        ],
        "limits": {n: {s: list(by[s]) for s in SIDES} for n, by in matrix.limits.items()},
        "gaps": {
            "clauses": matrix.bare_clauses,
            "rules": [rule.place for rule in matrix.bare_rules],
            "limits": matrix.bare_limits,
        },
    }
