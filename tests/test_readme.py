"""The README shows what the program prints; OLIGOASP_UPDATE_SNAPSHOTS=1 rewrites it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from oligoasp.amend import amended, read_amendments
from oligoasp.cli import main
from oligoasp.decide import Engine
from oligoasp.protocol import load_protocol
from oligoasp.record.read import parse_record
from tests.support import baseline, small_trial

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


def rules_shown() -> list[str]:
    return re.findall(r"```prolog\n(.*?)```", README.read_text(), re.DOTALL)


def test_readme_shows_the_whole_of_an_amendment_and_of_the_small_trial() -> None:
    amendment, trial, _ = rules_shown()
    assert amendment == (ROOT / "tests/readme/upper_age.lp").read_text()
    assert trial == (ROOT / "tests/readme/small_trial/protocol.lp").read_text()


def test_the_amendment_in_the_readme_does_what_it_says() -> None:
    base = load_protocol("eso_shanghai_13")
    stack = read_amendments([str(ROOT / "tests/readme/upper_age.lp")], base.folder)
    engine = Engine(amended(base, stack))
    for birth, verdict in (("1944-03-15", "ineligible"), ("1944-03-16", "eligible")):
        data = {**baseline(), "birth_date": birth}  # enrolled on 2024-03-15
        assert engine.decide(parse_record(data, base.vocabulary)).verdict == verdict


@pytest.mark.parametrize(
    ("birth", "verdict"), [("1948-08-15", "eligible"), ("1948-03-15", "ineligible")]
)
def test_the_readme_s_rule_for_75_or_less_means_completed_years(
    tmp_path: Path, birth: str, verdict: str
) -> None:
    *_, rule = rules_shown()
    trial = small_trial(tmp_path, rule)
    engine = Engine(trial)
    data = {
        "id": "P",
        "sex": "male",
        "birth_date": birth,
        "dates": {"enrollment": "2024-03-15"},
        "ecog": 0,
        "labs": {"neutrophils": "3 10*9/L"},
    }
    record = parse_record(data, trial.vocabulary)
    assert engine.decide(record).verdict == verdict
