"""A screening as a document: who is out and why, in total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from oligoasp.answers import MissingCount, RemarkCount, Screening, TogetherCount
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.errors import join
from oligoasp.render.document import (
    Document,
    Heading,
    Item,
    Line,
    Paragraph,
    Span,
    Table,
    clean,
    line,
    shorten,
)

_Count = TypeVar("_Count")

SHOWN = 8
PLACES = 4
QUOTE_LENGTH = 38


def document(screening: Screening, protocol: Protocol, *, full: bool = False) -> Document:
    """Make a document of a screening.

    Args:
        screening: what was counted.
        protocol: the protocol, for the words of its clauses.
        full: whether all clauses are listed, not only the most important ones.
    """
    name = screening.protocol
    version = f"{name.name} ({name.id}, version {name.version})"
    readings = ", ".join(f"{k}={v}" for k, v in name.readings.items())
    made: Document = [
        Heading(f"Screening of {screening.source}", 1),
        Paragraph(line(version + (f", read as {readings}" if readings else ""))),
        Heading("Enrollment"),
        *_enrollment(screening, full),
    ]
    made += _attrition(screening, protocol, full)
    made += _alone(screening, protocol, full)
    made += _together(screening, full)
    made += _unknown(screening, protocol, full)
    made += _missing(screening, protocol, full)
    made += _remarks(screening, protocol, full)
    return made


def _enrollment(screening: Screening, full: bool) -> Iterator[Item]:
    """Count as the CONSORT flow diagram does."""
    parts = [("not read", screening.not_read), ("excluded", screening.ineligible)]
    parts += [("undetermined", screening.undetermined), ("eligible", screening.eligible)]
    details = [line(f"{name}: {number:,}") for name, number in parts]
    yield Item(
        line(Span("assessed for eligibility", "strong"), f": {screening.assessed:,}"),
        tuple(details),
    )
    if screening.conflicts:
        number = screening.conflicts
        verb = "is" if number == 1 else "are"
        yield Item(
            line(
                f"{number:,} of the excluded {verb} not excluded by any one criterion: some "
                "that are open cannot be met together"
            ),
            tuple(
                line(f"{', '.join(clash.clauses)}: {clash.patients:,}")
                for clash in _cut(list(screening.clashes), full)
            ),
        )
    if screening.sharing:
        yield Item(
            line(
                f"{screening.sharing:,} records share an id with another one; each is counted, "
                "and source and line tell them apart"
            ),
            tuple(
                line(f"{clean(record)}: {len(places):,} records ({_places(places, full)})")
                for record, places in _cut(list(screening.repeated.items()), full)
            ),
        )


def _places(places: Sequence[str], full: bool) -> str:
    shown = places if full else places[:PLACES]
    return ", ".join(map(clean, shown)) + ", …" * (len(shown) < len(places))


def _attrition(screening: Screening, protocol: Protocol, full: bool) -> Document:
    steps = [step for step in screening.attrition if step.excluded or full]
    if not steps:
        return []
    numbers = {step.clause: (step.excluded, step.remaining, step.uncertain) for step in steps}
    table = _table(("Excluded", "Remaining", "Open"), (8, 9, 6), numbers, protocol)
    last = screening.attrition[-1]
    excluded = sum(step.excluded for step in screening.attrition)
    end = (excluded, last.remaining, last.uncertain)
    closing = (line("all"), *(line(f"{number:,}") for number in end), line("after every criterion"))
    note = "Open: remaining, but with an unknown criterion so far"
    if screening.conflicts:
        note += (
            f"; {screening.conflicts:,} of them in the end excluded all the same, since what is "
            "open cannot be met together"
        )
    return [
        Heading("Attrition, in the order of the protocol"),
        table._replace(rows=(*table.rows, closing)),
        _note(f"{note}."),
    ]


def _alone(screening: Screening, protocol: Protocol, full: bool) -> Document:
    counts = [count for count in screening.clauses if count.blocks or full]
    counts.sort(key=lambda count: (-count.to_gain, -count.alone, -count.blocks))
    if not counts:
        return []
    numbers = {c.clause: (c.blocks, c.alone, c.to_gain) for c in _cut(counts, full)}
    return [
        Heading("Whom each criterion excludes, whatever its place"),
        _table(("Excludes", "Alone", "To gain"), (8, 6, 7), numbers, protocol),
        *_more(counts, full),
        _note("To gain: patients who would be eligible without it."),
    ]


def _together(screening: Screening, full: bool) -> Document:
    least = 1 if full else 2
    pairs = [count for count in screening.pairs if count.blocked >= least]
    sets = [count for count in screening.sets if count.to_gain >= least]
    made: Document = []
    if pairs:
        made += [Heading("Pairs of criteria that exclude the same patients")]
        made += [Item(_pair(count)) for count in _cut(pairs, full)]
    if sets:
        made += [Heading("Criteria that only together stand between patients and eligibility")]
        made += [
            Item(line(Span(", ".join(count.clauses), "strong"), f": {count.to_gain:,} to gain"))
            for count in _cut(sets, full)
        ]
    return made


def _pair(count: TogetherCount) -> Line:
    only = f", {count.only:,} of them by nothing else" if count.only else ""
    return line(Span(" and ".join(count.clauses), "strong"), f": {count.blocked:,}{only}")


def _unknown(screening: Screening, protocol: Protocol, full: bool) -> Document:
    counts = [
        count for count in screening.clauses if count.undetermined or (full and count.unknown)
    ]
    counts.sort(key=lambda count: (-count.undetermined, -count.decisive, -count.unknown))
    if not counts:
        return []
    numbers = {c.clause: (c.undetermined, c.decisive, c.unknown) for c in _cut(counts, full)}
    return [
        Heading("What is unknown of the undetermined"),
        _table(("Patients", "Alone", "Of all"), (8, 6, 6), numbers, protocol),
        *_more(counts, full),
        _note("Alone: nothing else is unknown. Of all: whatever the verdict."),
    ]


def _missing(screening: Screening, protocol: Protocol, full: bool) -> Document:
    counts = list(screening.missing)
    return _fields("What to ask for, of the undetermined", counts, protocol, full)


def _remarks(screening: Screening, protocol: Protocol, full: bool) -> Document:
    counts = list(screening.remarks)
    heading = "Worth a second look: unusual, though possible, and used as it stands"
    return _fields(heading, counts, protocol, full)


def _fields(
    heading: str, counts: list[MissingCount] | list[RemarkCount], protocol: Protocol, full: bool
) -> Document:
    """Make a table of what is counted of fields, with their meanings."""
    if not counts:
        return []
    fields = {
        join(f"{protocol.vocabulary.kinds[kind].list_name}[]" * (kind != PATIENT), path): of.help
        for (kind, path), of in protocol.vocabulary.fields.items()
    }
    fields |= {kind.list_name: kind.label for kind in protocol.vocabulary.kinds.values()}
    shown = counts if full else counts[:SHOWN]
    rows = tuple(
        (line(c.field), line(f"{c.patients:,}"), line(Span(_first(fields[c.field]), "muted")))
        for c in shown
    )
    return [
        Heading(heading),
        Table(("Field", "Patients", "Meaning"), (44, 8, 24), rows),
        *_more(counts, full),
    ]


def _first(words: str) -> str:
    return shorten(" ".join(words.split()), QUOTE_LENGTH)


def _table(
    headings: tuple[str, ...],
    shares: tuple[int, ...],
    numbers: Mapping[str, tuple[int, ...]],
    protocol: Protocol,
) -> Table:
    """Make a table of what is counted of each clause, with the words of the clause."""
    rows = tuple(
        (line(clause), *(line(f"{number:,}") for number in counted), _quote(protocol, clause))
        for clause, counted in numbers.items()
    )
    return Table(("Clause", *headings, "Criterion"), (8, *shares, 40), rows)


def _note(text: str) -> Paragraph:
    return Paragraph(line(Span(text, "muted")))


def _quote(protocol: Protocol, clause: str) -> Line:
    words = protocol.clauses[clause].text
    return line(Span(f'"{shorten(" ".join(words.split()), QUOTE_LENGTH)}"', "quote"))


def _cut(counts: list[_Count], full: bool) -> list[_Count]:
    return counts if full else counts[:SHOWN]


def _more(counts: Sequence[object], full: bool) -> Iterable[Paragraph]:
    if len(counts) > SHOWN and not full:
        yield Paragraph(line(Span(f"and {len(counts) - SHOWN} more (--full)", "muted")))
