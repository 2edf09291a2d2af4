"""Help, version, and what happens when something goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oligoasp import __version__
from oligoasp.cli.application import COMMANDS
from oligoasp.solver.program import ProgramError
from tests.cli.conftest import Run


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"oligoasp {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Example:" in result.stdout
    assert "Exit codes:" in result.stdout
    assert COMMANDS[command] in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_help_lists_all_commands(run: Run) -> None:
    result = run("--help")
    shown = " ".join(result.stdout.split())
    for command, purpose in COMMANDS.items():
        assert f"{command} {purpose}" in shown


def test_unknown_command_is_suggested(run: Run) -> None:
    result = run("explian", "x.yaml")
    assert result.exit_code == 2
    assert not result.stdout
    assert "did you mean `explain`?" in result.stderr


def test_internal_error_without_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("two\nlines")

    monkeypatch.setattr("oligoasp.cli.options.load", fail)
    result = run("criteria")
    assert result.exit_code == 4
    assert not result.stdout
    assert result.stderr.startswith("internal error: ValueError: two lines; please report")
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("OLIGOASP_DEBUG", "1")
    assert "Traceback" in run("criteria").stderr


def test_program_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ProgramError(["a.lp:1: one", "a.lp:2: two"])

    monkeypatch.setattr("oligoasp.cli.options.load", fail)
    result = run("criteria")
    assert result.exit_code == 2
    assert result.stderr == "error: a.lp:1: one\nerror: a.lp:2: two\n"


def test_unknown_protocol(run: Run) -> None:
    result = run("criteria", "--protocol", "nope")
    assert result.exit_code == 2
    assert "no protocol `nope`; known: " in result.stderr


def test_protocol_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLIGOASP_PROTOCOL", "nope")
    assert run("criteria").exit_code == 2


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ("gilbert", "accepted: NAME=OPTION"),
        ("gilbertt=excepted", "no reading `gilbertt`; did you mean `gilbert`?"),
        ("gilbert=except", "no option of reading `gilbert` `except`; did you mean `excepted`?"),
    ],
)
def test_wrong_readings(run: Run, eligible: Path, reading: str, message: str) -> None:
    result = run("explain", eligible, "--reading", reading)
    assert result.exit_code == 2
    assert not result.stdout
    assert message in result.stderr


def test_contradicting_readings(run: Run, eligible: Path) -> None:
    twice = ("--reading", "gilbert=excepted", "--reading", "gilbert=no_exception")
    assert run("explain", eligible, *twice).exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_closed_pipe_is_quiet(eligible: Path) -> None:
    program = [sys.executable, "-c", "from oligoasp.cli import main; main()"]
    command = subprocess.Popen(
        [*program, "criteria"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    )
    assert command.stdout is not None and command.stderr is not None
    command.stdout.close()
    assert command.wait(30) == 141
    assert command.stderr.read() == b""
    command.stderr.close()
    assert eligible.is_file()


def test_commands_load_only_what_they_need() -> None:
    program = (
        "import sys\nfrom oligoasp.cli import main\n"
        "main(['new'], standalone_mode=False)\n"
        "print(sorted({'rich', 'oligoasp.explain', 'oligoasp.batch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"
