"""What verify proves, checked against every single point of small spaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import clingo
import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.solver.minimal import check_minimal, group_oracle
from oligoasp.verify.checks import kinds, run
from oligoasp.verify.passages import narrowed
from oligoasp.verify.space import Question, Space
from oligoasp.verify.survey import Survey
from oligoasp.verify.whole import space_facts, with_calendar
from tests.calendars import impose_calendar

PROTOCOLS = Path(__file__).parents[1] / "protocols"
FOLDERS = [
    folder
    for folder in sorted((PROTOCOLS / "planted").iterdir())
    if not folder.name.startswith(("V60", "V401"))
]


def shown(protocol: Protocol, *terms: str) -> Iterator[list[clingo.Symbol]]:
    """Enumerate the space: what is shown of every patient in it."""
    space = Space(protocol, 1)
    control = clingo.Control(["--models=0", "--project=show"])
    for file in with_calendar(protocol).files:
        control.load(str(file))
    control.add("base", [], space_facts(protocol, space.shape))
    shows = "".join(f" #show {term}." for term in terms)
    control.add(
        "base", [], f":- tolerate. :- nobody. #show. #show violated/1.{shows} #defined intended/1."
    )
    control.ground([("base", [])])
    impose_calendar(control, protocol)
    with control.solve(yield_=True) as handle:
        for model in handle:
            yield list(model.symbols(shown=True))


Point = tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str]]]


def points(protocol: Protocol) -> Iterator[Point]:
    """Give violated clauses, intents and readings of every patient."""
    for symbols in shown(protocol, "intended/1", "reading/2"):
        yield (
            frozenset(s.arguments[0].string for s in symbols if s.name == "violated"),
            frozenset(str(s.arguments[0]) for s in symbols if s.name == "intended"),
            frozenset(
                (str(s.arguments[0]), str(s.arguments[1])) for s in symbols if s.name == "reading"
            ),
        )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_findings_agree_with_an_exhaustive_search(folder: Path) -> None:
    protocol = load_protocol(folder)
    default = frozenset(protocol.default_readings().items())
    everyone = list(points(protocol))
    people = [(violated, meant) for violated, meant, reading in everyone if reading == default]
    survey = Survey(protocol, most=1)
    found = run(survey, kinds())

    assert survey.anyone == any(not violated for violated, _ in people)
    assert set(survey.violable) == {c for violated, _ in people for c in violated}
    redundant = {f.subject for f in found if f.kind.code == "V201"}
    if survey.anyone:
        needed = {next(iter(violated)) for violated, _ in people if len(violated) == 1}
        assert redundant == set(survey.violable) - needed
    for finding in found:
        for blamed in finding.sets:
            if finding.kind.code == "V201":
                assert not any(
                    finding.subject in violated and violated.isdisjoint(blamed)
                    for violated, _ in people
                )
            elif finding.kind.code in ("V101", "V103"):
                assert not any(violated.isdisjoint(blamed) for violated, _ in people)
            elif finding.kind.code == "V301":
                assert not any(
                    finding.subject in meant and violated.isdisjoint(blamed)
                    for violated, meant in people
                )
    closed = {f.subject for f in found if f.kind.code == "V301"}
    if survey.anyone:
        meant_at_all = {intent for _, meant in people for intent in meant}
        admitted = {intent for violated, meant in people if not violated for intent in meant}
        assert closed == meant_at_all - admitted


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_groups_of_whom_nobody_is_eligible_agree_with_an_exhaustive_search(folder: Path) -> None:
    protocol = load_protocol(folder)
    survey = Survey(protocol, most=1)
    if not survey.anyone:
        return
    default = {f"reading({n},{o})" for n, o in protocol.default_readings().items()}
    values = "has(E, A, V) : has(E, A, V), entity(K, E), attribute(K, A, {}, _, _)"
    people: dict[str, set[frozenset[str]]] = {}
    for symbols in shown(protocol, "reading/2", values.format("flag"), values.format("choice(_)")):
        if default <= {str(s) for s in symbols}:
            violated = frozenset(s.arguments[0].string for s in symbols if s.name == "violated")
            for symbol in symbols:
                if symbol.name == "has":
                    people.setdefault(str(symbol), set()).add(violated)
    expected = {
        value
        for value, group in people.items()
        if frozenset() not in group and not frozenset.intersection(*group)
    }
    found = list(run(survey, ["V202"]))
    reported = set()
    for finding in found:
        name, _, chosen = finding.subject.partition("=")
        kind, _, attribute = name.partition(".")
        entity = kind if kind == "patient" else f"{kind}(1)"
        for value in chosen.split("/"):
            group = people[f"has({entity},{attribute},{value})"]
            reported.add(f"has({entity},{attribute},{value})")
            for blamed in finding.sets:
                assert not any(violated.isdisjoint(blamed) for violated in group)
                for spared in blamed:
                    rest = set(blamed) - {spared}
                    assert any(violated.isdisjoint(rest) for violated in group)
    # What is a closed door already is not told twice.
    assert reported == expected or (reported < expected and survey.closed_doors)


class Patient(NamedTuple):
    """What a patient has, is a case of, and violates."""

    values: frozenset[str]
    intents: frozenset[str]
    violated: frozenset[str]


def patients(protocol: Protocol) -> Iterator[Patient]:
    """Give every patient of a small space, as the text is read by default."""
    default = {f"reading({n},{o})" for n, o in protocol.default_readings().items()}
    for symbols in shown(protocol, "reading/2", "intended/1", "has/3"):
        if default <= {str(symbol) for symbol in symbols}:
            yield Patient(
                frozenset(str(s) for s in symbols if s.name == "has"),
                frozenset(str(s.arguments[0]) for s in symbols if s.name == "intended"),
                frozenset(s.arguments[0].string for s in symbols if s.name == "violated"),
            )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_narrow_passages_agree_with_an_exhaustive_search(folder: Path) -> None:
    protocol = load_protocol(folder)
    survey = Survey(protocol, most=1)
    if not survey.anyone:
        return
    everyone = set(patients(protocol))
    found = {
        (intent, f"has({_entry(loss.kind)},{loss.attribute},{value})"): loss
        for intent, losses in narrowed(survey).items()
        for loss in losses
        for value in loss.values
    }
    for intent, (own, _) in survey.intents.items():
        cases = [p for p in everyone if intent in p.intents]
        having: dict[str, list[Patient]] = {}
        for patient in cases:
            for value in patient.values:
                having.setdefault(value, []).append(patient)
        never = {v for v, some in having.items() if all(p.violated for p in some)}
        for value in never:
            loss = found.pop((intent, value), None)
            if loss is not None:
                for blamed in loss.sets:
                    assert not any(p.violated.isdisjoint(blamed) for p in having[value])
                    for spared in blamed:
                        rest = set(blamed) - {spared}
                        assert any(p.violated.isdisjoint(rest) for p in having[value])
            said = all(own in p.violated for p in having[value])
            if said:
                assert loss is None
            elif _exchangeable(survey, everyone, intent, value):
                assert loss is not None, (intent, value)
    assert not found


def _entry(kind: str) -> str:
    return kind if kind == "patient" else f"{kind}(1)"


def _exchangeable(survey: Survey, everyone: set[Patient], intent: str, value: str) -> bool:
    """Tell whether an ordinary eligible patient may have a value instead, and a case of an intent.

    That is: a value of the same attribute, all else being equal.
    """
    seeds = survey.around.seeds
    assert seeds is not None
    names = {
        literal: f"has({_entry(pair[0][0])},{pair[1]},{val})"
        for pair, values in survey.small.session.has.items()
        for val, literal in values.items()
    }
    attribute = value.rpartition(",")[0]

    def exchanged(true: frozenset[int]) -> frozenset[str]:
        values = {names[literal] for literal in true if literal in names}
        return frozenset(v for v in values if v.rpartition(",")[0] != attribute) | {value}

    ordinary = exchanged(seeds.others.get(intent, seeds.ordinary))
    cases = {exchanged(true) for group, true in seeds.groups if intent in group}
    return any(
        p.values == ordinary and not p.violated and intent not in p.intents for p in everyone
    ) and any(p.values in cases and intent in p.intents for p in everyone)


@pytest.mark.parametrize("name", ["planted/V101_bad", "planted/V201_bad", "planted/V301_bad"])
def test_reported_sets_are_minimal(name: str) -> None:
    protocol = load_protocol(PROTOCOLS / name)
    assert_minimal(protocol, most=3)


def test_reported_sets_of_the_trial_are_minimal() -> None:
    assert_minimal(load_protocol("eso_shanghai_13"), most=7)


def assert_minimal(protocol: Protocol, most: int) -> None:
    survey = Survey(protocol, most=most)
    checked = 0
    for finding in run(survey, ["V101", "V103", "V201", "V301"]):
        goal = (("intended", finding.subject),) if finding.kind.code == "V301" else ()
        violated = (finding.subject,) if finding.kind.code == "V201" else ()
        fixed = survey.space.assume(Question(violated=violated, goals=goal))
        assert fixed is not None
        for blamed in finding.sets:
            groups = [survey.space.met([c]) for c in blamed]
            oracle = group_oracle(groups, fixed, survey.space.session.core)
            assert check_minimal(range(len(blamed)), oracle), (finding.subject, blamed)
            checked += 1
    assert checked
