"""What is suggested where a name is not known."""

from __future__ import annotations

import pytest

from oligoasp.record.errors import nearest

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
