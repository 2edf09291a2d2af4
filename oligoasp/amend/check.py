"""What is wrong with the rules of an amendment, before they decide about anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clingo import ast

from oligoasp.amend.format import REPLACE, Amendment
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import nearest
from oligoasp.solver.edit import STATUS_HEADS, signature

_CONSTANT = re.compile(r"[a-z]\w*")
_STRING = re.compile(r'"(.*)"')
_UNDEFINED = re.compile(r"^(?P<place>.*?:\d+): .*any rule head:\s*(?P<name>\w+)")


def problems_of_rules(
    base: Protocol, result: Protocol, amendments: Sequence[Amendment], undefined: Sequence[str]
) -> list[str]:
    """Say what is wrong with the rules of amendments.

    Args:
        base: the protocol before.
        result: the protocol with the rules, as far as it could be read.
        amendments: the amendments.
        undefined: messages of the solver about atoms that no rule defines.
    """
    problems: list[str] = []
    for amendment in amendments:
        if amendment.file is None:
            problems += _unreplaced(amendment, {})
            continue
        problems += _clauses(amendment, base, result)
        seen: dict[str, None] = {}
        for rule in amendment.rules:
            place = f"{amendment.file}:{rule.location.begin.line}"
            for one in rule.unpool():
                for problem in _names(one, result):
                    seen[f"{place}: {problem}"] = None
        problems += seen
        problems += _predicates(amendment, undefined)
    return problems


def _clauses(amendment: Amendment, base: Protocol, result: Protocol) -> Iterator[str]:
    """Compare the clauses that rules speak of with those that have words."""
    heads: dict[str, int] = {}
    for rule in amendment.rules:
        for one in rule.unpool():
            head = signature(one) or ("", 0)
            line = one.location.begin.line
            if head in STATUS_HEADS:
                found = _STRING.fullmatch(str(one.head.atom.symbol.arguments[0]))
                if found:
                    heads.setdefault(found[1], line)
            elif head == ("clause", 4):
                clause = str(one.head.atom.symbol.arguments[0]).strip('"')
                if clause in base.clauses:
                    yield (
                        f'{amendment.file}:{line}: clause {clause} exists; text("{clause}", "…") '
                        "changes its words"
                    )
                elif clause in result.clauses and not result.clauses[clause].text.strip():
                    yield f"{amendment.file}:{line}: clause {clause} is left without text"
    for clause, line in heads.items():
        if clause not in result.clauses:
            yield (
                f"{amendment.file}:{line}: clause {clause} is left without text; accepted: "
                f'clause("{clause}", inclusion or exclusion, test, "…")'
            )
    for new in result.clauses.values():
        if new.id not in base.clauses and new.tests and new.id not in heads:
            for rule in amendment.rules:
                if str(rule).startswith(f'clause("{new.id}",'):
                    yield (
                        f"{amendment.file}:{rule.location.begin.line}: clause {new.id} tests, "
                        "but no rule says when it is violated"
                    )
    yield from _unreplaced(amendment, heads)


def _unreplaced(amendment: Amendment, heads: dict[str, int]) -> Iterator[str]:
    for change in amendment.of(REPLACE):
        if change.arguments[0] not in heads:
            yield (
                f"{change.place}: clause {change.arguments[0]} is replaced by no rule; accepted: a "
                f'rule violated("{change.arguments[0]}", …), or drop'
            )


def _names(rule: ast.AST, protocol: Protocol) -> Iterator[str]:
    """Say which constants of a rule name nothing, and which numbers are no parameters."""
    walker = _Walker()
    walker(rule)
    attributes = {name for _, name in protocol.vocabulary.attributes}
    for name, arguments in walker.atoms:
        constants = [a if _CONSTANT.fullmatch(a) else "" for a in arguments]
        match name, constants:
            case "reading", [reading, option] if reading:
                if reading not in protocol.ambiguities:
                    yield unknown("reading", reading, protocol.ambiguities)
                elif option and option not in protocol.ambiguities[reading].options:
                    options = protocol.ambiguities[reading].options
                    yield unknown(f"option of reading {reading}", option, options)
            case "limit", [parameter, _] if parameter:
                if parameter not in protocol.parameters:
                    yield unknown("parameter", parameter, protocol.parameters)
            case "has", [_, attribute, value] if attribute:
                if attribute not in attributes:
                    yield unknown("attribute", attribute, attributes)
                elif value and value not in (known := _values(protocol, attribute)):
                    yield unknown(f"value of attribute {attribute}", value, known)
    for number in walker.numbers:
        yield (
            f"the number {number} in a rule; accepted: a parameter(…) and limit(name, Variable), "
            "so that its boundary is tested"
        )


def _values(protocol: Protocol, attribute: str) -> set[str]:
    """Give the words that an attribute of some kind of entry can have as its value."""
    known: set[str] = set()
    for (_, name), found in protocol.vocabulary.attributes.items():
        if name == attribute:
            known |= {"none"} if found.type == "group" else {"yes", "no"}
            known |= set(protocol.vocabulary.domains.get(found.of, ()))
    return known


def _predicates(amendment: Amendment, undefined: Iterable[str]) -> Iterator[str]:
    """Word the solver's messages about atoms that no rule defines."""
    seen: dict[str, None] = {}
    for message in undefined:
        match = _UNDEFINED.match(message)
        if match and match["place"].startswith(f"{amendment.file}:"):
            seen[
                f"{match['place']}: no rule or vocabulary defines `{match['name']}` as it is used "
                "here (the number of arguments counts too)"
            ] = None
    yield from seen


def unknown(what: str, name: str, names: Iterable[str]) -> str:
    """Say that a name does not exist, and which one was probably meant."""
    known = sorted(names)
    close = nearest(name, known)
    hint = f"did you mean `{close}`?" if close else f"known: {', '.join(known)}"
    return f"no {what} `{name}`; {hint}"


class _Walker(ast.Transformer):
    """Collects the atoms of a rule, and the numbers with which it compares or that it has."""

    def __init__(self) -> None:
        self.atoms: list[tuple[str, list[str]]] = []
        self.numbers: list[str] = []

    def visit_Function(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note an atom, or a term that looks like one."""
        self.atoms.append((node.name, [str(argument) for argument in node.arguments]))
        if node.name == "has" and len(node.arguments) == 3:
            self._number(node.arguments[2])
        return node.update(**self.visit_children(node))

    def visit_Comparison(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note the numbers that are compared with."""
        for term in (node.term, *(guard.term for guard in node.guards)):
            self._number(term)
        return node.update(**self.visit_children(node))

    def visit_Guard(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note the number that a sum is compared with."""
        self._number(node.term)
        return node.update(**self.visit_children(node))

    def _number(self, term: ast.AST) -> None:
        text = str(term).strip("()")
        if re.fullmatch(r"-?\d+", text) and text not in self.numbers:
            self.numbers.append(text)
