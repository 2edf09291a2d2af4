"""Work begun ahead gives what it would have given in its turn."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from oligoasp.solver.ahead import Ahead, Apart, begin
from oligoasp.solver.program import Facts, ProgramError, load_control, read_ahead


def test_the_result_is_what_the_function_returns() -> None:
    assert Ahead(lambda: 7).result() == 7


def test_what_the_function_raises_is_raised_where_the_result_is_asked_for() -> None:
    with pytest.raises(ZeroDivisionError):
        Ahead(lambda: 1 // 0).result()


needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="processes are not copied here")


@needs_fork
def test_a_copy_of_the_process_gives_what_the_function_returns() -> None:
    assert Apart(lambda: {"one": {True}}, dict).result() == {"one": {True}}


@needs_fork
def test_what_the_other_function_raises_is_raised_where_the_copy_failed() -> None:
    with pytest.raises(ZeroDivisionError):
        Apart(lambda: int(""), lambda: 1 // 0).result()


@needs_fork
def test_the_work_of_a_copy_that_is_lost_is_done_here() -> None:
    def lost() -> str:
        os._exit(9)

    assert Apart(lost, lambda: "done here").result() == "done here"


def test_no_copy_is_made_while_another_thread_runs() -> None:
    beside = Ahead(lambda: begin(lambda: 0, os.getpid))
    assert beside.result().result() == os.getpid()


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
