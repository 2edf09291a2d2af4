"""What the crowd says of each patient is what the solver says."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.verify.spaces import intended
from oligoasp.verify.survey import Survey

PROTOCOLS = Path(__file__).parents[1] / "protocols"
SAMPLE = 150


@pytest.mark.parametrize("name", ["eso_shanghai_13", PROTOCOLS / "asthma"], ids=str)
def test_the_crowd_agrees_with_the_solver_patient_by_patient(name: str | Path) -> None:
    survey = Survey(load_protocol(name), most=2)
    small, crowd = survey.small, survey.around.crowd
    session = small.session
    literals = [session.eligible, *session.violated.values(), *intended(small).values()]
    values = [literal for of_pair in session.has.values() for literal in of_pair.values()]
    choices = [*session.present.values(), *values]
    number = crowd.everyone.bit_length()
    possible = 0
    for bit in Random(1).sample(range(number), min(SAMPLE, number)):
        settled = [x if crowd.holding(x) >> bit & 1 else -x for x in choices]
        true = session.true_literals([*small.readings(), *settled], literals)
        if crowd.possible >> bit & 1:
            assert true == {x for x in literals if crowd.holding(x) >> bit & 1}
            possible += 1
    assert possible > SAMPLE / 3


@pytest.mark.parametrize("reading", [("supraclavicular", "regional"), ("gilbert", "excepted")])
def test_it_agrees_as_the_text_is_read_otherwise(reading: tuple[str, str]) -> None:
    survey = Survey(load_protocol("eso_shanghai_13"), most=2)
    small, session = survey.small, survey.small.session
    rules = survey.decisive.alternatives(small)
    crowd = survey.around.crowd.under(rules.options(reading), *rules.cones[reading])
    choices = [x for of_pair in session.has.values() for x in of_pair.values()]
    choices += session.present.values()
    literals = [session.eligible, *intended(small).values()]
    readings = small.readings(dict([reading]))
    for bit in Random(2).sample(range(crowd.everyone.bit_length()), SAMPLE):
        if crowd.possible >> bit & 1:
            settled = [x if crowd.holding(x) >> bit & 1 else -x for x in choices]
            true = session.true_literals([*readings, *settled], literals)
            assert true == {x for x in literals if crowd.holding(x) >> bit & 1}
