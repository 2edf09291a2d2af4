"""Reading amendments: from a small file of facts and rules, or from the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import clingo
from clingo import ast

from oligoasp.protocol.files import stray_signs
from oligoasp.record.errors import nearest
from oligoasp.solver.edit import DIRECTIVES, signature
from oligoasp.solver.program import ProgramError, shorten

FOLDER = "amendments"
COMMAND_LINE = "try"
"""The id of the amendment that the options of a command line make up."""

SET, CHOOSE, DROP, REPLACE, TEXT = "set", "choose", "drop", "replace", "text"
FORMS = {
    "amendment": 'amendment("id", "title", "rationale", "base version")',
    SET: 'set(parameter, "value", "unit")',
    CHOOSE: "choose(reading, option)",
    DROP: 'drop("clause")',
    REPLACE: 'replace("clause")',
    TEXT: 'text("clause", "new words")',
}
IGNORED = {ast.ASTType.Comment, ast.ASTType.Defined}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an amendment changes.

    Attributes:
        kind: what is changed: set, choose, drop, replace or text.
        arguments: the arguments as plain text; of a parameter set on the command line, the
            unit may be empty and is that of the parameter then.
        place: file and line, or the option.
    """

    kind: str
    arguments: tuple[str, ...]
    place: str

    @property
    def subject(self) -> tuple[str, str]:
        """What is changed: a parameter, a reading, the rules of a clause, or its words."""
        kind = DROP if self.kind == REPLACE else self.kind
        return kind, self.arguments[0]


@dataclass(frozen=True)
class Amendment:
    """A patch of a protocol.

    Attributes:
        id: its short name.
        title: what it does.
        rationale: why.
        base: the version of the protocol that it was written for; empty for any.
        place: file and line of its header, or the command line.
        changes: what it changes, in order.
        file: the file, if it has rules or declarations of its own.
        rules: these rules and declarations.
    """

    id: str
    title: str
    rationale: str
    base: str
    place: str
    changes: tuple[Change, ...] = ()
    file: Path | None = None
    rules: tuple[ast.AST, ...] = ()

    def of(self, kind: str) -> Iterator[Change]:
        """Give the changes of a kind."""
        return (change for change in self.changes if change.kind == kind)


def find_amendment(name: str, folder: Path) -> Path:
    """Find an amendment: a file, or the name of one under the protocol's folder.

    Args:
        name: a path, or the name of a file in ``amendments`` without its ending.
        folder: the folder of the protocol.

    Raises:
        ProgramError: there is none; the message lists those that the protocol has.
    """
    own = folder / FOLDER
    for file in (Path(name), own / name, own / f"{name}.lp"):
        if file.is_file():
            return file
    known = sorted(file.stem for file in own.glob("*.lp"))
    close = nearest(name, known)
    hint = f"; did you mean `{close}`?" if close else ""
    listed = f"; known: {', '.join(known)}" if known else ""
    raise ProgramError([f"no amendment `{name}`{hint}{listed}; or a path of a file"])


def read_amendments(names: Iterable[str], folder: Path) -> list[Amendment]:
    """Read amendments by name or path.

    Raises:
        ProgramError: one does not exist or cannot be read; with the mistakes of all.
    """
    found: list[Amendment] = []
    problems: list[str] = []
    for name in names:
        try:
            found.append(read_amendment(find_amendment(name, folder)))
        except ProgramError as error:
            problems += error.messages
    if problems:
        raise ProgramError(problems)
    return found


def read_amendment(file: Path) -> Amendment:
    """Read an amendment.

    Args:
        file: a logic program whose facts say what changes; what else is in it are rules
            of the amended protocol.

    Raises:
        ProgramError: the file does not parse, or a fact has the wrong form; with every
            such mistake and its line.
    """
    if problems := stray_signs([file]):
        raise ProgramError(problems)
    messages: list[str] = []
    statements: list[ast.AST] = []

    def log(_: clingo.MessageCode, message: str) -> None:
        messages.append(shorten(message.strip()))

    try:
        ast.parse_files([str(file)], statements.append, logger=log)
    except RuntimeError as error:
        raise ProgramError(messages or [f"{file}: {error}"]) from None
    reader = _Reader(file)
    for statement in statements[1:]:
        reader.take(statement)
    return reader.amendment()


