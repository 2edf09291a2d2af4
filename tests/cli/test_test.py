"""`oligoasp test`, and the case files that it reads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def folder(tmp_path: Path, eligible: Path) -> Path:
    shutil.copy(eligible, tmp_path / "baseline.yaml")
    return tmp_path


def variations(folder: Path, text: str) -> Path:
    path = folder / "variations.yaml"
    head = "base: baseline.yaml\nclause: I8.1\nvariations:\n"
    path.write_text(head + dedent(text), encoding="utf-8")
    return path


PASSES = """\
    - name: just below the limit
      set: {labs.neutrophils: "1.499 10*9/L"}
      expect: {verdict: ineligible, I8.1: not met}
    - name: at the limit, in a field of the result
      set: {labs.neutrophils.value: 1.5}
      expect: {I8.1: met}
    - name: not recorded
      remove: [labs.neutrophils]
      expect: {verdict: undetermined, I8.1: unknown}
    - name: an entry by its id, and a list as a whole
      set: {lesions.l1.longest_diameter: 50 mm, toxicities: []}
      expect: {verdict: ineligible, I2.c: not met}
    - name: an entry by its place
      set: {"lesions[0].longest_diameter": 50 mm}
      expect: {verdict: ineligible, I2.c: not met}
    - name: the base itself
      expect: {verdict: eligible}
    - name: a section that the base does not have
      set: {karnofsky.value: 90}
      expect: {verdict: eligible}
