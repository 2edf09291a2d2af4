"""The criteria of a protocol: words, numbers, readings and notes of each clause."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from oligoasp.protocol.encoded import clauses_by_parameter
from oligoasp.protocol.load import own_files
from oligoasp.protocol.model import Ambiguity, Clause, Parameter, Protocol
from oligoasp.render.document import Document, Heading, Item, Line, Paragraph, Span, line

FORMAT = "oligoasp.criteria/1"

_READING = re.compile(r"reading (\w+)")


def document(protocol: Protocol, clauses: Iterable[Clause], *, whole: bool) -> Document:
    """Write criteria.

    Args:
        protocol: the protocol.
        clauses: the clauses to write, in order.
        whole: whether these are all clauses: then the numbers that belong to none follow.
    """
    by_clause = parameters_by_clause(protocol)
    title = f"{protocol.name} ({protocol.id}, version {protocol.version})"
    blocks: Document = [Heading(title, 1), Paragraph(line(protocol.title))]
    section = ""
    for clause in clauses:
        if clause.section != section:
            section = clause.section
            blocks.append(Heading(f"{section.capitalize()} criteria"))
        head = line(Span(clause.id, "strong"), " ", Span(f'"{clause.text}"', "quote"))
        details = _role(clause)
        details += [_number(protocol, number) for number in by_clause.get(clause.id, ())]
        for ambiguity in readings_of(protocol, clause):
            details += _reading(ambiguity)
        details += [line("note: ", note) for note in clause.notes]
        blocks.append(Item(head, tuple(details)))
    if whole and (others := by_clause.get("")):
        blocks += [Heading("Other numbers"), *(Item(_number(protocol, n)) for n in others)]
    return blocks


def data(protocol: Protocol, clauses: Iterable[Clause]) -> dict[str, Any]:
    """Give criteria as plain data."""
    by_clause = parameters_by_clause(protocol)
    return {
        "format": FORMAT,
        "protocol": {
            "id": protocol.id,
            "name": protocol.name,
            "title": protocol.title,
            "version": protocol.version,
        },
        "clauses": [
            {
                "clause": clause.id,
                "section": clause.section,
                "role": clause.role,
                "text": clause.text,
                "used_by": list(clause.used_by),
                "parameters": [
                    {
                        "name": number.name,
                        "value": number.value,
                        "unit": number.unit,
                        "source": number.source,
                    }
                    for number in by_clause.get(clause.id, ())
                ],
                "readings": [
                    {
                        "name": ambiguity.name,
                        "question": ambiguity.question,
                        "options": ambiguity.options,
                        "default": ambiguity.default,
                    }
                    for ambiguity in readings_of(protocol, clause)
                ],
                "notes": list(clause.notes),
            }
            for clause in clauses
        ],
    }


def parameters_by_clause(protocol: Protocol) -> dict[str, list[Parameter]]:
    """Sort parameters by the clauses that their sources name; the rest have the key "".

    Whoever adds clauses may give other sources: then the rules tell where a number belongs.
    """
    stages = protocol.edit.stages if protocol.edit else ()
    added = [*own_files(protocol.folder), *(file for file, _ in stages if file is not None)]
    asking = clauses_by_parameter(protocol, added) if added else {}
    found: dict[str, list[Parameter]] = {}
    for parameter in protocol.parameters.values():
        clauses = clauses_of(parameter, protocol.clauses, protocol.ambiguities)
        if clauses == [""]:
            clauses = asking.get(parameter.name, clauses)
        for clause in clauses:
            found.setdefault(clause, []).append(parameter)
    return found


def clauses_of(
    parameter: Parameter, clauses: Collection[str], ambiguities: dict[str, Ambiguity]
) -> list[str]:
    """Give the clauses that a parameter belongs to, or "" if its source names none."""
    if match := _READING.match(parameter.source):
        ambiguity = ambiguities.get(match[1])
        return [ambiguity.clause if ambiguity else ""]
    named = parameter.source.partition(":")[0].split(", ")
    return [clause for clause in named if clause in clauses] or [""]


def readings_of(protocol: Protocol, clause: Clause) -> list[Ambiguity]:
    """Give the places where the words of a clause can be read in several ways."""
    return [a for a in protocol.ambiguities.values() if a.clause == clause.id]


def _role(clause: Clause) -> list[Line]:
    if clause.tests:
        return []
    used = f", used by {', '.join(clause.used_by)}" if clause.used_by else ""
    return [line(Span(f"{clause.role}{used}", "muted"))]


def _number(protocol: Protocol, parameter: Parameter) -> Line:
    value = protocol.quantity(parameter.value, parameter.unit)
    return line(f"{parameter.name} = {value} ", Span(f"({parameter.source})", "muted"))


def _reading(ambiguity: Ambiguity) -> list[Line]:
    lines = [line("reading ", Span(ambiguity.name, "strong"), f": {ambiguity.question}")]
    for option, meaning in ambiguity.options.items():
        default = " (default)" if option == ambiguity.default else ""
        lines.append(line(f"option {option}{default}: ", Span(meaning, "muted")))
    return lines
