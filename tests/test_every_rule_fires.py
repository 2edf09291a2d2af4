"""Every rule of the protocol fires in some case, with at most one passage read otherwise.

Each rule gets a twin with the same body and a head of its own; a rule fires in a case if
some completion of the case's record makes the twin's head true, under the default readings
or under one alternative to one of them.
"""

from __future__ import annotations

import re
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


class Firing:
    """Which rules fire in some case, under given readings."""

    def __init__(self, session: Session) -> None:
        atoms = session._control.symbolic_atoms
        fired, wanted = (
            {a.symbol.arguments[0].number: a.literal for a in atoms.by_signature(name, 1)}
            for name in ("fired", "wanted")
        )
        self.fired: dict[int, int] = fired
        self.wanted: dict[int, int] = wanted
        (self.goal,) = (atom.literal for atom in atoms.by_signature("goal", 0))
        self.session = session
        self.seen: dict[int, int] = {}
        self.cases = [literals(session, situation) for situation in situations()]

    def among(self, rules_asked: set[int], free: tuple[str, ...]) -> set[int]:
        """Give those of some rules that fire if at most these readings are not the default.

        The cases in which they fired before, under other readings, are looked at first.
        """
        found: set[int] = set()
        asked = rules_asked & set(self.fired)
        readings = self.session.readings({}, free)
        likely = dict.fromkeys(self.seen[n] for n in asked if n in self.seen)
        for index in dict.fromkeys((*likely, *range(len(self.cases)))):
            case = self.cases[index]
            while asked - found:
                others = [-w for n, w in self.wanted.items() if n not in asked - found]
                true = self.session.true_literals(
                    [*readings, *case, self.goal, *others], self.fired.values()
                )
                if true is None:
                    break
                fired = {n for n, literal in self.fired.items() if literal in true}
                self.seen.update(dict.fromkeys(fired - found, index))
                found |= fired
            if asked <= found:
                break
        return found & asked


NAME = re.compile(r"\breading\((\w+)")
PREDICATE = re.compile(r"\b([a-z]\w*)\(?")


def readings_needed(rule: Rule, silent: list[Rule]) -> list[str]:
    """Give the readings on which a rule that does not fire by default may hang.

    They stand in its body, or in that of another such rule that it needs.
    """
    reached, todo = [rule], [rule]
    while todo:
        body = set(PREDICATE.findall(todo.pop().text))
        for other in silent:
            if other not in reached and body & set(PREDICATE.findall(other.head)[:1]):
                reached.append(other)
                todo.append(other)
    return list(dict.fromkeys(name for r in reached for name in NAME.findall(r.text)))


def test_every_rule_fires_in_some_case_if_at_most_one_passage_is_read_otherwise(
    session: Session,
) -> None:
    assert len(rules()) > 200
    firing = Firing(session)
    found = firing.among({rule.number for rule in rules()}, ())
    assert len(found) > len(rules()) / 2
    silent = [rule for rule in rules() if rule.number not in found]
    firing.among({rule.number for rule in silent}, tuple(protocol().ambiguities))
    for others in ([], silent):  # first by the readings that a rule names itself
        by_reading: dict[str, set[int]] = {}
        for rule in silent:
            for name in () if rule.number in found else readings_needed(rule, others):
                by_reading.setdefault(name, set()).add(rule.number)
        for name, numbers in by_reading.items():
            found |= firing.among(numbers - found, (name,))
    never = [f"{r.place}: {r.head} :- {r.text}" for r in rules() if r.number not in found]
    assert not never, "\n".join([f"{len(never)} rules fire in no case:", *never])
