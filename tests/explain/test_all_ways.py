"""The ways of meeting a clause are all that there are, and minimal: everybody is tried out."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from oligoasp.decide import Engine, Verdict
from oligoasp.explain.missing import Missing, Ways
from oligoasp.explain.parting import parts_of
from oligoasp.explain.question import Key, Question
from oligoasp.protocol.load import load_protocol
from oligoasp.record.read import Record, parse_record, read_records
from tests.explain.everybody import Everybody, TooManyError
from tests.reference.generate import remove_parts
from tests.support import Data, baseline, changed, engine, metastases, parse, protocol, woman

PROTOCOLS = Path(__file__).parents[1] / "protocols"
PUBLISHED = Path(__file__).parents[2] / "cases" / "published"
SITES = ("lung", "liver", "adrenal", "axillary", "brain")
MOST = 150
"""How many people are tried out for a clause."""


def sets(missing: Missing, ways: Ways) -> set[frozenset[Key]]:
    """Give the sets of items of the ways that are found."""
    assert ways.complete
    return {frozenset(map(missing.item, way.values)) for way in ways.found}


def compare(question: Question) -> Counter[int]:
    """Compare the ways of every open clause for which that is feasible; count them by size."""
    missing = Missing(question)
    seen: Counter[int] = Counter()
    for clause in sorted(question.decision.violable):
        needed = parts_of(question, missing.unknowns, clause)
        expected = []
        try:
            for parts in needed:
                everybody = Everybody(question, missing.unknowns, parts, MOST)
                if everybody.breaking:  # or else that is met anyway
                    expected.append(everybody.ways(missing.item))
        except TooManyError:
            continue
        found = [sets(missing, ways) for ways in missing.ways(clause)]
        assert Counter(map(frozenset, found)) == Counter(map(frozenset, expected)), (
            clause,
            question.situation.record,
        )
        seen.update(len(way) for ways in found for way in ways)
    return seen


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tiny", {}),
        ("tiny", {"sex": "female"}),
        ("tiny", {"age": 40, "drugs": []}),
        ("tiny", {"sex": "male", "drugs": [{"class": "biologic"}], "incomplete_lists": ["drugs"]}),
        ("tiny", {"age": 17, "pregnant": False}),
        ("tiny", {"drugs": [{}, {"class": "steroid"}]}),
        ("asthma", {"exacerbations": [], "medications": []}),
        ("asthma", {"sex": "female", "medications": [{"class": "biologic"}]}),
        ("asthma", {"exacerbations": [{"severe": True}, {}], "medications": [{}]}),
    ],
)
@pytest.mark.parametrize("readings", [{}, {"doubt": "open"}, {"spared": "not_pregnant"}])
def test_all_ways_are_found_in_a_small_protocol(
    name: str, data: Data, readings: dict[str, str]
) -> None:
    small = load_protocol(PROTOCOLS / name)
    chosen = {k: v for k, v in readings.items() if k in small.ambiguities}
    record = parse_record({"id": "r", **data}, small.vocabulary)
    question = Question(Engine(small, chosen), record)
    if question.decision.verdict is Verdict.UNDETERMINED:
        assert compare(question)


def gapped(rng: random.Random) -> Data:
    """Give an eligible patient without some of what the record says."""
    data = rng.choice((baseline, woman))()
    if rng.random() < 0.5:
        data = changed(data, {"lesions": metastases(*rng.sample(SITES, rng.randint(1, 2)))})
    return remove_parts(data, rng, rng.choice((4, 8, 16, 24)), only_gaps=True)


def test_all_ways_are_found_for_records_with_gaps() -> None:
    rng = random.Random(21)
    seen: Counter[int] = Counter()
    for _ in range(20):
        question = Question(engine(), parse(gapped(rng)), doubtful=False)
        if question.decision.verdict is Verdict.UNDETERMINED:
            seen += compare(question)
    assert seen[1] > 15, seen
    assert seen.total() - seen[1] > 3, seen


def test_a_way_may_ask_for_something_because_it_settles_another_item() -> None:
    (record,) = read_records([str(PUBLISHED / "c17-a.yaml")], protocol().vocabulary)
    assert isinstance(record, Record)
    missing = Missing(Question(engine(), record))
    (ways,) = missing.ways("E9.a")
    found = sets(missing, ways)
    patient = ("patient", 0)
    tests = (("pregnancy_test", 0), "")
    assert frozenset({(patient, "reproduction.menarche"), tests}) in found