def from_options(sets: Iterable[str], drops: Iterable[str], readings: Iterable[str]) -> Amendment:
    """Make an amendment from the options of a command line.

    Args:
        sets: PARAMETER=VALUE, with the unit after the value if it is another one.
        drops: clauses.
        readings: NAME=OPTION.

    Raises:
        ProgramError: an option has the wrong form.
    """
    changes: list[Change] = []
    problems: list[str] = []
    for kind, given, form in ((SET, sets, "PARAMETER=VALUE"), (CHOOSE, readings, "NAME=OPTION")):
        option = "--set" if kind == SET else "--reading"
        for text in given:
            name, equals, value = (part.strip() for part in text.partition("="))
            if not (name and equals and value):
                problems.append(f"{option} `{text}`: accepted: {form}")
                continue
            number, _, unit = value.partition(" ")
            arguments = (name, number, unit.strip()) if kind == SET else (name, value)
            changes.append(Change(kind, arguments, f"{option} {text}"))
    changes += [Change(DROP, (clause,), f"--drop {clause}") for clause in drops]
    if problems:
        raise ProgramError(problems)
    return Amendment(
        COMMAND_LINE, "changes on the command line", "", "", "command line", tuple(changes)
    )


class _Reader:
    """Takes in the statements of one file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._header: tuple[str, ...] | None = None
        self._place = str(file)
        self._changes: list[Change] = []
        self._rules: list[ast.AST] = []
        self._problems: list[str] = []

    def take(self, statement: ast.AST) -> None:
        """Take in a statement."""
        place = f"{self._file}:{statement.location.begin.line}"
        if statement.ast_type in IGNORED:
            return
        if statement.ast_type != ast.ASTType.Rule:
            self._problems.append(
                f"{place}: `{statement}` has no place in an amendment; accepted: facts and rules"
            )
            return
        name = (signature(statement) or ("", 0))[0]
        if name in DIRECTIVES:
            for one in statement.unpool():
                self._directive(name, one, place)
        elif wrong := _wrong_form(statement):
            self._problems.append(f"{place}: {wrong}")
        else:
            self._rules.append(statement)

    def _directive(self, name: str, fact: ast.AST, place: str) -> None:
        arguments = [_plain(argument) for argument in fact.head.atom.symbol.arguments]
        if fact.body or len(arguments) != DIRECTIVES[name] or None in arguments:
            self._problems.append(f"{place}: `{fact}`; accepted: {FORMS[name]}")
            return
        texts = tuple(argument or "" for argument in arguments)
        if name != "amendment":
            self._changes.append(Change(name, texts, place))
        elif self._header is not None:
            self._problems.append(f"{place}: a second amendment/4; accepted: one per file")
        else:
            self._header, self._place = texts, place
            if not texts[0].strip() or not texts[1].strip():
                self._problems.append(f"{place}: an amendment needs an id and a title")

    def amendment(self) -> Amendment:
        """Give the amendment.

        Raises:
            ProgramError: something is wrong with the file.
        """
        if self._header is None:
            self._problems.insert(0, f"{self._file}: no header; accepted: {FORMS['amendment']}")
        if self._problems or self._header is None:
            raise ProgramError(self._problems)
        rules = tuple(self._rules)
        file = self._file.resolve() if rules else None
        name, title, rationale, base = self._header
        return Amendment(
            name, title, rationale, base, self._place, tuple(self._changes), file, rules
        )


def _plain(argument: ast.AST) -> str | None:
    """Give a constant, a number or a string as plain text, or None for any other term."""
    if argument.ast_type != ast.ASTType.SymbolicTerm:
        return None
    symbol = argument.symbol
    return symbol.string if symbol.type == clingo.SymbolType.String else str(symbol)


def _wrong_form(rule: ast.AST) -> str:
    """Say what is wrong with the form of a rule, if anything is."""
    head = rule.head
    if head.ast_type == ast.ASTType.Aggregate:
        return ""
    if head.ast_type != ast.ASTType.Literal or head.sign:
        return f"`{rule}`: accepted: a rule with one head"
    if signature(rule) is None:
        return (
            "a constraint would remove patients rather than exclude them; "
            'accepted: violated("clause", evidence) :- …'
        )
    return ""
