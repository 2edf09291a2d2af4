"""Documents as text for a terminal: wrapped, indented, and in colour where that is wanted."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import IO, Any

import click

from oligoasp.render.document import (
    Block,
    Document,
    Heading,
    Item,
    Line,
    Paragraph,
    Role,
    Span,
    Table,
    clean,
    plain,
)

PIPE_WIDTH, LEAST_WIDTH, MOST_WIDTH = 80, 40, 100
INDENT = 2
GAP = 2

STYLES: dict[Role, dict[str, Any]] = {
    "strong": {"bold": True},
    "quote": {"italic": True},
    "muted": {"dim": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "open": {"fg": "yellow"},
}

_WORD = re.compile(r"\s*(\S+)\s*")


def write(document: Document, stream: IO[str], *, colour: bool = False) -> None:
    """Print a document.

    Args:
        document: what to print.
        stream: where to.
        colour: whether to print in colour and in bold and italic letters.
    """
    show = _styled if colour else plain
    text = "".join(f"{show(line)}\n" for line in layout(document, width_for(stream)))
    click.echo(text, stream, nl=False, color=colour)


def width_for(stream: IO[str]) -> int:
    """Give how wide text may be: ``COLUMNS`` if set, else a terminal's width up to 100, else 80."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return max(int(asked), LEAST_WIDTH)
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except OSError:
        columns = 0
    return min(max(columns, LEAST_WIDTH), MOST_WIDTH) if columns else PIPE_WIDTH


def layout(document: Document, width: int) -> Iterator[Line]:
    """Give the lines of a document, none of them wider than ``width`` cells."""
    before: Block | None = None
    for block in document:
        if before is not None and _apart(before, block):
            yield ()
        match block:
            case Heading():
                yield from _wrapped((Span(clean(block.text), "strong"),), width)
            case Paragraph():
                yield from _wrapped(_cleaned(block.line), width)
            case Item():
                yield from _wrapped(_cleaned(block.line), width, INDENT, INDENT)
                for detail in block.details:
                    yield from _wrapped(_cleaned(detail), width, 2 * INDENT, INDENT)
            case Table():
                yield from _table(block, width)
        before = block


def cells(text: str) -> int:
    """Give how many cells of a terminal a text takes: two for each wide character."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


@lru_cache(maxsize=4096)
def _cells_of(sign: str) -> int:
    from unicodedata import category, east_asian_width  # noqa: PLC0415 - seldom needed

    if category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1


def _apart(before: Block, block: Block) -> bool:
    """Tell whether a blank line stands between two blocks."""
    if isinstance(before, Heading):
        return isinstance(block, Heading)
    return not (isinstance(before, Paragraph | Item) and isinstance(block, Item))


def _styled(content: Line) -> str:
    return "".join(
        click.style(span.text, **STYLES[span.role]) if span.role else span.text for span in content
    )


def _cleaned(content: Line) -> Line:
    """Make each span safe to print; blanks that separate it from others stay."""
    spans = []
    for span in content:
        lead = " " if span.text[:1] == " " else ""
        tail = " " if span.text[-1:] == " " and span.text.strip() else ""
        spans.append(Span(f"{lead}{clean(span.text)}{tail}", span.role))
    return tuple(spans)


def _wrapped(content: Line, width: int, indent: int = 0, hang: int = 0) -> Iterator[Line]:
    """Wrap a line; all but the first of the lines it takes hang further in."""
    for number, part in enumerate(_parts(content, width - indent - hang)):
        margin = " " * (indent + hang * (number > 0))
        yield (Span(margin), *part) if margin else part


def _parts(content: Line, width: int) -> Iterator[Line]:
    """Cut a line into parts of at most a width, without blanks at their ends."""
    text = plain(content)
    for start, end in pairwise((0, *_cuts(text, width), len(text))):
        last = start + len(text[start:end].rstrip())
        part = []
        place = 0
        for span in content:
            shown = span.text[max(start - place, 0) : max(last - place, 0)]
            if shown:
                part.append(Span(shown, span.role))
            place += len(span.text)
        yield tuple(part)


def _cuts(text: str, width: int) -> Iterator[int]:
    """Give where to cut a text: between words, and inside those that are wider than a line."""
    used = 0
    for match in _WORD.finditer(text):
        start, word = match.start(), match[0]
        wide = cells(word.rstrip())
        if used + wide <= width:
            used += cells(word)
            continue
        if start:
            yield start
        used = 0
        if wide > width:
            for place, sign in enumerate(word, start):
                if used + cells(sign) > width and not sign.isspace():
                    yield place
                    used = 0
                used += cells(sign)
        else:
            used = cells(word)


def _table(table: Table, width: int) -> Iterator[Line]:
    heads = tuple((Span(heading, "strong"),) for heading in table.headings)
    rows: list[tuple[Line, ...]] = [heads, *(tuple(map(_cleaned, row)) for row in table.rows)]
    widths = _widths(rows, table.shares, width)
    for row in rows:
        columns = [
            list(_parts(cell, cell_width)) if cell else []
            for cell, cell_width in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*columns, fillvalue=()):
            yield _joined(parts, widths)


def _joined(parts: Iterable[Line], widths: list[int]) -> Line:
    joined: list[Span] = []
    gap = 0
    for part, width in zip(parts, widths, strict=True):
        if part:
            joined += [Span(" " * gap), *part] if gap else part
            gap = 0
        gap += width + GAP - cells(plain(part))
    return tuple(joined)


def _widths(rows: list[tuple[Line, ...]], shares: tuple[int, ...], width: int) -> list[int]:
    """Give each column what it needs, as far as there is room; the rest goes by shares."""
    needed = [max(cells(plain(cell)) for cell in column) for column in zip(*rows, strict=True)]
    room = width - GAP * (len(needed) - 1)
    widths: dict[int, int] = {}
    open_columns = set(range(len(needed)))
    while open_columns:
        total = sum(shares[column] for column in open_columns)
        granted = {column: room * shares[column] // total for column in open_columns}
        fits = {column for column in open_columns if needed[column] <= granted[column]}
        for column in fits or open_columns:
            widths[column] = max(min(needed[column], granted[column]), 1)
        room -= sum(widths[column] for column in fits)
        open_columns -= fits or open_columns
    return [widths[column] for column in range(len(needed))]
