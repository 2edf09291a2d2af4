"""The README shows what the program prints; OLIGOASP_UPDATE_SNAPSHOTS=1 rewrites it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from oligoasp.cli import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(
    r"(?P<head>```console\n\$ oligoasp (?P<command>[^\n]*)\n)(?P<output>.*?)```", re.DOTALL
)


def printed(command: str) -> str:
    """Run a command in the root of the project and give what it prints."""
    result = CliRunner().invoke(main, command.split(), env={"NO_COLOR": "1", "COLUMNS": "80"})
    return result.output


@pytest.mark.parametrize("command", [m["command"] for m in BLOCK.finditer(README.read_text())])
def test_readme_shows_what_the_command_prints(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    output = printed(command)
    text = README.read_text()
    if os.environ.get("OLIGOASP_UPDATE_SNAPSHOTS") == "1":

        def renewed(match: re.Match[str]) -> str:
            return match[0] if match["command"] != command else f"{match['head']}{output}```"

        README.write_text(BLOCK.sub(renewed, text))
        return
    (shown,) = (m["output"] for m in BLOCK.finditer(text) if m["command"] == command)
    assert shown == output


def test_readme_opens_with_two_commands_of_which_ci_runs_the_second() -> None:
    first, second = re.findall(r"```sh\n(.*?)\n```", README.read_text(), re.DOTALL)[:2]
    assert "oligoasp explain cases/published/" in first
    assert second in (ROOT / ".ci" / "run").read_text()


def test_readme_shows_the_whole_of_the_small_trial() -> None:
    (shown,) = re.findall(r"```prolog\n(.*?)```", README.read_text(), re.DOTALL)
    assert shown == (ROOT / "tests/readme/small_trial/protocol.lp").read_text()
