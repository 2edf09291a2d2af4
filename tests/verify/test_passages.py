"""Narrow passages: what is one, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.verify.checks import run
from oligoasp.verify.survey import Survey

ASTHMA = Path(__file__).parents[1] / "protocols" / "asthma" / "vocabulary.lp"
HEAD = f"""
#include "{ASTHMA}".
protocol("P", "P", "a protocol of one criterion or two").
version("1").
parameter(age_least,  years,   "18", "a", "1: at least 18 years old").
parameter(fev1_below, percent, "80", "%", "2: FEV1 below 80 %").
parameter(fev1_half,  percent, "50", "%", "2: FEV1 below 50 %").
parameter(washout,    days,    "28", "d", "3: within 28 days").
clause("1", inclusion, test, "at least 18 years old").
violated("1", young) :- has(patient, age, Age), limit(age_least, Least), Age < Least.
intent(women, "1", "women").
intended(women) :- has(patient, sex, female).
"""
WOMEN_WHO_SMOKE = """
clause("2", exclusion, test, "women who smoke").
violated("2", smokes) :- has(patient, sex, female), has(patient, smoker, yes).
"""

CASES = {
    "one criterion rules out what men may do": (
        WOMEN_WHO_SMOKE,
        ["smoking no, since 2 rules out yes"],
    ),
    "two criteria rule it out together": (
        """
        clause("2", exclusion, test, "women who smoke with FEV1 below 80 %").
        violated("2", low) :-
            has(patient, sex, female), has(patient, smoker, yes),
            has(patient, fev1, Value), limit(fev1_below, Limit), Value < Limit.
        clause("3", exclusion, test, "women who smoke with FEV1 of 80 % or more").
        violated("3", high) :-
            has(patient, sex, female), has(patient, smoker, yes),
            has(patient, fev1, Value), limit(fev1_below, Limit), Value >= Limit.
        """,
        ["smoking no, since 2 and 3 together rule out yes"],
    ),
    "numbers are lost as well": (
        """
        clause("2", exclusion, test, "women with FEV1 below 50 %").
        violated("2", low) :-
            has(patient, sex, female), has(patient, fev1, Value),
            limit(fev1_half, Limit), Value < Limit.
        """,
        ["FEV1 at least 50 %, since 2 rules out less than 50 %"],
    ),
    "what nobody may do is no news": (
        """
        clause("2", exclusion, test, "smokers").
        violated("2", smokes) :- has(patient, smoker, yes).
        """,
        [],
    ),
    "what others may do by way of exception only is no news": (
        """
        clause("2", exclusion, test, "smokers, unless they are men with a biologic").
        violated("2", smokes) :- has(patient, smoker, yes), not excepted.
        excepted :- has(patient, sex, male), has(_, class, biologic).
        """,
        [],
    ),
    "what the words say that admit them is no news": (
        WOMEN_WHO_SMOKE
        + """
        intent(women_again, "2", "women who do not smoke").
        intended(women_again) :- has(patient, sex, female).
        """,
        ["smoking no, since 2 rules out yes"],
    ),
    "what no such patient has anyway is not lost": (
        """
        clause("2", exclusion, test, "women who are not pregnant").
        violated("2", not_pregnant) :- has(patient, sex, female), has(patient, pregnant, no).
        """,
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_passage_is_narrow_where(name: str, tmp_path: Path) -> None:
    rules, expected = CASES[name]
    (tmp_path / "protocol.lp").write_text(HEAD + rules)
    found = run(Survey(load_protocol(tmp_path), most=1), ["V302"])
    before = "1 means to admit women, but only by a narrow passage: "
    assert [f.message for f in found] == [before + passage for passage in expected]
    assert all(f.patients for f in found)


def test_rules_in_a_circle_are_left_to_the_solver(tmp_path: Path) -> None:
    circle = "one :- other. other :- one. one :- has(patient, smoker, yes)."
    rules = 'clause("2", exclusion, test, "women who smoke"). violated("2", c) :- one.' + circle
    (tmp_path / "protocol.lp").write_text(HEAD + rules)
    survey = Survey(load_protocol(tmp_path), most=1)
    assert not survey.around.crowd.everyone
    assert survey.violable == ["1", "2"]
    assert survey.indispensable == {"1", "2"}
    assert survey.open_doors == ["women"]
    (asked,) = run(survey, ["V302"])
    assert asked.message.startswith("whether passages are narrow was not asked")


def test_a_protocol_without_readings_is_not_said_to_be_read_in_any_way(tmp_path: Path) -> None:
    twice = """
    clause("2", exclusion, test, "younger than 18").
    violated("2", young) :- has(patient, age, Age), limit(age_least, Least), Age < Least.
    """
    read = """
    ambiguity(smokers, "3", "do smokers count?").
    option(smokers, yes, "yes"). option(smokers, no, "no").
    default(smokers, yes).
    clause("3", exclusion, test, "smokers").
    violated("3", smokes) :- reading(smokers, yes), has(patient, smoker, yes).
    """
    details = {}
    for name, rules in {"without": twice, "with": twice + read}.items():
        (folder := tmp_path / name).mkdir()
        (folder / "protocol.lp").write_text(HEAD + rules)
        found = run(Survey(load_protocol(folder), most=1), ["V201"])
        details[name] = {f.details for f in found}
    assert details == {"without": {()}, "with": {("whatever reading of the text is chosen",)}}
