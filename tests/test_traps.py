"""What other tools have fallen into, one test for each trap (design, section 6)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oligoasp.batch import Batch
from oligoasp.decide import Status, Verdict
from oligoasp.protocol.load import asp_folder
from oligoasp.record.errors import RecordError
from oligoasp.record.read import parse_record, read_records
from oligoasp.solver.program import ProgramError
from tests.support import (
    Data,
    baseline,
    changed,
    decide,
    engine,
    metastases,
    parse,
    protocol,
    woman,
)

CASES = asp_folder().parent / "cases"


def status(clause: str, data: Data) -> str:
    one = decide(data)
    many = Batch(engine()).decide(parse(data))
    assert many.statuses == one.statuses
    assert many.verdict is one.verdict
    return one.statuses[clause].value


def creatinine(value: str, uln: str, unit: str = "mg/dL") -> dict[str, Any]:
    lab = {"value": value, "unit": unit, "uln": uln}
    return {"labs.creatinine": lab, "labs.creatinine_clearance": "40 mL/min"}


# ---- Binary floats at a limit --------------------------------------------------


@pytest.mark.parametrize(
    ("value", "uln", "expected"),
    [
        ("1.80", "1.2", "met"),
        ("1.8", "1.20", "met"),
        ("1.79999999999999999", "1.2", "met"),
        ("1.80000000000000001", "1.2", "not met"),
        ("1.81", "1.2", "not met"),
        ("1.65", "1.1", "met"),
        ("0.9", "0.6", "met"),
    ],
)
def test_a_ratio_at_its_limit_is_exact(value: str, uln: str, expected: str) -> None:
    assert status("I8.6", changed(baseline(), creatinine(value, uln))) == expected


def test_numbers_of_a_file_never_become_floats(tmp_path: Path) -> None:
    import json  # noqa: PLC0415

    data = changed(baseline(), creatinine("VALUE", "ULN"))
    for name in ("a.json", "a.yaml"):
        text = json.dumps(data).replace('"VALUE"', "1.80").replace('"ULN"', "1.2")
        (tmp_path / name).write_text(text)
        (record,) = read_records([tmp_path / name], protocol().vocabulary)
        assert not isinstance(record, RecordError)
        assert engine().decide(record).statuses["I8.6"] is Status.MET


def test_a_float_in_memory_is_refused_or_taken_as_written() -> None:
    data = changed(baseline(), creatinine("1.8", "1.2"))
    data["labs"]["creatinine"] = {"value": 1.8, "unit": "mg/dL", "uln": 1.2}
    try:
        record = parse_record(data, protocol().vocabulary)
    except RecordError:
        return
    assert engine().decide(record).statuses["I8.6"] is Status.MET


@pytest.mark.parametrize(
    ("diameter", "expected"),
    [
        ("4.999999999 cm", "met"),
        ("49.99999 mm", "met"),
        ("5.0 cm", "not met"),
        ("50 mm", "not met"),
    ],
)
def test_units_convert_exactly_at_a_strict_limit(diameter: str, expected: str) -> None:
    assert status("I2.c", changed(baseline(), {"lesions.0.longest_diameter": diameter})) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [("1.5 10*9/L", "met"), ("1500 /uL", "met"), ("1499.999 /uL", "not met")],
)
def test_an_inexact_value_is_never_rounded_onto_a_limit(count: str, expected: str) -> None:
    assert status("I8.1", changed(baseline(), {"labs.neutrophils": count})) == expected


# ---- A missing value that fails a membership test ------------------------------


@pytest.mark.parametrize(
    ("path", "clause"),
    [
        ("primary.histology", "I1.a"),
        ("primary.site", "I1.a"),
        ("primary.status", "I1.d"),
        ("lesions.0.site", "I1.n1.a"),
        ("definitive_treatments.0.type", "I1.c"),
        ("systemic_therapies.0.class", "I6.b"),
        ("ecog", "I6.b"),
    ],
)
def test_a_missing_value_is_unknown_and_not_outside_the_set(path: str, clause: str) -> None:
    for value in (None, "unknown"):
        if path in ("ecog",) and value:
            continue
        found = status(clause, changed(baseline(), {path: value}))
        assert found == ("met" if clause == "I6.b" and path != "ecog" else "unknown")


def test_a_missing_status_of_the_primary_is_neither_controlled_nor_progressive() -> None:
    data = changed(baseline(), {"primary.status": None})
    assert status("I1.d", data) == "unknown"
    assert status("E1.a", data) == "unknown"


# ---- "Exists" over unmeasured lesions ------------------------------------------


def test_an_unmeasured_lesion_may_be_the_measurable_one() -> None:
    one, two = metastases("lung", "adrenal", longest_diameter="9 mm")
    assert status("I5.a", changed(baseline(), {"lesions": [one, two]})) == "not met"
    del two["longest_diameter"]
    assert status("I5.a", changed(baseline(), {"lesions": [one, two]})) == "unknown"


def test_an_unmeasured_lesion_may_be_too_large() -> None:
    one, two = metastases("lung", "adrenal")
    del two["longest_diameter"]
    assert status("I2.c", changed(baseline(), {"lesions": [one, two]})) == "unknown"


def test_a_list_that_is_not_given_may_hold_anything() -> None:
    for name, clause in (("systemic_therapies", "E8"), ("other_malignancies", "E11")):
        assert status(clause, changed(baseline(), {name: None})) == "unknown"
        assert status(clause, changed(baseline(), {name: []})) == "absent"
        assert status(clause, changed(baseline(), {"incomplete_lists": [name]})) == "unknown"


# ---- Silent de-duplication when counting ---------------------------------------


@pytest.mark.parametrize(("number", "expected"), [(4, "met"), (5, "not met")])
def test_lesions_that_look_alike_are_counted_each(number: int, expected: str) -> None:
    sites = ["lung", "lung", "lung", "adrenal", "adrenal"][:number]
    data = changed(baseline(), {"lesions": metastases(*sites)})
    for one in data["lesions"]:
        del one["id"]
    assert status("I2.a", data) == expected
    assert status("E4.b", data) == ("absent" if expected == "met" else "present")


def test_an_entry_that_stands_for_several_counts_as_several() -> None:
    data = changed(baseline(), {"lesions": metastases("lung", "adrenal", number=2)})
    assert status("I2.a", data) == "met"
    data = changed(baseline(), {"lesions": metastases("lung", "adrenal", "kidney", number=2)})
    assert status("I2.a", data) == "not met"


def test_equal_numbers_in_one_organ_are_added_and_not_merged() -> None:
    data = changed(baseline(), {"lesions": metastases("lung", "lung", number=2)})
    assert status("I2.b", data) == "not met"


# ---- Age by difference of years ------------------------------------------------


@pytest.mark.parametrize(
    ("born", "expected"),
    [("2006-03-15", "met"), ("2006-03-16", "not met"), ("2006-12-31", "not met")],
)
def test_age_is_in_complete_years(born: str, expected: str) -> None:
    assert status("I6.a", changed(baseline(), {"birth_date": born})) == expected


def test_a_birth_date_in_part_is_an_interval() -> None:
    assert status("I6.a", changed(baseline(), {"birth_date": "2006-03"})) == "unknown"
    assert status("I6.a", changed(baseline(), {"birth_date": "2006-02"})) == "met"
    assert status("I6.a", changed(baseline(), {"birth_date": "2006-04"})) == "not met"


@pytest.mark.parametrize(
    ("last", "start", "expected"),
    [
        ("2023-11-30", "2024-02-29", "not met"),
        ("2023-11-29", "2024-02-29", "not met"),
        ("2023-11-28", "2024-02-29", "met"),
    ],
)
def test_months_are_calendar_months_clamped_to_their_end(
    last: str, start: str, expected: str
) -> None:
    data = changed(baseline(), {"dates": {"enrollment": start}})
    data["consent"]["date"] = "2024-02-20"
    data["lesions"][0]["detected"] = "2024-02-01"
    data["systemic_therapies"] = [
        {"class": "chemotherapy", "first_dose": "2023-01-01", "last_dose": last}
    ]
    assert status("I4.b", data) == expected


# ---- A filter that is not supported and silently ignored -----------------------


@pytest.mark.parametrize(
    "change",
    [
        {"labs.neutrofils": "3 10*9/L"},
        {"lesions.0.diametre": "3 mm"},
        {"labs.neutrophils": "3 furlong"},
        {"labs.neutrophils": "about 3 10*9/L"},
        {"primary.histology": "some carcinoma"},
        {"biopsies": []},
        {"incomplete_lists": ["lesion"]},
    ],
)
def test_what_is_not_understood_is_refused(change: Data) -> None:
    with pytest.raises(RecordError):
        parse(changed(baseline(), change))


@pytest.mark.parametrize(
    ("path", "value", "meant"),
    [
        ("labs.creatinine", "0.9 umol/L", "0.9 mg/dL"),  # would give any clearance
        ("labs.creatinine", "80 mg/dL", "80 umol/L"),
        ("labs.hemoglobin", "9.5 g/L", "9.5 g/dL"),
        ("labs.albumin", "3.9 g/L", "3.9 g/dL"),
        ("labs.platelets", "140000 10*9/L", "140000 /uL"),
    ],
)
def test_a_value_that_nobody_has_is_refused_as_one_in_another_unit(
    path: str, value: str, meant: str
) -> None:
    with pytest.raises(RecordError, match=re.escape(f'found "{value}"')) as refused:
        parse(changed(baseline(), {path: value}))
    assert f'did you mean "{meant}"?' in str(refused.value)


def test_an_unknown_reading_is_refused() -> None:
    data = parse(baseline())
    from oligoasp.decide import Engine  # noqa: PLC0415

    for readings in ({"no_such_reading": "yes"}, {"gilbert": "sometimes"}):
        with pytest.raises(ProgramError, match=r"no reading `no_such|no option `sometimes`"):
            Engine(protocol(), readings).decide(data)


# ---- Completions are joint -----------------------------------------------------


def test_unknown_sex_is_one_sex_in_every_clause() -> None:
    data = changed(woman(), {"sex": None, "reproduction": {"contraception_agreed": False}})
    data["pregnancy_tests"] = [
        {"specimen": "serum", "result": "positive", "time": "2024-03-17 10:00"}
    ]
    found = decide(data)
    assert found.statuses["I9.b"] is found.statuses["E9.a"] is Status.UNKNOWN
    assert found.verdict is Verdict.INELIGIBLE


def test_slices_of_uncertain_thickness_against_a_lesion_large_enough() -> None:
    change = {"lesions.0.longest_diameter": "20 mm", "lesions.0.slice_thickness": "4..6 mm"}
    assert status("I5.a", changed(baseline(), change)) == "met"


def test_which_result_counts_is_open_where_the_day_of_enrollment_is() -> None:
    results = [
        {"value": "1.0", "unit": "10*9/L", "date": "2024-03-05"},
        {"value": "3.0", "unit": "10*9/L", "date": "2024-03-20"},
    ]
    vague = {"dates": {"enrollment": "2024-03"}, "labs.neutrophils": results}
    for day, expected in (("2024-03-10", "not met"), ("2024-03-25", "met")):
        exact = vague | {"dates": {"enrollment": day}}
        assert status("I8.1", changed(baseline(), exact)) == expected
    assert status("I8.1", changed(baseline(), vague)) == "unknown"


def test_a_result_that_may_be_from_after_enrollment_is_uncertain() -> None:
    result = {"value": "1.0", "unit": "10*9/L", "date": "2024-03"}
    data = changed(baseline(), {"labs.neutrophils": [result]})
    assert status("I8.1", data) == "unknown"


def test_nodes_of_a_group_that_contradict_each_other_do_not_depend_on_their_order() -> None:
    nodes = metastases("axillary", "axillary", "axillary", adjacent_group="g")
    nodes[0]["conglomerate_diameter"], nodes[1]["conglomerate_diameter"] = "30 mm", "60 mm"
    nodes[2]["longest_diameter"] = "55 mm"
    answers = set()
    for order in ((0, 1, 2), (1, 0, 2)):
        data = changed(baseline(), {"lesions": [nodes[i] for i in order]})
        try:
            answers.add(decide(data).verdict.value)
        except RecordError:
            answers.add("refused")
    assert answers == {"refused"}


def test_an_undated_result_beside_a_dated_one_leaves_open_which_is_the_latest() -> None:
    results = [
        {"value": "8.0", "unit": "g/dL", "date": "2024-03-10"},
        {"value": "11.8", "unit": "g/dL"},
    ]
    assert status("I8.3", changed(baseline(), {"labs.hemoglobin": results})) == "unknown"


# ---- Determinism ---------------------------------------------------------------

SHOW = """
import sys
from oligoasp.cli import main
main(sys.argv[1:])
"""


def output(seed: str, *arguments: str | Path) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "NO_COLOR": "1"}
    found = subprocess.run(
        [sys.executable, "-c", SHOW, *map(str, arguments)],
        capture_output=True,
        env=environment,
        check=False,
        cwd=CASES.parent,
    )
    assert found.stdout, found.stderr.decode()
    return found.stdout


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("case", ["published/c13-b.yaml", "published/c06-b.yaml"])
def test_an_explanation_is_the_same_to_the_byte(case: str, form: str) -> None:
    arguments = ("explain", CASES / case, "--full", "--format", form)
    assert output("1", *arguments) == output("2", *arguments) == output("2", *arguments)


def test_checking_many_is_the_same_to_the_byte() -> None:
    arguments = ("check", CASES / "published", "--format", "json")
    assert output("1", *arguments) == output("77", *arguments)
