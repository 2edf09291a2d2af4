"""`oligoasp screen`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from oligoasp.answers import Screened, Screening
from oligoasp.cohort.read_mapping import _ALONE, _KEYS, _LIST, _TOP
from oligoasp.processes import ProcessLostError
from tests.cli.conftest import Run
from tests.screen.small import ASTHMA, write_cohort


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_cohort(tmp_path / "cohort.ndjson", 30)


def test_the_summary_is_text_markdown_or_json(run: Run, small: Path) -> None:
    answers = {
        form: run("screen", small, "--protocol", ASTHMA, "--format", form, "--processes", 1)
        for form in ("text", "markdown", "json")
    }
    assert {result.exit_code for result in answers.values()} == {2}  # some are not read
    summary = TypeAdapter(Screening).validate_json(answers["json"].stdout)
    assert summary.assessed == 30
    assert "assessed for eligibility: 30" in answers["text"].stdout
    assert all(len(line) <= 80 for line in answers["text"].stdout.splitlines())
    assert answers["markdown"].stdout.startswith("# Screening of")
    assert not list(small.parent.glob("*.unfinished"))


def test_the_output_is_one_row_per_record_and_problems_are_reported(run: Run, small: Path) -> None:
    output = small.parent / "out.ndjson"
    result = run("screen", small, "--protocol", ASTHMA, "-o", output, "--processes", 2)
    assert result.exit_code == 2
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(rows) == 30
    refused = [row for row in rows if "problems" in row]
    assert all(
        f"error: {problem}" in result.stderr for row in refused for problem in row["problems"]
    )
    assert all(TypeAdapter(Screened).validate_json(json.dumps(r)) for r in rows if r not in refused)
    assert "warning: 2 records are called `A0000`" in result.stderr
    assert "`A0000`: " in result.stderr


def test_everybody_read_is_success_whoever_is_eligible(run: Run, tmp_path: Path) -> None:
    cohort = tmp_path / "c.ndjson"
    cohort.write_text('{"id": "a", "age": 12}\n{"id": "b"}\n')
    assert run("screen", cohort, "--protocol", ASTHMA).exit_code == 0
    result = run("screen", "-", "--protocol", ASTHMA, stdin=cohort.read_text())
    assert result.exit_code == 0
    assert "Screening of -" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-o", "out.xlsx"), "accepted: a name ending in .ndjson, .csv or .parquet"),
        (("-o", "cohort.ndjson"), "is read and cannot be written"),
        (("-o", "none/out.csv"), "no such folder"),
        (("-o", "o.csv", "--ie", "o.csv"), "name the same file"),
        (("--mapping", "m.yaml"), "a mapping for a table"),
        (("--processes", "0"), "is not in the range"),
        (("--reading", "x=y"), "no reading `x`"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_done(
    run: Run, small: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(small.parent)
    before = small.read_bytes()
    result = run("screen", "cohort.ndjson", "--protocol", ASTHMA, *options)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert small.read_bytes() == before
    assert list(small.parent.iterdir()) == [small]


def test_the_output_may_not_become_a_record_of_the_cohort(run: Run, small: Path) -> None:
    result = run("screen", small.parent, "--protocol", ASTHMA, "-o", small.parent / "o.ndjson")
    assert result.exit_code == 2
    assert "would be a record of the cohort" in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("name", "text"), [("c.ndjson", ""), ("c.ndjson", "\n\n"), ("c.yaml", ""), ("c.json", " ")]
)
@pytest.mark.parametrize("command", ["screen", "check"])
def test_a_file_without_records_is_an_error_and_nobody(
    run: Run, tmp_path: Path, name: str, text: str, command: str
) -> None:
    (tmp_path / name).write_text(text)
    result = run(command, tmp_path / name, "--protocol", ASTHMA)
    assert result.exit_code == 2
    assert f"{name}: found an empty file" in result.stderr
    assert "not read" not in result.output
    assert "assessed" not in result.output


@pytest.mark.parametrize("command", ["screen", "check"])
def test_an_empty_file_among_others_was_not_read(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "a.yaml").write_text("id: a\nage: 30\n")
    for name in ("empty.yaml", "blank.ndjson"):
        (tmp_path / name).write_text("\n")
    result = run(command, tmp_path, "--protocol", ASTHMA)
    assert result.exit_code == 2
    assert result.stderr.count("found an empty file") == 2
    assert "not read: 2" in result.output or "1 undetermined, 2 not read" in result.output


@pytest.mark.parametrize(
    "text", ["id: ID\nfields: {age: AGE}\n", "record: JSON\n", "id: ID\nlists:\n  drugs: {}\n"]
)
@pytest.mark.parametrize("command", ["screen", "check", "explain"])
def test_a_mapping_is_no_cohort(run: Run, tmp_path: Path, command: str, text: str) -> None:
    (tmp_path / "m.yaml").write_text(text)
    result = run(command, tmp_path / "m.yaml", "--protocol", ASTHMA)
    assert result.exit_code == 2
    assert (
        f"error: {tmp_path}/m.yaml: found a mapping of columns, not a cohort; accepted: records, "
        f"or a table: oligoasp screen TABLE --mapping {tmp_path}/m.yaml\n"
    ) in result.stderr


def test_a_folder_without_records_is_nobody(run: Run, tmp_path: Path) -> None:
    result = run("check", tmp_path, "--protocol", ASTHMA)
    assert result.exit_code == 2
    assert "a folder without record files" in result.stderr
    assert "0 records: 0 eligible, 0 ineligible, 0 undetermined\n" in result.stderr


def test_columns_that_the_mapping_does_not_use_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("ID,AGE,SHOE\na,30,42\nb,x,41\n")
    (tmp_path / "m.yaml").write_text("id: ID\nfields: {age: AGE}\n")
    result = run(
        "screen", tmp_path / "c.csv", "--mapping", tmp_path / "m.yaml", "--protocol", ASTHMA
    )
    assert result.exit_code == 2
    assert "the mapping does not use 1 column" in result.stderr
    assert f"error: {tmp_path}/c.csv:3: AGE (age): found" in result.stderr


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (OSError(28, "No space left on device"), 2, "No space left on device; the same command"),
        (ProcessLostError(), 4, "a process was ended from outside"),
    ],
)
def test_what_stops_a_screening_is_said_without_a_traceback(
    run: Run,
    small: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
    message: str,
) -> None:
    def stop(*_: object) -> None:
        raise error

    monkeypatch.setattr("oligoasp.screen.run._write", stop)
    command = ("screen", small, "--protocol", ASTHMA, "-o", small.parent / "o.csv")
    result = run(*command, "--processes", 1)
    assert result.exit_code == code
    assert message in " ".join(result.stderr.split())
    assert (small.parent / "o.csv.unfinished").exists()


def test_nothing_is_left_where_nothing_was_done(run: Run, tmp_path: Path) -> None:
    for name, text in (("c.csv", "ID\na\n"), ("t.csv", "ID,DATE\nb,2024-01-01\n")):
        (tmp_path / name).write_text(text)
    exacerbations = "{file: t.csv, key: ID, no_entries: none, fields: {date: DATE}}"
    (tmp_path / "m.yaml").write_text(f"id: ID\nlists:\n  exacerbations: {exacerbations}\n")
    command = ("screen", tmp_path / "c.csv", "--mapping", tmp_path / "m.yaml")
    result = run(*command, "--protocol", ASTHMA, "-o", tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "who is not in the cohort" in result.stderr
    assert not list(tmp_path.glob("out*"))


def test_another_mapping_is_not_gone_on_with(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.csv").write_text("ID,AGE,YEARS\na,30,12\n")
    mapping, output = tmp_path / "m.yaml", tmp_path / "o.ndjson"
    command = ("screen", tmp_path / "c.csv", "--mapping", mapping, "--protocol", ASTHMA)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    mapping.write_text("id: ID\nfields: {age: AGE}\n")
    with monkeypatch.context() as patched:
        patched.setattr("oligoasp.screen.run._write", stop)
        assert run(*command, "-o", output).exit_code == 130
    mapping.write_text("id: ID\nfields: {age: YEARS}\n")
    assert run(*command, "-o", output).exit_code == 0
    assert json.loads(output.read_text())["blockers"] == ["1"]


def test_going_on_is_said(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = small.parent / "out.csv"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    command = ("screen", small, "--protocol", ASTHMA, "-o", output, "--processes", 1)
    with monkeypatch.context() as patched:
        patched.setattr("oligoasp.screen.run._write", stop)
        result = run(*command)
    assert result.exit_code == 130
    assert "stopped after 30 records; the same command goes on from there" in result.stderr
    assert not output.exists()
    result = run(*command)
    assert "30 records had been screened before" in result.stderr
    whole = output.read_bytes()
    assert run(*command, "--restart").exit_code == 2
    assert output.read_bytes() == whole


def test_help_and_readme_list_every_key_of_a_mapping(run: Run) -> None:
    keys = {*_TOP, *_ALONE, *_LIST, *(key for of_form in _KEYS.values() for key in of_form)}
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = run("screen", "--help").stdout
    for key in keys:
        assert f"`{key}`" in readme, key
        assert re.search(rf"\b{key}\b", shown), key


def test_records_that_share_an_id_are_said_once_with_their_lines(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.ndjson").write_text('{"id": "a"}\n{"id": "b"}\n{"id": "a", "ecog": 7}\n', "utf-8")
    command = ("screen", "c.ndjson", "--protocol", ASTHMA)
    summary = " ".join(run(*command).stdout.split())
    assert summary.count("2 records share an id with another one") == 1
    assert "a: 2 records (c.ndjson:1, c.ndjson:3)" in summary
    assert json.loads(run(*command, "--format", "json").stdout)["sharing"] == 2
