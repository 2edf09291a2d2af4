"""A piece of a cohort as data: what its records say with exact numbers, and what was decided.

What is said of an attribute is numbered within the piece, attribute by attribute, so a piece
depends on nothing but its own records. Numbers are kept as exact codes of their scale: which
of them are alike depends on the limits that a protocol has when the piece is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from oligoasp.batch import Outcome, names_of
from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.decide import Status, Verdict
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import THE_PATIENT, Fact, Situation

Said: TypeAlias = tuple[Any, ...]
"""A fact as data: whether it is sure, whether it is a default, and its values."""
Data: TypeAlias = dict[str, Any]

LETTERS = {
    Status.MET: "m",
    Status.NOT_MET: "n",
    Status.ABSENT: "a",
    Status.PRESENT: "p",
    Status.UNKNOWN: "u",
    Status.NOT_APPLICABLE: "-",
}
_OF_LETTERS = {letter: status for status, letter in LETTERS.items()}


class Place(NamedTuple):
    """Where a record stands: its id, source and line."""

    record: str
    source: str
    line: int | None


class _Numbered(dict[Any, int]):
    """Numbers things in the order in which they first occur."""

    def __missing__(self, thing: object) -> int:
        number = self[thing] = len(self)
        return number


def said_data(names: Mapping[str, Sequence[str]], situations: Sequence[Situation]) -> Data:
    """Write down what records say.

    Args:
        names: the attributes of each kind.
        situations: the records, compiled with exact numbers.
    """
    said = {kind: {name: _Numbered({None: 0}) for name in of} for kind, of in names.items()}

    def row(kind: str, facts: Mapping[str, Fact]) -> Row:
        return tuple([numbered[facts.get(name)] for name, numbered in said[kind].items()])

    patients = [row(PATIENT, situation.said[THE_PATIENT]) for situation in situations]
    rows = {kind: _Numbered() for kind in names if kind != PATIENT}
    entries = {
        kind: [
            [numbered[row(kind, s.said[kind, n])] for n in range(1, len(s.ids[kind]) + 1)]
            for s in situations
        ]
        for kind, numbered in rows.items()
    }
    table = {PATIENT: patients, **{kind: list(numbered) for kind, numbered in rows.items()}}
    return {
        "said": {
            kind: {
                name: [[f.sure, f.default, *f.values] for f in numbered if f is not None]
                for name, numbered in of.items()
                if len(numbered) > 1
            }
            for kind, of in said.items()
        },
        "rows": {
            kind: {
                name: column
                for name, column in zip(names[kind], zip(*of, strict=True), strict=True)
                if any(column)
            }
            for kind, of in table.items()
            if of
        },
        "entries": {kind: of for kind, of in entries.items() if any(of)},
        "more": [[kind for kind in rows if kind in s.open_lists] for s in situations],
    }


def decided_data(outcomes: Iterable[Outcome | None]) -> Data:
    """Write down what was decided; None stands for a record that cannot be true."""
    numbered = _Numbered()
    of_records = [
        None if o is None else numbered[o.verdict.value, "".join([LETTERS[s] for s in o.by_place])]
        for o in outcomes
    ]
    return {"outcomes": list(numbered), "outcome": of_records}


def places_data(places: Iterable[Place]) -> Data:
    """Write down where records stand."""
    known, numbered = list(places), _Numbered()
    return {
        "ids": [place.record for place in known],
        "lines": [place.line for place in known],
        "source": [numbered[place.source] for place in known],
        "sources": list(numbered),
    }


def places_of(data: Data) -> Iterator[Place]:
    """Read where the records of a piece stand."""
    sources = data["sources"]
    for record, line, source in zip(data["ids"], data["lines"], data["source"], strict=True):
        yield Place(record, sources[source], line)


def codes_of(data: Data, record: int, kind: str, name: str) -> set[int]:
    """Give the codes of a number that a record of a piece states exactly, of any entry."""
    column, said = data["rows"].get(kind, {}).get(name), data["said"][kind].get(name)
    if column is None:
        return set()
    of_record = [record] if kind == PATIENT else data["entries"].get(kind, {record: ()})[record]
    facts = [said[column[row] - 1] for row in of_record if column[row]]
    return {values[0] for _, default, *values in facts if len(values) == 1 and not default}


class Decided:
    """Reads what was decided; equal outcomes are the same object.

    Args:
        protocol: the protocol under which it was decided.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._names = names_of(protocol)
        self._known: dict[tuple[str, str], Outcome] = {}

    def outcomes(self, data: Data) -> list[Outcome | None]:
        """Give the outcome of each record of a piece; None: the record cannot be true."""
        found = [self._outcome(*one) for one in data["outcomes"]]
        return [None if number is None else found[number] for number in data["outcome"]]

    def _outcome(self, verdict: str, letters: str) -> Outcome:
        outcome = self._known.get((verdict, letters))
        if outcome is None:
            by_place = tuple([_OF_LETTERS[letter] for letter in letters])
            outcome = Outcome(Verdict(verdict), by_place, self._names)
            self._known[verdict, letters] = outcome
        return outcome


