"""Documents as Markdown, for filing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from oligoasp.render.document import Document, Heading, Item, Line, Paragraph, Table, clean

_SPECIAL = re.compile(r"([\\`*{}\[\]<>|~#]|(?<!\w)_|_(?!\w))")
_MARKS = {"strong": "**", "bad": "**", "quote": "*"}


def write(document: Document, stream: IO[str]) -> None:
    """Write a document as Markdown."""
    stream.write("\n".join(lines(document)) + "\n")


def lines(document: Document) -> Iterator[str]:
    """Give the lines of a document."""
    inside_list = False
    for number, block in enumerate(document):
        if number and not (inside_list and isinstance(block, Item)):
            yield ""
        inside_list = isinstance(block, Item)
        match block:
            case Heading():
                yield f"{'#' * block.level} {escape(block.text)}"
            case Paragraph():
                yield inline(block.line)
            case Item():
                yield f"- {inline(block.line)}"
                yield from (f"  - {inline(detail)}" for detail in block.details)
            case Table():
                yield f"| {' | '.join(block.headings)} |"
                yield f"|{' --- |' * len(block.headings)}"
                for row in block.rows:
                    yield f"| {' | '.join(map(inline, row))} |"


def inline(content: Line) -> str:
    """Give a line with emphasis."""
    parts = []
    for span in content:
        mark = _MARKS.get(span.role, "")
        text = escape(span.text)
        lead = " " if span.text[:1] == " " else ""
        tail = " " if span.text[-1:] == " " and text else ""
        parts.append(f"{lead}{mark}{text}{mark}{tail}" if text else lead)
    return "".join(parts)


def escape(text: str) -> str:
    """Make text mean itself in Markdown."""
    return _SPECIAL.sub(r"\\\1", clean(text))
