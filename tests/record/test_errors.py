"""What is suggested where a name is not known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oligoasp.protocol.load import asp_folder
from oligoasp.record.errors import RecordError, nearest, plain
from oligoasp.record.read import read_records
from tests.support import parse, protocol

HISTOLOGY = (
    "squamous_cell_carcinoma",
    "basaloid_squamous_cell_carcinoma",
    "squamous_cell_carcinoma_in_situ",
    "adenocarcinoma",
)


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [
        ("squamos_cell_carcinoma", "squamous_cell_carcinoma"),
        ("squamous", "squamous_cell_carcinoma"),
        ("Squamous cell", "squamous_cell_carcinoma"),
        ("situ", "squamous_cell_carcinoma_in_situ"),
        ("carcinoma", "adenocarcinoma"),
        ("cell", ""),
        ("sarcoma of the oesophagus", ""),
    ],
)
def test_the_name_that_was_probably_meant(typed: str, suggestion: str) -> None:
    assert nearest(typed, HISTOLOGY) == suggestion


def test_nothing_is_suggested_where_a_beginning_goes_on_in_two_ways() -> None:
    assert nearest("left", ["left_upper_lobe", "left_lower_lobe"]) == ""


def test_two_letters_are_not_taken_for_a_word_that_has_them() -> None:
    assert nearest("LN", ["lung", "liver", "lymph_node"]) == ""


@pytest.mark.parametrize(
    ("place", "typed", "suggestion"),
    [
        ("labs", "plt", "platelets"),
        ("labs", "HGB", "hemoglobin"),
        ("labs", "sgot", "ast"),
        ("labs", "gpt", "alt"),
        ("labs", "wbc", None),
        ("", "plt", "labs.platelets"),
        ("", "platelets", "labs.platelets"),
        ("", "kps", "karnofsky"),
        ("", "DOB", "birth_date"),
        ("", "histolgy", None),
        ("lesions", "size", "longest_diameter"),
    ],
)
def test_the_field_is_suggested_that_charts_call_so(
    place: str, typed: str, suggestion: str | None
) -> None:
    data = {typed: 1}
    with pytest.raises(RecordError) as error:
        parse(
            {"id": "x", "lesions": [data]}
            if place == "lesions"
            else {place: data}
            if place
            else data
        )
    (problem,) = error.value.problems
    assert problem.suggestion == (suggestion or "")


def test_what_charts_call_a_field_means_one_field_that_there_is() -> None:
    vocabulary = protocol().vocabulary
    said: set[tuple[str, str]] = set()
    for (kind, path), names in vocabulary.also_called.items():
        assert (kind, path) in vocabulary.fields
        for name in names:
            assert name == name.lower()
            assert (kind, name) not in vocabulary.fields
            assert (kind, name) not in said, name
            said.add((kind, name))


def test_what_charts_say_means_a_value_that_there_is() -> None:
    vocabulary = protocol().vocabulary
    for domain, names in vocabulary.also_said.items():
        for name, value in names.items():
            assert value in vocabulary.domains[domain]
            assert name == plain(name)
            assert name not in vocabulary.domains[domain]


def test_no_name_of_the_chart_means_two_values() -> None:
    text = (asp_folder() / "oncology" / "abbreviations.lp").read_text("utf-8")
    found = re.findall(r"^also_said\((\w+),\s*\w+,\s*(.+)\)\.$", text, re.MULTILINE)
    names = [(domain, name) for domain, said in found for name in re.findall(r'"(.+?)"', said)]
    assert len(names) > 60
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("path", "typed", "suggestion"),
    [
        ("sex", "F", "female"),
        ("sex", "m", "male"),
        ("sex", "x", ""),
        ("primary.histology", "SCC", "squamous_cell_carcinoma"),
        ("primary.histology", "squamous", "squamous_cell_carcinoma"),
        ("primary.site", "distal", "lower_third_esophagus"),
        ("primary.site", "oesophagus", "esophagus"),
        ("lesions.site", "LN", "lymph_node"),
        ("lesions.site", "Lung", "lung"),
        ("lesions.local_treatment", "no", "none"),
        ("lesions.local_treatment", "SBRT", "radiotherapy"),
        ("lesions.local_treatment", " ", ""),
        ("lesions.local_treatment", "biopsy", ""),
        ("lesions.modality", "X-ray", "chest_xray"),
    ],
)
def test_of_an_unknown_value_the_one_that_is_meant_is_suggested(
    path: str, typed: str, suggestion: str
) -> None:
    first, _, rest = path.partition(".")
    within = [{"id": "l1", rest: typed}] if first == "lesions" else {rest: typed}
    with pytest.raises(RecordError) as error:
        parse({"id": "x", first: within if rest else typed})
    (problem,) = error.value.problems
    assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    ("field", "typed", "suggestion"),
    [
        ("height", "1.7 cm", "1.7 m"),
        ("height", "16 cm", ""),
        ("weight", "550 kg", ""),
        ("weight", "61200 kg", "61200 g"),
    ],
)
def test_of_a_number_out_of_range_another_unit_is_suggested_that_may_be_taken_for_it(
    field: str, typed: str, suggestion: str
) -> None:
    with pytest.raises(RecordError) as caught:
        parse({field: typed})
    assert [problem.suggestion for problem in caught.value.problems] == [suggestion]


@pytest.mark.parametrize(
    ("labs", "field", "found", "suggestion"),
    [
        ("{hemoglobin: {value: 12,4, unit: g/dL}}", ".value", "12,4", "12.4"),
        ("{hemoglobin: 12,4 g/dL}", "", "12,4 g/dL", "12.4 g/dL"),
        ("{neutrophils: {value: 3,400, unit: /uL}}", ".value", "3,400", ""),
        ("{neutrophils: 3,400 /uL}", "", "3,400 /uL", ""),
    ],
)
def test_what_stands_behind_a_comma_in_a_number_is_no_field(
    tmp_path: Path, labs: str, field: str, found: str, suggestion: str
) -> None:
    file = tmp_path / "record.yaml"
    file.write_text(f"id: x\nlabs: {labs}\n", "utf-8")
    (refused,) = read_records([str(file)], protocol().vocabulary)
    assert isinstance(refused, RecordError)
    (problem,) = refused.problems
    name = re.findall(r"\w+", labs)[0]
    assert (problem.line, problem.field) == (2, f"labs.{name}{field}")
    assert problem.found == f'"{found}"'
    assert problem.suggestion == suggestion
    assert "decimal point" in problem.accepted
