"""Logic programs as files: what they say as facts, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import clingo
from clingo import Symbol, SymbolType

from oligoasp.solver.ahead import Ahead
from oligoasp.solver.atoms import Atoms

if TYPE_CHECKING:
    from oligoasp.solver.edit import Edit

__all__ = ["Facts", "GroundRules", "ProgramError", "Symbol", "Term", "load_control", "text"]

_LOCATION = re.compile(
    r"^(?P<file>.*?):(?P<line>\d+):(?P<column>[\d-]+):? (?P<rest>.*)$", re.DOTALL
)
_UNSAFE = re.compile(r"note: '(\w+)' is unsafe")

OPTIONS = ("--heuristic=Vsids", "--no-init-moms")
"""Many small questions are asked, so starting to solve has to be cheap."""


ASKING = (*(o for o in OPTIONS if not o.startswith("--heuristic")), "--heuristic=Domain")
"""Options of sessions that can also be asked for the person nearest to the typical one."""


class ProgramError(Exception):
    """A logic program that cannot be used: every message with its file and line."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


class GroundRules(clingo.Observer):
    """Collects the ground rules of a program.

    ``plain`` has choice, heads and body of each rule; ``weighted`` choice, heads, bound and
    weighted body of each that counts or adds up. ``places`` says after how many of the plain
    rules each of these comes. ``all`` says that the program has nothing but rules.
    """

    def __init__(
        self,
        plain: Iterable[tuple[bool, Sequence[int], Sequence[int]]] = (),
        weighted: Iterable[tuple[bool, Sequence[int], int, Sequence[tuple[int, int]]]] = (),
        places: Iterable[int] = (),
    ) -> None:
        self.plain = list(plain)
        self.weighted = list(weighted)
        self.places = list(places)
        self.all = True

    def rule(self, choice: bool, head: Sequence[int], body: Sequence[int]) -> None:
        """Take in a rule."""
        self.plain.append((choice, head, body))

    def weight_rule(
        self, choice: bool, head: Sequence[int], lower_bound: int, body: Sequence[tuple[int, int]]
    ) -> None:
        """Take in a rule whose body is a weight constraint."""
        self.weighted.append((choice, head, lower_bound, body))
        self.places.append(len(self.plain))

    def _other(self, *_: Any, **__: Any) -> None:
        self.all = False

    minimize = external = heuristic = project = acyc_edge = theory_element = _other

    def aspif(self) -> str:
        """Write the rules in the order of the program in clingo's intermediate format."""
        lines = [
            f"1 {choice:d} {_counted(heads)} 0 {_counted(body)}"
            for choice, heads, body in self.plain
        ]
        for place, rule in reversed([*zip(self.places, self.weighted, strict=True)]):
            choice, heads, bound, body = rule
            terms = [number for term in body for number in term]
            said = " ".join(map(str, (len(body), *terms)))
            lines.insert(place, f"1 {choice:d} {_counted(heads)} 1 {bound} {said}")
        return "\n".join(["asp 1 0 0", *lines, "0", ""])

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


def _counted(numbers: Sequence[int]) -> str:
    return " ".join(map(str, (len(numbers), *numbers)))


