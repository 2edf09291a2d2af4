"""Logic programs as files: what they say as facts, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import clingo
from clingo import Symbol, SymbolType

if TYPE_CHECKING:
    from oligoasp.solver.edit import Edit

__all__ = ["Facts", "GroundRules", "ProgramError", "Symbol", "Term", "load_control", "text"]

_LOCATION = re.compile(
    r"^(?P<file>.*?):(?P<line>\d+):(?P<column>[\d-]+):? (?P<rest>.*)$", re.DOTALL
)


class ProgramError(Exception):
    """A logic program that cannot be used: every message with its file and line."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


class GroundRules(clingo.Observer):
    """Collects the ground rules of a program.

    ``plain`` has choice, heads and body of each rule; ``weighted`` choice, heads, bound and
    weighted body of each that counts or adds up.
    """

    def __init__(self) -> None:
        self.plain: list[tuple[bool, Sequence[int], Sequence[int]]] = []
        self.weighted: list[tuple[bool, Sequence[int], int, Sequence[tuple[int, int]]]] = []

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        """Take in a rule."""
        self.plain.append((choice, head, body))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        """Take in a rule whose body is a weight constraint."""
        self.weighted.append((choice, head, lower_bound, body))

    @property
    def bare(self) -> list[tuple[Sequence[int], Sequence[int]]]:
        """The rules as heads and the literals of their bodies."""
        return [(head, body) for _, head, body in self.plain] + [
            (head, [literal for literal, _ in body]) for _, head, _, body in self.weighted
        ]

    @property
    def counting(self) -> set[int]:
        """The heads of rules that count or add up."""
        return {head for _, heads, _, _ in self.weighted for head in heads}

    @property
    def chosen(self) -> set[int]:
        """The heads of choices."""
        chosen = [heads for choice, heads, _ in self.plain if choice]
        chosen += [heads for choice, heads, _, _ in self.weighted if choice]
        return {head for heads in chosen for head in heads}


def load_control(
    files: Sequence[Path],
    extra: str = "",
    options: Sequence[str] = (),
    observer: GroundRules | None = None,
    edit: Edit | None = None,
    undefined: list[str] | None = None,
) -> clingo.Control:
    """Load and ground a program.

    Args:
        files: the files of the program, in any order.
        extra: facts to add, as program text.
        options: command-line options for clingo.
        observer: takes in the ground rules.
        edit: what amendments change in the rules.
        undefined: takes in the messages about atoms that no rule defines.

    Returns:
        The grounded control object.

    Raises:
        ProgramError: a file is missing, does not parse or cannot be grounded.
    """
    messages: list[str] = []

    def log(code: clingo.MessageCode, message: str) -> None:
        if code == clingo.MessageCode.AtomUndefined and undefined is not None:
            undefined.append(shorten(message.strip()))
        if code in (clingo.MessageCode.AtomUndefined, clingo.MessageCode.GlobalVariable):
            return
        messages.append(message.strip())

    control = clingo.Control(list(options), logger=log, message_limit=50)
    if observer is not None:
        control.register_observer(observer)
    try:
        for file in files:
            if not file.is_file():
                raise ProgramError([f"{file}: no such file of the protocol"])
        if edit is not None and edit.touches:
            edit.load(control, files, log)
        else:
            for file in files:
                control.load(str(file))
        if edit is not None:
            extra += edit.text
        if extra:
            control.add("base", [], extra)
        control.ground([("base", [])])
    except RuntimeError as error:
        raise ProgramError([shorten(m) for m in messages] or [str(error)]) from None
    if messages:
        raise ProgramError([shorten(m) for m in messages])
    return control


def shorten(message: str) -> str:
    """Give a message of the solver in one line: file, line, what is wrong."""
    match = _LOCATION.match(message)
    if not match:
        return message
    return f"{match['file']}:{match['line']}: {' '.join(match['rest'].split())}"


_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(-?\w+)(?:\(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\))?')
_ESCAPED = re.compile(r"\\(.)")


class Term(NamedTuple):
    """A term with arguments, such as choice(sex): all as plain text."""

    name: str
    arguments: tuple[str, ...] = ()


class Facts:
    """The facts of a grounded program, by predicate, as plain text.

    Text is read off whole atoms, which is much faster than asking for each argument.
    """

    def __init__(self, control: clingo.Control) -> None:
        self._control = control

    def rows(self, name: str, arity: int) -> Iterator[tuple[str, ...]]:
        """Give the arguments of every atom ``name/arity`` as text, in the order of the files.

        Strings lose their quotes; of a term with arguments only its name is given.
        """
        for row in self.terms(name, arity):
            yield tuple([term.name for term in row])

    def pairs(self, name: str) -> dict[str, str]:
        """Give the two arguments of every atom ``name/2`` as text, the first as key."""
        return {row[0]: row[1] for row in self.rows(name, 2)}

    def terms(self, name: str, arity: int) -> Iterator[tuple[Term, ...]]:
        """Give the arguments of every atom ``name/arity`` as terms."""
        start = len(name) + 1
        for atom in self._control.symbolic_atoms.by_signature(name, arity):
            yield tuple(_terms(str(atom.symbol)[start:-1]))


def _terms(arguments: str) -> Iterator[Term]:
    for quoted, name, inner in _ARGUMENT.findall(arguments):
        if name:
            yield Term(name, tuple([t.name for t in _terms(inner)]) if inner else ())
        else:
            yield Term(_unescaped(quoted))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], text)


def text(symbol: Symbol) -> str:
    """Give a symbol as plain text: a string without its quotes, else as clingo writes it."""
    return symbol.string if symbol.type == SymbolType.String else str(symbol)
