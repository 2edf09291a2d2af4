"""Names that name nothing are told when a protocol of one's own is read, and in what ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from oligoasp.protocol import encoded
from oligoasp.protocol.files import files_of
from oligoasp.protocol.load import asp_folder, load_protocol
from oligoasp.protocol.names import problems_of
from oligoasp.solver.program import ProgramError
from tests.support import protocol, small_trial

HELD = "has(patient, pregnant, yes)."
END = 25
"""The last line of the small trial."""
VIOLATED = 'violated("3", x) :- '

MISTAKES = [
    (
        "attribute",
        VIOLATED + "has(patient, age, A).",
        "no attribute `age`; did you mean `age_at_enrollment` or `age_at_randomization`?",
    ),
    (
        "attribute of another kind",
        VIOLATED + "has(patient, short_axis, _).",
        "no attribute `short_axis`",
    ),
    (
        "value",
        VIOLATED + "has(patient, pregnant, yse).",
        "no value of attribute pregnant `yse`; did you mean `yes`?",
    ),
    (
        "attribute by a variable",
        VIOLATED + "S = (pregnnt; breastfeeding), has(patient, S, yes).",
        "no attribute `pregnnt`; did you mean `pregnant`?",
    ),
    (
        "limit",
        VIOLATED + "has(patient, ecog, E), limit(ecog_mots, M), E > M.",
        "no parameter `ecog_mots`; did you mean `ecog_most`?",
    ),
    (
        "number",
        VIOLATED + "has(patient, ecog, grade), limit(ecog_most, M), grade > M.",
        "`grade` is a word and no number; did you mean the variable `Grade`?",
    ),
    (
        "number of a limit",
        VIOLATED + "has(patient, ecog, E), limit(ecog_most, most_allowed), E > most_allowed.",
        "`most_allowed` is a word and no number; did you mean the variable `MostAllowed`?",
    ),
    (
        "number compared",
        VIOLATED + "has(patient, ecog, E), limit(ecog_most, M), E > m.",
        "`m` is a word and no number; did you mean the variable `M`?",
    ),
    ("reading", VIOLATED + "reading(x, y).", "no reading `x`"),
    (
        "conclusion",
        'violate("3", x) :- ' + HELD,
        "nothing reads `violate`; did you mean `violated`",
    ),
    ("conclusion of a choice", "{ violate(x) : " + HELD[:-1] + " }.", "nothing reads `violate`"),
    ("instruction", 'drop("3").', "nothing reads `drop`"),
    (
        "arguments",
        'clause("9", inclusion, "x").',
        "`clause` is given 3 arguments, and nothing reads it so; accepted: 4",
    ),
    ("condition", VIOLATED + "pregnat.", "no rule or vocabulary defines `pregnat`"),
    ("evidence", 'violated("1", above(patient, age, ecog_most)) :- ' + HELD, "no attribute `age`"),
    (
        "evidence, limit",
        'violated("1", above(patient, ecog, ecg_most)) :- ' + HELD,
        "no parameter `ecg_most`; did you mean `ecog_most`?",
    ),
    (
        "evidence, value",
        'violated("3", is(patient, pregnant, yse)) :- ' + HELD,
        "no value of attribute pregnant `yse`",
    ),
    (
        "scale",
        VIOLATED + "has(patient, neutrophils, N), limit(ecog_most, M), N > M.",
        "neutrophils is a number on the scale neutrophils, ecog_most one on the scale grade",
    ),
    (
        "role",
        'clause("9", inclusion, tset, "x").',
        "clause 9: no role `tset`; did you mean `test`?",
    ),
    (
        "section",
        'clause("9", inclsion, test, "x").',
        "clause 9: no section `inclsion`; did you mean `inclusion`?",
    ),
    ("clause", 'violated("33", x) :- ' + HELD, "no clause `33`; known: 1, 2, 3, 4"),
    ("clause of a fact", 'violated("33", x).', "no clause `33`"),
    ("clause by a variable", 'violated(C, x) :- C = ("1"; "33"), ' + HELD, "no clause `33`"),
    ("clause without status", 'inapplicable("33") :- ' + HELD, "no clause `33`"),
    (
        "clause without a rule",
        'clause("9", inclusion, test, "x").',
        "clause 9 tests, but no rule says when it is violated, so it would pass everybody",
    ),
    (
        "clause that is only inapplicable",
        'clause("9", inclusion, test, "x"). inapplicable("9") :- ' + HELD,
        "clause 9 tests, but no rule says",
    ),
    ("parameter, scale", 'parameter(p, age, "1", "a", "x").', "no scale `age`; known: years, "),
    (
        "parameter, unit",
        'parameter(p, years, "75", "years", "x").',
        "unit `years`; accepted: a; did you mean `75 a`?",
    ),
    (
        "parameter, number",
        'parameter(p, length, "60mm", "mm", "x").',
        "`60mm` is not a number; did you mean `60 mm`?",
    ),
    (
        "parameter, unit of another scale",
        'parameter(p, months, "28", "d", "x").',
        "accepted: mo; for `d` rules have to compare with a parameter on the scale days or",
    ),
    (
        "parameter, beyond",
        'parameter(p, grade, "7", "1", "x").',
        "parameter p: 7 is beyond all numbers on the scale grade; accepted: 0 to 4",
    ),
    ("parameter, step", 'parameter(p, grade, "1.5", "1", "x").', "1.5 is not a whole number"),
    ("syntax", "clause(.", "this is not a rule; is a full stop"),
    ("word processor", "clause(\u201c9\u201d).", "accepted: the straight quotation mark"),
    (
        "variable",
        'violated("3", is(patient, S, yes)) :- ' + HELD,
        "the variable S of this rule stands in no condition",
    ),
]


@pytest.mark.parametrize(
    ("extra", "expected"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_name_that_names_nothing_is_told_at_its_line(
    tmp_path: Path, extra: str, expected: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        small_trial(tmp_path, extra)
    assert f"{tmp_path / 'protocol.lp'}:{END + 1}: " in str(caught.value)
    assert expected in str(caught.value)


def test_a_parameter_that_is_gone_is_told_where_it_was_used(tmp_path: Path) -> None:
    with pytest.raises(ProgramError) as caught:
        small_trial(tmp_path, replace=("parameter(ecog_most,", "% parameter("))
    assert "no parameter `ecog_most`" in str(caught.value)


def test_all_are_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    mistakes = 'violate("3", x).\n' + VIOLATED + "has(patient, ecgo, _).\n" + VIOLATED + "nothing."
    with pytest.raises(ProgramError) as caught:
        small_trial(tmp_path, mistakes)
    lines = [int(m.split(":")[1]) for m in caught.value.messages]
    assert lines == [END + 1, END + 2, END + 3]


def test_helpers_that_are_used_are_allowed(tmp_path: Path) -> None:
    helper = "expecting(S) :- has(patient, (pregnant; breastfeeding), yes), S = yes.\n"
    assert small_trial(tmp_path, helper + VIOLATED + "expecting(yes).")


@pytest.mark.parametrize(
    "rules",
    [
        'late("9"). violated(C, x) :- late(C), ' + HELD,
        'late(C) :- clause(C, _, _, "new"). violated(C, x) :- late(C), ' + HELD,
        "violated(C, x) :- clause(C, inclusion, test, _), " + HELD,
    ],
)
def test_a_rule_may_go_through_the_clauses_that_others_hand_it(tmp_path: Path, rules: str) -> None:
    assert small_trial(tmp_path, 'clause("9", inclusion, test, "new").\n' + rules)


def test_a_rule_for_any_clause_does_not_excuse_one_that_nothing_hands_to_it(tmp_path: Path) -> None:
    rules = 'late("1"). violated(C, x) :- late(C), ' + HELD
    with pytest.raises(ProgramError, match="clause 9 tests, but no rule"):
        small_trial(tmp_path, 'clause("9", inclusion, test, "new").\n' + rules)


def test_a_protocol_under_construction_can_be_verified_but_nobody_decided(tmp_path: Path) -> None:
    small_trial(tmp_path, 'violated("9", x) :- ' + HELD, draft=True)
    with pytest.raises(ProgramError, match="no clause `9`"):
        load_protocol(tmp_path)


def test_a_number_in_a_rule_is_left_to_verify_but_decides_about_nobody(tmp_path: Path) -> None:
    rule = ("Grade > Most", "Grade > 1")
    small_trial(tmp_path, replace=rule, draft=True)
    with pytest.raises(ProgramError, match=r":\d+: the number 1 in a rule; accepted: a parameter"):
        load_protocol(tmp_path)


def test_that_one_of_several_is_chosen_is_no_number(tmp_path: Path) -> None:
    chosen = "{ odd(X) : X = (yes; no) } = 1.\n" + VIOLATED + "odd(yes)."
    assert small_trial(tmp_path, chosen)


@pytest.mark.parametrize("clause", ["1", "one"])
def test_a_clause_without_quotes_is_told_even_of_a_draft(tmp_path: Path, clause: str) -> None:
    with pytest.raises(
        ProgramError, match=f'the clause `{clause}` stands without quotes.*"{clause}"'
    ):
        small_trial(tmp_path, f"violated({clause}, x) :- {HELD}", draft=True)


@pytest.mark.parametrize("name", ["asthma", "tiny"])
def test_protocols_of_other_diseases_name_only_what_there_is(name: str) -> None:
    assert load_protocol(Path(__file__).parents[1] / "protocols" / name)


def test_what_ships_names_only_what_there_is() -> None:
    files = [f for f in files_of(protocol().files) if f.parent != asp_folder() / "engine"]
    assert len(files) > 10
    assert problems_of(protocol(), files, ()) == []
    assert list(encoded.problems_of(protocol(), files)) == []


def test_a_protocol_may_include_a_copy_of_what_ships(tmp_path: Path) -> None:
    """As it is where oligoasp is installed, and the protocol lies beside a clone."""
    shutil.copytree(asp_folder(), tmp_path / "asp")
    text = (Path(__file__).parents[1] / "readme" / "small_trial" / "protocol.lp").read_text("utf-8")
    assert "../../../asp/oncology" in text
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "protocol.lp").write_text(text.replace("../../../asp", "../asp"), encoding="utf-8")
    assert load_protocol(folder).clauses


def test_an_included_file_that_is_not_there_is_told_with_where_those_are_that_ship(
    tmp_path: Path,
) -> None:
    (tmp_path / "protocol.lp").write_text('#include "../asp/oncology/record.lp".\n')
    with pytest.raises(ProgramError) as error:
        load_protocol(tmp_path)
    assert f"record.lp; what ships with oligoasp is in {asp_folder()}" in str(error.value)
