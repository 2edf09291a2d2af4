"""Small protocols with one planted defect each are found out, and their clean twins are not."""

from pathlib import Path

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.verify.checks import kinds, run
from oligoasp.verify.findings import Finding
from oligoasp.verify.survey import Survey

PLANTED = Path(__file__).parents[1] / "protocols" / "planted"
CODES = sorted(folder.name.removesuffix("_bad") for folder in PLANTED.glob("*_bad"))
ALWAYS_FINE = {"V303"}
"""What is no defect at all, and only shown on demand."""
BESIDE = {
    "V201": {"V202"},
    "V503": {"V501"},
    "V502_good": {"V501"},
    "V503_good": {"V501"},
}
"""What comes with a defect without being another one."""


def findings(name: str, *, patients: bool = True) -> list[Finding]:
    survey = Survey(load_protocol(PLANTED / name, draft=True), patients=patients, most=3)
    return [f for f in run(survey, kinds()) if f.kind.code not in ALWAYS_FINE]


@pytest.mark.parametrize("code", CODES)
def test_planted_defects_are_found(code: str) -> None:
    found = {f.kind.code for f in findings(f"{code}_bad")}
    assert code in found
    assert found - {code} <= BESIDE.get(code, set())


@pytest.mark.parametrize("code", CODES)
def test_clean_twins_have_no_finding(code: str) -> None:
    found = {f.kind.code for f in findings(f"{code}_good")}
    assert found <= BESIDE.get(f"{code}_good", set())


def test_another_disease_is_verified_without_python_of_its_own() -> None:
    protocol = load_protocol(PLANTED.parent / "asthma")
    found = run(Survey(protocol, patients=True), kinds())
    assert {f.kind.code for f in found} == {"V303", "V401", "V501"}
    assert all(shown.witness.data for f in found for shown in f.patients)


def test_every_kind_of_finding_has_a_planted_defect() -> None:
    assert set(kinds()) - ALWAYS_FINE == set(CODES)