"""


def test_passing(run: Run, folder: Path) -> None:
    path = variations(folder, PASSES)
    result = run("test", folder)
    assert result.exit_code == 0, result.output
    assert (
        result.stdout.splitlines()
        == [
            f"{folder / 'baseline.yaml'}: 1 passed",
            f"{path}: 7 passed",
        ]
        or len(str(folder)) > 50
    )
    assert result.stderr == "2 files: 8 passed, 0 failed\n"


def test_failing(run: Run, folder: Path) -> None:
    path = variations(
        folder,
        """\
        - name: above the limit
          set: {labs.neutrophils: "1.2 10*9/L"}
          expect:
            verdict: eligible
            I8.1: met
        """,
    )
    result = run("test", path)
    assert result.exit_code == 1, result.output
    shown = " ".join(result.stdout.split())
    assert ":8: above the limit: I8.1 " in shown
    assert "expected met, got not met" in shown
    assert "expected eligible, got ineligible" in shown
    assert "labs" in shown or "1.2" in shown
    data = json.loads(run("test", path, "--format", "json").stdout)
    assert (data["passed"], data["failed"]) == (0, 1)
    assert [failure["clause"] for failure in data["failures"]] == ["", "I8.1"]
    assert run("test", path, "--format", "markdown").exit_code == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {name: a, remove: [labs.neutrophil]}", 'did you mean "neutrophils"?'),
        ("- {name: a, remove: [lesions.l9.site]}", '"l9" is not in the base'),
        ("- {name: a, remove: ['lesions[3].site'], expect: {E2: absent}}", "accepted: [0]"),
        ("- {name: a, set: {'lesions[3].site': lung}, expect: {E2: absent}}", "accepted: [0]"),
        ("- {name: a, set: {'sex[0]': male}, expect: {E2: absent}}", '"[0]" is not in the base'),
        ("- {name: a, set: {sex.x: 1}, expect: {E2: absent}}", '"x" is not in the base'),
        ("- {name: a, set: {sexx: male}}", "sexx: found an unknown field"),
        ("- {name: a, sett: {sex: male}}", 'did you mean "set"?'),
        ("- {name: a, set: {sex: male}, expect: {I8.1: mett}}", 'did you mean "met"?'),
        ("- {name: a, set: {sex: male}, expect: {I8.11: met}}", "a clause without a status"),
        ("- {name: a, set: {sex: male}, expect: {verdict: yes}}", "accepted: eligible"),
        ("- {name: a, set: {sex: male}}", "a variation without expectations; accepted: expect"),
        ("- {name: a, expect: {}}", "accepted: a verdict and the status of clauses"),
        ("- {name: a, expect: {clauses: {}}}", "accepted: a verdict and the status of clauses"),
        ("- {name: a, expect: {I8.1: absent}}", "accepted: met, not met, unknown or not app"),
        ("- {name: a, expect: {E2: met}}", "accepted: absent, present, unknown or not app"),
        ("- {name: a, set: 1}", "accepted: fields with their values"),
        ("- {name: a, remove: sex}", "accepted: a list of dotted paths"),
        ("- {name: a, remove: [[sex]]}", "accepted: a dotted path"),
        ("- {set: {sex: male}}", "a variation without a name"),
        ("- sex", "accepted: fields with their values"),
        (
            "- {name: a, readings: {gilbertt: excepted}, expect: {E2: absent}}",
            'did you mean "gilbert"?',
        ),
        (
            "- {name: a, readings: {gilbert: except}, expect: {E2: absent}}",
            'did you mean "excepted"?',
        ),
        (
            "- {name: a, readings: {gilbert: 1}, expect: {E2: absent}}",
            "accepted: no_exception or excepted",
        ),
        ("- {name: a, readings: gilbert}", "accepted: fields with their values"),
        ("- {name: a, under: {gilbert: excepted}}", "accepted: a list"),
        ("- {name: a, under: [{expect: {verdict: eligible}}]}", "no other reading"),
        ("- {name: a, under: [{readings: {gilbert: excepted}}]}", "a verdict and the status"),
        ("- {name: a, under: [{reading: {gilbert: excepted}}]}", 'did you mean "readings"?'),
    ],
)
def test_malformed(run: Run, folder: Path, text: str, message: str) -> None:
    path = variations(folder, text)
    result = run("test", path)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert f"{path}:4" in result.stderr


def test_a_name_is_given_once(run: Run, folder: Path) -> None:
    path = variations(folder, "- {name: a, expect: {I8.1: met}}\n" * 2)
    result = run("test", path)
    assert result.exit_code == 2, result.output
    assert f'{path}:5: variations[1].name: found the name "a" a second time' in result.stderr


def test_malformed_files(run: Run, folder: Path) -> None:
    path = folder / "wrong.yaml"
    for text, message in (
        (
            "base: nowhere.yaml\nvariations:\n- {name: a, set: {sex: male}}\n",
            "a file with one record",
        ),
        ("variations:\n- {name: a, set: {sex: male}}\n", "variations without a base"),
        ("base: baseline.yaml\nvariations: []\n", "a list of variations"),
        ("base: baseline.yaml\nvariation: 1\nvariations: []\n", "an unknown field"),
        ("sex: male\n", "a record without expectations"),
        ("case: {expect: {verdict: eligible}, reading: {}}\n", 'did you mean "readings"?'),
        ("sexx: male\n", "an unknown field"),
        ("case: {expect: {verdict: eligible, clause: {}}}\n", "found a mapping"),
        ("a: [\n", "wrong.yaml:"),
    ):
        path.write_text(text, encoding="utf-8")
        result = run("test", path)
        assert result.exit_code == 2, text
        assert message in result.stderr, text


def test_one_malformed_case_does_not_stop_the_others(run: Run, folder: Path) -> None:
    path = variations(folder, "- {set: {}}\n- {name: b, expect: {I8.1: met}}\n")
    result = run("test", path)
    assert result.exit_code == 2
    assert "1 passed, 1 malformed" in " ".join(result.stdout.split())


def test_a_case_with_two_mistakes_is_one_malformed_case(run: Run, folder: Path) -> None:
    path = folder / "wrong.yaml"
    path.write_text("sexx: male\necgo: 1\ncase: {expect: {verdict: eligible}}\n", encoding="utf-8")
    result = run("test", path)
    assert result.stderr.count("an unknown field") == 2
    assert "1 malformed" in result.stdout


def test_readings(run: Run, folder: Path) -> None:
    assert run("test", folder, "--reading", "gilbert=excepted").exit_code == 0


GILBERT = """\
    - name: bilirubin of a patient with Gilbert syndrome
      set: {labs.bilirubin: {value: 50, unit: umol/L, uln: 20}, gilbert_syndrome: true}
      expect: {verdict: ineligible, I8.5a: not met}
      under:
      - readings: {gilbert: excepted}
        expect: {verdict: eligible, I8.5a: met}
    - name: the same, read so from the start
      readings: {gilbert: excepted}
      set: {labs.bilirubin: {value: 50, unit: umol/L, uln: 20}, gilbert_syndrome: true}
      expect: {I8.5a: met}
"""


def test_a_case_says_what_it_expects_under_other_readings(run: Run, folder: Path) -> None:
    path = variations(folder, GILBERT)
    result = run("test", path)
    assert result.exit_code == 0, result.output
    assert "3 passed" in result.stderr


def test_an_expectation_under_another_reading_can_fail(run: Run, folder: Path) -> None:
    path = variations(folder, GILBERT.replace("eligible, I8.5a: met", "ineligible, I8.5a: not met"))
    result = run("test", path)
    assert result.exit_code == 1, result.output
    shown = " ".join(result.stdout.split())
    assert "gilbert=excepted: I8.5a" in shown
    assert "expected not met, got met" in shown
    assert ":9: " in shown


def test_a_record_file_names_its_readings(run: Run, folder: Path) -> None:
    text = (folder / "baseline.yaml").read_text(encoding="utf-8")
    path = folder / "read.yaml"
    path.write_text(text.replace("case:", "case:\n  readings: {gilbert: exceptd}", 1))
    result = run("test", path)
    assert result.exit_code == 2
    assert f"{path}:" in result.stderr
    assert 'case.readings.gilbert: found "exceptd"' in result.stderr
    assert 'did you mean "excepted"?' in result.stderr


def test_no_cases(run: Run, tmp_path: Path) -> None:
    result = run("test", tmp_path)
    assert result.exit_code == 2
    assert "no case files" in result.stderr
