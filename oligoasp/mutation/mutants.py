"""Mutants: a protocol with one thing changed, in a rule, a parameter or a reading.

The operators are those of mutation testing (DeMillo 1978, Jia and Harman 2011), as far as
rules have what they change: a condition left out or negated, a comparison moved onto its
boundary or turned, a value exchanged for a sibling, a rule left out, a limit moved.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from clingo import Function, SymbolType
from clingo.ast import AST, ASTType, ComparisonOperator, Sign

from oligoasp.mutation.rules import (
    DEFAULT,
    PARAMETER,
    READING,
    VIOLATED,
    Rule,
    Rules,
    Signature,
    nodes,
    variables,
)
from oligoasp.protocol.model import Parameter, Protocol
from oligoasp.protocol.vocabulary import NO, YES

HAS: Signature = ("has", 3)


class Operator(StrEnum):
    """What is changed in a mutant."""

    RULE_DROPPED = "rule left out"
    CONDITION_DROPPED = "condition left out"
    CONDITION_NEGATED = "condition negated"
    BOUNDARY = "boundary moved"
    COMPARISON = "comparison turned"
    VALUE_SWAPPED = "value exchanged"
    VALUE_DROPPED = "value left out"
    VALUE_ADDED = "value let in"
    STEP = "limit moved by one step"
    HALF_STEP = "limit excluded or included"
    READING = "default reading changed"


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change of a protocol; each is itself only.

    Attributes:
        operator: what kind of change it is.
        place: the file and line of what is changed.
        subject: what is changed: the head of a rule, a parameter, a reading.
        change: the change in words.
        rule: the number of the rule that is changed, or None.
        statement: the rule that stands in its place, or None if there is none.
        limit: a parameter and its code instead of its own, or None.
        reading: an ambiguity and its option instead of the default, or None.
    """

    operator: Operator
    place: str
    subject: str
    change: str
    rule: int | None = None
    statement: AST | None = None
    limit: tuple[str, int] | None = None
    reading: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The change in a line."""
        return f"{self.place} {self.subject}: {self.change}"


def mutants_of(protocol: Protocol, rules: Rules) -> list[Mutant]:
    """Give every mutant of a protocol, each once, in the order of the files.

    Args:
        protocol: the protocol.
        rules: the rules that decide its clauses. Rules of the engine stay as they are.
    """
    siblings = _Siblings(protocol, rules)
    found: list[Mutant] = []
    for rule in rules.rules:
        if not rule.of_engine:
            found += _of_rule(rule, siblings)
    for parameter in protocol.parameters.values():
        found += _of_parameter(protocol, parameter, rules)
    for ambiguity in protocol.ambiguities.values():
        rule = rules.declared[DEFAULT, ambiguity.name]
        for option in ambiguity.options:
            if option != ambiguity.default:
                found.append(
                    Mutant(
                        Operator.READING,
                        rule.place,
                        ambiguity.name,
                        f"{option} instead of {ambiguity.default}",
                        reading=(ambiguity.name, option),
                    )
                )
    return found


# ---- parameters -----------------------------------------------------------------------


def _of_parameter(protocol: Protocol, parameter: Parameter, rules: Rules) -> Iterator[Mutant]:
    """Move a limit by one step of its scale, and just off itself."""
    scale = protocol.vocabulary.scales[parameter.scale]
    place = rules.declared[PARAMETER, parameter.name].place
    unit = f" {scale.unit}" if scale.unit != "1" else ""
    here = _amount(parameter.code, scale.resolution)
    for move in (-2, 2) if scale.discrete else (-2, -1, 1, 2):
        code = parameter.code + move
        if move % 2:
            words = f"just {'above' if move > 0 else 'below'} {here}{unit}"
        else:
            words = f"{_amount(code, scale.resolution)}{unit} instead of {here}"
        operator = Operator.HALF_STEP if move % 2 else Operator.STEP
        yield Mutant(operator, place, parameter.name, words, limit=(parameter.name, code))


def _amount(code: int, resolution: Fraction) -> str:
    """Write the value that an even code stands for, exactly."""
    value = Fraction(code, 2) * resolution
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    return f"{float(value):.{digits}f}"


# ---- rules ----------------------------------------------------------------------------


def _of_rule(rule: Rule, siblings: _Siblings) -> Iterator[Mutant]:
    statement = rule.statement
    subject = _written(statement.head)
    seen = {str(statement)}

    def mutant(operator: Operator, change: str, new: AST | None) -> Iterator[Mutant]:
        if new is None or (str(new) not in seen and _safe(new)):
            seen.add(str(new))
            yield Mutant(operator, rule.place, subject, change, rule.number, new)

    body = list(statement.body)
    if body or not any(True for _ in nodes(statement.head, ASTType.Pool)):
        yield from mutant(Operator.RULE_DROPPED, "rule left out", None)
    for operator, change, head in siblings.of_literal(statement.head, body, head=True):
        yield from mutant(operator, change, statement.update(head=head))
    for index, literal in enumerate(body):
        around = [*body[:index], *body[index + 1 :]]
        if _can_go(literal, statement, around):
            yield from mutant(
                Operator.CONDITION_DROPPED,
                f"without `{_written(literal)}`",
                statement.update(body=around),
            )
        for operator, change, new in _of_literal(literal, body, siblings):
            changed = [*body[:index], new, *body[index + 1 :]]
            yield from mutant(operator, change, statement.update(body=changed))


def _of_literal(
    literal: AST, body: Sequence[AST], siblings: _Siblings
) -> Iterator[tuple[Operator, str, AST]]:
    """Give the changes of one condition of a rule."""
    if literal.ast_type == ASTType.ConditionalLiteral:
        for operator, change, new in _of_literal(literal.literal, body, siblings):
            yield operator, change, literal.update(literal=new)
        for conditions, gone in _without_one(literal.condition, variables(literal.literal)):
            yield (
                Operator.CONDITION_DROPPED,
                f"without `{_written(gone)}` in `{_written(literal)}`",
                literal.update(condition=conditions),
            )
        return
    atom = literal.atom
    if atom.ast_type == ASTType.SymbolicAtom:
        new = literal.update(sign=Sign.NoSign if literal.sign else Sign.Negation)
        yield Operator.CONDITION_NEGATED, _instead(new, literal), new
        yield from siblings.of_literal(literal, body)
    elif atom.ast_type == ASTType.Comparison:
        yield from _of_comparison(literal, body, siblings)
    elif atom.ast_type == ASTType.BodyAggregate:
        yield from _of_aggregate(literal)


BOUNDARIES = {
    ComparisonOperator.LessThan: ComparisonOperator.LessEqual,
    ComparisonOperator.LessEqual: ComparisonOperator.LessThan,
    ComparisonOperator.GreaterThan: ComparisonOperator.GreaterEqual,
    ComparisonOperator.GreaterEqual: ComparisonOperator.GreaterThan,
}
TURNED = {
    ComparisonOperator.LessThan: ComparisonOperator.GreaterEqual,
    ComparisonOperator.LessEqual: ComparisonOperator.GreaterThan,
    ComparisonOperator.GreaterThan: ComparisonOperator.LessEqual,
    ComparisonOperator.GreaterEqual: ComparisonOperator.LessThan,
    ComparisonOperator.Equal: ComparisonOperator.NotEqual,
    ComparisonOperator.NotEqual: ComparisonOperator.Equal,
}


def _of_comparison(
    literal: AST, body: Sequence[AST], siblings: _Siblings
) -> Iterator[tuple[Operator, str, AST]]:
    comparison = literal.atom
    for index, guard in enumerate(comparison.guards):
        known = ComparisonOperator(guard.comparison)
        for operator, table in ((Operator.BOUNDARY, BOUNDARIES), (Operator.COMPARISON, TURNED)):
            if known in table:
                guards = list(comparison.guards)
                guards[index] = guard.update(comparison=int(table[known]))
                new = literal.update(atom=comparison.update(guards=guards))
                yield operator, _instead(new, literal), new
        domain = siblings.of_variable(comparison.term, body)
        for operator, change, term in siblings.of_term(guard.term, domain, literal):
            guards = list(comparison.guards)
            guards[index] = guard.update(term=term)
            yield operator, change, literal.update(atom=comparison.update(guards=guards))


def _of_aggregate(literal: AST) -> Iterator[tuple[Operator, str, AST]]:
    aggregate = literal.atom
    for side in ("left_guard", "right_guard"):
        guard = getattr(aggregate, side)
        if guard is None:
            continue
        known = ComparisonOperator(guard.comparison)
        for operator, table in ((Operator.BOUNDARY, BOUNDARIES), (Operator.COMPARISON, TURNED)):
            if known in table:
                turned = guard.update(comparison=int(table[known]))
                new = literal.update(atom=aggregate.update(**{side: turned}))
                yield operator, _instead(new, literal), new
    for index, element in enumerate(aggregate.elements):
        held = frozenset().union(*(variables(term) for term in element.terms))
        for conditions, gone in _without_one(element.condition, held):
            elements = list(aggregate.elements)
            elements[index] = element.update(condition=conditions)
            yield (
                Operator.CONDITION_DROPPED,
                f"without `{_written(gone)}` in `{_written(literal)}`",
                literal.update(atom=aggregate.update(elements=elements)),
            )


def _without_one(
    conditions: Iterable[AST], held: frozenset[str]
) -> Iterator[tuple[list[AST], AST]]:
    """Leave out each of some conditions that no variable needs."""
    every = list(conditions)
    for index, gone in enumerate(every):
        rest = [*every[:index], *every[index + 1 :]]
        needed = held.union(*(variables(one) for one in rest))
        if variables(gone) & needed <= _bound(rest):
            yield rest, gone


# ---- safety ---------------------------------------------------------------------------


def _bound(body: Iterable[AST]) -> frozenset[str]:
    """Give the variables to which a body gives values."""
    found: set[str] = set()
    equal: list[tuple[AST, AST]] = []
    for literal in body:
        if literal.ast_type != ASTType.Literal or literal.sign != Sign.NoSign:
            continue
        if literal.atom.ast_type == ASTType.SymbolicAtom:
            found |= variables(literal.atom)
        elif literal.atom.ast_type == ASTType.Comparison and len(literal.atom.guards) == 1:
            (guard,) = literal.atom.guards
            if guard.comparison == ComparisonOperator.Equal:
                equal.append((literal.atom.term, guard.term))
    again = True
    while again:
        again = False
        for one, other in [*equal, *((b, a) for a, b in equal)]:
            if variables(other) <= found and not variables(one) <= found:
                found |= variables(one)
                again = True
    return frozenset(found)


def _can_go(literal: AST, statement: AST, rest: Sequence[AST]) -> bool:
    """Tell whether a rule can do without a condition, as far as its variables go."""
    elsewhere = variables(statement.head).union(*(variables(one) for one in rest))
    return variables(literal) & elsewhere <= _bound(rest)


def _safe(statement: AST) -> bool:
    """Tell whether a body gives values to all variables of a rule."""
    needed = set(variables(statement.head))
    for literal in statement.body:
        if literal.ast_type != ASTType.Literal:
            continue
        if literal.atom.ast_type == ASTType.BodyAggregate:
            for guard in (literal.atom.left_guard, literal.atom.right_guard):
                needed |= variables(guard) if guard is not None else set()
        else:
            needed |= variables(literal)
    return needed <= _bound(statement.body)


# ---- values ---------------------------------------------------------------------------


class _Siblings:
    """Knows which values could stand in the place of another.

    Args:
        protocol: its vocabulary says what an attribute can be.
        rules: where they name no attribute, the values that stand in the same place.
    """

    def __init__(self, protocol: Protocol, rules: Rules) -> None:
        self._protocol = protocol
        self._attributes: dict[str, list[str]] = {}
        for (_, name), attribute in protocol.vocabulary.attributes.items():
            if attribute.type == "flag":
                self._attributes[name] = [YES, NO]
            elif attribute.type == "choice":
                self._attributes[name] = list(protocol.vocabulary.domains[attribute.of])
        self._own = rules.own - {VIOLATED, ("violated", 1), ("inapplicable", 1)}
        self._places: dict[tuple[Signature, int], dict[str, None]] = defaultdict(dict)
        self._members: dict[Signature, set[str]] = defaultdict(set)
        for rule in rules.rules:
            symbol = _symbol(rule.statement.head)
            if symbol is not None and symbol.arguments and not rule.statement.body:
                members = self._members[symbol.name, len(symbol.arguments)]
                members.update(_constants(symbol.arguments[0]))
            for atom in nodes(rule.statement, ASTType.SymbolicAtom):
                symbol = atom.symbol
                if symbol.ast_type != ASTType.Function:
                    continue
                signature = (symbol.name, len(symbol.arguments))
                for index, term in enumerate(symbol.arguments):
                    for constant in _constants(term):
                        self._places[signature, index][constant] = None

    def of_literal(
        self, literal: AST, body: Sequence[AST], *, head: bool = False
    ) -> Iterator[tuple[Operator, str, AST]]:
        """Give the changes of the values in an atom."""
        symbol = _symbol(literal)
        if symbol is None:
            return
        signature = (symbol.name, len(symbol.arguments))
        for index, term in enumerate(symbol.arguments):
            if head and signature == VIOLATED and index:
                continue  # evidence decides nothing
            domain = self._domain(signature, index, symbol.arguments)
            if head and index == 0 and not body:
                members = self._members[signature] - set(_constants(term))
                pooled = term.ast_type == ASTType.Pool
                domain = [value for value in domain if pooled and value not in members]
            for operator, change, new in self.of_term(term, domain, literal):
                arguments = list(symbol.arguments)
                arguments[index] = new
                atom = literal.atom.update(symbol=symbol.update(arguments=arguments))
                yield operator, change, literal.update(atom=atom)

    def of_term(
        self, term: AST, domain: Sequence[str], around: AST
    ) -> Iterator[tuple[Operator, str, AST]]:
        """Give the changes of the values in a term, if they are from a domain.

        Args:
            term: the term.
            domain: the values that could stand there; may be empty.
            around: what the term is part of.
        """
        where = f"in `{_written(around)}`"
        if term.ast_type == ASTType.Pool:
            options = list(term.arguments)
            for index, gone in enumerate(options):
                rest = [*options[:index], *options[index + 1 :]]
                new = rest[0] if len(rest) == 1 else term.update(arguments=rest)
                yield Operator.VALUE_DROPPED, f"without `{_written(gone)}` {where}", new
            names = [str(option) for option in options]
            more = _after(names[-1], [v for v in domain if v == names[-1] or v not in names])
            if more and all(option.ast_type == ASTType.SymbolicTerm for option in options):
                added = _constant(options[-1], more)
                new = term.update(arguments=[*options, added])
                yield Operator.VALUE_ADDED, f"with `{more}` as well {where}", new
        elif term.ast_type == ASTType.Function:
            for index, inner in enumerate(term.arguments):
                for operator, change, new in self.of_term(inner, (), around):
                    arguments = list(term.arguments)
                    arguments[index] = new
                    yield operator, change, term.update(arguments=arguments)
        elif term.ast_type == ASTType.SymbolicTerm:
            other = _after(str(term), list(domain))
            if other:
                yield (
                    Operator.VALUE_SWAPPED,
                    f"`{other}` instead of `{_written(term)}` {where}",
                    _constant(term, other),
                )

    def of_variable(self, term: AST, body: Sequence[AST]) -> list[str]:
        """Give what a variable can be, if it is the value of an attribute."""
        for literal in body:
            for atom in nodes(literal, ASTType.SymbolicAtom):
                symbol = atom.symbol
                if symbol.ast_type == ASTType.Function and str(term) in map(str, symbol.arguments):
                    index = [str(a) for a in symbol.arguments].index(str(term))
                    signature = (symbol.name, len(symbol.arguments))
                    if domain := self._domain(signature, index, symbol.arguments):
                        return domain
        return []

    def _domain(self, signature: Signature, index: int, arguments: Sequence[AST]) -> list[str]:
        if signature == HAS:
            return self._attributes.get(str(arguments[1]), []) if index == 2 else []
        if signature == READING:
            ambiguity = self._protocol.ambiguities.get(str(arguments[0]))
            return list(ambiguity.options) if ambiguity and index == 1 else []
        if signature not in self._own:
            return []
        seen = self._places[signature, index]
        for values in self._protocol.vocabulary.domains.values():
            if seen and seen.keys() <= values.keys():
                return list(values)
        return list(seen) if len(seen) > 1 else []


def _symbol(literal: AST) -> AST | None:
    """Give the function of an atom, if the literal is one."""
    if literal.ast_type != ASTType.Literal or literal.atom.ast_type != ASTType.SymbolicAtom:
        return None
    symbol = literal.atom.symbol
    return symbol if symbol.ast_type == ASTType.Function else None


def _constants(term: AST) -> Iterator[str]:
    if term.ast_type == ASTType.SymbolicTerm and term.symbol.type == SymbolType.Function:
        yield str(term)
    elif term.ast_type == ASTType.Pool:
        for option in term.arguments:
            yield from _constants(option)


def _constant(like: AST, name: str) -> AST:
    return like.update(symbol=Function(name))


def _after(name: str, domain: Sequence[str]) -> str:
    """Give the value after another one in a domain, from the last on to the first."""
    if name not in domain or len(domain) < 2:
        return ""
    return domain[(list(domain).index(name) + 1) % len(domain)]


# ---- words ----------------------------------------------------------------------------

_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|([,;])(?=\S)')


def _written(node: AST) -> str:
    """Write syntax as a person does, with a space after commas."""
    return _COMMA.sub(lambda m: m[1] or f"{m[2]} ", str(node))


def _instead(new: AST, old: AST) -> str:
    return f"`{_written(new)}` instead of `{_written(old)}`"
