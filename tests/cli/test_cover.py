"""`oligoasp cover`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run

TESTS = Path(__file__).parents[1]
ASTHMA = TESTS / "protocols" / "asthma"
CASES = TESTS / "mutation" / "asthma.yaml"


def test_gaps_come_first(run: Run) -> None:
    result = run("cover", "--protocol", ASTHMA, CASES)
    assert result.exit_code == 1, result.output
    lines = result.stdout.splitlines()
    assert lines[2] == "Gaps"
    assert "  1: no case expects it violated or unknown" in lines
    assert "  fev1_below = 80 %: no case is at it" in lines
    assert any("fires in no case" in line for line in lines)


def test_every_form_says_the_same(run: Run) -> None:
    answer = json.loads(run("cover", "--protocol", ASTHMA, CASES, "--format", "json").stdout)
    assert answer["format"] == "oligoasp.coverage/1"
    assert answer["gaps"]["limits"]["fev1_below"] == ["at"]
    assert answer["cases"][0]["name"] == "a woman with two severe exacerbations"
    text = run("cover", "--protocol", ASTHMA, CASES, "--format", "markdown").stdout
    assert "| fev1_below = 80 % | 1 | 0 | 1 |" in text


def test_rules_are_listed_with_the_cases_in_which_they_fire(run: Run) -> None:
    text = run("cover", "--protocol", ASTHMA, CASES, "--all").stdout
    assert "Rules, and the cases in which they fire" in text
    assert "needs another reading" in text
