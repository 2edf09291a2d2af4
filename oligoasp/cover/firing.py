"""Which rules fire in a case, and on which side of each limit its values lie.

Each rule gets a twin with the same body and a head of its own. Where a rule compares a
value with a limit, three more say that the value lies below it, at it or above it, all
other conditions of the rule being fulfilled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from clingo.ast import AST, ASTType, ComparisonOperator

from oligoasp.decide import literals
from oligoasp.mutation.rules import CANDIDATE, LIMIT, Rule, nodes, variables
from oligoasp.protocol.model import Protocol
from oligoasp.record.facts import Situation
from oligoasp.solver.program import OPTIONS, load_control
from oligoasp.solver.session import Session, Shape, _facts

BELOW, AT, ABOVE = "below", "at", "above"
SIDES = {BELOW: "<", AT: "=", ABOVE: ">"}
_ORDERED = (
    ComparisonOperator.LessThan,
    ComparisonOperator.LessEqual,
    ComparisonOperator.GreaterThan,
    ComparisonOperator.GreaterEqual,
)


class Fired(NamedTuple):
    """What is true of a case: the numbers of rules that fire, and sides of limits."""

    rules: frozenset[int]
    sides: frozenset[tuple[str, str]]


class Firing(Session):
    """A session that tells which rules fire.

    Args:
        protocol: the protocol.
        shape: how many entries of each kind there may be.
        settled: the readings; those left out are chosen so that rules fire.
        rules: the rules in question.
        sides: whether sides of limits are asked for as well.
    """

    def __init__(
        self,
        protocol: Protocol,
        shape: Shape,
        settled: Mapping[str, str],
        rules: Sequence[Rule],
        *,
        sides: bool = True,
    ) -> None:
        self.protocol = protocol
        self.shape = shape
        self.settled = dict(settled)
        self._rules = None
        text = _facts(protocol, shape, self.settled, protocol.unasked(self.settled))
        self._control = load_control(
            protocol.files, text + program(protocol, rules, sides=sides), OPTIONS
        )
        self._index()
        atoms = self._control.symbolic_atoms
        self._wanted = {
            str(a.symbol.arguments[0]): a.literal for a in atoms.by_signature("cover_wanted", 1)
        }
        self._fired = {
            a.literal: str(a.symbol.arguments[0]) for a in atoms.by_signature("cover_fired", 1)
        }
        self._goal = [a.literal for a in atoms.by_signature("cover_goal", 0)]

    def fired(
        self,
        situation: Situation,
        known: Set[str] = frozenset(),
        readings: Mapping[str, str] | None = None,
    ) -> set[str]:
        """Give what holds in some completion of a record, apart from what is known to.

        Args:
            situation: the record.
            known: what need not be asked again.
            readings: options other than the defaults, by ambiguity; if not given, those
                that are not settled are chosen so that rules fire.
        """
        free = () if readings is not None else self.protocol.ambiguities.keys() - self.settled
        given = [*self.readings(readings or {}, free), *literals(self, situation), *self._goal]
        found = set(known)
        while self._goal:
            settled = [-literal for name, literal in self._wanted.items() if name in found]
            true = self.true_literals([*given, *settled], self._fired)
            if true is None:
                break
            found |= {self._fired[literal] for literal in true}
        return found

    def fired_by(self, situation: Situation, readings: Mapping[str, str]) -> Fired:
        """Give which rules fire in a record, and on which sides of limits it has values.

        A limit with possible values on all sides is left out: nothing is known there.

        Args:
            situation: the record.
            readings: options other than the defaults, by ambiguity.
        """
        found = self.fired(situation, readings=readings)
        sides: dict[str, set[str]] = {}
        for name in found:
            if name.startswith("side("):
                parameter, side = name[5:-1].split(",")
                sides.setdefault(parameter, set()).add(side)
        return Fired(
            frozenset(int(name) for name in found if name.isdecimal()),
            frozenset((p, s) for p, known in sides.items() if len(known) < 3 for s in known),
        )


def program(protocol: Protocol, rules: Sequence[Rule], *, sides: bool) -> str:
    """Write the twins of rules, as program text."""
    lines = []
    names = [str(rule.number) for rule in rules]
    carried = _carried(protocol, rules)
    for rule in rules:
        body = list(rule.statement.body)
        lines.append(f"cover_fired({rule.number}) :- {_joined(body)}.")
        if not sides or CANDIDATE in rule.reads:
            continue  # speaks of what could be recorded, not of what is
        for index, literal in enumerate(body):
            rest = [*body[:index], *body[index + 1 :]]
            for term, other in compared(literal):
                for parameter, extra in _parameters(protocol, term, rest, carried):
                    for side, sign in SIDES.items():
                        parts = [*map(str, rest), *extra, f"{other} {sign} {term}"]
                        head = f"cover_fired(side({parameter}, {side}))"
                        lines.append(f"{head} :- {'; '.join(parts)}.")
    if sides:
        names += [f"side({name}, {side})" for name in protocol.parameters for side in SIDES]
    lines += [f"{{ cover_wanted({name}) }}." for name in names]
    lines.append("cover_goal :- cover_fired(X), cover_wanted(X).")
    lines.append("#defined cover_fired/1.")
    return "\n".join(lines) + "\n"


def _joined(body: Sequence[AST]) -> str:
    return "; ".join(map(str, body))


def compared(literal: AST) -> Iterator[tuple[str, str]]:
    """Give what a condition compares: a variable, and the text of what is held against it."""
    if literal.ast_type != ASTType.Literal:
        return
    atom = literal.atom
    if atom.ast_type == ASTType.Comparison and len(atom.guards) == 1:
        (guard,) = atom.guards
        if ComparisonOperator(guard.comparison) in _ORDERED:
            yield str(guard.term), str(atom.term)
            yield str(atom.term), str(guard.term)
    elif atom.ast_type == ASTType.BodyAggregate:
        bare = str(atom.update(left_guard=None, right_guard=None)).strip()
        for guard in (atom.left_guard, atom.right_guard):
            if guard is not None:
                yield str(guard.term), bare


def _carried(protocol: Protocol, rules: Sequence[Rule]) -> dict[str, set[str]]:
    """Give the parameters whose limits a predicate can carry, as far as one rule says so."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        head = rule.statement.head
        for atom in nodes(head, ASTType.SymbolicAtom):
            if atom.symbol.ast_type != ASTType.Function or not variables(atom):
                continue
            for literal in rule.statement.body:
                for one in nodes(literal, ASTType.SymbolicAtom):
                    symbol = one.symbol
                    if symbol.ast_type == ASTType.Function and _is_limit(symbol):
                        named = _names(protocol, symbol.arguments[0])
                        if named and variables(symbol.arguments[1]) & variables(atom):
                            found.setdefault(atom.symbol.name, set()).update(named)
    return found


def _is_limit(symbol: AST) -> bool:
    return (symbol.name, len(symbol.arguments)) == LIMIT


def _names(protocol: Protocol, term: AST) -> list[str]:
    """Give the parameters that a term names."""
    options = list(term.arguments) if term.ast_type == ASTType.Pool else [term]
    return [str(option) for option in options if str(option) in protocol.parameters]


def _parameters(
    protocol: Protocol, term: str, body: Sequence[AST], carried: Mapping[str, set[str]]
) -> Iterator[tuple[str, list[str]]]:
    """Give the parameters whose limit a variable is, with conditions that make it so."""
    for literal in body:
        if literal.ast_type != ASTType.Literal or literal.sign:
            continue
        for atom in nodes(literal, ASTType.SymbolicAtom):
            symbol = atom.symbol
            if symbol.ast_type != ASTType.Function or term not in map(str, symbol.arguments):
                continue
            named = [name for a in symbol.arguments for name in _names(protocol, a)]
            if _is_limit(symbol) and not named:
                yield str(symbol.arguments[0]), []
            for name in named or sorted(carried.get(symbol.name, ())):
                yield name, [f"limit({name}, {term})"]
            return