class Program:
    """The files of a program that clingo has read, and what it says about them.

    Args:
        files: the files, in any order.
        options: command-line options for clingo.
        edit: what amendments change in the rules.

    Raises:
        ProgramError: a file is missing or does not parse.
    """

    def __init__(
        self, files: Sequence[Path], options: Sequence[str] = (), edit: Edit | None = None
    ) -> None:
        self._messages: list[str] = []
        self._undefined: list[str] = []
        self._control = clingo.Control(list(options), logger=self._log, message_limit=50)
        for file in files:
            if not file.is_file():
                raise ProgramError([f"{file}: no such file of the protocol"])
        with self._understood():
            if edit is not None and edit.touches:
                edit.load(self._control, files, self._log)
            else:
                for file in files:
                    self._control.load(str(file))

    def ground(
        self,
        extra: str = "",
        observer: GroundRules | None = None,
        undefined: list[str] | None = None,
    ) -> clingo.Control:
        """Ground the program, once.

        Args:
            extra: facts to add, as program text.
            observer: takes in the ground rules.
            undefined: takes in the messages about atoms that no rule defines.

        Raises:
            ProgramError: it cannot be grounded.
        """
        if observer is not None:
            self._control.register_observer(observer)
        with self._understood():
            if extra:
                self._control.add("base", [], extra)
            self._control.ground([("base", [])])
        if undefined is not None:
            undefined += self._undefined
        return self._control

    def _log(self, code: clingo.MessageCode, message: str) -> None:
        if code == clingo.MessageCode.AtomUndefined:
            self._undefined.append(shorten(message.strip()))
        elif code != clingo.MessageCode.GlobalVariable:
            self._messages.append(message.strip())

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Turn what clingo says of a program that is wrong into an error."""
        try:
            yield
        except RuntimeError as error:
            said = [shorten(m) for m in self._messages] or [str(error)]
            raise ProgramError(said) from None
        if self._messages:
            raise ProgramError([shorten(m) for m in self._messages])


_begun: dict[tuple[tuple[Path, ...], tuple[str, ...]], list[Ahead[Program]]] = {}


def read_ahead(files: tuple[Path, ...], options: tuple[str, ...], number: int) -> None:
    """Begin to read files for programs that `load_control` will soon be asked for.

    Args:
        files: the files of the programs.
        options: their options.
        number: how many programs.
    """
    begun = _begun.setdefault((files, options), [])
    begun += [Ahead(lambda: Program(files, options)) for _ in range(number)]


def all_read() -> None:
    """Wait until all that `read_ahead` began has been read, so that no thread is left of it."""
    for begun in _begun.values():
        for program in begun:
            program.wait()


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
    begun = _begun.get((tuple(files), tuple(options)), [])
    if edit is not None and edit.touches:
        begun = []
    try:
        reading = begun.pop(0)  # in one step: two threads may ask at once
    except IndexError:
        program = Program(files, options, edit)
    else:
        program = reading.result()
    if edit is not None:
        extra += edit.text
    return program.ground(extra, observer, undefined)


def shorten(message: str) -> str:
    """Give a message of the solver in one line: file, line, what is wrong."""
    match = _LOCATION.match(message)
    if not match:
        return message
    said = " ".join(match["rest"].split())
    if plain := _in_plain_words(said):
        said = f"{plain} (the solver says: {said})"
    return f"{match['file']}:{match['line']}: {said}"


def _in_plain_words(said: str) -> str:
    """Say what is wrong with a rule to somebody who does not know the solver, or ""."""
    if said.startswith("error: unsafe variables"):
        names = list(dict.fromkeys(_UNSAFE.findall(said)))
        which = f"the variable{'s' * (len(names) > 1)} {', '.join(names)} of this rule"
        stand, it = ("stands", "it") if len(names) == 1 else ("stand", "they")
        return f"{which} {stand} in no condition that says what {it} can be; is a name misspelled?"
    if said.startswith(("error: syntax error", "error: lexer error")):
        return (
            "this is not a rule; is a full stop, a bracket or a quotation mark missing on this "
            "line or the one above?"
        )
    return ""


_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(-?\w+)(?:\(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\))?')
_ESCAPED = re.compile(r"\\(.)")


class Term(NamedTuple):
    """A term with arguments, such as choice(sex): all as plain text."""

    name: str
    arguments: tuple[str, ...] = ()


class Facts:
    """The facts of a grounded program, by predicate, as plain text."""

    def __init__(self, control: clingo.Control) -> None:
        self._atoms = Atoms(control)

    def rows(self, name: str, arity: int) -> Iterator[tuple[str, ...]]:
        """Give the arguments of every atom ``name/arity`` as text, in the order of the files.

        Strings lose their quotes; of a term with arguments only its name is given.
        """
        for arguments, _ in self._atoms.of(name, arity):
            found = _ARGUMENT.findall(arguments)
            yield tuple([constant or _unescaped(quoted) for quoted, constant, _ in found])

    def pairs(self, name: str) -> dict[str, str]:
        """Give the two arguments of every atom ``name/2`` as text, the first as key."""
        return {row[0]: row[1] for row in self.rows(name, 2)}

    def terms(self, name: str, arity: int) -> Iterator[tuple[Term, ...]]:
        """Give the arguments of every atom ``name/arity`` as terms."""
        for arguments, _ in self._atoms.of(name, arity):
            yield tuple(_terms(arguments))


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


def unquoted(text: str) -> str:
    """Give a term that is written as text as plain text, a string without its quotes."""
    return _unescaped(text[1:-1]) if text.startswith('"') else text


def text(symbol: Symbol) -> str:
    """Give a symbol as plain text: a string without its quotes, else as clingo writes it."""
    return symbol.string if symbol.type == SymbolType.String else str(symbol)
