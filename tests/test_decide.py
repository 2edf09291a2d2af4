"""Deciding one record."""

from __future__ import annotations

import pytest

from oligoasp.decide import Status, Verdict
from oligoasp.record.errors import RecordError
from tests.support import Data, baseline, changed, decide, metastases, protocol, woman


def test_the_verdicts_of_a_complete_patient() -> None:
    for data in (baseline(), woman()):
        found = decide(data)
        assert found.verdict is Verdict.ELIGIBLE
        assert not found.violated
        assert not found.violable


def test_a_status_for_every_clause_that_tests_in_the_order_of_the_protocol() -> None:
    expected = [c.id for c in protocol().clauses.values() if c.tests]
    assert list(decide(baseline()).statuses) == expected
    assert len(expected) == 46


def test_words_of_inclusions_and_exclusions() -> None:
    low = decide(changed(baseline(), {"labs.neutrophils": "1 10*9/L", "ecog": None}))
    assert low.statuses["I8.1"] is Status.NOT_MET
    assert low.statuses["I6.b"] is Status.UNKNOWN
    assert low.statuses["I8.2"] is Status.MET
    assert low.statuses["I9.a"] is Status.NOT_APPLICABLE
    drained = {"site": "pleural", "uncontrolled": True, "repeated_drainage": True}
    assert decide(changed(baseline(), {"effusions": [drained]})).statuses["E7"] is Status.PRESENT
    assert decide(baseline()).statuses["E7"] is Status.ABSENT
    assert {s for s in Status if s.blocks} == {Status.NOT_MET, Status.PRESENT}


def test_an_empty_record_is_undetermined() -> None:
    found = decide({})
    assert found.verdict is Verdict.UNDETERMINED
    assert set(found.statuses.values()) == {Status.UNKNOWN}


def test_clauses_that_cannot_hold_together_make_ineligible_without_a_blocker() -> None:
    (lesion,) = metastases("lung", longest_diameter="55 mm", pet="not_done")
    del lesion["visible_on_ct"]
    found = decide(changed(baseline(), {"lesions": [lesion]}))
    assert found.verdict is Verdict.INELIGIBLE
    assert not any(status.blocks for status in found.statuses.values())


def test_another_reading_decides_otherwise() -> None:
    data = changed(baseline(), {"lesions.0.longest_diameter": "50 mm"})
    assert decide(data).statuses["I2.c"] is Status.NOT_MET
    assert decide(data, diameter_limit="inclusive").statuses["I2.c"] is Status.MET


BEFORE = {"class": "chemotherapy", "first_dose": "2022-02-07", "last_dose": "2021-06-15"}
NODE = metastases("axillary")[0]
IMPOSSIBLE: list[tuple[str, Data]] = [
    (
        "of this age is neither",
        changed(woman(), {"birth_date": "1961-01-01", "reproduction.pregnant": True}),
    ),
    (
        "before menarche",
        changed(
            woman(),
            {
                "reproduction.menarche": False,
                "reproduction.pregnant": True,
                "reproduction.last_menstruation": None,
                "reproduction.other_cause_of_amenorrhea": None,
            },
        ),
    ),
    (
        "sterilized",
        changed(
            woman(), {"reproduction.pregnant": True, "reproduction.sterilization": "hysterectomy"}
        ),
    ),
    (
        "of childbearing potential",
        changed(
            woman(),
            {"reproduction.pregnant": True, "reproduction.childbearing_potential": False},
        ),
    ),
    (
        "irradiation of the lung",
        changed(baseline(), {"lung.irradiated": True, "lung.thoracic_radiotherapy": False}),
    ),
    (
        "short axis",
        changed(baseline(), {"lesions": [NODE | {"longest_diameter": "12 mm"}]}),
    ),
    (
        "conglomerate",
        changed(
            baseline(),
            {
                "lesions": [
                    one
                    | {
                        "adjacent_group": "g",
                        "longest_diameter": "51 mm",
                        "conglomerate_diameter": "18 mm",
                    }
                    for one in metastases("axillary", "axillary")
                ]
            },
        ),
    ),
    (
        "first dose",
        changed(
            baseline(),
            {
                "systemic_therapies": [
                    BEFORE | {"last_dose": "2021-01-01", "first_dose": "2024-02-07"}
                ]
            },
        ),
    ),
    (
        "does not start before enrollment",
        changed(
            baseline(),
            {
                "dates": {"enrollment": "2024-03-15", "treatment_start": "2024-01-01"},
                "definitive_treatments.0.end": "2023-12-01",
                "lesions.0.detected": "2024-03-10",
            },
        ),
    ),
    (
        "found later after definitive treatment than after diagnosis",
        changed(
            baseline(),
            {"definitive_treatments.0.end": "2021-01-10", "primary.diagnosis": "2024-02-01"},
        ),
    ),
    (
        "participation in a trial",
        changed(
            baseline(),
            {"trial_participations": [{"last_intervention": "2024-03-20", "end": "2023-12-01"}]},
        ),
    ),
]


