"""Every rule of the protocol fires in some case, as the case says that the text is read."""

from __future__ import annotations

from pathlib import Path

from oligoasp.cover.firing import Firing
from oligoasp.mutation.rules import rules_with_body
from oligoasp.record.errors import RecordError
from oligoasp.testing import Case, load_cases
from tests.support import engine, protocol

CASES = Path(__file__).parent.parent / "cases"


def test_every_rule_fires_in_some_case() -> None:
    rules = rules_with_body(protocol())
    assert len(rules) > 200
    situations = []
    for case in load_cases([CASES], protocol().vocabulary):
        assert isinstance(case, Case)
        try:
            situations.append((case, engine().compile(case.record)))
        except RecordError:
            continue
    room: dict[str, int] = {}
    for _, situation in situations:
        for kind, number in engine().shape(situation):
            room[kind] = max(room.get(kind, 0), number)
    firing = Firing(protocol(), tuple(room.items()), {}, rules, sides=False)
    found: set[str] = set()
    for case, situation in situations:
        found |= firing.fired(situation, found, case.readings)
    never = [f"{r.place}: {r.statement}" for r in rules if str(r.number) not in found]
    assert not never, "\n".join([f"{len(never)} rules fire in no case:", *never])
