"""The command: forms, exit codes, doc pages."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from oligoasp.cli import main
from oligoasp.solver.program import ProgramError
from oligoasp.verify import witness
from oligoasp.verify.checks import kinds
from tests.support import small_trial

PROTOCOLS = Path(__file__).parents[1] / "protocols"


def verify(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("code", sorted(kinds()))
def test_every_finding_has_a_doc_page(code: str) -> None:
    status, page = verify("--explain", code)
    assert status == 0
    assert all(word in page for word in (code, "Bad:", "Good:", "Why it matters:"))


def test_an_unknown_finding_is_answered_with_those_that_exist() -> None:
    for arguments in (("--explain", "V999"), ("--select", "V999")):
        status, said = verify(*arguments)
        assert status == 2
        assert f"known: {', '.join(sorted(kinds()))}" in said


def test_a_misspelled_role_of_a_clause_is_no_sound_protocol(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=r":12: clause 1: no role `tset`; did you mean `test`"):
        small_trial(tmp_path, replace=("inclusion, test", "inclusion, tset"))
    status, said = verify("--protocol", str(tmp_path))
    assert status == 2
    assert "no role `tset`" in said


def test_exit_codes_follow_the_fail_level() -> None:
    bad = str(PROTOCOLS / "planted" / "V201_bad")
    assert verify("--protocol", bad)[0] == 1
    assert verify("--protocol", bad, "--fail-level", "error")[0] == 0
    assert verify("--protocol", bad, "--ignore", "V2")[0] == 0
    assert verify("--protocol", str(PROTOCOLS / "asthma"))[0] == 0
    assert verify("--select", "V9")[0] == 2


def test_an_accepted_finding_is_shown_with_its_reason_and_does_not_fail(tmp_path: Path) -> None:
    text = (PROTOCOLS / "planted" / "V102_bad" / "protocol.lp").read_text()
    vocabulary = PROTOCOLS / "asthma" / "vocabulary.lp"
    text = text.replace("../../asthma/vocabulary.lp", str(vocabulary))
    (tmp_path / "protocol.lp").write_text(text)
    status, output = verify("--protocol", str(tmp_path), "--format", "json")
    (finding,) = json.loads(output)["findings"]
    assert status == 1
    reason = "kept for the ethics committee"
    fact = f'accepted("{finding["code"]}", "{finding["subject"]}", "{reason}").\n'
    (tmp_path / "protocol.lp").write_text(text + fact)
    status, output = verify("--protocol", str(tmp_path))
    assert status == 0
    assert f"{finding['code']} {finding['subject']} accepted: {reason}" in output
    data = json.loads(verify("--protocol", str(tmp_path), "--format", "json")[1])
    assert data["findings"] == []
    assert data["accepted"][0]["reason"] == reason


def test_an_acceptance_without_a_reason_accepts_nothing(tmp_path: Path) -> None:
    text = (PROTOCOLS / "planted" / "V102_bad" / "protocol.lp").read_text()
    vocabulary = PROTOCOLS / "asthma" / "vocabulary.lp"
    text = text.replace("../../asthma/vocabulary.lp", str(vocabulary))
    finding = json.loads(
        verify("--protocol", str(PROTOCOLS / "planted" / "V102_bad"), "--format", "json")[1]
    )["findings"][0]
    fact = f'accepted("{finding["code"]}", "{finding["subject"]}", " ").\n'
    (tmp_path / "protocol.lp").write_text(text + fact)
    assert verify("--protocol", str(tmp_path))[0] == 1


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


def test_cases_are_saved_all_or_none(tmp_path: Path) -> None:
    asthma = str(PROTOCOLS / "asthma")
    verify("--protocol", asthma, "--save-cases", str(tmp_path / "whole"))
    names = sorted(file.name for file in (tmp_path / "whole").iterdir())
    broken = tmp_path / "broken"
    (broken / f".{names[-1]}.part").mkdir(parents=True)
    status, output = verify("--protocol", asthma, "--save-cases", str(broken))
    assert status == 2
    assert "no case was saved" in output
    assert [file.name for file in broken.iterdir()] == [f".{names[-1]}.part"]


def test_a_witness_that_does_not_replay_is_an_internal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise witness.MismatchError("witness x: no")

    monkeypatch.setattr(witness.Witnesses, "_compare", refuse)
    status, output = verify("--protocol", str(PROTOCOLS / "asthma"), "--patients")
    assert status == 4
    assert "internal error" in output
