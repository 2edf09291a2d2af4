"""Laws that hold for every patient and every protocol, tried on random records."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oligoasp.batch import Batch
from oligoasp.batch.check import check
from oligoasp.decide import Decision, Engine, Status, Verdict
from oligoasp.record.errors import RecordError
from oligoasp.record.source import read_documents
from tests.reference.generate import random_record, remove_parts
from tests.support import Data, baseline, changed, decide, engine, parse, protocol, variant

SEEDS = st.integers(0, 2**32)
FEW = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def answer(batch: Batch, data: Data) -> tuple[Verdict, dict[str, Status]]:
    outcome = batch.decide(parse(data))
    return outcome.verdict, dict(outcome.statuses)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Batch(engine())


# ---- Learning ------------------------------------------------------------------


def test_learning_missing_facts_never_turns_a_settled_answer(batch: Batch) -> None:
    rng = random.Random(71)
    settled = 0
    for _ in range(450):
        complete = random_record(rng)
        gapped = remove_parts(complete, rng, rng.randint(1, 5), only_gaps=True)
        before, after = answer(batch, gapped), answer(batch, complete)
        if before[0] is not Verdict.UNDETERMINED:
            assert after[0] is before[0], (gapped, complete)
        for clause, status in before[1].items():
            if status is not Status.UNKNOWN:
                settled += 1
                same = {status, after[1][clause]} <= {Status.MET, Status.NOT_APPLICABLE}
                same |= {status, after[1][clause]} <= {Status.ABSENT, Status.NOT_APPLICABLE}
                assert same or after[1][clause] is status, (clause, gapped, complete)
    assert settled > 15_000


def test_what_is_unknown_can_still_turn_either_way(batch: Batch) -> None:
    data = random_record(random.Random(5))
    data["labs"].pop("neutrophils")
    assert answer(batch, data)[1]["I8.1"] is Status.UNKNOWN
    for value, status in (("1.5 10*9/L", Status.MET), ("1.499 10*9/L", Status.NOT_MET)):
        data["labs"]["neutrophils"] = value
        assert answer(batch, data)[1]["I8.1"] is status


# ---- Order ---------------------------------------------------------------------


def reordered(value: Any, rng: random.Random) -> Any:
    """Shuffle every list and the fields of every mapping."""
    if isinstance(value, dict):
        keys = rng.sample(list(value), len(value))
        return {key: reordered(value[key], rng) for key in keys}
    if isinstance(value, list):
        return [reordered(item, rng) for item in rng.sample(value, len(value))]
    return value


@FEW
@given(SEEDS)
def test_the_order_of_lists_and_fields_never_matters(seed: int) -> None:
    rng = random.Random(seed)
    data = remove_parts(random_record(rng), rng, rng.randint(0, 3))
    try:
        first = decide(data)
    except RecordError:
        with pytest.raises(RecordError):
            decide(reordered(data, rng))
        return
    second = decide(reordered(data, rng))
    assert (second.verdict, second.statuses) == (first.verdict, first.statuses)


def test_the_order_of_files_never_matters(tmp_path: Path) -> None:
    import json  # noqa: PLC0415

    rng = random.Random(9)
    paths = []
    for index in range(20):
        paths.append(tmp_path / f"{index:02}.json")
        paths[-1].write_text(json.dumps({"id": f"p{index}"} | random_record(rng)))

    def checked(files: list[Path]) -> dict[str, Any]:
        found = list(check(engine(), read_documents(files)))
        assert not any(isinstance(item, RecordError) for item in found)
        return {item.record: item for item in found}  # type: ignore[union-attr]

    assert checked(paths) == checked(paths[::-1]) == checked(rng.sample(paths, 20))


# ---- Clauses -------------------------------------------------------------------

ORDER = [Verdict.INELIGIBLE, Verdict.UNDETERMINED, Verdict.ELIGIBLE]
X1 = """
clause("E13", exclusion, test, "anaemia below 12 g/dL in women").
parameter(made_up, hemoglobin, "12", "g/dL", "made up for a test").
violated("E13", below(patient, hemoglobin, made_up)) :-
    has(patient, sex, female), has(patient, hemoglobin, Value), limit(made_up, Limit),
    Value < Limit.
"""


def verdicts(protocol_engine: Engine, data: list[Data]) -> list[Verdict]:
    batch = Batch(protocol_engine)
    return [answer(batch, one)[0] for one in data]


def samples() -> list[Data]:
    rng = random.Random(31)
    made = [random_record(rng) for _ in range(150)]
    made += [remove_parts(one, rng, 2) for one in made]
    breaks = (
        {"labs.albumin": "2.7 g/dL"},
        {"labs.platelets": "99 10*9/L"},
        {"consent.voluntary": False},
    )
    return made + [changed(baseline(), change) for change in breaks]


@pytest.mark.parametrize("clause", ["I10.a", "I8.2", "I8.4"])
def test_dropping_a_clause_never_makes_anyone_less_eligible(clause: str, tmp_path: Path) -> None:
    smaller = variant(tmp_path, without=clause)
    assert set(protocol().clauses) - set(smaller.clauses) == {clause}
    data = samples()
    before, after = verdicts(engine(), data), verdicts(Engine(smaller), data)
    assert all(ORDER.index(b) <= ORDER.index(a) for b, a in zip(before, after, strict=True))
    assert before != after


def test_adding_an_exclusion_never_makes_anyone_more_eligible(tmp_path: Path) -> None:
    larger = variant(tmp_path, extra=X1)
    assert set(larger.clauses) - set(protocol().clauses) == {"E13"}
    data = samples()
    before, after = verdicts(engine(), data), verdicts(Engine(larger), data)
    assert all(ORDER.index(b) >= ORDER.index(a) for b, a in zip(before, after, strict=True))
    assert before != after


def test_every_clause_keeps_its_status_when_another_is_added(tmp_path: Path) -> None:
    larger = Engine(variant(tmp_path, extra=X1))
    batches = Batch(engine()), Batch(larger)
    for data in samples()[:100]:
        first, second = (answer(b, data)[1] for b in batches)
        assert first == {c: s for c, s in second.items() if c != "E13"}


def test_a_blocked_clause_alone_decides(batch: Batch) -> None:
    for data in samples():
        verdict, statuses = answer(batch, data)
        if any(status.blocks for status in statuses.values()):
            assert verdict is Verdict.INELIGIBLE
        elif Status.UNKNOWN not in statuses.values():
            assert verdict is Verdict.ELIGIBLE


def test_statuses_are_those_of_the_violated_clauses() -> None:
    rng = random.Random(8)
    for _ in range(15):
        decision: Decision = decide(remove_parts(random_record(rng), rng, 3))
        blocked = {c for c, s in decision.statuses.items() if s.blocks}
        assert blocked <= decision.violated <= decision.violable
