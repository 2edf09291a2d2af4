"""Every rule of the protocol fires in some case, under some reading of the text.

Each rule gets a twin with the same body and a head of its own; a rule fires in a case if
some completion of the case's record, under some reading, makes the twin's head true.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from clingo import Number
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


def fired_in(session: Session, fired: dict[int, int], *, free: bool) -> set[int]:
    """Give the numbers of the rules that fire in some case."""
    left = set(fired)
    readings = session.readings({}, protocol().ambiguities if free else ())
    for situation in situations():
        assumptions = [*readings, *literals(session, situation)]
        while left:
            if free:
                break
            true = session.true_literals(assumptions, [fired[n] for n in left]) or frozenset()
            left -= {n for n in left if fired[n] in true}
            break
    for number in sorted(left) if free else ():
        for situation in situations():
            goal = [*readings, *literals(session, situation), fired[number]]
            if session.satisfiable(goal):
                left.discard(number)
                break
    return set(fired) - left


def test_every_rule_fires_in_some_case(session: Session) -> None:
    assert len(rules()) > 200
    fired = {}
    never = []
    for rule in rules():
        literal = session.literal("fired", [Number(rule.number)])
        if literal is None:
            never.append(rule)
        else:
            fired[rule.number] = literal
    found = fired_in(session, fired, free=False)
    left = {n: x for n, x in fired.items() if n not in found}
    found |= fired_in(session, left, free=True)
    never += [rule for rule in rules() if rule.number in fired and rule.number not in found]
    shown = [f"{rule.place}: {rule.head} :- {rule.text}" for rule in never]
    assert not never, "\n".join([f"{len(never)} rules fire in no case:", *shown])
