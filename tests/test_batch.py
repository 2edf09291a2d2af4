"""Deciding many records is deciding each of them."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import islice

import pytest

from oligoasp.batch import Batch, glance, outline, programs, views
from oligoasp.batch.check import PIECE, check
from oligoasp.batch.direct import Direct
from oligoasp.batch.outline import Outlines
from oligoasp.batch.outlook import look
from oligoasp.decide import Engine, Status, Verdict
from oligoasp.record.derive import Derivation
from oligoasp.record.errors import Problem, RecordError
from oligoasp.record.source import Document
from oligoasp.record.value import normalise
from tests.cohort import cohort
from tests.reference.generate import corners, random_record, remove_parts
from tests.support import (
    Data,
    answer,
    baseline,
    changed,
    engine,
    metastases,
    parse,
    protocol,
    woman,
)

IMPOSSIBLE: list[Data] = [
    changed(woman(), {"reproduction.pregnant": True, "reproduction.sterilization": "hysterectomy"}),
    changed(baseline(), {"lung.irradiated": True, "lung.thoracic_radiotherapy": False}),
    changed(baseline(), {"reproduction.pregnant": True}),
]


@cache
def records(seed: int) -> list[Data]:
    rng = random.Random(seed)
    made = [random_record(rng) for _ in range(40)]
    made += [remove_parts(random_record(rng), rng, rng.randint(1, 9)) for _ in range(40)]
    made += list(islice(corners(), seed, None, 400))
    return made + IMPOSSIBLE


@pytest.mark.parametrize("seed", range(3))
def test_a_batch_answers_as_one_by_one_in_any_order_and_in_excerpts(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = records(seed)
    alone = [answer(engine(), one) for one in data]
    assert sum(isinstance(found, str) for found in alone) >= len(IMPOSSIBLE)
    order = list(range(len(data)))
    for often in (seed, programs.OFTEN, programs.OFTEN):
        monkeypatch.setattr(programs, "OFTEN", often)
        random.Random(seed).shuffle(order)
        batch = Batch(engine())
        for index in order:
            assert answer(batch, data[index]) == alone[index], data[index]
        for index in order:
            assert answer(batch, data[index]) == alone[index], "asked again"


@pytest.mark.parametrize("turn", range(8))
def test_a_batch_under_other_readings_answers_as_one_by_one(turn: int) -> None:
    """All passages are read otherwise in each of all other ways, then some of them.

    `python -m tests.long_batches` draws more, by hand.
    """
    rng = random.Random(turn)
    passages = list(protocol().ambiguities.values())
    if turn > 2:
        passages = rng.sample(passages, 30)
    others = {a.name: [option for option in a.options if option != a.default] for a in passages}
    chosen = {name: options[turn % len(options)] for name, options in others.items()}
    other = Engine(protocol(), chosen)
    batch = Batch(other)
    for data in rng.sample(records(7), 7):
        assert answer(batch, data) == answer(other, data), (chosen, data)


def test_what_the_rules_leave_open_of_a_complete_record_is_open_in_a_batch() -> None:
    attested = Engine(protocol(), {"uncontrolled_brain": "attested"})
    batch = Batch(attested)
    for sites in (["brain"], ["liver", "brain", "lung"]):
        data = changed(baseline(), {"lesions": metastases(*sites)})
        for again in (batch.decide(parse(data)), batch.decide(parse(data))):
            assert again.statuses["E5.a"] is Status.UNKNOWN
            assert again.verdict is not Verdict.ELIGIBLE
        assert answer(batch, data) == answer(attested, data)


@pytest.mark.parametrize("number", [4, 5, 9, 20, 33])
def test_more_entries_than_any_session_has_room_for(number: int) -> None:
    data = changed(baseline(), {"lesions": metastases(*["adrenal"] * number)})
    data["toxicities"] = [{"term": "fatigue", "grade": 1, "related": True}] * number
    batch = Batch(engine())
    found = batch.decide(parse(data))
    assert found.statuses["I2.a"].value == ("met" if number <= 4 else "not met")
    data["toxicities"].append({"term": "fatigue", "grade": 2, "related": True})
    assert batch.decide(parse(data)).statuses["E6"].value == "present"


def test_open_lists_are_not_empty_lists() -> None:
    batch = Batch(engine())
    for name, clause in (("lesions", "I2.a"), ("toxicities", "E6"), ("effusions", "E7")):
        full = batch.decide(parse(baseline()))
        for change in ({name: None}, {"incomplete_lists": [name]}):
            found = batch.decide(parse(changed(baseline(), change)))
            assert found.verdict is Verdict.UNDETERMINED
            assert clause in found.unknown
            assert clause not in full.unknown


def test_an_entry_that_may_be_missing_is_judged_with_the_patient_as_she_is() -> None:
    batch = Batch(engine())
    for born in ("1950-01-01", "1985-01-01"):
        data = changed(woman(), {"birth_date": born, "age": None, "pregnancy_tests": None})
        assert answer(batch, data) == answer(engine(), data), born


def conflicting(longest_diameter: str | None) -> Data:
    """A lesion has to be visible to count, and small if it is; whether it is, nobody says."""
    data = changed(baseline(), {"lesions": metastases("lung")})
    data["lesions"][0] |= {"longest_diameter": longest_diameter, "pet": "not_done"}
    del data["lesions"][0]["visible_on_ct"]
    return data


@pytest.mark.parametrize("first", ["55 mm", ">= 40 mm"])
@pytest.mark.parametrize("longest_diameter", [None, "55 mm", ">= 40 mm", "<= 40 mm"])
def test_a_conflict_is_not_taken_for_another_that_leaves_the_same_clauses_open(
    first: str, longest_diameter: str | None
) -> None:
    batch = Batch(engine())
    answer(batch, conflicting(first))
    data = conflicting(longest_diameter)
    assert answer(batch, data) == answer(engine(), data)


def document(data: Data) -> Document:
    plain = normalise(data)
    assert isinstance(plain, dict)
    return Document("f", "nobody", plain)


def test_check_keeps_the_order_and_gives_errors_their_place() -> None:
    broken = RecordError([Problem("f", 1, "b", "", "x", "y")])
    low = changed(baseline(), {"labs.neutrophils": "1 10*9/L"})
    known = [document(data) for data in (baseline(), low, IMPOSSIBLE[1], conflicting("55 mm"))]
    given: list[Document | RecordError] = [known[0], broken, *known[1:], document({"sex": "mael"})]
    first, second, third, fourth, fifth, sixth = check(engine(), given)
    assert not isinstance(first, RecordError)
    assert first.verdict is Verdict.ELIGIBLE
    assert second is broken
    assert not isinstance(third, RecordError)
    assert (third.blockers, third.conflict) == (("I8.1",), False)
    assert isinstance(fourth, RecordError)
    assert not isinstance(fifth, RecordError)
    assert (fifth.verdict, fifth.blockers, fifth.conflict) == (Verdict.INELIGIBLE, (), True)
    assert set(fifth.unknown) >= {"I1.n1.a", "I2.c"}
    assert isinstance(sixth, RecordError)
    assert "mael" in str(sixth)


def test_check_answers_the_same_however_many_processes() -> None:
    given: list[Document | RecordError] = [document(data) for data in cohort(4 * PIECE + 1, 8)]
    given[PIECE + 3] = RecordError([Problem("f", 7, "b", "sex", "x", "y", "z")])
    given[2 * PIECE] = document(IMPOSSIBLE[0])
    given[2 * PIECE + 1] = document({"sex": "mael"})

    def answers(processes: int) -> list[object]:
        found = check(engine(), given, processes)
        return [x.problems if isinstance(x, RecordError) else x for x in found]

    alone = answers(1)
    assert len(alone) == len(given)
    assert answers(2) == answers(3) == alone


def test_outlines_made_directly_are_those_of_compiled_records() -> None:
    compiler = engine().compiler
    outlines = Batch(engine()).outlines
    direct = Direct(compiler, outlines)
    made = 0
    for data in [*records(3), *cohort(200, 3)]:
        record = parse(data)
        situation = compiler.compile(record)
        (outline,) = direct.outlines([record], [situation.derivation])
        if situation.contradictions:
            assert outline is None, data
        else:
            made += 1
            assert outline == outlines.of(situation), data
    assert made > 200


def test_what_is_left_out_of_outlines_changes_no_answer() -> None:
    whole, alone = Batch(engine()), Batch(engine(), alone=True)
    data = [*records(5), *cohort(100, 5)]
    assert [answer(alone, one) for one in data] == [answer(whole, one) for one in data]
    shorter = longer = 0
    for one in data:
        try:
            (short, _), (long, _) = alone.outlined(parse(one)), whole.outlined(parse(one))
        except RecordError:
            continue
        shorter += sum(map(bool, short.patient))
        longer += sum(map(bool, long.patient))
    assert shorter < longer


def test_who_is_possible_is_told_as_by_solving() -> None:
    outlines = Outlines(protocol().vocabulary)
    integrity = look(engine(), outlines).integrity
    direct = Direct(engine().compiler, outlines)
    told = Counter[bool | None]()
    for data in [*records(4), *IMPOSSIBLE, *(impossible(seed) for seed in range(80))]:
        record = parse(data)
        derivation = Derivation(protocol().vocabulary, record)
        (outline,) = direct.outlines([record], [derivation])
        if outline is None:
            continue
        try:
            engine().decide(record)
        except RecordError:
            expected = False
        else:
            expected = True
        found = integrity.possible(outline)
        told[found] += 1
        assert found in (expected, None), data
    assert told[False] > 20
    assert told[True] > 20
    assert told[None] < 5


def impossible(seed: int) -> Data:
    """A random record, perhaps with a node whose short axis is the longer one."""
    rng = random.Random(seed)
    data = random_record(rng)
    nodes = [one for one in data["lesions"] if "short_axis" in one]
    if nodes:
        node = rng.choice(nodes)
        node["short_axis"] = rng.choice(["31 mm", "> 31 mm", ">= 16 mm"])
        node["longest_diameter"] = rng.choice(["30 mm", "< 30 mm", "16 mm", "14 mm"])
    return data


def test_rows_of_entries_that_are_forgotten_change_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outline, "MOST_ROWS", 3)
    for module in (glance, views):
        monkeypatch.setattr(module, "MOST_ENTRIES", 4)
    data = records(4)[::2]
    alone = [answer(engine(), one) for one in data]
    batch = Batch(engine())
    for _ in range(2):
        for one, expected in zip(data, alone, strict=True):
            batch.outlines.make_room()
            assert answer(batch, one) == expected, one
    assert batch.outlines.turn > 10
    assert all(len(rows) < 40 for rows in batch.outlines.rows.values())


def test_an_outline_made_before_its_rows_were_forgotten_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = Batch(engine())
    before, _ = batch.outlined(parse(baseline()))
    monkeypatch.setattr(outline, "MOST_ROWS", 0)
    batch.outlines.make_room()
    with pytest.raises(KeyError):
        batch.outlines.told(before, [("lesion", [0])])


def test_programs_hold_one_value_of_those_that_nothing_tells_apart() -> None:
    batch = Batch(engine())
    outlook, outline = batch._outlook, batch.outlined(parse(baseline()))[0]
    session = batch._programs._program(outline, batch._programs.whole).session
    for (entity, name), values in session.has.items():
        alike = outlook.merged.get((entity[0], name), {})
        assert all(alike.get(value, value) == value for value in values), (entity, name)
    months = outlook.merged["patient", "amenorrhea"]
    assert 1 < len(set(months.values())) < len(months), "a year without menses or not"
