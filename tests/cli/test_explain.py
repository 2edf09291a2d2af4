"""`oligoasp explain`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from oligoasp import __version__
from oligoasp.answers import Explanation, Refusal
from oligoasp.render.explanation import CAUTION
from tests.cli.conftest import Run

FORMATS = ("text", "json", "markdown")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("patient", "code"), [("eligible", 0), ("ineligible", 1), ("undetermined", 3)]
)
def test_exit_codes(
    run: Run, request: pytest.FixtureRequest, patient: str, code: int, form: str
) -> None:
    result = run("explain", request.getfixturevalue(patient), "--format", form)
    assert result.exit_code == code, result.stderr
    assert not result.stderr
    assert patient in result.stdout


def test_text(run: Run, ineligible: Path) -> None:
    result = run("explain", ineligible)
    lines = result.stdout.splitlines()
    assert lines[0] == "baseline: ineligible"
    assert lines[-1] == CAUTION
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.stdout
    assert "Neutrophil absolute count" in result.stdout
    assert "labs.neutrophils" in result.stdout
    assert "All criteria" not in result.stdout


def test_full_has_every_clause(run: Run, undetermined: Path) -> None:
    result = run("explain", undetermined, "--full")
    assert "All criteria" in result.stdout
    assert "\nE12 " in result.stdout


def test_json_is_the_documented_answer(run: Run, ineligible: Path) -> None:
    result = run("explain", ineligible, "--format", "json")
    (line,) = result.stdout.splitlines()
    explanation = TypeAdapter(Explanation).validate_json(line)
    assert explanation.blockers == ("I8.1",)


def test_unreadable(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("sexx: male\n", encoding="utf-8")
    result = run("explain", path)
    assert result.exit_code == 2
    assert not result.stdout
    assert f"error: {path}:1: sexx: found" in result.stderr
    result = run("explain", path, "--format", "json")
    assert result.exit_code == 2
    assert TypeAdapter(Refusal).validate_json(result.stdout).line == 1


def test_missing_file(run: Run) -> None:
    result = run("explain", "nowhere.yaml")
    assert result.exit_code == 2
    assert "nowhere.yaml: found no such file" in result.stderr


def test_several_records(run: Run, several: Path) -> None:
    result = run("explain", several)
    assert result.exit_code == 2
    assert "a: eligible" in result.stdout and "c: eligible" in result.stdout
    assert ": sexx: found an unknown field" in result.stderr


def test_several_records_are_explained_with_a_note_how_to_choose_one(
    run: Run, several: Path
) -> None:
    hint = f"note: {several} has several records; --record ID explains one of them"
    assert run("explain", several).stderr.count(hint) == 1
    assert "note:" not in run("explain", several, "--record", "a").stderr
    assert "note:" not in run("explain", several, "--format", "json").stderr


def test_a_wrong_reading_gets_the_nearest_and_not_all_of_them(run: Run, eligible: Path) -> None:
    result = run("explain", eligible, "--reading", "early_synchronus=excluded")
    assert result.exit_code == 2
    assert "no reading `early_synchronus`; did you mean `early_synchronous`" in result.stderr
    assert "`oligoasp criteria` lists them" in result.stderr
    assert len(result.stderr) < 500
    result = run("explain", eligible, "--reading", "early_synchronous=exclude")
    assert "did you mean `excluded`" in result.stderr
    assert "known: not_excluded, excluded" in result.stderr


def test_one_of_several(run: Run, several: Path) -> None:
    result = run("explain", several, "--record", "c", "--format", "json")
    assert result.exit_code == 0
    assert [json.loads(line)["record"] for line in result.stdout.splitlines()] == ["c"]
    result = run("explain", several, "--record", "b")
    assert result.exit_code == 2
    assert ": sexx: found an unknown field" in result.stderr
    result = run("explain", several, "--record", "d")
    assert result.exit_code == 2
    assert "no record `d`" in result.stderr and "known: a, b, c" in result.stderr


def filing(run: Run, *arguments: str | Path) -> dict[str, str]:
    found = json.loads(run("explain", "--format", "json", *arguments).stdout)["filing"]
    assert isinstance(found, dict)
    return found


def test_a_filed_answer_carries_version_and_checksums(run: Run, eligible: Path) -> None:
    found = filing(run, eligible)
    assert found["program"] == __version__
    assert found["date"] == ""
    line = f"oligoasp {__version__}, rules {found['rules']}, record {found['record']}."
    assert line in run("explain", eligible, "--format", "markdown").stdout
    assert "rules" not in run("explain", eligible).stdout
    dated = " ".join(run("explain", eligible, "--dated").stdout.split())
    assert f"{line.removesuffix('.')}, {date.today().isoformat()}." in dated


def test_the_checksum_of_a_record_is_of_what_it_says(
    run: Run, eligible: Path, ineligible: Path, tmp_path: Path
) -> None:
    same = tmp_path / "same.yaml"
    lines = eligible.read_text(encoding="utf-8").splitlines()
    moved = [line for line in lines if not line.startswith("sex:")] + ["sex: male  # moved"]
    same.write_text("\n".join(moved), encoding="utf-8")
    assert filing(run, same)["record"] == filing(run, eligible)["record"]
    assert filing(run, ineligible)["record"] != filing(run, eligible)["record"]


def test_standard_input(run: Run, eligible: Path) -> None:
    result = run("explain", "-", stdin=eligible.read_text(encoding="utf-8"))
    assert result.exit_code == 0
    assert "Record from standard input" in result.stdout


def test_readings_are_named(run: Run, eligible: Path) -> None:
    result = run("explain", eligible, "--reading", "gilbert=excepted")
    assert "reading gilbert = excepted" in result.stdout
