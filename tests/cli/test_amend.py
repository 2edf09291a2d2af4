"""`oligoasp amend`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Run

SNAPSHOTS = Path(__file__).parent / "snapshots"
PLANS = {
    "half_done": ("--set", "metastases_most=5"),
    "sibling": ("eso_shanghai_20_diameter", "eso_shanghai_20_exclusions", "--drop", "I2.a"),
}
ENDINGS = {"text": "txt", "markdown": "md", "json": "json"}


@pytest.mark.parametrize(
    ("name", "form"), [(n, f) for n in PLANS for f in ENDINGS if (n, f) != ("sibling", "json")]
)
def test_snapshot(run: Run, monkeypatch: pytest.MonkeyPatch, name: str, form: str) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    result = run("amend", *PLANS[name], "--format", form)
    assert result.exit_code == 0, result.output
    path = SNAPSHOTS / f"amend_{name}.{ENDINGS[form]}"
    if os.environ.get("OLIGOASP_UPDATE_SNAPSHOTS") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == path.read_text(encoding="utf-8")


def test_the_plan_is_data_for_programs(run: Run) -> None:
    result = run("amend", "--drop", "I6.b", "--lesions", "1", "--format", "json")
    found = json.loads(result.stdout)
    assert found["effect"] == "relaxes"
    assert found["gains"]["blocked_before"] == ["I6.b"]
    assert found["clauses"][0]["after"] is None


@pytest.mark.parametrize(
    ("expected", "code"), [("relaxes", 0), ("tightens", 1), ("equivalent", 1), ("incomparable", 1)]
)
def test_expectations_are_a_gate(run: Run, expected: str, code: int) -> None:
    result = run("amend", "--drop", "I6.b", "--lesions", "1", "--expect", expected)
    assert result.exit_code == code
    assert ("found: relaxes" in result.stderr) == bool(code)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to amend; name an amendment (eso_shanghai_20_diameter, "),
        (("--drop", "E4"), "no clause `E4`; did you mean `E4.a` or `E4.b`?"),
        (("--set", "washout=3 months"), "did you mean `3 mo`?"),
        (("--set", "survival_above=3mo"), "`3mo` is not a number; did you mean `3 mo`?"),
        (("--set", "ecog_most=1.5"), "ecog_most: 1.5 is not a whole number"),
        (("five",), "no amendment `five`"),
        (("--set", "metastases_mots=5"), "did you mean `metastases_most`?"),
        (("--drop", "E4.z"), "--drop E4.z: no clause `E4.z`"),
        (("--reading", "over_18"), "accepted: NAME=OPTION"),
        (("five_metastases", "five_metastases"), "a second amendment five_metastases"),
    ],
)
def test_mistakes(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("amend", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not result.stdout


def test_what_is_in_force_already_is_no_change(run: Run) -> None:
    arguments = ("--reading", "diameter_limit=strict", "--set", "ecog_most=1")
    text = run("amend", *arguments, "--lesions", "1").stdout
    assert "= reading diameter_limit: strict already" in text
    assert "= ecog_most: 1 already" in text
    assert "→" not in text


def test_other_commands_take_amendments(run: Run, eligible: Path) -> None:
    shown = run("criteria", "--amendment", "five_metastases", "I2.a").stdout
    assert "5 or less" in shown
    assert "five_metastases: was 4" in " ".join(shown.split())
    result = run("check", "--amendment", "eso_shanghai_20_exclusions", eligible)
    assert result.exit_code == 3
    assert "E13, E14" in result.stdout


def test_cases_that_would_expect_something_else_are_named(run: Run, eligible: Path) -> None:
    file = eligible.parents[1] / "boundaries" / "I6.b.yaml"
    arguments = ("amend", "--set", "ecog_most=2", "--lesions", "1", "--cases", file)
    text = run(*arguments).stdout
    assert ": these expectations change." in text
    assert "I6.b not met → met" in " ".join(text.split())
    changes = json.loads(run(*arguments, "--format", "json").stdout)["cases"]
    assert changes["total"] > len(changes["changes"]) > 0
    assert all(
        {"clause": "I6.b", "before": "not met", "after": "met"} in change["changes"]
        for change in changes["changes"]
    )


def test_cases_that_an_amendment_leaves_alone_are_only_counted(run: Run, eligible: Path) -> None:
    result = run("amend", "--set", "ecog_most=2", "--lesions", "1", "--cases", eligible)
    assert "0 of 1: " in result.stdout


def test_a_dropped_clause_changes_the_cases_that_it_stopped(run: Run, ineligible: Path) -> None:
    text = ineligible.read_text(encoding="utf-8")
    text = text.replace("verdict: eligible", "verdict: ineligible").replace(
        "I8.1: met", "I8.1: not met"
    )
    ineligible.write_text(text, encoding="utf-8")
    arguments = ("amend", "--drop", "I8.1", "--lesions", "1", "--cases", ineligible)
    (change,) = json.loads(run(*arguments, "--format", "json").stdout)["cases"]["changes"]
    assert change["changes"][0] == {"clause": "", "before": "ineligible", "after": "eligible"}
    assert {"clause": "I8.1", "before": "not met", "after": "dropped"} in change["changes"]


COHORT = str(Path(__file__).parents[1] / "readme" / "cohort.ndjson")


def test_a_cohort_is_counted_and_its_bad_records_are_named(run: Run) -> None:
    arguments = ("amend", "--set", "ecog_most=2", "--cohort", COHORT, "--lesions", "1")
    result = run(*arguments)
    assert result.exit_code == 2, "one record cannot be read"
    assert "cohort.ndjson:12: labs.creatinine.unit" in result.stderr
    assert "S-07: ineligible before, eligible now (I6.b)" in result.stdout
    found = json.loads(run(*arguments, "--format", "json").stdout)["cohort"]
    assert (found["records"], found["not_read"]) == (12, 1)
    assert [moved["record"] for moved in found["moved"]] == ["S-07"]
    assert sum(row["patients"] for row in found["verdicts"]) == 11


def words(result: Result, place: str) -> str:
    """Give what was printed without the name of a cohort, which may be broken over lines."""
    return "".join(result.stdout.split()).replace(place, "")


def test_what_a_screening_kept_is_amended_as_the_cohort(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "screened.kept"
    assert run("screen", COHORT, "--keep", kept).exit_code == 2
    assert not (tmp_path / "screened.kept.unfinished").exists()
    arguments = ("amend", "--set", "ecog_most=2", "--lesions", "1", "--cohort")
    one, other = (run(*arguments, place) for place in (COHORT, kept))
    assert one.exit_code == other.exit_code == 2
    assert one.stderr == other.stderr
    assert words(one, COHORT) == words(other, str(kept))
    one, other = (run("amend", "--admit", "2", "--cohort", place) for place in (COHORT, kept))
    assert (one.exit_code, one.stderr) == (other.exit_code, other.stderr)
    assert words(one, COHORT) == words(other, str(kept))


def test_wrong_use_of_what_a_screening_kept(run: Run, tmp_path: Path) -> None:
    assert "ending in .kept" in run("screen", COHORT, "--keep", tmp_path / "k.txt").stderr
    kept = tmp_path / "screened.kept"
    run("screen", COHORT, "--keep", kept, "--reading", "over_18=at_least_19")
    result = run("amend", "--set", "ecog_most=2", "--cohort", kept)
    assert result.exit_code == 2
    assert "over_18=at_least_19" in result.stderr or "no reading" in result.stderr
    result = run("amend", "--set", "ecog_most=2", "--cohort", kept, "--mapping", COHORT)
    assert result.exit_code == 2
    assert "needs no --mapping" in result.stderr


def test_the_smallest_changes_are_data_for_programs(run: Run) -> None:
    result = run("amend", "--cohort", COHORT, "--admit", "1", "--format", "json")
    found = json.loads(result.stdout)
    assert found["format"] == "oligoasp.proposals/1"
    assert {one["gains"] for one in found["proposals"]} == {1}
    assert all(len(one["changes"]) == 1 for one in found["proposals"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--admit", "3"), "are about a --cohort"),
        (("--drop", "I6.b", "--cohort", COHORT, "--admit", "3"), "give it no amendment"),
        (("--drop", "I6.b", "--cohort", "missing.ndjson"), "no such file"),
    ],
)
def test_wrong_use_of_a_cohort(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("amend", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_clauses_that_change_by_what_they_refer_to_are_named(run: Run) -> None:
    text = run("amend", "--drop", "I8.1", "--lesions", "1").stdout
    assert "E6 now lets through some patients too, by what it refers to" in text
