"""The matrix of clause, rule, limit and case, checked on small protocols by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from oligoasp.cover.matrix import Matrix, matrix_of
from oligoasp.decide import Engine
from oligoasp.protocol.load import load_protocol
from oligoasp.testing import Case, load_cases

TESTS = Path(__file__).parents[1]
ASTHMA = TESTS / "protocols" / "asthma"
CASES = TESTS / "mutation" / "asthma.yaml"


def matrix() -> Matrix:
    protocol = load_protocol(ASTHMA)
    cases = [c for c in load_cases([CASES], protocol.vocabulary) if isinstance(c, Case)]
    return matrix_of(Engine(protocol), cases)


def test_clauses_are_counted_by_what_cases_expect() -> None:
    found = matrix()
    assert found.clauses["2"] == {"met": (0,), "violated": (1,)}
    assert found.clauses["6"] == {"met": (0,), "unknown": (1,)}
    assert found.bare_clauses["1"] == ["violated", "unknown"]


def test_a_rule_fires_where_its_conditions_can_hold() -> None:
    found = matrix()
    fired = {rule.place: found.fired.get(rule.number, ()) for rule in found.rules}
    clauses = {str(rule.statement.head).split('"')[1]: rule for rule in found.rules
               if str(rule.statement.head).startswith("violated(")}  # fmt: skip
    assert fired[clauses["1"].place] == ()  # both are over 18
    assert fired[clauses["2"].place] == (1,)  # FEV1 82 %
    assert fired[clauses["3"].place] == (1,)  # perhaps only one exacerbation
    assert clauses["1"] in found.bare_rules


def test_a_rule_that_needs_another_reading_is_a_gap_until_a_case_reads_it_so() -> None:
    protocol = load_protocol(ASTHMA)
    cases = [c for c in load_cases([CASES], protocol.vocabulary) if isinstance(c, Case)]
    found = matrix()
    (dormant,) = [rule for rule in found.rules if rule.number in found.dormant]
    assert "excluded_if_severe" in str(dormant.statement)
    assert dormant in found.bare_rules
    assert found.bare_limits["fev1_half"] == ["below", "at", "above"]
    (name,) = [a.name for a in protocol.ambiguities.values() if "excluded_if_severe" in a.options]
    read = [replace(case, readings={name: "excluded_if_severe"}) for case in cases]
    again = matrix_of(Engine(protocol), [*cases, *read])
    assert again.fired.get(dormant.number, ()) == () or min(again.fired[dormant.number]) >= 2
    assert again.limits["fev1_half"] != found.limits["fev1_half"]


def test_sides_of_limits_are_those_of_the_values() -> None:
    found = matrix()
    assert found.limits["fev1_below"] == {"below": (0,), "at": (), "above": (1,)}
    assert found.limits["age_least"] == {"below": (), "at": (), "above": (0, 1)}
    assert found.limits["needed"]["at"] == (0, 1)  # two exacerbations, or perhaps two
    assert found.limits["needed"]["below"] == (1,)
    assert found.bare_limits["fev1_below"] == ["at"]
    assert not found.complete
