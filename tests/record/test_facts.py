"""The short ways of compiling a record give what the long way gives."""

from __future__ import annotations

import random
from fractions import Fraction

from oligoasp.decide import entry_of
from oligoasp.protocol.vocabulary import Scale
from tests.cohort import cohort
from tests.reference.generate import random_record
from tests.support import Data, engine, parse, protocol


def records() -> list[Data]:
    rng = random.Random(4)
    made = [*cohort(60, 4), *(random_record(rng) for _ in range(60))]
    for data, day in zip(made, ("1900-01-01", "2100-12-31", "2024-02-29"), strict=False):
        data["lesions"] = [{"id": "l1", "detected": day, "site": "lung"}]
    return made


def test_numbers_are_those_that_the_derivation_gives() -> None:
    compiler = engine().compiler
    compared = 0
    for data in records():
        situation = compiler.compile(parse(data))
        for (kind, name), attribute in protocol().vocabulary.attributes.items():
            if attribute.type != "number":
                continue
            regions = compiler.regions[attribute.of]
            for index in range(len(situation.ids.get(kind, ())) + 1):
                fact = situation.facts.get(((kind, index), name))
                if fact is None or fact.default or not fact.values:
                    continue
                entry = entry_of(situation, (kind, index))
                codes = situation.derivation.codes(entry, attribute)
                assert codes is not None
                assert fact.values == regions.between(*codes), (name, data)
                compared += 1
    assert compared > 3000


def test_codes_on_a_scale_are_exact() -> None:
    rng = random.Random(5)
    for _ in range(2000):
        scale = Scale("s", "u", Fraction(rng.randrange(1, 50), rng.randrange(1, 50)), "")
        value = Fraction(rng.randrange(-500, 500), rng.randrange(1, 60))
        steps = value / scale.resolution
        whole = steps.numerator // steps.denominator
        assert scale.code(value) == 2 * whole + (steps.denominator != 1)
