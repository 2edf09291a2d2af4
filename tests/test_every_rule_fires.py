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
    numbers = f"0..{len(rules()) - 1}"
    goal = f"{{ wanted({numbers}) }}. goal :- fired(Rule), wanted(Rule)."
    twins.write_text("\n".join([goal, *(rule.twin for rule in rules())]), encoding="utf-8")
    room: dict[str, int] = {}
    for situation in situations():
        for kind, number in engine().shape(situation):
            room[kind] = max(room.get(kind, 0), number)
    own = replace(protocol(), files=(*protocol().files, twins))
    return Session(own, tuple(room.items()))


def fired_in_some_case(session: Session) -> set[int]:
    """Give the numbers of the rules that fire in some case, if the readings are chosen for it."""
    atoms = session._control.symbolic_atoms
    numbered = {
        name: {a.symbol.arguments[0].number: a.literal for a in atoms.by_signature(name, 1)}
        for name in ("fired", "wanted")
    }
    (goal,) = (atom.literal for atom in atoms.by_signature("goal", 0))
    fired, wanted = numbered["fired"], numbered["wanted"]
    readings = session.readings({}, protocol().ambiguities)
    found: set[int] = set()
    for situation in situations():
        given = [*readings, *literals(session, situation), goal]
        while len(found) < len(fired):
            settled = [-wanted[number] for number in found if number in wanted]
            true = session.true_literals([*given, *settled], fired.values())
            if true is None:
                break
            found |= {number for number, literal in fired.items() if literal in true}
    return found


def test_every_rule_fires_in_some_case(session: Session) -> None:
    assert len(rules()) > 200
    found = fired_in_some_case(session)
    never = [f"{r.place}: {r.head} :- {r.text}" for r in rules() if r.number not in found]
    assert not never, "\n".join([f"{len(never)} rules fire in no case:", *never])
