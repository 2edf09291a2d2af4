"""`oligoasp criteria`, `schema`, `new` and `completion`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_criteria(run: Run) -> None:
    result = run("criteria")
    assert result.exit_code == 0
    assert 'I8.1 "Neutrophil absolute count (ANC) ≥ 1.5 × 10^9 / L"' in result.stdout
    assert "neutrophils_least = 1.5 " in result.stdout
    assert "option excepted: " in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_criteria_of_some_clauses(run: Run) -> None:
    result = run("criteria", "i8.5", "E4.b", "--format", "json")
    data = json.loads(result.stdout)
    assert [c["clause"] for c in data["clauses"]] == ["I8.5a", "I8.5b", "I8.5c", "I8.5d", "E4.b"]
    assert data["clauses"][0]["parameters"][0]["name"] == "bilirubin_most"


def test_a_number_that_begins_another_is_not_its_beginning(run: Run) -> None:
    data = json.loads(run("criteria", "I1", "--format", "json").stdout)
    assert all(c["clause"].startswith("I1.") for c in data["clauses"])


def test_criteria_as_markdown(run: Run) -> None:
    result = run("criteria", "I8.1", "--format", "markdown")
    assert result.stdout.startswith("# ")
    assert "- **I8.1** " in result.stdout


def test_unknown_clause(run: Run) -> None:
    result = run("criteria", "I8.99")
    assert result.exit_code == 2
    assert not result.stdout
    assert "no clause `I8.99`" in result.stderr


@pytest.mark.parametrize("answer", [None, "explanation", "check", "error"])
def test_schema(run: Run, answer: str | None) -> None:
    chosen = ["--answer", answer] if answer else []
    schema = json.loads(run("schema", *chosen).stdout)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "properties" in schema
    assert run("schema", *chosen, "--format", "markdown").stdout.startswith("```json\n")


def test_new_is_a_valid_record_and_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "patient.yaml"
    result = run("new", path)
    assert result.exit_code == 0
    assert not result.stdout
    assert run("check", path).exit_code == 3
    before = path.read_text(encoding="utf-8")
    result = run("new", path)
    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert path.read_text(encoding="utf-8") == before
    assert run("new").stdout == before


def test_new_where_nothing_can_be_written(run: Run, tmp_path: Path) -> None:
    result = run("new", tmp_path / "nowhere" / "patient.yaml")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_OLIGOASP_COMPLETE" in result.stdout


def test_completion_of_an_unknown_shell(run: Run) -> None:
    assert run("completion", "csh").exit_code == 2
