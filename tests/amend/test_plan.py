"""What a plan says, against every single point of small spaces, and against its laws."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from oligoasp.amend import Amendment, amended, from_options, read_amendments
from oligoasp.amend.apply import limits_of
from oligoasp.amend.plan import Effect, Plan, plan
from oligoasp.batch import Batch
from oligoasp.decide import Engine, Status
from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.record.read import parse_record
from oligoasp.solver.program import load_control
from oligoasp.solver.session import _facts
from oligoasp.verify.space import shape_of
from oligoasp.verify.survey import Survey
from oligoasp.verify.whole import with_calendar
from tests.support import baseline, protocol

PROTOCOLS = Path(__file__).parents[1] / "protocols"
FOLDERS = [
    PROTOCOLS / "planted" / name
    for name in ("V101_good", "V201_bad", "V301_bad", "V302_good", "V501_good", "V502_bad")
]
OPPOSITE = {
    Effect.RELAXES: Effect.TIGHTENS,
    Effect.TIGHTENS: Effect.RELAXES,
    Effect.EQUIVALENT: Effect.EQUIVALENT,
    Effect.INCOMPARABLE: Effect.INCOMPARABLE,
}


def change(
    *, sets: tuple[str, ...] = (), drops: tuple[str, ...] = (), readings: tuple[str, ...] = ()
) -> Amendment:
    return from_options(sets, drops, readings)


def planned(base: Protocol, *amendments: Amendment, most: int = 7) -> Plan:
    return plan(base, amended(base, amendments), amendments, most)


@cache
def of_the_trial(*, sets: tuple[str, ...] = (), drops: tuple[str, ...] = ()) -> Plan:
    return planned(protocol(), from_options(sets, drops, ()), most=3)


# ---- against an exhaustive search --------------------------------------------------------


def everyone(one: Protocol, other: Protocol) -> dict[frozenset[str], tuple[set[str], set[str]]]:
    """Give what every patient violates, and is meant as, under the first of two versions."""
    here = replace(one, limits=limits_of(one, other))
    rules = (one.folder / "protocol.lp").read_text(encoding="utf-8")
    asked = {pair for pair in one.vocabulary.attributes if f", {pair[1]}, " in rules}
    asked |= {
        (k, o)
        for k, a in asked
        for c in one.vocabulary.conditions.get((k, a), ())
        for o in [c.other]
    }
    idle = [pair for pair in one.vocabulary.attributes if pair not in asked]
    shape = tuple((k, n if any(a[0] == k for a in asked) else 0) for k, n in shape_of(here, 1))
    control = load_control(
        with_calendar(here).files,
        _facts(here, shape, {}, idle)
        + ":- tolerate. :- nobody. #show. #show has/3. #show present/1."
        "#show violated/1. #show intended/1. #defined intended/1."
        + "".join(f":- not reading({n}, {o})." for n, o in here.default_readings().items()),
        ["--models=0"],
        edit=here.edit,
    )
    found = {}
    with control.solve(yield_=True) as handle:
        for model in handle:
            shown = model.symbols(shown=True)
            person = frozenset(str(s) for s in shown if s.name in ("has", "present"))
            found[person] = (
                {s.arguments[0].string for s in shown if s.name == "violated"},
                {str(s.arguments[0]) for s in shown if s.name == "intended"},
            )
    return found


def ideas(base: Protocol) -> Iterator[Amendment]:
    """Every clause dropped, every number moved either way, every reading chosen."""
    for clause in base.clauses:
        yield change(drops=(clause,))
    for name, parameter in base.parameters.items():
        if not name.startswith("no_time"):
            for step in (-1, 1, 20):
                yield change(sets=(f"{name}={max(int(parameter.value) + step, 0)}",))
    for name, ambiguity in base.ambiguities.items():
        for option in ambiguity.options:
            yield change(readings=(f"{name}={option}",))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_plans_agree_with_an_exhaustive_search(folder: Path) -> None:
    base = load_protocol(folder)
    seen = set()
    for amendment in ideas(base):
        new = amended(base, [amendment])
        before, after = everyone(base, new), everyone(new, base)
        assert before.keys() == after.keys()
        found = planned(base, amendment, most=1)
        gains = [p for p in before if before[p][0] and not after[p][0]]
        loses = [p for p in before if not before[p][0] and after[p][0]]
        expected = (
            Effect.INCOMPARABLE
            if gains and loses
            else Effect.RELAXES
            if gains
            else Effect.TIGHTENS
            if loses
            else Effect.EQUIVALENT
        )
        assert found.effect == expected, amendment
        seen.add(expected)
        moved = {t.clause: t for t in found.touched}
        for clause in base.clauses:
            relaxed = [p for p in before if clause in before[p][0] - after[p][0]]
            tightened = [p for p in before if clause in after[p][0] - before[p][0]]
            assert (clause in moved) == bool(relaxed or tightened)
            if clause not in moved:
                continue
            touched = moved[clause]
            assert touched.relaxed == bool(relaxed)
            assert touched.tightened == bool(tightened)
            assert touched.admits == any(not after[p][0] for p in relaxed)
            assert touched.excludes == any(not before[p][0] for p in tightened)
            for people, side, sets in (
                (relaxed, after, touched.still_shut_by),
                (tightened, before, touched.shut_before_by),
            ):
                assert all(not side[p][0].isdisjoint(one) for one in sets for p in people)
        for side, opened in ((before, False), (after, True)):
            other = after if side is before else before
            admitted = {i for violated, meant in side.values() if not violated for i in meant}
            still = {i for violated, meant in other.values() if not violated for i in meant}
            assert {d.intent for d in found.doors if d.opened == opened} == admitted - still
        assert {(t.clause, t.redundant) for t in found.turned if t.now} == state(
            after, before, base, new
        )
        assert {(t.clause, t.redundant) for t in found.turned if not t.now} == state(
            before, after, base, new
        )
    assert len(seen) > 1


def state(
    people: dict[frozenset[str], tuple[set[str], set[str]]],
    others: dict[frozenset[str], tuple[set[str], set[str]]],
    base: Protocol,
    new: Protocol,
) -> set[tuple[str, bool]]:
    """Give the clauses that are dead or redundant for some people and not so for the others."""
    found = []
    for group in (people, others):
        rows = set()
        for clause in set(base.clauses) & set(new.clauses):
            who = [violated for violated, _ in group.values() if clause in violated]
            if not who or not any(len(violated) == 1 for violated in who):
                rows.add((clause, bool(who)))
        found.append(rows)
    return found[0] - found[1]


# ---- laws --------------------------------------------------------------------------------


def test_amending_with_nothing_is_equivalent() -> None:
    same = planned(protocol(), from_options(["metastases_most=4"], [], []), most=2)
    assert same.effect == Effect.EQUIVALENT
    assert not (same.touched or same.turned or same.doors)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("neutrophils_least=1", "neutrophils_least=1.5"),
        ("age_least=21", "age_least=18"),
        ("metastases_most=3", "metastases_most=4"),
        ("metastases_most=5", "metastases_most=4"),
    ],
)
def test_an_amendment_and_its_inverse_undo_each_other(there: str, back: str) -> None:
    first, second = (from_options([idea], [], []) for idea in (there, back))
    second = replace(second, id="back")
    base = protocol()
    assert planned(base, first, second, most=2).effect == Effect.EQUIVALENT
    new = amended(base, [first])
    assert plan(new, base, most=2).effect == OPPOSITE[plan(base, new, most=2).effect]


@pytest.mark.parametrize("clause", ["I6.b", "I8.1", "I4.b", "E11", "I1.n3", "E5.a", "I10.b"])
def test_dropping_a_criterion_never_tightens(clause: str) -> None:
    assert of_the_trial(drops=(clause,)).effect in (Effect.RELAXES, Effect.EQUIVALENT)


@pytest.mark.parametrize("name", ["V201_bad", "V301_bad"])
def test_a_plan_says_the_same_where_the_process_cannot_be_copied(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = load_protocol(PROTOCOLS / "planted" / name)
    monkeypatch.setattr("oligoasp.amend.plan.APART", 0)
    with_copy = planned(base, change(drops=("3",)))
    monkeypatch.setattr("oligoasp.amend.plan.in_copy", lambda work: None)
    assert planned(base, change(drops=("3",))) == replace(
        with_copy, amended=amended(base, [change(drops=("3",))])
    )
    assert with_copy.turned or with_copy.doors


# ---- the trial ---------------------------------------------------------------------------


def test_one_of_two_limits_has_no_effect_and_the_other_is_named() -> None:
    found = planned(protocol(), from_options(["metastases_most=5"], [], []))
    assert found.effect == Effect.EQUIVALENT
    assert {t.clause: t.still_shut_by for t in found.touched} == {
        "I1.n2": (("E4.b",),),
        "I2.a": (("E4.b",),),
    }
    assert [(t.clause, t.redundant, t.now) for t in found.turned] == [("E4.b", True, False)]


def test_both_limits_together_relax() -> None:
    found = planned(protocol(), *read_amendments(["five_metastases"], protocol().folder))
    assert found.effect == Effect.RELAXES
    assert not found.without_effect
    assert found.loses is None


def test_a_part_without_effect_is_told_from_the_rest() -> None:
    found = of_the_trial(sets=("neutrophils_least=1",), drops=("I2.a",))
    assert found.effect == Effect.RELAXES
    assert [t.clause for t in found.without_effect] == ["I2.a"]
    assert set(found.without_effect[0].still_shut_by) == {("I1.n2",), ("E4.b",)}


def test_a_clause_about_the_same_thing_that_still_keeps_others_out_is_named() -> None:
    (touched,) = of_the_trial(drops=("I4.b",)).touched
    assert (touched.admits, touched.partly_by) == (True, ("E8",))  # a drug may count for both
    (touched,) = of_the_trial(drops=("I6.b",)).touched
    assert (touched.admits, touched.partly_by) == (True, ())


def test_clauses_in_opposite_directions_are_incomparable_with_a_patient_each() -> None:
    found = of_the_trial(sets=("neutrophils_least=1", "platelets_least=120"))
    assert found.effect == Effect.INCOMPARABLE
    assert found.gains is not None
    assert found.loses is not None
    assert found.gains.blocked_before == ("I8.1",)
    assert found.loses.blocked_after == ("I8.2",)


@pytest.mark.parametrize(
    "name",
    [
        "eso_shanghai_20_diameter",
        "eso_shanghai_20_exclusions",
        "excision_biopsy",
        "five_metastases",
    ],
)
def test_patients_are_decided_alike_by_the_protocols_themselves(name: str) -> None:
    base = protocol()
    found = planned(base, *read_amendments([name], base.folder))
    shown = [p for p in (found.gains, found.loses) if p is not None]
    assert shown
    for patient in shown:
        for version, verdict in ((base, patient.before), (found.amended, patient.after)):
            data = deepcopy(dict(patient.witness.data))
            if version is base:
                _forget_what_only_the_amendment_asks(data)
            record = parse_record(data, version.vocabulary)
            assert Batch(Engine(version)).decide(record).verdict == verdict


def _forget_what_only_the_amendment_asks(data: dict[str, object]) -> None:
    for path in ("primary.perforation_or_hemorrhage", "course.progression_after_pd1_inhibitor"):
        group, field = path.split(".")
        inner = data.get(group)
        if isinstance(inner, dict):
            inner.pop(field, None)


def test_a_door_that_opens_is_named() -> None:
    base = load_protocol(PROTOCOLS / "planted" / "V301_bad")
    found = planned(base, change(drops=("3",)), most=2)
    assert [(d.intent, d.opened) for d in found.doors] == [("women", True)]


def test_a_door_that_shuts_is_named_with_the_clause(tmp_path: Path) -> None:
    base = load_protocol(PROTOCOLS / "planted" / "V301_good")
    file = tmp_path / "a.lp"
    file.write_text(
        'amendment("A", "no women", "", "1").\nclause("9", exclusion, test, "women").\n'
        'violated("9", woman) :- has(patient, sex, female).\n',
        encoding="utf-8",
    )
    found = planned(base, *read_amendments([str(file)], tmp_path), most=2)
    assert [(d.intent, d.opened, d.shut_by) for d in found.doors] == [("women", False, (("9",),))]


def test_verify_sees_the_amended_rules() -> None:
    new = amended(protocol(), [change(drops=("I6.b",))])
    assert "I6.b" in Survey(protocol(), most=1).violable
    assert "I6.b" not in Survey(new, most=1).violable


def test_a_window_that_is_three_months_no_longer_is_counted_in_months_however_long_they_are() -> (
    None
):
    shorter = amended(protocol(), read_amendments(["shorter_washout"], protocol().folder))
    operated = deepcopy(baseline())
    operated["operations"] = [
        {"id": "o1", "procedure": "thoracotomy", "major": True, "date": "2024-02-14"}
    ]
    for option in protocol().ambiguities["month_length"].options:
        engine = Engine(shorter, {"month_length": option})
        decision = engine.decide(parse_record(operated, shorter.vocabulary))
        assert decision.statuses["E8"] is Status.ABSENT, option
