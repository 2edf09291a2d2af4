"""Documents as text for a terminal: wrapped, indented, and in colour where that is wanted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import IO

from rich.console import Console
from rich.text import Text

from oligoasp.render.document import Block, Document, Heading, Item, Line, Paragraph, Table, clean

PIPE_WIDTH, LEAST_WIDTH, MOST_WIDTH = 80, 40, 100
INDENT = 2
GAP = 2

STYLES = {
    "": "",
    "strong": "bold",
    "quote": "italic",
    "muted": "dim",
    "good": "green",
    "bad": "red",
    "open": "yellow",
}


class _Console(Console):
    """A console that leaves it to the caller what happens when a pipe is closed."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def write(document: Document, stream: IO[str]) -> None:
    """Print a document.

    Args:
        document: what to print.
        stream: where to; a terminal gets colour unless ``NO_COLOR`` is set.
    """
    console = _Console(file=stream, highlight=False, markup=False, emoji=False)
    width = width_for(stream, console)
    for text in layout(document, width, console):
        console.print(text, soft_wrap=True)


def width_for(stream: IO[str], console: Console) -> int:
    """Give how wide text may be: ``COLUMNS`` if set, else a terminal's width up to 100, else 80."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return max(int(asked), LEAST_WIDTH)
    return min(max(console.width, LEAST_WIDTH), MOST_WIDTH) if stream.isatty() else PIPE_WIDTH


def layout(document: Document, width: int, console: Console) -> Iterator[Text]:
    """Give the lines of a document, none of them wider than ``width``."""
    before: Block | None = None
    for block in document:
        if before is not None and _apart(before, block):
            yield Text()
        match block:
            case Heading():
                yield from _wrapped(Text(clean(block.text), "bold"), width, console)
            case Paragraph():
                yield from _wrapped(_text(block.line), width, console)
            case Item():
                yield from _wrapped(_text(block.line), width, console, INDENT, INDENT)
                for detail in block.details:
                    yield from _wrapped(_text(detail), width, console, 2 * INDENT, INDENT)
            case Table():
                yield from _table(block, width, console)
        before = block


def _apart(before: Block, block: Block) -> bool:
    """Tell whether a blank line stands between two blocks."""
    if isinstance(before, Heading):
        return isinstance(block, Heading)
    return not (isinstance(before, Paragraph | Item) and isinstance(block, Item))


def _text(content: Line) -> Text:
    text = Text()
    for span in content:
        lead = " " if span.text[:1] == " " else ""
        tail = " " if span.text[-1:] == " " and span.text.strip() else ""
        text.append(f"{lead}{clean(span.text)}{tail}", STYLES[span.role])
    return text


def _wrapped(
    text: Text, width: int, console: Console, indent: int = 0, hang: int = 0
) -> Iterator[Text]:
    """Wrap a line; all but the first of the lines it takes hang further in."""
    for number, part in enumerate(text.wrap(console, width - indent - hang)):
        part.rstrip()
        yield Text(" " * (indent + hang * (number > 0))) + part


def _table(table: Table, width: int, console: Console) -> Iterator[Text]:
    heads = tuple(Text(heading, "bold") for heading in table.headings)
    rows = [heads, *(tuple(map(_text, row)) for row in table.rows)]
    widths = _widths(rows, table.shares, width)
    for row in rows:
        cells = [
            list(cell.wrap(console, cell_width)) if cell.plain else []
            for cell, cell_width in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*cells):
            yield _joined(parts, widths)


def _joined(parts: Iterable[Text | None], widths: list[int]) -> Text:
    joined = Text()
    for part, width in zip(parts, widths, strict=True):
        cell = part.copy() if part is not None else Text()
        cell.rstrip()
        cell.pad_right(width + GAP - cell.cell_len)
        joined.append_text(cell)
    joined.rstrip()
    return joined


def _widths(rows: list[tuple[Text, ...]], shares: tuple[int, ...], width: int) -> list[int]:
    """Give each column what it needs, as far as there is room; the rest goes by shares."""
    needed = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
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