OUT_OF_ORDER = {"first dose", "does not start before enrollment", "participation in a trial"}


@pytest.mark.parametrize(
    ("reason", "data"),
    [pytest.param(r, data, id=r) for r, data in IMPOSSIBLE if r not in OUT_OF_ORDER],
)
def test_an_impossible_patient_is_refused_with_the_reason(reason: str, data: Data) -> None:
    with pytest.raises(RecordError) as caught:
        decide(data)
    assert reason in str(caught.value)
    assert "accepted: what can be true together" in str(caught.value)


@pytest.mark.parametrize(
    "data", [pytest.param(data, id=r) for r, data in IMPOSSIBLE if r in OUT_OF_ORDER]
)
def test_dates_out_of_order_are_refused_with_both_fields(data: Data) -> None:
    with pytest.raises(
        RecordError, match=r"which is before .*; accepted: a date that is not earlier"
    ):
        decide(data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age": 40}, r"age: found `40`, although birth_date is `.*`; accepted: \d+"),
        ({"lesions.0.detected": "2025-01-01"}, "which is after dates.enrollment"),
        (
            {"birth_date": "1990-06-01", "course.first_metastasis": "1980-01"},
            "course.first_metastasis: found `1980-01`, which is before birth_date `1990-06-01`",
        ),
        (
            {"labs.bilirubin": {"value": "3.0", "unit": "mg/dL", "uln": "21"}},
            "which is no upper limit of normal in mg/dL",
        ),
    ],
)
def test_what_cannot_be_true_is_refused(change: Data, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        decide(changed(baseline(), change))


def test_a_birth_after_all_other_dates_is_one_mistake_rather_than_one_for_each_of_them() -> None:
    data = changed(baseline(), {"birth_date": "2071-06-01", "age": 61})
    data["lesions"] = [{**lesion, "detected": "2024-01"} for lesion in data["lesions"]]
    with pytest.raises(RecordError) as caught:
        decide(data)
    (problem,) = caught.value.problems
    assert problem.field == "birth_date"
    assert problem.found.startswith("`2071-06-01`, which is after all other dates, such as dates.")


@pytest.mark.parametrize(
    ("field", "value"), [("pregnant", True), ("last_menstruation", "2023-01-01")]
)
def test_a_field_without_a_meaning_is_refused_with_the_field_that_takes_it_away(
    field: str, value: object
) -> None:
    data = changed(baseline(), {f"reproduction.{field}": value})
    with pytest.raises(RecordError) as caught:
        decide(data)
    (problem,) = caught.value.problems
    assert problem.field == f"reproduction.{field}"
    assert problem.found.endswith("although sex is `male`")
    assert problem.accepted == "the field only where sex is female"


def test_what_depends_on_a_field_that_contradicts_the_record_is_not_told_as_well() -> None:
    data = {
        "id": "x",
        "sex": "male",
        "reproduction": {"menarche": True, "last_menstruation": "2013"},
    }
    with pytest.raises(RecordError) as caught:
        decide(data)
    assert [problem.field for problem in caught.value.problems] == ["reproduction.menarche"]


def test_a_field_of_which_several_attributes_are_made_is_refused_once() -> None:
    data = changed(
        baseline(), {"primary.status": "uncontrolled", "primary.controlled_since": "2023-01-01"}
    )
    with pytest.raises(RecordError) as caught:
        decide(data)
    (problem,) = caught.value.problems
    assert problem.field == "primary.controlled_since"
    assert problem.accepted == "the field only where primary.status is controlled"


def test_a_harmless_value_may_stand_where_the_field_has_no_meaning() -> None:
    assert decide(changed(baseline(), {"reproduction.pregnant": False})).verdict is Verdict.ELIGIBLE
