"""Evidence that says something else than its rule tests: V607."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.verify import directions
from oligoasp.verify.survey import Survey
from tests.support import small_trial

CLAUSE = 'clause("9", exclusion, test, "new").\n'
ANC = "has(patient, neutrophils, Value), limit(neutrophils_least, Least), Value < Least."


def found(folder: Path, rule: str) -> list[str]:
    trial = small_trial(folder, f'{CLAUSE}violated("9", {rule}\n', draft=True)
    return [finding.message for finding in directions.find(Survey(trial, most=1))]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (f"above(patient, neutrophils, neutrophils_least)) :- {ANC}", "tests whether it is <"),
        (f"below(patient, platelets, neutrophils_least)) :- {ANC}", "compares neutrophils"),
        ("is(patient, pregnant, yes)) :- has(patient, pregnant, no).", "asks whether it is no"),
        ("is(Lesion, site, brain)) :- has(Lesion, site, Brain).", "Brain stands nowhere else"),
    ],
    ids=["direction", "attribute", "value", "any value"],
)
def test_evidence_that_contradicts_its_rule_is_found(tmp_path: Path, rule: str, said: str) -> None:
    (message,) = found(tmp_path, rule)
    assert said in message


@pytest.mark.parametrize(
    "rule",
    [
        f"below(patient, neutrophils, neutrophils_least)) :- {ANC}",
        "is(patient, pregnant, yes)) :- has(patient, pregnant, yes).",
        "is(patient, pregnant, yes)) :- not has(patient, pregnant, no), has(patient, sex, female).",
        "is(Lesion, site, Site)) :- has(Lesion, site, Site), Site = (brain; bone).",
        "is(Lesion, site, brain)) :- has(Lesion, site, Site), Site = brain.",
        "low) :- has(patient, pregnant, no).",
    ],
    ids=["direction", "value", "negated", "pool", "equal", "no phrase"],
)
def test_of_evidence_that_fits_or_says_nothing_there_is_no_finding(
    tmp_path: Path, rule: str
) -> None:
    assert found(tmp_path, rule) == []
