"""Names in rules that name nothing: a rule with one never holds, and nobody would notice.

What ships with oligoasp is checked by the tests; amendments and the files of a protocol of
one's own are checked whenever they are read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from clingo import ast

from oligoasp.protocol.files import files_of
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.errors import listing, nearest, unknown
from oligoasp.solver.edit import DECLARATIONS, DIRECTIVES, STATUS_HEADS, signature

Signature = tuple[str, int]

READ = frozenset(
    {
        *(DECLARATIONS - set(DIRECTIVES.items())),
        *STATUS_HEADS,
        ("asked_if", 4),
        ("impossible", 1),
        ("intended", 1),
        ("request", 3),
    }
)
"""Predicates that are read by Python, whether or not a rule reads them."""

MOST_FILES = 128
"""How many texts are remembered as they were read."""

_CONSTANT = re.compile(r"[a-z]\w*")
_INCLUDE = re.compile(r"^[ \t]*#include\b[^\n]*", re.MULTILINE)
_UNDEFINED = re.compile(r"^(?P<place>.*?:\d+): .*any rule head:\s*(?P<name>\w+)")


def statements(file: Path) -> list[ast.AST]:
    """Give the statements of a file that the solver has understood, without what it includes."""
    return list(statements_of(file.read_text(encoding="utf-8")))


# What is read off a text is remembered, since most files of most protocols are the same.


@lru_cache(maxsize=MOST_FILES)
def statements_of(text: str) -> tuple[ast.AST, ...]:
    """Give the statements of a text that the solver has understood, as `statements` does."""
    found: list[ast.AST] = []
    ast.parse_string(_INCLUDE.sub("", text), found.append)
    return tuple(found)


@lru_cache(maxsize=MOST_FILES)
def _rules(text: str) -> tuple[tuple[ast.AST, list[Signature]], ...]:
    """Give the rules of a text, each with the predicates that it concludes."""
    rules = (one for one in statements_of(text) if one.ast_type == ast.ASTType.Rule)
    return tuple((rule, Reader.of_head(rule)) for rule in rules)


@lru_cache(maxsize=MOST_FILES)
def _asking(text: str) -> tuple[tuple[int, ast.AST, Reader], ...]:
    """Give the rules of a text that ask for something, without pools: line, rule, what is read."""
    return tuple(
        (rule.location.begin.line, one, Reader.of(one))
        for rule, _ in _rules(text)
        if rule.body  # facts of these predicates are refused
        for one in rule.unpool()
    )


@lru_cache(maxsize=MOST_FILES)
def _asked(text: str) -> frozenset[Signature]:
    """Give the predicates that the statements of a text ask for."""
    bodies = Reader()
    for statement in statements_of(text):
        bodies.take_body(statement)
    return frozenset(bodies.read)


def place_of(files: Sequence[Path], predicate: str, name: str) -> str:
    """Find file and line of the last fact of a predicate about something, or "".

    Args:
        files: the files of the whole program.
        predicate: the predicate, whatever its number of arguments.
        name: the first argument, as plain text.
    """
    place = ""
    for file in files_of(tuple(files)):
        for statement in statements(file):
            if str(statement).startswith(f"{predicate}("):
                firsts = [one.head.atom.symbol.arguments[0] for one in statement.unpool()]
                if name in [str(first).strip('"') for first in firsts]:
                    place = f"{file}:{statement.location.begin.line}"
    return place


def problems_of(protocol: Protocol, own: Iterable[Path], undefined: Iterable[str]) -> list[str]:
    """Say what names nothing in some files of a protocol.

    Args:
        protocol: the protocol, as it was read.
        own: the files.
        undefined: messages of the solver about atoms that no rule defines.
    """
    texts = {file: file.read_text(encoding="utf-8") for file in own}
    seen: dict[str, None] = {}
    for file, text in texts.items():
        for line, rule, reader in _asking(text):
            for problem in _wrong_names(rule, reader, protocol):
                seen[f"{file}:{line}: {problem}"] = None
    heads = [(file, *rule) for file, text in texts.items() for rule in _rules(text)]
    seen |= dict.fromkeys(_unread(heads, protocol.files))
    seen |= dict.fromkeys(never_defined(texts.keys(), undefined))
    return in_order(seen)


def in_order(problems: Iterable[str]) -> list[str]:
    """Put problems with rules into the order of files and lines."""

    def place(problem: str) -> tuple[str, int]:
        file, line = re.split(r":(\d+): ", problem, maxsplit=1)[:2]
        return file, int(line)

    return sorted(problems, key=place)


def wrong_names(rule: ast.AST, protocol: Protocol) -> Iterator[str]:
    """Say which constants of a rule without pools name nothing, and which limits do not fit."""
    return _wrong_names(rule, Reader.of(rule), protocol)


def _wrong_names(rule: ast.AST, reader: Reader, protocol: Protocol) -> Iterator[str]:
    for name, arguments in reader.atoms:
        constants = [reader.equal.get(a, a) for a in arguments]
        constants = [a if _CONSTANT.fullmatch(a) else "" for a in constants]
        match name, constants:
            case "reading", [reading, option] if reading:
                if reading not in protocol.ambiguities:
                    yield unknown("reading", reading, protocol.ambiguities)
                elif option and option not in protocol.ambiguities[reading].options:
                    options = protocol.ambiguities[reading].options
                    yield unknown(f"option of reading {reading}", option, options)
            case "limit", [parameter, number]:
                if parameter and parameter not in protocol.parameters:
                    yield unknown("parameter", parameter, protocol.parameters)
                if number:
                    yield _no_number(number)
            case "has", [entity, attribute, value] if attribute:
                yield from _attribute(protocol, entity, attribute, value)
    yield from _evidence(rule, reader, protocol)
    yield from _scales(reader, protocol)


def _attribute(protocol: Protocol, entity: str, attribute: str, value: str) -> Iterator[str]:
    """Say whether an attribute, or a value of it, does not exist."""
    kinds = [PATIENT] if entity == PATIENT else list(protocol.vocabulary.kinds)
    known = dict.fromkeys(name for kind, name in protocol.vocabulary.attributes if kind in kinds)
    if attribute not in known:
        yield unknown("attribute", attribute, known)
    elif value and value not in (values := _values(protocol, kinds, attribute)):
        yield (
            unknown(f"value of attribute {attribute}", value, values)
            if values
            else _no_number(value)
        )


def _no_number(word: str) -> str:
    """Say that a word stands where a number has to, and which variable was meant."""
    variable = "".join(part.capitalize() for part in word.split("_"))
    return f"`{word}` is a word and no number; did you mean the variable `{variable}`?"


def _values(protocol: Protocol, kinds: Collection[str], attribute: str) -> list[str]:
    """Give the words that an attribute of some kinds of entry can have as its value."""
    known: dict[str, None] = {}
    for kind in kinds:
        found = protocol.vocabulary.attributes.get((kind, attribute))
        if found is not None:
            of = {"group": ("none",), "flag": ("yes", "no")}.get(found.type, ())
            known |= dict.fromkeys(of or protocol.vocabulary.domains.get(found.of, ()))
    return list(known)


def _evidence(rule: ast.AST, reader: Reader, protocol: Protocol) -> Iterator[str]:
    """Say which names in the evidence of a rule its sentence could not be made from."""
    if signature(rule) != ("violated", 2):
        return
    evidence = rule.head.atom.symbol.arguments[1]
    if evidence.ast_type != ast.ASTType.Function or not evidence.arguments:
        return
    template = protocol.phrases.get(evidence.name, "")
    words = [reader.equal.get(str(a), str(a)) for a in evidence.arguments]
    first, second, last = words[0], words[1] if len(words) > 1 else "", words[-1]
    if "{subject}" in template or "{value}" in template:
        choice = last if "{choice}" in template and len(words) > 2 else ""
        if _CONSTANT.fullmatch(second):
            choice = choice if _CONSTANT.fullmatch(choice) else ""
            yield from _attribute(protocol, first, second, choice)
    if "{limit}" in template and _CONSTANT.fullmatch(last) and last not in protocol.parameters:
        yield unknown("parameter", last, protocol.parameters)


def _scales(reader: Reader, protocol: Protocol) -> Iterator[str]:
    """Say which numbers are compared with what is none, or not on the same scale."""
    scales: dict[str, set[tuple[str, str]]] = {}
    for name, arguments in reader.atoms:
        match name, arguments:
            case "limit", [parameter, variable] if parameter in protocol.parameters:
                scale = protocol.parameters[parameter].scale
                scales.setdefault(variable, set()).add((parameter, scale))
            case "has", [_, attribute, variable]:
                found = scales.setdefault(variable, set())
                for (_, known), of in protocol.vocabulary.attributes.items():
                    if known == attribute and of.type == "number":
                        found.add((attribute, of.of))
    for one, other in reader.compared:
        for number, word in ((one, other), (other, one)):
            if scales.get(number) and _CONSTANT.fullmatch(word):
                yield _no_number(word)
        pairs = [(a, b) for a in scales.get(one, ()) for b in scales.get(other, ())]
        if pairs and all(a[1] != b[1] for a, b in pairs):
            (name, scale), (limit, wrong) = min(pairs)
            yield (
                f"{name} is a number on the scale {scale}, {limit} one on the scale {wrong}; "
                "accepted: numbers of one scale"
            )


def unread(
    rules: Sequence[tuple[Path, ast.AST]], files: Sequence[Path], *, amending: bool = False
) -> Iterator[str]:
    """Say which rules conclude something that nothing reads.

    Args:
        rules: the rules, each with its file.
        files: the files of the whole program.
        amending: they are those of an amendment, so an instruction may have been meant.
    """
    heads = [(file, rule, Reader.of_head(rule)) for file, rule in rules]
    return _unread(heads, [*files, *dict(rules)], amending=amending)


def _unread(
    heads: Sequence[tuple[Path, ast.AST, list[Signature]]],
    files: Sequence[Path],
    *,
    amending: bool = False,
) -> Iterator[str]:
    wanted = {s for _, _, found in heads for s in found} - READ
    if not wanted:
        return
    read: set[Signature] = set()
    for file in {*files_of(tuple(files)), *files}:
        read |= _asked(file.read_text(encoding="utf-8"))
    wanted -= read
    for file, rule, found in heads:
        for name, arity in found:
            if (name, arity) in wanted:
                place = f"{file}:{rule.location.begin.line}"
                yield f"{place}: {_useless(name, arity, rule, read, amending=amending)}"


def _useless(
    name: str, arity: int, rule: ast.AST, read: Collection[Signature], *, amending: bool
) -> str:
    """Say that nothing reads a predicate, and what was probably meant."""
    known = {*READ, *read}
    arities = sorted(n for other, n in known if other == name)
    if arities:
        numbers = listing(map(str, arities))
        given = f"{arity} argument{'s' * (arity != 1)}"
        return f"`{name}` is given {given}, and nothing reads it so; accepted: {numbers}"
    if amending and not rule.body:
        close = nearest(name, DIRECTIVES) or nearest(name, sorted({n for n, _ in known}))
        hint = f"did you mean `{close}`?" if close else f"known: {', '.join(DIRECTIVES)}"
        return f"unknown instruction `{name}`; {hint}"
    close = nearest(name, sorted({n for n, _ in known}))
    hint = f"did you mean `{close}`?" if close else "accepted: what some rule asks for"
    return f"nothing reads `{name}`; {hint}"


def never_defined(files: Collection[Path], undefined: Iterable[str]) -> Iterator[str]:
    """Word the solver's messages about atoms in some files that no rule defines."""
    for message in undefined:
        match = _UNDEFINED.match(message)
        if match and Path(match["place"].rpartition(":")[0]) in files:
            yield (
                f"{match['place']}: no rule or vocabulary defines `{match['name']}` as it is used "
                "here (the number of arguments counts too)"
            )


