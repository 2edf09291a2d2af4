"""The short answers: one line, or one row of a table, per record."""

from __future__ import annotations

import click

from oligoasp.answers import Check, Refusal
from oligoasp.decide import Verdict
from oligoasp.render.document import clean, some
from oligoasp.render.markdown import escape

ID_WIDTH, VERDICT_WIDTH = 24, 12
MOST_CLAUSES = 6

COLOURS = {Verdict.ELIGIBLE: "green", Verdict.INELIGIBLE: "red", Verdict.UNDETERMINED: "yellow"}

TABLE_HEAD = "| Record | Verdict | Clauses |\n| --- | --- | --- |"


def text(check: Check, *, colour: bool = False) -> str:
    """Give a short answer as a line: record, verdict, and what it rests on."""
    verdict = f"{check.verdict:<{VERDICT_WIDTH}}"
    if colour:
        verdict = click.style(verdict, fg=COLOURS[check.verdict])
    return f"{clean(check.record):<{ID_WIDTH}}  {verdict}  {clauses(check, MOST_CLAUSES)}".rstrip()


def row(check: Check) -> str:
    """Give a short answer as a row of a Markdown table."""
    shown = clauses(check, len(check.blockers) + len(check.unknown))
    return f"| {escape(check.record)} | {check.verdict} | {shown} |"


def refused_text(refusal: Refusal) -> str:
    """Give a record that could not be read as a line; what is wrong stands elsewhere."""
    name = clean(refusal.record or refusal.source)
    number = len(refusal.problems)
    problems = f"{number} problem{'s' * (number != 1)}, see the messages"
    return f"{name:<{ID_WIDTH}}  {'not read':<{VERDICT_WIDTH}}  {problems}"


def refused_row(refusal: Refusal) -> str:
    """Give a record that could not be read as a row of a Markdown table."""
    problems = "; ".join(map(escape, refusal.problems))
    return f"| {escape(refusal.record or refusal.source)} | not read | {problems} |"


def notes(check: Check) -> list[str]:
    """Word what is remarked on a record, each with file, line and fields."""
    return [
        f"{clean(check.source)}{'' if (line := remark.sources[0].line) is None else f':{line}'}: "
        f"{'; '.join(clean(f'{s.field}: {s.text}') for s in remark.sources)}: {remark.text}"
        for remark in check.remarks
    ]


def clauses(check: Check, most: int) -> str:
    """Name the blockers, or what is unknown."""
    if check.blockers:
        return some(check.blockers, most)
    if check.conflict:
        return "criteria that cannot be satisfied together"
    return f"unknown: {some(check.unknown, most)}" if check.unknown else ""


def total(verdicts: dict[Verdict, int], refused: int) -> str:
    """Sum up the answers for many records."""
    number = sum(verdicts.values()) + refused
    parts = [f"{verdicts.get(verdict, 0)} {verdict}" for verdict in Verdict]
    if refused:
        parts.append(f"{refused} not read")
    return f"{number} record{'s' * (number != 1)}: {', '.join(parts)}"
