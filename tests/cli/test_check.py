"""`oligoasp check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from oligoasp.answers import Check, Refusal
from tests.cli.conftest import Run

FORMATS = ("text", "json", "markdown")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("patients", "code"),
    [
        (("eligible",), 0),
        (("eligible", "undetermined"), 3),
        (("undetermined", "ineligible", "eligible"), 1),
    ],
)
def test_exit_codes(
    run: Run, request: pytest.FixtureRequest, patients: tuple[str, ...], code: int, form: str
) -> None:
    files = [request.getfixturevalue(patient) for patient in patients]
    result = run("check", *files, "--format", form)
    assert result.exit_code == code, result.stderr
    words = [word for word in result.stdout.replace('"', " ").split() if word in patients]
    assert [word for word in words if word != "undetermined"] == [
        patient for patient in patients if patient != "undetermined"
    ]


def test_text(run: Run, ineligible: Path, undetermined: Path) -> None:
    result = run("check", ineligible, undetermined)
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["baseline", "ineligible", "I8.1"],
        ["undetermined", "undetermined", "unknown:", "I8.1"],
    ]
    assert result.stderr == "2 records: 0 eligible, 1 ineligible, 1 undetermined\n"


def test_what_is_worth_a_second_look_is_noted_and_changes_no_exit_code(run: Run) -> None:
    record = '{"id": "odd", "definitive_treatments": [{"type": "radiotherapy", "dose": "5 Gy"}]}'
    for form in ("text", "markdown"):
        result = run("check", "-", "--format", form, stdin=record + "\n")
        assert (result.exit_code, "5 Gy" in result.stdout) == (3, False)
        note = "note: -:1: definitive_treatments[0].dose: 5 Gy: outside 8 Gy to 80 Gy; "
        assert result.stderr.startswith(note), result.stderr
    result = run("check", "-", "--format", "json", stdin=record + "\n")
    (remark,) = TypeAdapter(Check).validate_json(result.stdout).remarks
    assert [source.field for source in remark.sources] == ["definitive_treatments[0].dose"]
    assert not result.stderr


def test_json_keeps_refusals_in_their_place(run: Run) -> None:
    records = '{"id": "a"}\n{"id": "b", "sexx": 1}\n{"id": "c"}\n'
    result = run("check", "-", "--format", "json", stdin=records)
    assert result.exit_code == 2
    assert not result.stderr
    first, second, third = result.stdout.splitlines()
    assert TypeAdapter(Check).validate_json(first).record == "a"
    assert TypeAdapter(Refusal).validate_json(second).record == "b"
    assert json.loads(third)["record"] == "c"


def test_text_puts_refusals_on_standard_error(run: Run) -> None:
    result = run("check", "-", stdin='{"id": "a"}\n{"id": "b", "sexx": 1}\n')
    assert result.exit_code == 2
    assert result.stdout.splitlines()[1].split()[:3] == ["b", "not", "read"]
    assert "error: -:2: sexx" in result.stderr
    assert result.stderr.endswith(
        "2 records: 0 eligible, 0 ineligible, 1 undetermined, 1 not read\n"
    )


def test_folder(run: Run, eligible: Path) -> None:
    result = run("check", eligible.parent)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(list(eligible.parent.glob("*.yaml")))


def test_markdown_is_a_table(run: Run, ineligible: Path) -> None:
    lines = run("check", ineligible, "--format", "markdown").stdout.splitlines()
    assert lines[0] == "| Record | Verdict | Clauses |"
    assert lines[2] == "| baseline | ineligible | I8.1 |"


def test_no_file_is_wrong_usage(run: Run) -> None:
    assert run("check").exit_code == 2