class Reader(ast.Transformer):
    """Collects what a rule asks for, compares and has as numbers.

    Attributes:
        atoms: its atoms, and the terms that look like one, with their arguments as text.
        numbers: the numbers with which it compares or that an entry has.
        equal: the constants that its variables are said to be.
        compared: pairs of terms that are compared.
        read: the predicates of atoms.
    """

    def __init__(self) -> None:
        self.atoms: list[tuple[str, list[str]]] = []
        self.numbers: list[str] = []
        self.equal: dict[str, str] = {}
        self.compared: list[tuple[str, str]] = []
        self.read: set[Signature] = set()

    @classmethod
    def of(cls, rule: ast.AST) -> Reader:
        """Read a rule."""
        reader = cls()
        reader(rule)
        return reader

    @classmethod
    def of_head(cls, rule: ast.AST) -> list[Signature]:
        """Give the predicates that a rule concludes."""
        if plain := signature(rule):
            return [plain]
        reader = cls()
        if rule.head.ast_type == ast.ASTType.Literal:
            reader.visit(rule.head)
        for element in _elements(rule.head):
            reader.visit(element.literal)
        return sorted(reader.read)

    def take_body(self, statement: ast.AST) -> None:
        """Take in what a statement asks for, without what it concludes."""
        if statement.ast_type == ast.ASTType.ShowSignature:
            self.read.add((statement.name, statement.arity))
        elif statement.ast_type != ast.ASTType.Rule:
            self.visit_children(statement)
        else:
            self.visit_sequence(statement.body)
            for element in _elements(statement.head):
                self.visit_sequence(element.condition)

    def visit_Rule(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Go through a rule; that exactly one of several holds is no number of the protocol's."""
        if _chooses_one(node.head):
            self.visit_sequence(node.head.elements)
        else:
            self.visit(node.head)
        self.visit_sequence(node.body)
        return node

    def visit_SymbolicAtom(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note the predicate of an atom."""
        symbol = node.symbol
        while symbol.ast_type == ast.ASTType.UnaryOperation:
            symbol = symbol.argument
        pool = symbol.arguments if symbol.ast_type == ast.ASTType.Pool else [symbol]
        for one in pool:
            if one.ast_type == ast.ASTType.Function:
                self.read.add((one.name, len(one.arguments)))
        self.visit_children(node)
        return node

    def visit_Function(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note an atom, or a term that looks like one."""
        self.atoms.append((node.name, [str(argument) for argument in node.arguments]))
        if node.name == "has" and len(node.arguments) == 3:
            self._number(node.arguments[2])
        self.visit_children(node)
        return node

    def visit_Comparison(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note what is compared."""
        terms = [node.term, *(guard.term for guard in node.guards)]
        for term in terms:
            self._number(term)
        texts = [str(term) for term in terms]
        self.compared += pairwise(texts)
        if len(texts) == 2 and node.guards[0].comparison == ast.ComparisonOperator.Equal:
            self.equal[texts[0]] = texts[1]
        self.visit_children(node)
        return node

    def visit_Guard(self, node: ast.AST) -> ast.AST:  # noqa: N802 - clingo's name
        """Note the number that a sum is compared with."""
        self._number(node.term)
        self.visit_children(node)
        return node

    def _number(self, term: ast.AST) -> None:
        text = str(term).strip("()")
        if re.fullmatch(r"-?\d+", text) and text not in self.numbers:
            self.numbers.append(text)


def _chooses_one(head: ast.AST) -> bool:
    """Tell whether a head is a choice of exactly one."""
    if head.ast_type != ast.ASTType.Aggregate or head.right_guard is not None:
        return False
    guard = head.left_guard
    equal = guard is not None and guard.comparison == ast.ComparisonOperator.Equal
    return equal and str(guard.term) == "1"


def _elements(head: ast.AST) -> list[ast.AST]:
    """Give the parts of a head that is more than one literal, each with its condition."""
    if head.ast_type in (ast.ASTType.Literal, ast.ASTType.TheoryAtom):
        return []
    if head.ast_type == ast.ASTType.HeadAggregate:
        return [element.condition for element in head.elements]
    return list(head.elements)
