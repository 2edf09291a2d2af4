"""A cohort that is kept is decided under an amendment as if it were read anew."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from oligoasp.amend import amended, from_options
from oligoasp.amend.apply import limits_of
from oligoasp.batch import Batch
from oligoasp.batch.panel import Panel
from oligoasp.decide import Engine
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record
from tests.reference.generate import random_record, remove_parts
from tests.support import parse, protocol

AMENDMENTS = {
    "a parameter": (["metastases_most=6"], [], []),
    "an inclusion dropped": ([], ["I3"], []),
    "an exclusion dropped": ([], ["E6"], []),
    "a reading": ([], [], ["organ_systems=lung_and_liver"]),
    "a reading of what others use": ([], [], ["supraclavicular=regional"]),
    "several": (["neutrophils_least=1"], ["E4.b"], ["adjacent_nodes=always_separate"]),
}


def records(seed: int, number: int) -> list[Record]:
    rng = random.Random(seed)
    made = [random_record(rng) for _ in range(number)]
    return [parse(remove_parts(one, rng, rng.randint(0, 6))) for one in made]


def versions(name: str) -> tuple[Protocol, Protocol]:
    sets, drops, readings = AMENDMENTS[name]
    other = amended(protocol(), [from_options(sets, drops, readings)])
    limits = limits_of(protocol(), other)
    return replace(protocol(), limits=limits), replace(other, limits=limits)


@pytest.mark.parametrize("name", AMENDMENTS)
def test_deciding_again_is_deciding_anew(name: str) -> None:
    base, other = versions(name)
    batch = Batch(Engine(base))
    panel = Panel(batch)
    kept = []
    for record in records(5, 120):
        try:
            panel.add(record)
        except RecordError:
            continue
        kept.append(record)
    amending = Batch(Engine(other), batch)
    same = list(range(len(base.clauses)))
    assert amending.shared(batch) != same, "the amendment changes something"
    found = list(panel.again(amending))
    alone = Batch(Engine(other))
    assert found == [alone.decide(record) for record in kept]
    assert list(panel.again(amending)) == found, "asked again"
    assert list(panel.again(Batch(Engine(base), batch))) == panel.outcomes, "and back"


def test_versions_that_tell_other_numbers_apart_are_not_mixed() -> None:
    other = amended(protocol(), [from_options(["metastases_most=6"], [], [])])
    with pytest.raises(ValueError, match="numbers apart"):
        Batch(Engine(other), Batch(Engine(protocol())))
