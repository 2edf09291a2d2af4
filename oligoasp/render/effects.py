"""What amendments do to a cohort, and what would admit more of it, as documents and data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from oligoasp.amend.cohort import CohortEffect, Moved
from oligoasp.amend.format import CHOOSE, DROP
from oligoasp.amend.least import Proposal, Step
from oligoasp.decide import Verdict
from oligoasp.protocol.model import Protocol
from oligoasp.render.clauses import Quoted
from oligoasp.render.criteria import clauses_of
from oligoasp.render.document import (
    Document,
    Heading,
    Item,
    Line,
    Paragraph,
    Role,
    Span,
    Table,
    clean,
    counted,
    line,
)

FORMAT = "oligoasp.proposals/1"
MOST_PATIENTS = 20
"""So many patients of each kind are shown, unless all are asked for."""


def effect(found: CohortEffect, *, whole: bool = False) -> Document:
    """Write what amendments do to a cohort.

    Args:
        found: what they do.
        whole: whether to name every patient.
    """
    decided = sum(m.after is not Verdict.UNDETERMINED for m in found.others)
    gained, lost = len(found.gained), len(found.lost)
    read = f", {found.not_read:,} not read" if found.not_read else ""
    blocks: Document = [
        Heading(f"In the cohort {clean(found.name)}"),
        Paragraph(
            line(
                f"{counted(found.records, 'record')}{read}: ",
                Span(f"{gained:,} {'becomes' if gained == 1 else 'become'} eligible", "good"),
                ", ",
                Span(f"{lost:,} {'is' if lost == 1 else 'are'} eligible no longer", "bad"),
                f", {decided:,} {'changes' if decided == 1 else 'change'} from undetermined to "
                f"ineligible, {len(found.others) - decided:,} from ineligible to undetermined.",
            )
        ),
        _verdicts(found),
    ]
    groups: tuple[tuple[str, str, Role, list[Moved]], ...] = (
        ("Who gains", "+ ", "good", found.gained),
        ("Who loses", "- ", "bad", found.lost),
        ("Other verdicts that change", "~ ", "open", found.others),
    )
    for heading, sign, role, moved in groups:
        if not moved:
            continue
        blocks.append(Heading(heading))
        shown = moved if whole else moved[:MOST_PATIENTS]
        blocks += [Item(_moved(one, sign, role)) for one in shown]
        if len(shown) < len(moved):
            more = f"and {len(moved) - len(shown):,} more; --format json names all"
            blocks.append(Paragraph(line(Span(more, "muted"))))
        blocks.append(Paragraph(line("By clause: ", _by_clause(moved), ".")))
    return blocks


def _verdicts(found: CohortEffect) -> Table:
    rows = tuple(
        (line(str(before)), *(line(f"{found.number(before, after):,}") for after in Verdict))
        for before in Verdict
    )
    return Table(("Before", *(f"now {verdict}" for verdict in Verdict)), (16, 16, 16, 20), rows)


def _moved(one: Moved, sign: str, role: Role) -> Line:
    why = ", ".join(one.clauses) or "what can be met together"
    return line(
        Span(sign, role),
        Span(clean(one.record), "strong"),
        f": {one.before} before, {one.after} now ({why})",
    )


def _by_clause(moved: Sequence[Moved]) -> str:
    counts = Counter(clause for one in moved for clause in one.clauses)
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{clause} {number:,}" for clause, number in ordered) or "none alone"


def effect_data(found: CohortEffect) -> dict[str, Any]:
    """Give what amendments do to a cohort as plain data."""
    return {
        "source": found.name,
        "records": found.records,
        "not_read": found.not_read,
        "verdicts": [
            {"before": before, "after": after, "patients": found.number(before, after)}
            for before in Verdict
            for after in Verdict
        ],
        "moved": [
            {
                "record": one.record,
                "source": one.source,
                "line": one.line,
                "before": one.before,
                "after": one.after,
                "clauses": list(one.clauses),
            }
            for one in found.moved
        ],
    }


def proposals(
    found: Sequence[Proposal],
    undetermined: int,
    base: Protocol,
    source: str,
    number: int | None,
    *,
    whole: bool,
) -> Document:
    """Write which smallest sets of changes would admit more of a cohort.

    Args:
        found: the sets.
        undetermined: how many patients need answers and no changes.
        base: the protocol.
        source: the cohort.
        number: how many patients were to be admitted at least, if that was asked.
        whole: whether to quote clauses in full.
    """
    blocks: Document = [
        Heading(f"{base.name} ({base.id}, version {base.version})", 1),
        Paragraph(line(f"Smallest changes that would admit more of {clean(source)}.")),
    ]
    if not found:
        least = f"{number:,} more patients" if number else "anybody"
        blocks.append(
            Paragraph(line(Span(f"No set of changes that was tried admits {least}.", "open")))
        )
    quoted = Quoted({c.id: c.text for c in base.clauses.values()}, whole=whole)
    explained: set[str] = set()
    size = 0
    for proposal in found:
        if len(proposal.steps) != size:
            size = len(proposal.steps)
            blocks.append(Heading(f"{size} change{'s' * (size != 1)}"))
        blocks.append(_proposal(proposal, base, quoted, explained))
    if found:
        note = (
            "Each set was applied as a whole and the cohort decided again; none admits as many "
            "without one of its changes. Whether a change is safe is for a clinician to say."
        )
        blocks.append(Paragraph(line(Span(note, "muted"))))
    if undetermined:
        need = "patient needs" if undetermined == 1 else "patients need"
        note = f"{undetermined:,} undetermined {need} answers rather than changes"
        blocks.append(
            Paragraph(line(Span(note, "open"), ": `oligoasp screen` says what to ask for."))
        )
    return blocks


def _proposal(proposal: Proposal, base: Protocol, quoted: Quoted, explained: set[str]) -> Item:
    """Write a set of changes; what readings mean is explained once."""
    read = [step for step in proposal.steps if step[0] == CHOOSE and step[1] not in explained]
    explained.update(step[1] for step in read)
    loses = f", {proposal.loses:,} eligible no longer" if proposal.loses else ""
    unasked = f"; {proposal.unasked:,} more only by asking less" if proposal.unasked else ""
    named = [clause for step in proposal.steps for clause in _clauses(step, base)]
    return Item(
        line(
            Span("; ".join(_step(step, base) for step in proposal.steps), "strong"),
            ": ",
            Span(f"{proposal.gains:,} more eligible", "good"),
            Span(loses, "bad"),
            Span(unasked, "open"),
        ),
        (
            *(_reading(step, base) for step in read),
            *(quoted.name(clause) for clause in named if not quoted.seen(clause)),
        ),
    )


def _step(step: Step, base: Protocol) -> str:
    if step[0] == DROP:
        return f"drop {step[1]}"
    if step[0] == CHOOSE:
        return f"read {step[1]} as {step[2]} (now {base.ambiguities[step[1]].default})"
    parameter = base.parameters[step[1]]
    now = base.quantity(parameter.value, parameter.unit)
    then = base.quantity(step[2], step[3])
    return f"{step[1]} {then} (now {now})"


def _reading(step: Step, base: Protocol) -> Line:
    """Write what is asked about a passage, and what the new answer is instead of which."""
    ambiguity = base.ambiguities[step[1]]
    old, new = ambiguity.options[ambiguity.default], ambiguity.options[step[2]]
    return line(f"{ambiguity.question} {new}; now: {old}")


def _clauses(step: Step, base: Protocol) -> list[str]:
    if step[0] == DROP:
        return [step[1]]
    if step[0] == CHOOSE:
        return [base.ambiguities[step[1]].clause]
    about = clauses_of(base.parameters[step[1]], base.clauses, base.ambiguities)
    return [clause for clause in about if clause]


def proposals_data(
    found: Sequence[Proposal], undetermined: int, base: Protocol, source: str
) -> dict[str, Any]:
    """Give the smallest sets of changes as plain data."""
    return {
        "format": FORMAT,
        "protocol": {"id": base.id, "name": base.name, "version": base.version},
        "source": source,
        "proposals": [
            {
                "changes": [{"kind": step[0], "arguments": list(step[1:])} for step in one.steps],
                "gains": one.gains,
                "loses": one.loses,
                "only_by_asking_less": one.unasked,
            }
            for one in found
        ],
        "undetermined": undetermined,
    }