class Reader:
    """Makes outlines of what the records of pieces say.

    Args:
        protocol: its limits say which numbers are alike.
        outlines: numbers what is said.
    """

    def __init__(self, protocol: Protocol, outlines: Outlines) -> None:
        self._outlines = outlines
        regions = regions_of(protocol)
        self._columns: dict[str, list[tuple[str, _Column]]] = {
            kind: [
                (name, _Column(outlines, kind, place, regions.get(of)))
                for place, name in enumerate(names)
                for of in [_scale(protocol, kind, name)]
            ]
            for kind, names in outlines.names.items()
        }

    def outlines(self, data: Data) -> list[Outline]:
        """Give the outline of each record of a piece."""
        number = len(data["more"])
        patients = self._rows(PATIENT, data, number)
        entries: dict[str, list[tuple[int, ...]]] = {}
        for kind in self._outlines.kinds:
            of_kind = data["entries"].get(kind)
            if of_kind is None:
                entries[kind] = [()] * number
                continue
            last = max(max(some, default=0) for some in of_kind)
            rows = [self._outlines.entry(kind, row) for row in self._rows(kind, data, last + 1)]
            entries[kind] = [tuple([rows[entry] for entry in some]) for some in of_kind]
        found = []
        bits = self._outlines.bits
        for place, (patient, more) in enumerate(zip(patients, data["more"], strict=True)):
            of_record = {kind: some[place] for kind, some in entries.items()}
            lists_open = frozenset(more)
            none = sum(
                bits[kind]
                for kind, some in of_record.items()
                if not some and kind not in lists_open
            )
            found.append(Outline(patient, of_record, lists_open, none))
        return found

    def _rows(self, kind: str, data: Data, number: int) -> list[Row]:
        """Give the rows of the patients or of one list."""
        columns, said = data["rows"].get(kind, {}), data["said"][kind]
        nothing = (0,) * number
        read = []
        for name, column in self._columns[kind]:
            numbers = columns.get(name)
            read.append(nothing if numbers is None else column.read(said[name], numbers))
        return list(zip(*read, strict=True))


class _Column:
    """What is said of one attribute, as outlines number it.

    Args:
        outlines: numbers it.
        kind: the kind of entry.
        place: the place of the attribute.
        regions: which numbers are alike; None: it is no number.
    """

    def __init__(self, outlines: Outlines, kind: str, place: int, regions: Regions | None) -> None:
        self._outlines = outlines
        self._kind = kind
        self._place = place
        self._regions = regions
        self._known: dict[Said, int] = {}

    def read(self, said: Sequence[Sequence[Any]], numbers: Sequence[int]) -> list[int]:
        """Number what a piece says anew."""
        here = [0, *[self._number(tuple(one)) for one in said]]
        return [here[number] for number in numbers]

    def _number(self, one: Said) -> int:
        number = self._known.get(one)
        if number is None:
            fact = _fact(one, self._regions)
            number = self._outlines.number(self._kind, self._place, fact)
            self._known[one] = number
        return number


def _scale(protocol: Protocol, kind: str, name: str) -> str:
    attribute = protocol.vocabulary.attributes[kind, name]
    return attribute.of if attribute.type == "number" else ""


def _fact(one: Said, regions: Regions | None) -> Fact | None:
    """Give a fact of which the numbers are exact with the numbers that rules tell apart."""
    sure, default, *values = one
    if regions is None or not values:
        return Fact(tuple(values), sure, default)
    if len(values) == 1:
        return Fact((regions.representative(values[0]),), sure, default)
    alike = regions.between(*values)
    return None if len(alike) == len(regions.representatives) else Fact(alike, sure, default)
