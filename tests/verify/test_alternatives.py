"""Every other reading beside the chosen one: the same answers as from a whole second copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.verify.alternatives import Turns, Worlds
from oligoasp.verify.double import DoubleSession
from oligoasp.verify.space import Question, Space, WholeSession, shape_of, with_calendar

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
    worlds = Worlds(session, {**protocol.default_readings(), **chosen}, [])
    return space, worlds.turning(space.readings(chosen), both=both)


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


def test_the_other_readings_change_nothing_about_who_can_exist() -> None:
    protocol = load_protocol("eso_shanghai_13")
    with_them, _ = _turns(protocol, {}, both=False)
    without = Space(protocol, 2, WholeSession(with_calendar(protocol), with_them.shape))
    alone = [space.violable({}, alone=True) for space in (with_them, without)]
    assert alone[0] == alone[1]
    anyone = [space.reach(Question(eligible=True)) for space in (with_them, without)]
    assert anyone[0] == anyone[1]
