"""`oligoasp mutate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run

TINY = Path(__file__).parents[1] / "protocols" / "tiny"

CASE = """\
id: typical
case: {title: a typical woman, expect: {verdict: VERDICT, clauses: {"1": met, "3": absent}}}
sex: female
birth_date: 1980-01-01
dates: {enrollment: 2024-06-20}
pregnant: false
drugs: []
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE.replace("VERDICT", "eligible"), encoding="utf-8")
    return path


def mutate(run: Run, *arguments: str | Path) -> Result:
    return run("mutate", "--protocol", TINY, "--lesions", "2", "--processes", "1", *arguments)


def test_saved_cases_catch_every_mutant_that_is_not_equivalent(
    run: Run, case: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    first = mutate(run, case, "--save-cases", saved)
    assert first.exit_code == 1, first.output
    assert "Mutants that no case notices" in first.stdout
    assert "matters to: " in first.stdout
    assert "that no case notices" in first.stderr
    files = sorted(saved.glob("*.yaml"))
    assert files
    assert "# Catches a mutant: protocol.lp:" in files[0].read_text(encoding="utf-8")

    second = mutate(run, case, saved)
    assert second.exit_code == 0, second.output
    assert "Mutants that no case notices" not in second.stdout
    assert "a case catches each that is not proved equivalent" in second.stderr


def test_every_mutant_is_listed_with_the_case_that_catches_it(run: Run, case: Path) -> None:
    result = mutate(run, case, "--all", "--format", "json")
    answer = json.loads(result.stdout)
    assert answer["format"] == "oligoasp.mutation/1"
    assert sum(answer["counts"].values()) == len(answer["mutants"])
    caught = [m for m in answer["mutants"] if m["fate"] == "caught"]
    assert caught
    assert {m["case"]["name"] for m in caught} == {"a typical woman"}
    assert all(m["place"].startswith("protocol.lp:") for m in answer["mutants"])


def test_cases_that_fail_as_it_is_are_refused(run: Run, case: Path) -> None:
    case.write_text(CASE.replace("VERDICT", "ineligible"), encoding="utf-8")
    result = mutate(run, case)
    assert result.exit_code == 2
    assert "1 case fails as it is" in result.stderr
    assert "a typical woman" in result.stderr


def test_help_teaches(run: Run) -> None:
    text = run("mutate", "--help").stdout
    assert "do the cases notice?" in text
    assert "--save-cases" in text
