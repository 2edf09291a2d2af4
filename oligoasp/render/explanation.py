"""The answer for one patient, in the order in which it is read."""

from __future__ import annotations

from oligoasp.answers import ClauseAnswer, Evidence, Explanation, Source
from oligoasp.decide import Verdict
from oligoasp.render.actions import alone, needs, remedies
from oligoasp.render.clauses import STATUS_ROLES, VERDICT_ROLES, Quoted
from oligoasp.render.document import (
    Document,
    Heading,
    Item,
    Line,
    Paragraph,
    Span,
    Table,
    line,
    some,
)

CAUTION = "Not for clinical use without review by the investigator."

LISTS = {
    "conflicts": "Each can be satisfied, but not together",
    "remedies": "What the site can do, or cannot change",
    "needs": "Still needed",
}
"""The headings of the lists that can be cut."""

MOST_EVIDENCE = 3
MOST_ITEMS = 5
MOST_REASONS = 3
MOST_MISSING = 8


def document(
    explanation: Explanation, *, full: bool = False, whole_quotes: bool = False
) -> Document:
    """Write the answer for one patient.

    Args:
        explanation: the answer.
        full: give all of every list, and the table of all clauses.
        whole_quotes: never shorten the words of a clause.

    Returns:
        The document; it ends with the caution that an investigator has to review it.
    """
    texts = {answer.clause: answer.text for answer in explanation.clauses}
    quoted = Quoted(texts, whole=full or whole_quotes)
    blocks: Document = [
        *_verdict(explanation),
        *_blockers(explanation, quoted, full),
        *_conflicts(explanation, quoted),
        *_reasons(explanation, quoted, full),
        *remedies(explanation, quoted, full),
        *needs(explanation, quoted, full),
        *_open_besides(explanation, quoted, full),
        *_remarks(explanation),
        *_readings(explanation, quoted, full),
        *_near_misses(explanation, quoted, full),
        *_notes(explanation),
    ]
    if full:
        blocks += [Heading("All criteria"), _table(explanation)]
    return [*blocks, *_filing(explanation), Paragraph(line(Span(CAUTION, "strong")))]


def _filing(explanation: Explanation) -> Document:
    filing = explanation.filing
    if filing is None:
        return []
    said = f"oligoasp {filing.program}, rules {filing.rules}, record {filing.record}"
    return [Paragraph(line(Span(f"{said}{filing.date and f', {filing.date}'}.", "muted")))]


def source_of(source: Source) -> str:
    """Name a field of the record: what was typed in it, and on which line."""
    if not source.text:
        return f"{source.field}: not recorded"
    at = f", line {source.line}" if source.line is not None else ""
    return f"{source.field}: {source.text}{at}"


