"""Remarks follow from what is recorded for certain, and from nothing else."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from oligoasp.batch.remarks import RemarksOfMany
from oligoasp.protocol.model import Protocol
from oligoasp.record.derive import Derivation
from oligoasp.record.read import Record, parse_record
from oligoasp.record.remarks import Remarks
from oligoasp.solver.program import ProgramError
from tests.cohort import cohort
from tests.reference.generate import remove_parts
from tests.support import baseline, changed, decide, engine, parse, protocol, small_trial

Data = dict[str, Any]
LINE = 26
"""The first line after the small trial."""


def remarked(data: Data, of: Protocol | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """Give the remarks on a record, by name, with their fields."""
    of = of or protocol()
    record = parse_record(data, of.vocabulary)
    derivation = Derivation(of.vocabulary, record)
    one = Remarks(of, of.remarks).of(record, derivation)
    assert RemarksOfMany(of).of([record], [derivation]) == [one]
    return [(found.remark.name, found.fields) for found in one]


def names(data: Data) -> set[str]:
    return {name for name, _ in remarked(data)}


def treated(**fields: object) -> Data:
    """Somebody whose primary was irradiated."""
    data = changed(baseline(), {"primary.diagnosis": "2021-01-20"})
    entry = {"id": "t1", "type": "radiotherapy", "intent": "curative", "end": "2021-03-15"}
    return {**data, "definitive_treatments": [{**entry, **fields}]}


def sized(**fields: object) -> Data:
    return {"lesions": [{"id": "l1", "site": "lung", **fields}]}


def toxic(grade: object, **labs: object) -> Data:
    toxicity = {"term": "neutrophil_count_decreased", "grade": grade}
    return {"toxicities": [toxicity], "labs": labs}


DAY = {"dates": {"enrollment": "2024-03-15"}}
DIAGNOSED = {**DAY, "primary": {"diagnosis": "2023-06-15"}}

WOMAN = {"sex": "female", "reproduction": {"menarche": True, "last_menstruation": "2023-09"}}

NUMBERS = [
    ("dose", treated(dose="8 Gy"), False),
    ("dose", treated(dose="7.99 Gy"), True),
    ("dose", treated(dose="5.04 Gy"), True),
    ("dose", treated(dose="<8 Gy"), True),
    ("dose", treated(dose="<=8 Gy"), False),
    ("dose", treated(dose="5..9 Gy"), False),
    ("dose", treated(dose="80 Gy"), False),
    ("dose", treated(dose="80.001 Gy"), True),
    ("dose", treated(), False),
    ("diameter", sized(longest_diameter="0 mm"), True),
    ("diameter", sized(longest_diameter="2 mm"), False),
    ("diameter", sized(longest_diameter="15.1 cm"), True),
    ("height", {"height": "119 cm"}, True),
    ("height", {"height": "120 cm"}, False),
    ("age", {**DAY, "birth_date": "1924-03-15"}, False),
    ("age", {**DAY, "birth_date": "1924-03"}, False),
    ("age", {**DAY, "birth_date": "1924-02"}, True),
    ("age", {**DAY, "age": 101}, True),
    ("age", {"birth_date": "1920"}, False),
    ("fev1", {"lung": {"fev1": "7.1 L"}}, True),
    ("fev1", {"lung": {"fev1": "7 L"}}, False),
    ("albumin", {"labs": {"albumin": "7 g/dL"}}, True),
    ("albumin", {"labs": {"albumin": "42 g/L"}}, False),
    # Of several results, the one that counts.
    ("albumin", {**DAY, "labs": {"albumin": [
        {"value": 7, "unit": "g/dL", "date": "2024-03-01"},
        {"value": 4, "unit": "g/dL", "date": "2024-03-08"}]}}, False),
    ("albumin", {**DAY, "labs": {"albumin": [
        {"value": 4, "unit": "g/dL", "date": "2024-03-01"},
        {"value": 7, "unit": "g/dL", "date": "2024-03-08"}]}}, True),
    ("clearance_estimated", {"age": 40, "sex": "male", "weight": "100 kg",
                             "labs": {"creatinine": "0.5 mg/dL"}}, True),
    ("clearance_estimated", {"age": 40, "sex": "male", "weight": "100 kg",
                             "labs": {"creatinine": "<0.5 mg/dL"}}, False),
    ("clearance_estimated", {"age": 40, "sex": "male", "labs": {"creatinine": "0.5 mg/dL"}}, False),
]  # fmt: skip

DATES = [
    ("started_late", {"dates": {**DAY["dates"], "treatment_start": "2024-06-15"}}, False),
    ("started_late", {"dates": {**DAY["dates"], "treatment_start": "2024-06-16"}}, True),
    ("consent_first", {**DIAGNOSED, "consent": {"date": "2023-06-14"}}, True),
    ("consent_first", {**DIAGNOSED, "consent": {"date": "2023-06-15"}}, False),
    ("menstruation", {**DAY, **WOMAN, "birth_date": "1965-03-15"}, True),
    ("menstruation", {**DAY, **WOMAN, "birth_date": "1966-03-15"}, False),
    ("randomized_first", {"dates": {**DAY["dates"], "randomization": "2024-03-15"}}, False),
    ("randomized_first", {"dates": {**DAY["dates"], "randomization": "2024-03-14 23:00"}}, True),
    ("randomized_first", {"dates": {**DAY["dates"], "randomization": "2024-03"}}, False),
    ("randomized_first", {"dates": {**DAY["dates"], "randomization": "2024-02"}}, True),
    ("randomized_first", {"dates": {"randomization": "2024-02-01"}}, False),
    ("treated_first", treated(end="2021-01-20"), False),
    ("treated_first", treated(end="2021-01-19"), True),
    ("treated_first", treated(end="2021-01"), False),
    ("treated_first", treated(end="2020"), True),
    ("lesion_first", {**DIAGNOSED, **sized(detected="2023-03-15")}, False),
    ("lesion_first", {**DIAGNOSED, **sized(detected="2023-03-14")}, True),
    ("lesion_first", {**DIAGNOSED, **sized(detected="2023-03")}, False),
    ("lesion_first", {**DAY, **sized(detected="2023-03-14")}, False),
    ("result_late", {**DAY, "labs": {"albumin": {"value": 4, "unit": "g/dL",
                                                 "date": "2024-03-16"}}}, True),
    ("result_late", {**DAY, "labs": {"albumin": {"value": 4, "unit": "g/dL",
                                                 "date": "2024-03-15"}}}, False),
    ("result_late", {**DAY, "labs": {"albumin": {"value": 4, "unit": "g/dL",
                                                 "date": "2024-03"}}}, False),
    ("result_late", {**DAY, "labs": {"albumin": [{"value": 4, "unit": "g/dL", "date": "2024-03-16"},
                                                 "4 g/dL"]}}, False),
]  # fmt: skip

TOGETHER = [
    ("performance", {"ecog": 1, "karnofsky": 40}, True),
    ("performance", {"ecog": 1, "karnofsky": 50}, False),
    ("performance", {"ecog": 0, "karnofsky": 60}, True),
    ("performance", {"ecog": 2, "karnofsky": 90}, True),
    ("performance", {"ecog": 2, "karnofsky": 80}, False),
    ("performance", {"karnofsky": 40}, False),
    ("severe_although_normal", toxic(4, neutrophils="2.001 10*9/L"), True),
    ("severe_although_normal", toxic(4, neutrophils="2 10*9/L"), False),
    ("severe_although_normal", toxic(2, neutrophils="3.2 10*9/L"), False),
    ("severe_although_normal", toxic(4), False),
    ("severe_although_normal", toxic(None, neutrophils="3.2 10*9/L"), False),
    ("heavy_for_height", {"weight": "151 kg", "height": "154 cm"}, True),
    ("heavy_for_height", {"weight": "151 kg"}, False),
]


@pytest.mark.parametrize(("name", "data", "made"), [*NUMBERS, *DATES, *TOGETHER])
def test_a_remark_is_made_beyond_its_bound_and_for_certain(
    name: str, data: Data, made: bool
) -> None:
    assert (name in names(data)) is made


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        (("2024-03-15", "2024-03-16"), True),
        (("2024-03-16", "2024-03-15"), True),
        (("2024-03-15", "2024-03"), False),
        (("2024-02", "2024-04"), True),
        (("2024-03-14", "2024-03-15"), False),
        (("2024-03-16", "2024-03-17"), False),
        (("2024-03-16",), False),
    ],
)
def test_a_newer_result_that_does_not_count_is_a_warning_of_one_patient_only(
    dates: tuple[str, ...], told: bool
) -> None:
    results = [{"value": 4, "unit": "g/dL", "date": day} for day in dates]
    record = parse({"id": "x", **DAY, "labs": {"albumin": results}})
    derivation = Derivation(protocol().vocabulary, record)
    found = Remarks(protocol(), protocol().warnings).of(record, derivation)
    assert [one.fields[0] for one in found if one.remark.name == "newer_result"] == (
        ["labs.albumin"] * told
    )
    assert "newer_result" not in {remark.name for remark in protocol().remarks}


def test_a_remark_names_the_fields_that_it_rests_on() -> None:
    data = changed(treated(dose="5.04 Gy", end="2021-01-01"), {"ecog": 1, "karnofsky": 40})
    assert remarked(data) == [
        ("treated_first", ("definitive_treatments[0].end", "primary.diagnosis")),
        ("performance", ("karnofsky", "ecog")),
        ("dose", ("definitive_treatments[0].dose",)),
    ]


@pytest.mark.parametrize("data", [baseline(), {}, {"karnofsky": 100, "ecog": 0}])
def test_ordinary_and_empty_records_are_not_remarked_on(data: Data) -> None:
    assert not remarked(data)


def test_a_remark_changes_no_status() -> None:
    """A lesion of 0 mm is used as it stands, as one of 2 mm is."""
    small, nothing = (
        decide(changed(baseline(), {"lesions": sized(longest_diameter=size)["lesions"]}))
        for size in ("2 mm", "0 mm")
    )
    assert nothing == small


def test_the_order_of_entries_does_not_matter() -> None:
    lesions = [{"id": f"l{size}", "longest_diameter": f"{size} mm"} for size in (0, 18, 160)]
    found = [remarked({"lesions": order}) for order in (lesions, lesions[::-1])]
    assert [sorted(name for name, _ in one) for one in found] == [["diameter", "diameter"]] * 2


SLIPS: list[tuple[str, list[object]]] = [
    ("height", ["70 cm", "171 cm", ">=230 cm"]),
    ("weight", ["170 kg", "20 kg", {"value": 68, "unit": "kg", "date": "2030-01-01"}]),
    ("karnofsky", [30, 60, 100]),
    ("ecog", [0, 1, 3]),
    ("labs.neutrophils", ["51 10*9/L", "<0.1 10*9/L"]),
    ("labs.creatinine", ["0.1 mg/dL", {"value": "0.3", "unit": "mg/dL", "uln": "1.2"}]),
    ("lung.fev1", ["7.2 L", ["7.2 L"]]),
    ("birth_date", ["1910-01-01", "1910", "1955"]),
    ("primary.diagnosis", ["2010-05", "2030-01-01"]),
]


def with_slips(seed: int, number: int) -> list[Record]:
    """Records in which some fields say what is unusual, and others nothing."""
    rng = random.Random(seed)
    made = []
    for data in cohort(number, seed):
        new = remove_parts(data, rng, rng.randint(0, 5))
        for path, values in rng.sample(SLIPS, rng.randint(0, 4)):
            new = changed(new, {path: rng.choice(values)})
        for entry in new.get("lesions") or ():
            if rng.random() < 0.3:
                entry["longest_diameter"] = rng.choice(["0 mm", "1..3 mm", "2 mm", "160 mm"])
        made.append(parse(new))
    return made


def test_many_records_at_a_glance_are_remarked_on_as_one_by_one() -> None:
    of_many, one_by_one = RemarksOfMany(protocol()), Remarks(protocol(), protocol().remarks)
    made = 0
    for seed in range(4):
        records = with_slips(seed, 50)
        derivations = [Derivation(protocol().vocabulary, record) for record in records]
        found = of_many.of(records, derivations)
        assert found == [*map(one_by_one.of, records, derivations)]
        made += sum(map(bool, found))
    assert 50 < made < 200


# ---- in a protocol of one's own --------------------------------------------------------


def test_a_protocol_may_make_remarks_of_its_own(tmp_path: Path) -> None:
    """Also with its own parameters, and of what has to be calculated."""
    extra = (
        '\nbound(frail, karnofsky, "60", "%", "a reason").'
        '\nremark(frail_man, patient, (below(karnofsky, frail), is(sex, male)), "is {frail}?").'
        '\nremark(well, patient, above(ecog, ecog_most), "above {ecog_most}").'
        '\nbound(young, years, "18", "a", "a reason").'
        '\nremark(young, patient, below(age_at_enrollment, young), "{value}").'
    )
    own = small_trial(tmp_path, extra)
    data = {**DAY, "karnofsky": 50, "sex": "male", "ecog": 2, "birth_date": "2006-03-16"}
    assert {name for name, _ in remarked(data, own)} == {"frail_man", "well", "young"}
    assert not remarked({**data, "karnofsky": 60, "ecog": 1, "birth_date": "2006-03-15"}, own)
    assert not remarked({**DAY, "karnofsky": 50, "sex": "female"}, own)


def remark(condition: str, text: str = "x", kind: str = "patient") -> str:
    return f'remark(mine, {kind}, {condition}, "{text}").'


MISTAKES = [
    (remark("above(karnofski, x)"), "no attribute or field `karnofski`; did you mean `karnofsky`?"),
    (
        remark('above("labs.albumen", x)'),
        "no attribute or field `labs.albumen`; did you mean `labs.albumin`?",
    ),
    (remark("above(ecog, ecog_mots)"), "no number `ecog_mots`; did you mean `ecog_most`?"),
    (remark("above(sex, ecog_most)"), "`sex` is of another type; accepted: a number"),
    (
        remark("above(karnofsky, ecog_most)"),
        "karnofsky is a number on the scale karnofsky, ecog_most one on the scale grade",
    ),
    (remark("is(sex, mail)"), "no value of sex `mail`; did you mean `male`?"),
    (remark("is(ecog, yes)"), "`ecog` is of another type; accepted: a flag or a choice"),
    (remark('before("sex", enrollment)'), "`sex` is of another type; accepted: the field of a"),
    (remark('before("birth_date", enrolment)'), "no anchor `enrolment`; did you mean `enrollment`"),
    (
        remark('before("birth_date", enrollment, ecog_most)'),
        "ecog_most is on the scale grade; accepted: days",
    ),
    (remark("abov(ecog, ecog_most)"), "no condition `abov`; did you mean `above`?"),
    (remark("above(ecog)"), "`above` is given 1 of its 2 arguments"),
    (remark("above(ecog, ecog_most)", "{limit}"), "no number `limit`"),
    (remark("above(ecog, ecog_most)", kind="lesoin"), "no kind `lesoin`; did you mean `lesion`?"),
    (remark("(is(sex, male), is(sex, femal))"), "no value of sex `femal`; did you mean `female`?"),
    (
        'warning(mine, patient, above(ecg, ecog_most), "x").',
        "warning mine: no attribute or field `ecg`; did you mean `ecog`?",
    ),
    ('bound(mine, grade, "1.5", "1", "x").', "bound mine: 1.5 is not a whole number"),
    ('bound(ecog_most, grade, "1", "1", "x").', "bound ecog_most: is a parameter, too"),
]


@pytest.mark.parametrize(("fact", "expected"), MISTAKES, ids=[m[1] for m in MISTAKES])
def test_a_remark_about_what_does_not_exist_is_told_at_its_line(
    tmp_path: Path, fact: str, expected: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        small_trial(tmp_path, fact)
    assert f"{tmp_path / 'protocol.lp'}:{LINE}: " in str(caught.value)
    assert expected in str(caught.value)


def test_no_rule_knows_of_the_numbers_of_remarks() -> None:
    """So they make no patient space larger."""
    assert protocol().bounds
    assert not protocol().bounds.keys() & protocol().parameters.keys()
    codes = {number.code for number in protocol().parameters.values() if number.scale == "dose"}
    assert engine().protocol.limits["dose"] == tuple(sorted(codes))
