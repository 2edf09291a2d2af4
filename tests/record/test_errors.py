"""What is suggested where a name is not known."""

from __future__ import annotations

import pytest

from oligoasp.record.errors import RecordError, nearest
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
