"""What became of the mutants of a protocol, as a document and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from oligoasp.mutation.judge import Fate, Outcome
from oligoasp.protocol.model import Protocol
from oligoasp.render.document import Document, Heading, Item, Line, Paragraph, Span, Table, line
from oligoasp.render.verification import plain_record

FORMAT = "oligoasp.mutation/1"
TITLES = {
    Fate.SURVIVES: "Mutants that no case notices",
    Fate.UNDECIDED: "Mutants that no case notices and no proof settles",
    Fate.CAUGHT: "Caught by a case",
    Fate.EQUIVALENT: "Proved equivalent",
}
MEANINGS = {
    Fate.SURVIVES: "no case notices them",
    Fate.UNDECIDED: "no case notices them, and a proof was given up",
    Fate.CAUGHT: "an expectation of a case fails",
    Fate.EQUIVALENT: "proved: no status and no verdict changes, for nobody",
}
BAD = (Fate.SURVIVES, Fate.UNDECIDED)


def document(
    protocol: Protocol, outcomes: Sequence[Outcome], most: int, *, every: bool = False
) -> Document:
    """Write what became of mutants: first what no case notices, then how many there are.

    Args:
        protocol: the protocol.
        outcomes: what became of each mutant.
        most: how many entries the proofs cover.
        every: whether to list the others one by one, too.
    """
    blocks: Document = [Heading(f"{protocol.name} ({protocol.id}, version {protocol.version})", 1)]
    for fate, title in TITLES.items():
        some = [outcome for outcome in outcomes if outcome.fate is fate]
        if some and (every or fate in BAD):
            blocks.append(Heading(title))
            blocks += [_item(outcome) for outcome in some]
    counts = Counter(outcome.fate for outcome in outcomes)
    rows = tuple(
        (line(str(fate)), line(f"{counts[fate]:,}"), line(MEANINGS[fate]))
        for fate in MEANINGS
        if counts[fate] or fate is Fate.SURVIVES
    )
    blocks.append(Heading("All mutants"))
    blocks.append(Table(("fate", "mutants", "meaning"), (2, 1, 6), rows))
    blocks.append(Paragraph(line(Span(scope(most), "muted"))))
    return blocks


def scope(most: int) -> str:
    """Say what the proofs cover."""
    return (
        f"{len(outcomes_kinds())} kinds of change in rules, limits and default readings; rules "
        "about who can exist stay as they are. Proofs cover patients with at most "
        f"{most} lesions or the like, and every number that a rule can tell apart."
    )


def outcomes_kinds() -> list[str]:
    """Give the names of the kinds of change."""
    from oligoasp.mutation.mutants import Operator  # noqa: PLC0415

    return [str(operator) for operator in Operator]


def _item(outcome: Outcome) -> Item:
    mutant = outcome.mutant
    head = line(Span(mutant.place, "strong"), f" {mutant.subject}: {mutant.change}")
    details: list[Line] = []
    if outcome.case is not None:
        details.append(line(Span(f"caught by {outcome.case.file}: {outcome.case.name}", "muted")))
    if outcome.witness is not None:
        details.append(line("matters to: ", Span(outcome.witness.summary, "muted")))
        if outcome.witness.readings:
            chosen = ", ".join(f"{a}={b}" for a, b in outcome.witness.readings.items())
            details.append(line(f"where the text is read {chosen}"))
        details.append(line(_otherwise(outcome)))
    elif outcome.fate is Fate.SURVIVES:
        details.append(line(Span("no record was found for a patient to whom it matters", "muted")))
    return Item(head, tuple(details))


def _otherwise(outcome: Outcome) -> str:
    witness = outcome.witness
    assert witness is not None
    parts = []
    if outcome.verdict != witness.verdict:
        parts.append(f"{outcome.verdict} instead of {witness.verdict}")
    parts += [
        f"{clause} {status} instead of {witness.statuses[clause]}"
        for clause, status in outcome.statuses.items()
    ]
    return "; ".join(parts)


def total(outcomes: Sequence[Outcome]) -> str:
    """Sum up in a line."""
    bad = sum(outcome.fate in BAD for outcome in outcomes)
    if not bad:
        return f"{len(outcomes):,} mutants: a case catches each that is not proved equivalent"
    return f"{len(outcomes):,} mutants: {bad} that no case notices"


def data(protocol: Protocol, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give what became of mutants as plain data."""
    counts = Counter(outcome.fate for outcome in outcomes)
    return {
        "format": FORMAT,
        "protocol": {"id": protocol.id, "name": protocol.name, "version": protocol.version},
        "counts": {str(fate): counts[fate] for fate in Fate},
        "mutants": [_plain(outcome) for outcome in outcomes],
    }


def _plain(outcome: Outcome) -> dict[str, Any]:
    mutant, witness = outcome.mutant, outcome.witness
    found: dict[str, Any] = {
        "operator": str(mutant.operator),
        "place": mutant.place,
        "subject": mutant.subject,
        "change": mutant.change,
        "fate": str(outcome.fate),
    }
    if outcome.case is not None:
        found["case"] = {"file": outcome.case.file, "name": outcome.case.name}
    if witness is not None:
        found["patient"] = {
            "verdict": str(witness.verdict),
            "verdict_of_mutant": str(outcome.verdict),
            "statuses_of_mutant": {c: str(s) for c, s in outcome.statuses.items()},
            "readings": dict(witness.readings),
            "unusual": witness.summary,
            "record": plain_record(witness.data),
        }
    return found
