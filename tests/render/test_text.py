"""Layout of tables and wide characters."""

from __future__ import annotations

from io import StringIO

import pytest
from click import unstyle
from rich.cells import cell_len

from oligoasp.render import text
from oligoasp.render.document import (
    Heading,
    Item,
    Paragraph,
    Span,
    Table,
    counted,
    line,
    shorten,
    some,
)
from tests.support import engine


def written(*blocks: Heading | Paragraph | Item | Table) -> list[str]:
    stream = StringIO()
    text.write(list(blocks), stream)
    return stream.getvalue().splitlines()


def test_a_wide_table_is_wrapped_inside_its_columns() -> None:
    row = (line("I1"), line("words " * 30), line("not met"), line("食管鳞状细胞癌 " * 12))
    lines = written(Table(("Clause", "Text", "Status", "Record"), (1, 4, 2, 5), (row,)))
    assert max(map(cell_len, lines)) <= 80
    assert lines[0].split() == ["Clause", "Text", "Status", "Record"]
    assert sum(found.count("words") for found in lines) == 30


def test_cells_are_counted_as_a_terminal_does() -> None:
    for shown in (
        "plain",
        "1.5 × 10⁹/L",
        "食管鳞状细胞癌",
        "e\u0301",
        "≤ 4.8 cm",
        "ｆｕｌｌ",
        "한국",
    ):
        assert text.cells(shown) == cell_len(shown), shown


def test_colour_and_weight_stay_with_their_words() -> None:
    stream = StringIO()
    content = line(Span("not met", "bad"), " by ", Span("far too many words " * 6, "quote"))
    text.write([Heading("Why"), Paragraph(content)], stream, colour=True)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "\x1b[1mWhy\x1b[0m"
    assert lines[1].startswith("\x1b[31mnot met\x1b[0m by \x1b[3mfar too")
    assert lines[2].startswith("\x1b[3m") and lines[2].endswith("\x1b[0m")
    assert unstyle("\n".join(lines)).splitlines() == written(Heading("Why"), Paragraph(content))


def test_a_narrow_table_takes_no_more_than_it_needs() -> None:
    assert written(Table(("A", "B"), (1, 1), ((line("x"), line("y")),))) == ["A  B", "x  y"]


def test_a_word_longer_than_the_line_is_broken() -> None:
    lines = written(Item(line("x" * 200)))
    assert max(map(len, lines)) <= 80
    assert "".join(lines).replace(" ", "") == "x" * 200


@pytest.mark.parametrize(
    ("columns", "terminal", "width"),
    [
        (None, False, 80),
        ("60", False, 60),
        ("132", False, 132),
        ("10", False, 40),
        ("none", False, 80),
        ("60", True, 60),
    ],
)
def test_width_is_what_columns_says_and_in_a_pipe_else_80(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, terminal: bool, width: int
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    stream = StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal, raising=False)
    text.write([Paragraph(line("a " * 200))], stream)
    assert max(map(len, stream.getvalue().splitlines())) == width - 1


def test_shorten_cuts_at_a_word() -> None:
    assert shorten("one two three", 13) == "one two three"
    assert shorten("one two three", 12) == "one two…"
    assert shorten("x" * 20, 5) == "xxxx…"


def test_some_says_how_many_are_left_out() -> None:
    assert some(["a", "b"], 2) == "a, b"
    assert some(["a", "b", "c"], 2) == "a, b and 1 more"


def test_one_is_singular() -> None:
    assert [counted(number, "case") for number in (1, 0, 2345)] == [
        "1 case",
        "0 cases",
        "2,345 cases",
    ]
    quantity = engine().protocol.quantity
    assert [quantity("1", "d"), quantity("28", "d"), quantity("1", "a")] == [
        "1 day",
        "28 days",
        "1 year",
    ]
    assert [quantity("1", "10*9/L"), quantity("1", "1")] == ["1 × 10⁹/L", "1"]
