"""Amendments are read and applied; what is wrong with one is said at its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.amend import Amendment, amended, from_options, read_amendments
from oligoasp.amend.plan import Effect, Plan
from oligoasp.batch import Batch
from oligoasp.decide import Engine
from oligoasp.protocol.load import asp_folder, load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.record.read import Record, read_records
from oligoasp.render import criteria, plan
from oligoasp.render.document import Item, plain
from oligoasp.solver.program import ProgramError
from tests.support import baseline, metastases, parse, protocol, variant

HEADER = 'amendment("A", "title", "rationale", "1.0").\n'
ORGANS = ("lung", "lung", "liver", "liver", "adrenal", "kidney")
EXAMPLES = sorted(f.stem for f in asp_folder().glob("eso_shanghai_13/amendments/*.lp"))
CASES = asp_folder().parent / "cases"


def read(folder: Path, text: str, name: str = "a.lp") -> Amendment:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return read_amendments([str(file)], folder)[0]


def apply(folder: Path, *texts: str) -> Protocol:
    return amended(
        protocol(), [read(folder, text, f"{number}.lp") for number, text in enumerate(texts)]
    )


def options(*, sets: tuple[str, ...] = (), drops: tuple[str, ...] = ()) -> Protocol:
    return amended(protocol(), [from_options(sets, drops, ())])


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_apply_and_decide(name: str) -> None:
    new = amended(protocol(), read_amendments([name], protocol().folder))
    assert new.version == f"1.0+{name}"
    (record,) = read_records([CASES / "eligible" / "baseline.yaml"], new.vocabulary)
    assert isinstance(record, Record)
    decision = Engine(new).decide(record)
    known = set(protocol().clauses)
    assert not any(s.blocks for c, s in decision.statuses.items() if c in known)


def test_all_examples_apply_together_in_order() -> None:
    new = amended(protocol(), read_amendments(EXAMPLES, protocol().folder))
    assert new.version == "+".join(["1.0", *EXAMPLES])


def test_nothing_to_amend_leaves_the_protocol_itself() -> None:
    assert amended(protocol(), []) is protocol()


def test_an_amendment_decides_as_the_rules_rewritten_by_hand(tmp_path: Path) -> None:
    by_hand = variant(
        tmp_path,
        replace=('count,       "4",   "1",      "I2.a', 'count,       "5",   "1",      "I2.a'),
    )
    new = apply(tmp_path, HEADER + 'set(metastases_most, "5", "1").')
    one, other = Batch(Engine(by_hand)), Batch(Engine(new))
    several = {**baseline(), "lesions": metastases(*ORGANS[:5])}
    for data in (baseline(), several, {**baseline(), "lesions": metastases(*ORGANS)}):
        assert one.decide(parse(data)) == other.decide(parse(data))
    assert "I2.a" not in other.decide(parse(several)).blockers


def test_a_dropped_clause_has_no_status_and_excludes_nobody() -> None:
    data = {**baseline(), "ecog": 2}
    assert Engine(protocol()).decide(parse(data)).statuses["I6.b"].blocks
    decision = Engine(options(drops=("I6.b",))).decide(parse(data))
    assert "I6.b" not in decision.statuses
    assert decision.verdict == "eligible"


def test_a_clause_whose_rule_has_a_variable_for_it_can_be_dropped() -> None:
    new = options(drops=("I8.5b",))
    data = baseline()
    data["labs"]["alt"]["value"] = 140
    assert Engine(protocol()).decide(parse(data)).statuses["I8.5b"].blocks
    assert Engine(new).decide(parse(data)).verdict == "eligible"


def test_a_replaced_clause_follows_the_new_rule_only(tmp_path: Path) -> None:
    new = apply(
        tmp_path,
        HEADER
        + 'replace("I6.b").\nviolated("I6.b", is(patient, sex, male)) :- has(patient, sex, male).',
    )
    decision = Engine(new).decide(parse({**baseline(), "ecog": 2}))
    assert decision.statuses["I6.b"].blocks == (baseline()["sex"] == "male")


def test_a_later_replacement_replaces_the_earlier_one(tmp_path: Path) -> None:
    first = HEADER + 'replace("I6.b").\nviolated("I6.b", never) :- has(patient, sex, male).\n'
    second = (
        'amendment("B", "t", "r", "1.0+A").\nreplace("I6.b").\n'
        'violated("I6.b", never) :- has(patient, sex, female).\n'
    )
    decision = Engine(apply(tmp_path, first, second)).decide(parse({**baseline(), "ecog": 2}))
    assert decision.statuses["I6.b"].blocks == (baseline()["sex"] == "female")


def test_words_parameters_and_readings_change(tmp_path: Path) -> None:
    new = apply(
        tmp_path,
        HEADER + 'set(diameter_below, "60", "mm").\nchoose(diameter_limit, inclusive).\n'
        'text("I2.c", "up to 6 cm").',
    )
    assert new.clauses["I2.c"].text == "up to 6 cm"
    assert new.parameters["diameter_below"].code == 1200
    assert new.parameters["diameter_below"].source.endswith("; A: was 5 cm")
    assert new.ambiguities["diameter_limit"].default == "inclusive"
    assert protocol().ambiguities["diameter_limit"].default == "strict"


def test_the_command_line_takes_the_unit_of_the_parameter_or_another_one() -> None:
    assert options(sets=("diameter_below=6",)).parameters["diameter_below"].code == 1200
    assert options(sets=("diameter_below=60 mm",)).parameters["diameter_below"].code == 1200


def test_an_amendment_on_another_may_change_what_that_changed(tmp_path: Path) -> None:
    first = HEADER + 'set(metastases_most, "5", "1").'
    second = 'amendment("B", "t", "r", "1.0+A").\nset(metastases_most, "6", "1").'
    assert apply(tmp_path, first, second).parameters["metastases_most"].value == "6"


RULE = 'violated("I3", x) :- '
MISTAKES = [
    ("no header", 'drop("I3").', ":", "no header; accepted: amendment("),
    ("syntax", HEADER + 'drop("I3"\n.', ":3:", "syntax error"),
    ("parameter", HEADER + 'set(metastase_most, "5", "1").', ":2:", "mean `metastases_most`?"),
    ("unit", HEADER + 'set(washout, "4", "wk").', ":2:", "parameter washout: unit `wk`"),
    ("number", HEADER + 'set(washout, "four", "mo").', ":2:", "`four` is not a number"),
    ("resolution", HEADER + 'set(washout, "0.5", "mo").', ":2:", "is finer than the scale"),
    (
        "negative",
        HEADER + 'set(age_least, "-3", "a").',
        ":2:",
        "scale years; accepted: 0 to 120 a",
    ),
    (
        "older than anybody",
        HEADER + 'set(age_least, "300", "a").',
        ":2:",
        "300 a is beyond all numbers on the scale years; accepted: 0 to 120 a",
    ),
    (
        "unit of another scale",
        HEADER + 'set(washout, "28", "d").',
        ":2:",
        "accepted: mo; for `d` rules have to compare with a parameter on the scale days or",
    ),
    (
        "more than there can be",
        HEADER + 'set(hemoglobin_least, "90", "g/dL").',
        ":2:",
        "90 g/dL is beyond all numbers on the scale hemoglobin; accepted: 0 to 30 g/dL",
    ),
    ("reach", HEADER + 'set(metastases_most, "5000", "1").', ":2:", "is out of reach"),
    (
        "form",
        HEADER + "set(washout, 4, mo, x).",
        ":2:",
        'accepted: set(parameter, "value", "unit")',
    ),
    ("body", HEADER + 'drop("I3") :- has(patient, sex, male).', ":2:", "accepted: drop("),
    ("reading", HEADER + "choose(over18, at_least_19).", ":2:", "did you mean `over_18`?"),
    ("option", HEADER + "choose(over_18, at_least19).", ":2:", "did you mean `at_least_19`?"),
    ("clause", HEADER + 'drop("I33").', ":2:", "no clause `I33`"),
    ("definition", HEADER + 'drop("I2.n1.b").', ":2:", "is a definition that works through"),
    ("empty text", HEADER + 'text("I3", " ").', ":2:", "clause I3 is left without text"),
    ("twice", HEADER + 'set(washout, "1", "mo").\nset(washout, "2", "mo").', ":3:", "already at"),
    ("moved", 'amendment("A", "t", "r", "0.9").\ndrop("I3").', ":1:", "written for version 0.9"),
    ("no rule", HEADER + 'replace("I3").', ":2:", "clause I3 is replaced by no rule"),
    (
        "no words, by a variable",
        HEADER + 'violated(C, x) :- C = ("I3"; "X1"), has(_, sex, male).',
        ":2:",
        "X1 is left without",
    ),
    (
        "no rules",
        HEADER + 'clause(("X1"; "X2"), inclusion, test, "x").\n'
        'violated("X1", x) :- has(_, sex, male).',
        ":2:",
        "clause X2 tests, but no rule says when it is violated",
    ),
    ("no words", HEADER + 'violated("X1", x) :- has(_, sex, male).', ":2:", "X1 is left without"),
    ("no test", HEADER + 'clause("X1", exclusion, test, "x").', ":2:", "clause X1 tests, but no"),
    ("known", HEADER + 'clause("I3", inclusion, test, "x").', ":2:", "clause I3 exists"),
    ("predicate", HEADER + RULE + "metastasiss(L).", ":2:", "defines `metastasiss`"),
    ("arity", HEADER + RULE + "metastasis(L, M).", ":2:", "defines `metastasis`"),
    ("attribute", HEADER + RULE + "has(_, sexx, male).", ":2:", "did you mean `sex`?"),
    ("value", HEADER + RULE + "has(_, sex, mail).", ":2:", "did you mean `male`?"),
    ("limit", HEADER + RULE + "limit(wash_out, L), has(_, ecog, L).", ":2:", "mean `washout`?"),
    ("read", HEADER + RULE + "reading(over_18, x).", ":2:", "no option of reading over_18 `x`"),
    ("literal", HEADER + RULE + "has(_, ecog, G), G > 4.", ":2:", "the number 4 in a rule"),
    ("unsafe", HEADER + 'violated("I3", x(L)).', ":2:", "unsafe"),
    ("constraint", HEADER + ":- has(_, sex, male).", ":2:", "a constraint would remove patients"),
    ("script", HEADER + "#const n = 1.", ":2:", "has no place in an amendment"),
    ("instruction", HEADER + 'drops("I1.d").', ":2:", "`drops`; did you mean `drop`?"),
    ("instruction, set", HEADER + 'sets(washout, "1", "mo").', ":2:", "did you mean `set`?"),
    ("instruction, text", HEADER + 'txt("I6.a", "x").', ":2:", "did you mean `text`?"),
    ("instruction of none", HEADER + "qqq(x).", ":2:", "`qqq`; known: amendment, set, choose"),
    ("conclusion", HEADER + 'violate("I3", x) :- has(_, sex, male).', ":2:", "mean `violated`?"),
    ("helper", HEADER + "helper(X) :- has(X, sex, male).", ":2:", "nothing reads `helper`"),
    ("arguments", HEADER + 'clause("X", test, "x").', ":2:", "3 arguments, and nothing reads it"),
    ("scale", HEADER + RULE + "has(_, ecog, E), limit(washout, W), E > W.", ":2:", "scale months"),
    ("evidence", HEADER + 'violated("I3", above(patient, age, washout)).', ":2:", "`age`; did you"),
    ("unit in words", HEADER + 'set(washout, "3", "months").', ":2:", "did you mean `3 mo`?"),
    ("unit in number", HEADER + 'set(diameter_below, "60mm", "mm").', ":2:", "mean `60 mm`?"),
    (
        "whole",
        HEADER + 'set(ecog_most, "1.5", "1").',
        ":2:",
        "ecog_most: 1.5 is not a whole number",
    ),
    ("beginning", HEADER + 'drop("E4").', ":2:", "no clause `E4`; did you mean `E4.a` or `E4.b`?"),
    ("quotes", HEADER + "drop(\u201cE4.a\u201d).", ":2:", "accepted: the straight quotation mark"),
    ("full stop", HEADER[:-2] + '\ndrop("E4.a").', ":2:", "is a full stop, a bracket or a quot"),
    ("include", HEADER + "#show a/1.", ":2:", "has no place in an amendment"),
]


@pytest.mark.parametrize(
    ("text", "place", "expected"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_named_at_its_file_and_line(
    tmp_path: Path, text: str, place: str, expected: str
) -> None:
    with pytest.raises(ProgramError) as caught:
        apply(tmp_path, text)
    assert f"0.lp{place}" in str(caught.value)
    assert expected in str(caught.value)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProgramError) as caught:
        apply(tmp_path, HEADER + 'drop("I33").\nset(x, "1", "1").\n' + RULE + "nothing(L).")
    assert len(caught.value.messages) == 3


def test_two_amendments_of_one_base_must_not_change_the_same_thing(tmp_path: Path) -> None:
    second = 'amendment("B", "t", "r", "1.0").\nset(washout, "2", "mo").'
    with pytest.raises(ProgramError, match=r"1\.lp:2: parameter washout is changed already at"):
        apply(tmp_path, HEADER + 'set(washout, "1", "mo").', second)
    with pytest.raises(ProgramError, match=r"1\.lp:1: a second amendment A"):
        apply(tmp_path, HEADER + 'set(washout, "1", "mo").', HEADER + 'drop("I3").')


def test_a_mistake_on_the_command_line_names_the_option() -> None:
    with pytest.raises(ProgramError, match=r"--set washouts=1: no parameter `washouts`; did you"):
        options(sets=("washouts=1",))
    with pytest.raises(ProgramError, match="--set `washout`: accepted: PARAMETER=VALUE"):
        from_options(["washout"], [], [])


NEW_NUMBER = (
    HEADER + 'parameter(hb_new, hemoglobin, "8", "g/dL", "a letter").\n'
    'clause("X1", inclusion, test, "Hb at least 8").\n'
    'violated("X1", below(patient, hemoglobin, hb_new)) :-\n'
    "    has(patient, hemoglobin, Value), limit(hb_new, Least), Value < Least.\n"
)


def test_the_number_of_a_new_clause_is_shown_whatever_its_source_says(tmp_path: Path) -> None:
    new = apply(tmp_path, NEW_NUMBER)
    chosen = [new.clauses["X1"]]
    assert criteria.data(new, chosen)["clauses"][0]["parameters"] == [
        {"name": "hb_new", "value": "8", "unit": "g/dL", "source": "a letter"}
    ]
    shown = plan.document(Plan(protocol(), new, (), Effect.EQUIVALENT))
    assert "hb_new: 8 g/dL" in [plain(b.line) for b in shown if isinstance(b, Item)][-1]


def test_a_clause_dropped_twice_suggests_no_other_clause(tmp_path: Path) -> None:
    with pytest.raises(ProgramError) as caught:
        apply(tmp_path, HEADER + 'drop("I1.d"). drop("I1.d").')
    (message,) = caught.value.messages
    assert "clause I1.d is changed already at" in message
    with pytest.raises(ProgramError) as caught:
        options(drops=("I1.d", "I1.d"))
    assert len(caught.value.messages) == 1


def test_a_clause_that_is_dropped_cannot_be_changed_any_more(tmp_path: Path) -> None:
    second = 'amendment("B", "t", "r", "1.0+A").\n'
    for change in ('drop("I1.d").', 'text("I1.d", "x").'):
        with pytest.raises(ProgramError, match=r"1\.lp:2: clause I1.d is dropped already at .*0"):
            apply(tmp_path, HEADER + 'drop("I1.d").', second + change)


def test_a_helper_that_a_rule_of_another_amendment_reads_is_allowed(tmp_path: Path) -> None:
    first = HEADER + "helper(X) :- has(X, sex, male)."
    second = 'amendment("B", "t", "r", "1.0+A").\n' + RULE + "helper(_)."
    assert apply(tmp_path, first + '\nviolated("I3", y) :- helper(_).', second)


def test_an_unknown_amendment_is_answered_with_those_that_exist() -> None:
    with pytest.raises(ProgramError, match=r"did you mean `five_metastases`\?; known: "):
        read_amendments(["five_metastasis"], protocol().folder)


def test_another_disease_is_amended_too(tmp_path: Path) -> None:
    asthma = load_protocol(Path(__file__).parents[1] / "protocols" / "asthma")
    text = 'amendment("A", "t", "r", "1.0").\nset(age_least, "12", "a").\ndrop("6").'
    new = amended(asthma, [read(tmp_path, text)])
    assert "6" not in new.clauses
    assert new.parameters["age_least"].code == 24