def _verdict(explanation: Explanation) -> Document:
    protocol = explanation.protocol
    blocking = len(explanation.blockers)
    unknown = sum(answer.status == "unknown" for answer in explanation.clauses)
    match explanation.verdict:
        case Verdict.ELIGIBLE:
            word, why = "is eligible", "every criterion that applies is satisfied"
        case Verdict.INELIGIBLE if blocking:
            word = "is not eligible"
            why = f"{_count(blocking, 'criterion stands', 'criteria stand')} in the way"
            if unknown:
                why += f", and {_count(unknown, 'other is', 'others are')} still open"
        case Verdict.INELIGIBLE:
            word, why = "is not eligible", "some criteria cannot be satisfied together"
        case _:
            word = "may or may not be eligible"
            why = f"{_count(unknown, 'criterion is', 'criteria are')} still open"
    why += "."
    if explanation.remarks:
        number = _count(len(explanation.remarks), "thing", "things")
        why += f" {number} in the record should be compared with the chart (see below)."
    role = VERDICT_ROLES[explanation.verdict]
    origin = "standard input" if explanation.source == "-" else explanation.source
    version = f"{protocol.name} ({protocol.id}, version {protocol.version})"
    return [
        Heading(f"{explanation.record}: {explanation.verdict}", 1),
        Paragraph(line("The patient ", Span(word, role), f" for {protocol.name}: {why}")),
        Paragraph(line(Span(f"Record from {origin}; protocol {version}.", "muted"))),
    ]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _open_besides(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    """Say what else is open of a patient who is not eligible as things are."""
    clashing = {clause for conflict in explanation.conflicts for clause in conflict.clauses}
    unknown = [
        answer
        for answer in explanation.clauses
        if answer.status == "unknown" and answer.clause not in clashing
    ]
    if full or not unknown or explanation.verdict is not Verdict.INELIGIBLE:
        return []
    if not any(answer.missing for answer in unknown):
        ids = some((answer.clause for answer in unknown), MOST_MISSING)
        said = line(f"{ids} (--full says what is missing).")
        return [Heading("Open besides"), Paragraph(said)]
    items: Document = [
        Item(line(*quoted.name(answer.clause), ": ", some(answer.missing, MOST_MISSING)))
        for answer in unknown
    ]
    return [Heading("Open besides; to decide it is missing"), *items]


def _evidence(evidence: Evidence) -> Line:
    sources = "; ".join(map(source_of, evidence.sources))
    return line(evidence.text, Span(f" [{sources}]" if sources else "", "muted"))


def _blockers(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    answers = {answer.clause: answer for answer in explanation.clauses}
    items: Document = []
    for clause in explanation.blockers:
        answer = answers[clause]
        shown = answer.evidence if full else answer.evidence[:MOST_EVIDENCE]
        details = [_evidence(evidence) for evidence in shown]
        if hidden := len(answer.evidence) - len(shown):
            details.append(line(Span(f"and {hidden} more", "muted")))
        status = Span(answer.status, STATUS_ROLES[answer.status])
        items.append(Item(line(*quoted.name(clause), ": ", status), tuple(details)))
    blocks: Document = [Heading("Why not"), *items] if items else []
    counted, perhaps = explanation.counted, explanation.possibly_counted
    if counted or perhaps:
        text = f"Counted for certain ({explanation.number_counted}): {', '.join(counted) or 'none'}"
        if perhaps:
            text += f"; open whether counted: {', '.join(perhaps)}"
        blocks.append(Paragraph(line(f"{text}.")))
    return blocks


def _conflicts(explanation: Explanation, quoted: Quoted) -> Document:
    items: Document = [
        Item(quoted.names(c.clauses), tuple(alone(need) for need in c.needs if need.alternatives))
        for c in explanation.conflicts
    ]
    return [Heading(LISTS["conflicts"]), *items] if items else []


def _reasons(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    by_facts: dict[tuple[Source, ...], dict[str, None]] = {}
    for reason in explanation.reasons:
        by_facts.setdefault(reason.facts, {}).update(dict.fromkeys(reason.clauses))
    if not by_facts:
        return []
    least = min(map(len, by_facts))
    fewest = [facts for facts in by_facts if len(facts) == least]
    shown = list(by_facts) if full else fewest[:MOST_REASONS]
    alone = "any one of these suffices" if len(shown) > 1 else "this alone suffices"
    items: Document = []
    for facts in shown:
        names = quoted.names(by_facts[facts])
        items.append(Item(line(" with ".join(map(source_of, facts)), " (", *names, ")")))
    items += _more(len(by_facts) - len(shown))
    return [Heading(f"Fewest recorded facts that settle it: {alone}"), *items]


def _readings(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    shown = explanation.readings if full else explanation.readings[:MOST_ITEMS]
    items: Document = [
        Item(
            line(
                *quoted.name(reading.clause),
                f": {reading.question} If “{reading.meaning}”, the verdict is ",
                Span(reading.verdict, VERDICT_ROLES[reading.verdict]),
                Span(f" (--reading {reading.reading}={reading.option})", "muted"),
            )
        )
        for reading in shown
    ]
    items += _more(len(explanation.readings) - len(shown))
    return [Heading("How the text is read decides"), *items] if items else []


def _near_misses(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    shown = explanation.near_misses if full else explanation.near_misses[:MOST_ITEMS]
    items: Document = [
        Item(
            line(
                *quoted.name(miss.clause),
                f": {miss.text}",
                Span(f" [{'; '.join(map(source_of, miss.sources))}]", "muted"),
            )
        )
        for miss in shown
    ]
    items += _more(len(explanation.near_misses) - len(shown))
    return [Heading("Satisfied by a small margin"), *items] if items else []


def _remarks(explanation: Explanation) -> Document:
    items: Document = [
        Item(line("; ".join(map(source_of, remark.sources)), f": {remark.text}"))
        for remark in explanation.remarks
    ]
    items += [Item(_evidence(warning)) for warning in explanation.warnings]
    return [Heading("Worth a second look; it is used as it stands"), *items] if items else []


def _more(hidden: int) -> Document:
    return [Item(line(Span(f"and {hidden} more (--full shows all)", "muted")))] if hidden else []


def _notes(explanation: Explanation) -> Document:
    notes = [f"reading {n} = {o}" for n, o in explanation.protocol.readings.items()]
    notes += explanation.notes
    notes += [
        f"“{LISTS[name]}” was cut at its limit: there may be more"
        for name in explanation.incomplete
    ]
    items: Document = [Item(line(note)) for note in notes]
    return [Heading("Assumed"), *items] if items else []


def _table(explanation: Explanation) -> Table:
    rows = tuple(_row(answer) for answer in explanation.clauses)
    return Table(("Clause", "Text", "Status", "Record"), (1, 4, 2, 5), rows)


def _row(answer: ClauseAnswer) -> tuple[Line, ...]:
    values = "; ".join(evidence.text for evidence in (*answer.values,) or answer.evidence)
    missing = f"missing: {some(answer.missing, MOST_MISSING)}" if answer.missing else ""
    return (
        line(Span(answer.clause, "strong")),
        line(answer.text),
        line(Span(answer.status, STATUS_ROLES[answer.status])),
        line("; ".join(filter(None, (values, missing)))),
    )
