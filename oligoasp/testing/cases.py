"""What a case is, and how its expectations are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from oligoasp.decide import Status, Verdict
from oligoasp.record.errors import Problem, RecordError, join, listing, nearest
from oligoasp.record.read import Record
from oligoasp.record.source import Document
from oligoasp.record.value import Value, show

VERDICT, CLAUSES = "verdict", "clauses"
MAPPING = "fields with their values"

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a case expects, with the line on which each expectation stands.

    ``lines`` has the key ``verdict`` or a clause id.
    """

    verdict: Verdict | None = None
    statuses: dict[str, Status] = field(default_factory=dict)
    lines: dict[str, int | None] = field(default_factory=dict)

    def overridden_by(self, other: Expectations) -> Expectations:
        """Give these expectations with another's in their place where it has any."""
        return Expectations(
            other.verdict or self.verdict, {**self.statuses, **other.statuses}, other.lines
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A record with what is expected of it.

    ``clause`` is what a variation is about (an id, or the beginning of several), or empty.
    ``readings`` has the options as which the text is read, by ambiguity, other than the
    defaults; ``places`` where each stands: its line and its path.
    """

    file: str
    line: int | None
    name: str
    clause: str
    record: Record
    expect: Expectations
    readings: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, tuple[int | None, str]] = field(default_factory=dict)


def read_expectations(document: Document, place: str, given: Value) -> Expectations:
    """Read expectations: a verdict and, in ``clauses`` or beside it, statuses by clause.

    Args:
        document: the file.
        place: the path of the expectations in it.
        given: what stands there.

    Raises:
        RecordError: they cannot be read.
    """
    accepted = f"a {VERDICT} and the status of clauses"
    if not isinstance(given, dict) or not given:
        raise refused(document, place, show(given), accepted)
    stated = {f"{place}.{clause}": (clause, status) for clause, status in given.items()}
    if CLAUSES in given:
        inner = f"{place}.{CLAUSES}"
        statuses = mapping(document, inner, given[CLAUSES])
        only_keys(document, place, given, (VERDICT, CLAUSES))
        del stated[inner]
        stated |= {f"{inner}.{clause}": (clause, status) for clause, status in statuses.items()}
        if not stated:
            raise refused(document, inner, show(given[CLAUSES]), accepted)
    verdict: Verdict | None = None
    found: dict[str, Status] = {}
    lines: dict[str, int | None] = {}
    for path, (name, word) in stated.items():
        lines[name] = document.where(path)
        if name == VERDICT:
            verdict = _word(document, path, word, Verdict)
        else:
            found[name] = _word(document, path, word, Status)
    return Expectations(verdict, found, lines)


def read_readings(
    document: Document, place: str, given: Value
) -> tuple[dict[str, str], dict[str, tuple[int | None, str]]]:
    """Read the readings of the text under which a case holds.

    Args:
        document: the file.
        place: the path of the readings in it.
        given: what stands there; may be nothing.

    Returns:
        The option by ambiguity, and the line and path of each.

    Raises:
        RecordError: they cannot be read.
    """
    chosen: dict[str, str] = {}
    places: dict[str, tuple[int | None, str]] = {}
    for name, option in mapping(document, place, given).items():
        path = join(place, name)
        if not isinstance(option, str):
            raise refused(document, path, show(option), "the name of an option")
        chosen[name] = str(option)
        places[name] = document.where(path), path
    return chosen, places


def _word(document: Document, path: str, word: Value, words: type[_Word]) -> _Word:
    names = [str(known) for known in words]
    if not isinstance(word, str) or word not in names:
        raise refused(document, path, show(word), listing(names), nearest(str(word), names))
    return words(word)


def mapping(document: Document, path: str, given: Value) -> dict[str, Value]:
    """Give a value that has to be a mapping; nothing stands for an empty one.

    Raises:
        RecordError: it is something else.
    """
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise refused(document, path, show(given), MAPPING)
    return given


def text(document: Document, path: str, given: Value) -> str:
    """Give a value that has to be text; nothing stands for an empty one.

    Raises:
        RecordError: it is a list, a mapping or a boolean.
    """
    if given is None:
        return ""
    if not isinstance(given, str):
        raise refused(document, path, show(given), "text")
    return str(given)


def only_keys(document: Document, path: str, given: dict[str, Value], keys: Iterable[str]) -> None:
    """Refuse keys that nothing is known of.

    Raises:
        RecordError: with every such key.
    """
    known = list(keys)
    problems = [
        problem(document, join(path, key), "an unknown field", listing(known), nearest(key, known))
        for key in given
        if key not in known
    ]
    if problems:
        raise RecordError(problems)


def problem(
    document: Document, path: str, found: str, accepted: str, suggestion: str = ""
) -> Problem:
    """Describe what is wrong with a field of a case file."""
    line = document.where(path)
    return Problem(document.source, line, None, path, found, accepted, suggestion)


def refused(
    document: Document, path: str, found: str, accepted: str, suggestion: str = ""
) -> RecordError:
    """Make the error for one thing that is wrong with a case file."""
    return RecordError([problem(document, path, found, accepted, suggestion)])


def moved(error: RecordError, source: str, line: int | None) -> RecordError:
    """Say of an error in a record that is made by a case where the case stands."""
    return RecordError(
        replace(item, source=source, line=item.line or line) for item in error.problems
    )
