"""Every other reading beside the chosen one: the same answers as from a whole second copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.solver.ground import Index
from oligoasp.verify.alternatives import Alternatives, Turns, Worlds
from oligoasp.verify.double import DoubleSession
from oligoasp.verify.space import Question, Space, shape_of
from oligoasp.verify.survey import Survey
from oligoasp.verify.whole import WholeSession, with_calendar

PROTOCOLS = Path(__file__).parents[1] / "protocols"
CASES = [
    ("eso_shanghai_13", {}),
    ("eso_shanghai_13", {"supraclavicular": "regional", "window_boundary": "half_open"}),
    (PROTOCOLS / "asthma", {}),
]


def _turns(protocol: Protocol, chosen: dict[str, str], *, both: bool) -> tuple[Space, Turns]:
    shape = shape_of(protocol, 2)
    session = WholeSession(with_calendar(protocol), shape, traced=True)
    space = Space(protocol, 2, session)
    readings = {**protocol.default_readings(), **chosen}
    rules = Alternatives(Index(session.rules), session.reading, readings, [session.eligible])
    worlds = Worlds(session, rules)
    return space, worlds.turning(space.readings(chosen), both=both, known={})


def _by_second_copy(protocol: Protocol, chosen: dict[str, str]) -> Turns:
    double = DoubleSession(with_calendar(protocol), shape_of(protocol, 2))
    found: Turns = {}
    for gains, sign in ((False, 1), (True, -1)):
        differs = [sign * double.eligible, -sign * double.eligible2]
        for key in double.others([*double.readings(chosen), *differs]):
            found.setdefault(key, set()).add(gains)
    return found


@pytest.mark.parametrize(("name", "chosen"), CASES)
def test_readings_turn_verdicts_as_in_a_whole_second_copy(
    name: str | Path, chosen: dict[str, str]
) -> None:
    protocol = load_protocol(name)
    expected = _by_second_copy(protocol, chosen)
    assert _turns(protocol, chosen, both=True)[1] == expected
    assert _turns(protocol, chosen, both=False)[1].keys() == expected.keys()


@pytest.mark.parametrize(("name", "chosen"), CASES)
def test_a_crowd_shows_only_turns_that_there_are(name: str | Path, chosen: dict[str, str]) -> None:
    protocol = load_protocol(name)
    survey = Survey(protocol, chosen, most=2)
    assert survey.decisive.what_turns(survey.small).turns == _by_second_copy(protocol, chosen)


def test_the_other_readings_change_nothing_about_who_can_exist() -> None:
    protocol = load_protocol("eso_shanghai_13")
    with_them, _ = _turns(protocol, {}, both=False)
    without = Space(protocol, 2, WholeSession(with_calendar(protocol), with_them.shape))
    assert _nowhere(with_them, Question()) == _nowhere(without, Question())
    eligible = Question(eligible=True)
    assert _nowhere(with_them, eligible) == _nowhere(without, eligible)


def _nowhere(space: Space, question: Question) -> set[object]:
    """Give the clauses and values that nobody like that violates or has."""
    session = space.session
    names: dict[int, object] = {literal: clause for clause, literal in session.violated.items()}
    for pair, values in session.has.items():
        names |= {literal: (pair, value) for value, literal in values.items()}
    assumptions = space.assume(question)
    assert assumptions is not None
    return {names[literal] for literal in session.nowhere(assumptions, names)}
