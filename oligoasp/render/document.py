"""A document: headings, paragraphs, items and tables, before they are laid out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

Role = Literal["", "strong", "quote", "muted", "good", "bad", "open"]
"""What a piece of text is: its look is up to the layout."""


class Span(NamedTuple):
    """A piece of text in one role."""

    text: str
    role: Role = ""


Line: TypeAlias = tuple[Span, ...]


class Heading(NamedTuple):
    """A heading, of the whole document (level 1) or of a part of it (2)."""

    text: str
    level: int = 2


class Paragraph(NamedTuple):
    """A paragraph of running text."""

    line: Line


class Item(NamedTuple):
    """An item of a list, with details below it."""

    line: Line
    details: tuple[Line, ...] = ()


class Table(NamedTuple):
    """A table: one word or two per heading, and the share of the width of each column."""

    headings: tuple[str, ...]
    shares: tuple[int, ...]
    rows: tuple[tuple[Line, ...], ...]


Block: TypeAlias = Heading | Paragraph | Item | Table
Document: TypeAlias = list[Block]


def line(*parts: str | Span) -> Line:
    """Make a line from text and spans; empty ones are left out."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return tuple(span for span in spans if span.text)


def plain(content: Line) -> str:
    """Give the text of a line."""
    return "".join(span.text for span in content)


def clean(text: str) -> str:
    """Make text from a record safe to print: one line, no control characters."""
    joined = " ".join(text.split())
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in joined
    )


def shorten(text: str, most: int) -> str:
    """Cut text at a word, so that it has at most so many characters."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,;:") + "…"


def counted(number: int, thing: str) -> str:
    """Count things: "1 case", "2,345 cases"."""
    return f"{number:,} {thing}{'s' * (number != 1)}"


def some(words: Iterable[str], most: int) -> str:
    """List words, and say how many more there are than are shown."""
    names = list(words)
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
