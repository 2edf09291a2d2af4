"""What is wrong with a protocol is said with the file and line, or with the item."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.protocol.load import load_protocol, protocol_folder
from oligoasp.solver.program import ProgramError
from tests.support import variant


def message(folder: Path, **how: object) -> str:
    with pytest.raises(ProgramError) as caught:
        variant(folder, **how)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    text = message(tmp_path, extra="\nok.\nviolated( :- .\n")
    assert f"{tmp_path / 'eso_shanghai_13' / 'extra.lp'}:3: " in text
    assert "error" in text


def test_an_unsafe_variable_names_file_and_line(tmp_path: Path) -> None:
    text = message(tmp_path, extra='\nviolated("I8.1", is(Who, sex, male)).\n')
    assert "extra.lp:2: " in text
    assert "unsafe" in text


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "nowhere.lp" in message(tmp_path, extra='#include "nowhere.lp".')


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ('parameter(p, no_scale, "1", "1", "x").', "parameter p: no scale `no_scale`"),
        ('parameter(p, length, "1", "kg", "x").', "parameter p: unit `kg`; accepted: "),
        ('parameter(p, length, "many", "mm", "x").', "parameter p: `many` is not a number"),
        ('parameter(p, length, "0.05", "mm", "x").', "is finer than the scale's resolution 0.1 mm"),
        ('parameter(age_least, years, "20", "a", "x").', "parameter age_least: stated twice"),
        (
            'ambiguity(a, "I8.1", "q?"). option(a, x, "x"). option(a, y, "y").',
            "reading a: its default `` is not one of its options",
        ),
        (
            'ambiguity(a, "I8.1", "q?"). option(a, x, "x"). default(a, z).',
            "reading a: its default `z` is not one of its options",
        ),
        (
            'ambiguity(a, "I99", "q?"). option(a, x, "x"). default(a, x).',
            "reading a: no clause `I99`",
        ),
        ('clause("I8.1", inclusion, test, "again").', "clause I8.1: stated twice"),
        ('clause("X1", other, test, "x").', "clause X1: no section `other`; known: "),
        ('version("2.0").', "exactly one protocol/3 and one version/1"),
    ],
)
def test_a_mistake_in_the_facts_names_the_item(tmp_path: Path, extra: str, expected: str) -> None:
    assert expected in message(tmp_path, extra=extra)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    extra = 'parameter(p, no_scale, "1", "1", "x"). parameter(q, length, "x", "mm", "x").'
    assert len(message(tmp_path, extra=extra).splitlines()) == 2


def test_an_unknown_protocol_is_answered_with_those_that_exist() -> None:
    with pytest.raises(ProgramError, match=r"no protocol `nct1`; known: .*eso_shanghai_13"):
        protocol_folder("nct1")


def test_a_protocol_is_read_once() -> None:
    assert load_protocol("eso_shanghai_13") is load_protocol("eso_shanghai_13")
