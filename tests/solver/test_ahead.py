"""Work begun ahead gives what it would have given in its turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.solver.ahead import Ahead
from oligoasp.solver.program import Facts, ProgramError, load_control, read_ahead


def test_the_result_is_what_the_function_returns() -> None:
    assert Ahead(lambda: 7).result() == 7


def test_what_the_function_raises_is_raised_where_the_result_is_asked_for() -> None:
    with pytest.raises(ZeroDivisionError):
        Ahead(lambda: 1 // 0).result()


def test_programs_read_ahead_are_apart_from_each_other(tmp_path: Path) -> None:
    file = tmp_path / "a.lp"
    file.write_text("p(a). p(X) :- q(X).", encoding="utf-8")
    read_ahead((file,), (), 2)
    found = [list(Facts(load_control([file], f"q({x}).")).rows("p", 1)) for x in "bcd"]
    assert found == [[("a",), (x,)] for x in "bcd"]


def test_a_program_read_ahead_that_does_not_parse_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.lp"
    file.write_text("p(a).\np(.\n", encoding="utf-8")
    read_ahead((file,), (), 1)
    for _ in range(2):
        with pytest.raises(ProgramError, match=r"a\.lp:2"):
            load_control([file])
