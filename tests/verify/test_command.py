"""The command: forms, exit codes, doc pages."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from oligoasp.cli import main
from oligoasp.verify import witness
from oligoasp.verify.checks import kinds

PROTOCOLS = Path(__file__).parents[1] / "protocols"


def verify(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_finding_has_a_doc_page(code: str) -> None:
    status, page = verify("--explain", code)
    assert status == 0
    assert all(word in page for word in (code, "Bad:", "Good:", "Why it matters:"))


def test_exit_codes_follow_the_fail_level() -> None:
    bad = str(PROTOCOLS / "planted" / "V201_bad")
    assert verify("--protocol", bad)[0] == 1
    assert verify("--protocol", bad, "--fail-level", "error")[0] == 0
    assert verify("--protocol", bad, "--ignore", "V2")[0] == 0
    assert verify("--protocol", str(PROTOCOLS / "asthma"))[0] == 0
    assert verify("--select", "V9")[0] == 2


def test_forms_agree() -> None:
    bad = str(PROTOCOLS / "planted" / "V301_bad")
    found = json.loads(verify("--protocol", bad, "--format", "json")[1])["findings"]
    sarif = json.loads(verify("--protocol", bad, "--format", "sarif")[1])["runs"][0]["results"]
    assert [f["code"] for f in found] == [r["ruleId"] for r in sarif]
    assert "V301" in verify("--protocol", bad, "--format", "markdown")[1]


def test_saved_cases_pass(tmp_path: Path) -> None:
    asthma = str(PROTOCOLS / "asthma")
    assert verify("--protocol", asthma, "--save-cases", str(tmp_path))[0] == 0
    result = CliRunner().invoke(main, ["test", "--protocol", asthma, str(tmp_path)])
    assert result.exit_code == 0, result.output


def test_a_witness_that_does_not_replay_is_an_internal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise witness.MismatchError("witness x: no")

    monkeypatch.setattr(witness.Witnesses, "_compare", refuse)
    status, output = verify("--protocol", str(PROTOCOLS / "asthma"), "--patients")
    assert status == 4
    assert "internal error" in output
