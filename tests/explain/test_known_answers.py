"""Explanations of small records whose answer is known."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from oligoasp.answers import Explanation
from oligoasp.decide import Verdict
from oligoasp.explain.whole import explain
from oligoasp.record.read import Record, read_records
from oligoasp.testing import Case, load_cases
from tests.support import (
    Data,
    baseline,
    changed,
    decide,
    engine,
    explained,
    metastases,
    protocol,
    woman,
)

CASES = Path(__file__).parents[2] / "cases" / "criteria"
PUBLISHED = CASES.parent / "published"

# The first clause named beside another in the title of each joint case is to blame.
JOINT = {
    "fifth lesion in the liver": {"I8.5b"},
    "fifth lesion in a rib": {"I8.5b"},
    "sole lesion a node at station 5 of 52 mm": {"I1.n1.a", "I2.c"},
    "sole lesion a node at station 5 that was irradiated": {"I1.n1.a", "I3"},
    "sole lesion a node at station 10": {"I1.n1.a", "E4.a"},
    "sole lesion a node at station 6": {"I1.n1.a", "I1.n3"},
    "sole metastasis of 55 mm": {"I1.n1.a", "I2.c"},
    "brain metastasis with symptoms": {"I1.n1.a", "E5.a"},
    "second lesion of unrecorded site": {"I8.5b", "I8.5d"},
    "second lesion visible in the liver or not": {"I8.5b", "I8.5c"},
    "positive pregnancy test, no agreement": {"I9.b", "E9.a"},
}

NONE_OR_DEPENDS = "if there are none, else it depends on them"


@cache
def joint_cases() -> list[Case]:
    found = load_cases([CASES / "joint.yaml", CASES / "joint_sex.yaml"], protocol().vocabulary)
    return [case for case in found if isinstance(case, Case)]


@pytest.mark.parametrize("title", JOINT)
def test_a_joint_case_names_the_conflict(title: str) -> None:
    (case,) = [case for case in joint_cases() if case.name.startswith(title)]
    found = explain(engine(), case.record)
    assert (found.verdict, found.blockers) == (Verdict.INELIGIBLE, ())
    assert any(JOINT[title] <= set(conflict.clauses) for conflict in found.conflicts)
    assert all(len(conflict.clauses) > 1 for conflict in found.conflicts)
    assert found.reasons


@pytest.mark.parametrize("title", JOINT)
def test_a_conflict_says_what_each_clause_alone_would_need(title: str) -> None:
    (case,) = [case for case in joint_cases() if case.name.startswith(title)]
    for conflict in explain(engine(), case.record).conflicts:
        assert [need.clauses for need in conflict.needs] == [(c,) for c in conflict.clauses]
        assert all(need.alternatives for need in conflict.needs)
        asked = [{i.field for way in n.alternatives for i in way} for n in conflict.needs]
        assert set.intersection(*asked), conflict  # they clash over one and the same item


def test_two_clauses_clash_because_they_want_opposite_answers() -> None:
    (case,) = [c for c in joint_cases() if c.name.startswith("sole lesion a node at station 5 of")]
    conflict = explain(engine(), case.record).conflicts[0]
    found = {need.clauses[0]: need.alternatives[0][0].passes for need in conflict.needs}
    assert found == {"I1.n1.a": "if non-regional", "I2.c": "if regional"}


def test_no_conflict_is_named_where_there_is_none() -> None:
    for case in joint_cases():
        if case.expect.verdict is not Verdict.INELIGIBLE:
            assert not explain(engine(), case.record).conflicts


def low(value: str = "1.2 10*9/L") -> Explanation:
    return explained(changed(baseline(), {"labs.neutrophils": value}))


def test_a_low_count_is_the_reason_and_the_remedy() -> None:
    found = low()
    assert found.blockers == ("I8.1",)
    (reason,) = found.reasons
    assert [fact.field for fact in reason.facts] == ["labs.neutrophils"]
    (remedy,) = found.remedies
    assert remedy.actionable
    (change,) = remedy.changes
    assert (change.source.field, change.means) == ("labs.neutrophils", "repeat the test")
    assert "at least 1.5" in change.needed


def test_the_evidence_names_value_and_limit() -> None:
    (answer,) = [c for c in low().clauses if c.clause == "I8.1"]
    (evidence,) = answer.evidence
    assert "1.2" in evidence.text
    assert "1.5 × 10⁹/L" in evidence.text
    assert evidence.sources[0].text == "1.2 10*9/L"


def test_what_a_site_cannot_change_is_no_action() -> None:
    found = explained(changed(baseline(), {"lesions.0.longest_diameter": "50 mm"}))
    assert found.blockers == ("I2.c",)
    assert not any(remedy.actionable for remedy in found.remedies)
    assert not found.waiting


def test_waiting_for_the_end_of_the_washout() -> None:
    drug = [{"class": "chemotherapy", "first_dose": "2023-10-01", "last_dose": "2024-01-10"}]
    found = explained(
        changed(baseline(), {"systemic_therapies": drug, "dates": {"enrollment": "2024-03-15"}})
    )
    assert found.blockers == ("I4.b", "E8")
    (wait,) = found.waiting
    assert (wait.date, wait.days) == ("2024-04-11", 27)
    assert wait.clauses == ("I4.b", "E8")
    assert wait.verdict is Verdict.ELIGIBLE


def test_waiting_for_a_birthday() -> None:
    found = explained(changed(baseline(), {"birth_date": "2006-04-01"}))
    assert found.blockers == ("I6.a",)
    assert [(w.date, w.clauses) for w in found.waiting] == [("2024-04-01", ("I6.a",))]


def test_a_missing_item_is_needed_with_the_values_that_it_has_to_have() -> None:
    found = explained(changed(baseline(), {"labs.neutrophils": None}))
    assert found.verdict is Verdict.UNDETERMINED
    (need,) = found.needs
    assert need.clauses == ("I8.1",)
    ((item,),) = need.alternatives
    assert item.field == "labs.neutrophils"
    assert "at least 1.5" in item.needed
    assert "less than 1.5" in item.ends
    filled = changed(baseline(), {"labs.neutrophils": "1.5 10*9/L"})
    assert decide(filled).verdict is Verdict.ELIGIBLE


@pytest.mark.parametrize(
    ("gap", "request_", "passes"),
    [
        ({"labs.alt": "24 U/L"}, "ALT with its upper limit of normal", "if at most 2.5 × ULN"),
        ({"lesions.0.visible_on_ct": None}, "whether lesion l1 is still visible", "if yes"),
        ({"effusions": None}, "the complete list of effusions", "if there are none"),
        ({"consent.date": None}, "the date on which the informed", "if not after enrollment"),
        ({"dates": {}}, "the date of enrollment", "if the age at enrollment is at least 18 years"),
        ({"birth_date": None}, "the date of birth", "if the age at enrollment is at least"),
        ({"primary.histology": None}, "the histological type", "if squamous cell carcinoma, "),
    ],
)
def test_what_is_needed_is_put_as_a_request_with_the_answer_that_passes(
    gap: dict[str, object], request_: str, passes: str
) -> None:
    found = explained(changed(baseline(), gap))
    items = [i for need in found.needs for way in need.alternatives for i in way]
    assert any(i.request.startswith(request_) and i.passes.startswith(passes) for i in items), items


def test_alternatives_where_one_of_two_items_is_enough() -> None:
    gap = {"labs.creatinine": None, "weight": None}
    found = explained(changed(baseline(), gap))
    (need,) = [need for need in found.needs if "I8.6" in need.clauses]
    fields = [{item.field for item in items} for items in need.alternatives]
    assert {"labs.creatinine"} in fields
    assert {"labs.creatinine_clearance"} in fields or len(fields) > 1
    measured = changed(baseline(), gap | {"labs.creatinine_clearance": "60.01 mL/min"})
    assert decide(measured).statuses["I8.6"].value == "met"


def test_a_partial_date_needs_no_bound_that_it_sets_itself() -> None:
    drug = [{"class": "chemotherapy", "first_dose": "2023-06-01", "last_dose": "2023-12"}]
    dates = {"systemic_therapies": drug, "dates": {"enrollment": "2024-03-15"}}
    found = explained(changed(baseline(), dates))
    items = [i for need in found.needs for way in need.alternatives for i in way]
    assert {need.clauses for need in found.needs} == {("I4.b",), ("E8",)}
    assert len(items) == 2  # the same field, counted to two dates
    for item in items:
        assert item.field == "systemic_therapies[0].last_dose"
        assert item.needed == "more than 3 months"
        assert item.ends == "at most 3 months"
        assert "`2023-12` leaves it open" in item.note


def test_a_nearly_empty_record_asks_for_entries_only_where_they_are_needed() -> None:
    found = explained({"id": "nearly-empty"})
    lists = {kind.list_name for kind in protocol().vocabulary.kinds.values()}
    passes = {
        (clause, item.field): item.passes
        for need in found.needs
        for way in need.alternatives
        for item in way
        if item.field in lists
        for clause in need.clauses
    }
    assert passes["I1.n1.a", "lesions"] == "only if there is one such as the criterion asks for"
    assert passes["I1.c", "definitive_treatments"].startswith("only if there is one with intent")
    needed = {field for (_, field), said in passes.items() if said.startswith("only if")}
    assert needed <= {"lesions", "definitive_treatments", "pregnancy_tests"}
    assert passes["I4.b", "systemic_therapies"] == NONE_OR_DEPENDS


def test_a_list_that_only_other_clauses_need_is_not_demanded_by_a_clause() -> None:
    silent = {"definitive_treatments": None, "lesions": None}
    found = explained(changed(baseline(), silent))
    for clause, field in (("E8", "definitive_treatments"), ("I2.a", "lesions")):
        (need,) = [need for need in found.needs if clause in need.clauses]
        said = {item.passes for way in need.alternatives for item in way if item.field == field}
        assert said == {f"{NONE_OR_DEPENDS}; other criteria need one"}


def test_a_list_without_what_is_needed_does_not_pass_if_there_are_no_more() -> None:
    # None of the metastases is confirmed, so I1.n3 is not met unless there is a further one.
    open_list = {
        "lesions": metastases(
            "lung", "liver", "station_17", pathology="none", second_primary=False
        ),
        "incomplete_lists": ["lesions"],
    }
    record = changed(baseline(), open_list)
    assert decide(changed(record, {"incomplete_lists": None})).statuses["I1.n3"].value == "not met"
    needs = [need for need in explained(record).needs if "I1.n3" in need.clauses]
    passes = [item.passes for need in needs for way in need.alternatives for item in way]
    assert passes
    assert all(said.startswith("only if there is another") for said in passes)


def test_ways_that_ask_for_the_same_with_other_values_are_both_given() -> None:
    gap = {"lesions.0.longest_diameter": None, "lesions.0.modality": None}
    found = explained(changed(baseline(), gap))
    (need,) = [need for need in found.needs if need.clauses == ("I5.a",)]
    ways = [[item.needed for item in way] for way in need.alternatives]
    assert ["at least 10 mm", "CT, MRI or calliper (clinical)"] in ways
    assert any(way[0] == "at least 20 mm" for way in ways)  # then a chest X-ray will do


def test_a_way_is_also_found_behind_one_that_asks_for_more_than_another() -> None:
    (record,) = read_records([str(PUBLISHED / "c11-a.yaml")], protocol().vocabulary)
    assert isinstance(record, Record)
    found = explain(engine(), record)
    (need,) = [need for need in found.needs if need.clauses == ("I5.a",)]
    ways = [{(item.field, item.needed) for item in way} for way in need.alternatives]
    sizes = ({"at least 20 mm"}, {"at least 10 mm", "CT, MRI or calliper (clinical)"})
    for field in (("in_radiation_field", "no"), ("progressed_since_radiotherapy", "yes")):
        for size in sizes:
            wanted = size | {field[1]}
            assert any(
                wanted <= {n for _, n in way} and any(f.endswith(field[0]) for f, _ in way)
                for way in ways
            ), (wanted, ways)
    assert not [name for name in found.no_longer_matters if "previous radiation field" in name]


def test_an_open_list_is_needed_in_full() -> None:
    found = explained(changed(baseline(), {"effusions": None}))
    (need,) = found.needs
    assert need.clauses == ("E7",)
    assert [[item.field for item in items] for items in need.alternatives] == [["effusions"]]


def test_what_no_open_clause_depends_on_no_longer_matters() -> None:
    settled = explained(changed(baseline(), {"lung.fev1": None, "labs.platelets": None}))
    assert settled.verdict is Verdict.UNDETERMINED
    assert "FEV1" in settled.no_longer_matters
    open_still = explained(changed(baseline(), {"labs.platelets": None}))
    assert "platelets" not in open_still.no_longer_matters


def test_a_reading_that_would_decide_otherwise() -> None:
    found = explained(changed(baseline(), {"lesions.0.longest_diameter": "50 mm"}))
    options = {(r.reading, r.option): r.verdict for r in found.readings}
    assert options["diameter_limit", "inclusive"] is Verdict.ELIGIBLE
    assert ("gilbert", "excepted") not in options


@pytest.mark.parametrize(
    ("value", "near"), [("1.5 10*9/L", True), ("1.65 10*9/L", True), ("1.66 10*9/L", False)]
)
def test_a_near_miss_is_within_a_tenth_of_its_limit(value: str, near: bool) -> None:
    assert ("I8.1" in {miss.clause for miss in low(value).near_misses}) is near


@pytest.mark.parametrize(
    ("day", "old"),
    [("2024-02-16", False), ("2024-02-15", True), ("2024-02", False), ("2024-01", True)],
)
def test_a_result_certainly_older_than_four_weeks_gets_a_warning(day: str, old: bool) -> None:
    result = {"value": 12, "unit": "g/dL", "date": day}
    dates = {"dates": {"enrollment": "2024-03-15"}, "labs.hemoglobin": result}
    found = explained(changed(baseline(), dates))
    (clause,) = [c for c in found.clauses if c.clause == "I8.3"]
    assert clause.status.value == "met"
    warned = [w for w in found.warnings if "haemoglobin" in w.text]
    assert bool(warned) is old
    if day == "2024-02-15":
        assert warned[0].text == (
            "age of the haemoglobin at enrollment: 29 days, more than 28 days"
        )
        assert [source.field for source in warned[0].sources] == ["labs.hemoglobin"]


def test_what_was_assumed_is_noted() -> None:
    found = explained(changed(baseline(), {"dates": {"enrollment": "2024-03-15"}}))
    notes = " ".join(found.notes)
    assert "treatment start is not recorded; dates.enrollment stands for it" in notes
    assert "enrollment is not recorded" not in notes.replace("dates.enrollment", "")


def test_what_was_counted_is_named() -> None:
    found = explained(changed(baseline(), {"lesions": metastases("lung", "adrenal", "axillary")}))
    assert sorted(found.counted) == ["l1", "l2", "l3"]
    assert found.number_counted == 3


def test_an_entry_that_stands_for_several_is_counted_as_several() -> None:
    lesions = metastases("lung", "liver")
    lesions[1]["number"] = 3
    found = explained(changed(baseline(), {"lesions": lesions}))
    assert (found.counted, found.number_counted) == (("l1", "l2 (3)"), 4)


def test_full_answers_say_what_makes_a_clause_hold() -> None:
    from tests.support import parse  # noqa: PLC0415

    found = explain(engine(), parse(woman()), full=True)
    values = {c.clause: [v.sources[0].field for v in c.values] for c in found.clauses}
    assert values["I8.1"] == ["labs.neutrophils"]
    assert "pregnancy_tests[0].result" in values["I9.a"]
    assert all(not c.values for c in explained(woman()).clauses)


def operated(day: str) -> Data:
    operation = {"id": "o1", "procedure": "thoracotomy", "major": True, "date": day}
    return changed(baseline(), {"operations": [operation]})


@pytest.mark.parametrize(
    ("readings", "date"),
    [
        ({}, "2024-03-21"),  # 2024-03-20 is 3 months, and 11 + 31 + 29 + 20 = 91 days, later
        ({"window_boundary": "half_open"}, "2024-03-20"),
        ({"month_length": "days_90"}, "2024-03-20"),
        ({"month_length": "days_91"}, "2024-03-21"),
        ({"month_length": "days_92"}, "2024-03-22"),
        ({"month_length": "days_92", "window_boundary": "half_open"}, "2024-03-21"),
    ],
)
def test_waiting_lasts_as_long_as_three_months_are_read_to_be(
    readings: dict[str, str], date: str
) -> None:
    found = explained(operated("2023-12-20"), **readings)
    assert [wait.date for wait in found.waiting] == [date]
    assert found.waiting[0].verdict is Verdict.ELIGIBLE


@pytest.mark.parametrize("days", [90, 91])
def test_a_small_margin_names_the_limit_of_the_reading(days: int) -> None:
    found = explained(operated("2023-12-14"), month_length=f"days_{days}")
    (near,) = [n for n in found.near_misses if n.clause == "E8"]
    assert near.text.endswith(f"92 days before enrollment (2024-03-15): the limit is {days} days")


def test_the_length_of_three_months_is_named_where_it_decides() -> None:
    found = explained(operated("2023-12-15"))  # 3 months, and 91 days, before enrollment
    assert found.verdict is Verdict.INELIGIBLE
    options = {r.option: r.verdict for r in found.readings if r.reading == "month_length"}
    assert options == {"days_90": Verdict.ELIGIBLE}


def test_what_a_typical_patient_would_answer_is_asked_for_first() -> None:
    data = changed(woman(), {"reproduction": None, "pregnancy_tests": None})
    first: dict[str, str] = {}
    for need in explained(data).needs:
        for clause in need.clauses:  # of several things that it needs the first
            first.setdefault(clause, need.alternatives[0][0].field)
    assert first["I9.a"] == "pregnancy_tests"
    assert first["I9.b"] == "reproduction.contraception_agreed"
    assert first["E9.a"] == "reproduction.pregnant"
    assert first["E9.b"] == "reproduction.breastfeeding"
    (need,) = [need for need in explained(data).needs if "E9.b" in need.clauses]
    assert need.alternatives[-1][0].field == "reproduction.menarche"


def test_entries_are_called_by_what_the_record_calls_them() -> None:
    toxicity = {"id": "t1", "term": "peripheral_sensory_neuropathy", "grade": 3, "related": True}
    described = {**toxicity, "id": "t2", "description": "tingling\n of fingers " + "x" * 80}
    comorbidity = {"id": "c1", "name": "heart failure", "severe": True, "controlled": False}
    data = changed(
        baseline(), {"toxicities": [toxicity, described], "comorbidities": [comorbidity]}
    )
    found = explained(data)
    (answer,) = [answer for answer in found.clauses if answer.clause == "E6"]
    one, other = (evidence.text for evidence in answer.evidence)
    assert "toxicity of previous treatment t1 (peripheral sensory neuropathy), CTCAE grade 3" in one
    assert f"t2 (tingling of fingers {'x' * 39}…), CTCAE grade 3" in other
    data["comorbidities"][0]["may_affect_treatment"] = True
    (answer,) = [answer for answer in explained(data).clauses if answer.clause == "E10"]
    assert answer.evidence[0].text.startswith("comorbidity c1 (heart failure) is severe")


@pytest.mark.parametrize(
    ("pathology", "means"),
    [
        ("none", "obtain a biopsy"),
        ("inconclusive", "repeat the biopsy"),
        ("benign", "repeat the biopsy"),
        ("different", None),
    ],
)
def test_no_biopsy_is_asked_for_again_that_has_given_another_answer(
    pathology: str, means: str | None
) -> None:
    lesions = metastases("lung", "liver")
    lesions[0]["pathology"], lesions[1]["pathology"] = pathology, "none"
    found = explained(changed(baseline(), {"lesions": lesions}))
    proposed = {
        change.source.field: change.means
        for remedy in found.remedies
        if remedy.actionable
        for change in remedy.changes
    }
    expected = {"lesions[0].pathology": means, "lesions[1].pathology": "obtain a biopsy"}
    assert proposed == {field: said for field, said in expected.items() if said}
