"""Every rule of the protocol fires in some case, under some reading of the text.

Each rule gets a twin with the same body and a head of its own; a rule fires in a case if
some completion of the case's record, under some reading, makes the twin's head true.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from clingo.ast import AST, ASTType, parse_files

from oligoasp.decide import literals
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import Situation
from oligoasp.solver.session import Session
from oligoasp.testing import Case, load_cases
from tests.support import engine, protocol

CASES = Path(__file__).parent.parent / "cases"


@dataclass(frozen=True)
class Rule:
    """A rule with a body, and where it stands."""

    number: int
    place: str
    text: str
    head: str

    @property
    def twin(self) -> str:
        return f"fired({self.number}) :- {self.text}."


@cache
def rules() -> list[Rule]:
    found: list[Rule] = []
    start = [str(protocol().folder / "protocol.lp")]

    def add(statement: AST) -> None:
        if statement.ast_type != ASTType.Rule or not statement.body:
            return
        head = str(statement.head)
        if head in ("#false", "") or head.startswith("impossible("):
            return
        begin = statement.location.begin
        body = "; ".join(map(str, statement.body))
        place = f"{Path(begin.filename).name}:{begin.line}"
        found.append(Rule(len(found), place, body, head))

    parse_files(start, add)
    return found


@cache
def situations() -> list[Situation]:
    found = []
    for case in load_cases([CASES], protocol().vocabulary):
        assert isinstance(case, Case)
        try:
            found.append(engine().compile(case.record))
        except RecordError:
            continue
    return found


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    twins = tmp_path_factory.mktemp("twins") / "twins.lp"
    twins.write_text("\n".join(rule.twin for rule in rules()), encoding="utf-8")
    room: dict[str, int] = {}
    for situation in situations():
        for kind, number in engine().shape(situation):
            room[kind] = max(room.get(kind, 0), number)
    own = replace(protocol(), files=(*protocol().files, twins))
    return Session(own, tuple(room.items()))


def fired_as_read(session: Session, fired: dict[int, int]) -> set[int]:
    """Give the rules that fire under the default readings, as far as a part of the cases shows.

    The others are looked for one by one, in all cases.
    """
    left = set(fired)
    readings = session.readings({})
    for situation in situations()[::3]:
        assumptions = [*readings, *literals(session, situation)]
        true = session.true_literals(assumptions, [fired[n] for n in left]) or frozenset()
        left -= {n for n in left if fired[n] in true}
    return set(fired) - left


def fired_under_some_reading(session: Session, fired: dict[int, int]) -> set[int]:
    """Give the rules that fire if the readings are chosen for it."""
    left = dict(fired)
    readings = session.readings({}, protocol().ambiguities)
    given = [[*readings, *literals(session, situation)] for situation in situations()]
    for number in fired:
        for place, assumptions in enumerate(given if number in left else ()):
            true = session.true_literals([*assumptions, fired[number]], left.values())
            if true is not None:
                left = {n: literal for n, literal in left.items() if literal not in true}
                given.insert(0, given.pop(place))  # likely to show others too
                break
    return set(fired) - set(left)


def test_every_rule_fires_in_some_case(session: Session) -> None:
    assert len(rules()) > 200
    atoms = session._control.symbolic_atoms.by_signature("fired", 1)
    fired = {atom.symbol.arguments[0].number: atom.literal for atom in atoms}
    found = fired_as_read(session, fired)
    left = {number: literal for number, literal in fired.items() if number not in found}
    found |= fired_under_some_reading(session, left)
    never = [f"{r.place}: {r.head} :- {r.text}" for r in rules() if r.number not in found]
    assert not never, "\n".join([f"{len(never)} rules fire in no case:", *never])
