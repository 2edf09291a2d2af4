"""A piece of a cohort as data: what its records say with exact numbers, and what was decided.

It has three parts, each read when it is asked for: what was decided, where the records
stand, and what they say. What is said of an attribute is numbered within the piece, so a
piece depends on nothing but its own records. Numbers are kept as exact codes of their
scale: which of them are alike depends on the limits that a protocol has when the piece is
used.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeAlias
from zlib import compress, decompress

from oligoasp.batch import Outcome, names_of
from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.batch.signs import Signs, may_be
from oligoasp.decide import Status, Verdict
from oligoasp.kept.parts import joined, separated
from oligoasp.protocol.model import INCLUSION, Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Fact, Value

Saying: TypeAlias = Any
"""A fact as data: its value if it is sure, no default and has one, else all of it in a list."""
Data: TypeAlias = dict[str, Any]

LEVEL = 6
"""How hard it is tried to make a piece small."""


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


# ---- what was decided ----------------------------------------------------------------------


class Held(NamedTuple):
    """What was decided of a record: the verdict, and the places of the clauses with a status.

    The clauses at no place are met, or absent.
    """

    verdict: str
    blocking: tuple[int, ...]
    unknown: tuple[int, ...]
    inapplicable: tuple[int, ...]


def held(outcome: Outcome) -> Held:
    """Give what was decided as it is kept."""
    places = enumerate(outcome.by_place)
    of: dict[Status, list[int]] = {Status.UNKNOWN: [], Status.NOT_APPLICABLE: []}
    for place, status in places:
        if status in of:
            of[status].append(place)
    unknown, inapplicable = map(tuple, of.values())
    return Held(outcome.verdict.value, outcome.blocking, unknown, inapplicable)


class Decided:
    """Reads what was decided; equal outcomes are the same object.

    Args:
        protocol: the protocol under which it was decided.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._names = names_of(protocol)
        clauses = list(protocol.clauses.values())
        self._else = [Status.MET if c.section == INCLUSION else Status.ABSENT for c in clauses]
        self._blocking = [
            Status.NOT_MET if c.section == INCLUSION else Status.PRESENT for c in clauses
        ]
        self._known: dict[Held, Outcome] = {}

    def outcome(self, decided: Held) -> Outcome:
        """Give an outcome that was kept."""
        outcome = self._known.get(decided)
        if outcome is None:
            by_place = self._else.copy()
            for place in decided.blocking:
                by_place[place] = self._blocking[place]
            for place in decided.unknown:
                by_place[place] = Status.UNKNOWN
            for place in decided.inapplicable:
                by_place[place] = Status.NOT_APPLICABLE
            outcome = Outcome(Verdict(decided.verdict), tuple(by_place), self._names)
            self._known[decided] = outcome
        return outcome


# ---- what records say ----------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What the records of a piece say.

    Attributes:
        number: how many records there are.
        said: what is said of each attribute, by kind, in the order of its numbers from 1 on;
            0 stands for nothing.
        columns: the number of what is said of each attribute, for each record, or for each
            row of which there are entries.
        entries: the rows of the entries of each record, by kind.
        open_lists: the sets of kinds of which there may be more entries.
        more: which of these sets each record has.
    """

    number: int
    said: Mapping[str, Mapping[str, Sequence[Saying]]]
    columns: Mapping[str, Mapping[str, Sequence[int]]]
    entries: Mapping[str, Sequence[Sequence[int]]]
    open_lists: Sequence[Sequence[str]]
    more: Sequence[int]

    @classmethod
    def of(cls, outlines: Outlines, records: Sequence[Outline]) -> Said:
        """Take in records.

        Args:
            outlines: knows what their outlines mean.
            records: their outlines, with exact numbers.
        """
        rows = {kind: _Numbered() for kind in outlines.kinds}
        entries = {
            kind: [[numbered[number] for number in o.entries[kind]] for o in records]
            for kind, numbered in rows.items()
        }
        table = {PATIENT: [outline.patient for outline in records]}
        table |= {
            kind: [outlines.rows[kind][number] for number in numbered]
            for kind, numbered in rows.items()
        }
        said: dict[str, dict[str, Sequence[Saying]]] = {kind: {} for kind in outlines.names}
        columns: dict[str, dict[str, Sequence[int]]] = {k: {} for k, of in table.items() if of}
        for kind, found in columns.items():
            of_kind = zip(*table[kind], strict=True)
            for place, (name, column) in enumerate(zip(outlines.names[kind], of_kind, strict=True)):
                if any(column):
                    numbers = _Numbered({0: 0})
                    found[name] = [numbers[number] for number in column]
                    facts = (outlines.fact(kind, place, number) for number in numbers)
                    said[kind][name] = [_saying(fact) for fact in facts if fact is not None]
        open_lists = _Numbered()
        more = [open_lists[tuple([kind for kind in rows if kind in o.more])] for o in records]
        entries = {kind: of for kind, of in entries.items() if any(of)}
        return cls(len(records), said, columns, entries, list(open_lists), more)

    @classmethod
    def read(cls, packed: bytes) -> Said:
        """Read what was written."""
        text, columns = separated(packed)
        data = json.loads(text)
        found: dict[str, dict[str, Sequence[int]]] = {}
        at = 0
        for kind, of in data["said"].items():
            for name, said in of.items():
                numbers, at = _numbers(columns, at, data["rows"][kind], len(said))
                found.setdefault(kind, {})[name] = numbers
        return cls(
            data["rows"][PATIENT],
            data["said"],
            found,
            data["entries"],
            data["open"],
            data["more"],
        )

    def written(self) -> bytes:
        """Write it down: as JSON, and the columns behind it."""
        rows = {kind: len(next(iter(of.values()), ())) for kind, of in self.columns.items()}
        data = {
            "rows": {**rows, PATIENT: self.number},
            "said": self.said,
            "entries": self.entries,
            "open": self.open_lists,
            "more": self.more,
        }
        columns = [
            _bytes(self.columns[kind][name], len(said))
            for kind, of in self.said.items()
            for name, said in of.items()
        ]
        return joined([compact(data), b"".join(columns)])

    def codes(self, record: int, kind: str, name: str) -> set[int]:
        """Give the codes of a number that a record states exactly, of any entry."""
        column, said = self.columns.get(kind, {}).get(name), self.said[kind].get(name, ())
        if column is None:
            return set()
        rows: Sequence[int] = [record]
        if kind != PATIENT:
            rows = self.entries[kind][record] if kind in self.entries else ()
        sayings = [said[column[row] - 1] for row in rows if column[row]]
        return {
            values[0]
            for _, default, *values in map(_whole, sayings)
            if len(values) == 1 and not default
        }


def compact(data: object) -> bytes:
    """Write JSON without spaces."""
    return json.dumps(data, separators=(",", ":")).encode("ascii")


def _saying(fact: Fact) -> Saying:
    if fact.sure and not fact.default and len(fact.values) == 1:
        return fact.values[0]
    return [fact.sure, fact.default, *fact.values]


def _whole(one: Saying) -> Sequence[Any]:
    return one if isinstance(one, list | tuple) else (True, False, one)


def _typecode(most: int) -> str:
    return "B" if most < 1 << 8 else "H" if most < 1 << 16 else "I"


def _bytes(column: Sequence[int], most: int) -> bytes:
    """Write numbers up to a greatest one as bytes, the least significant first."""
    numbers = array(_typecode(most), column)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(columns: bytes, at: int, number: int, most: int) -> tuple[Sequence[int], int]:
    """Read so many numbers that were written as bytes, and give where they end."""
    typecode = _typecode(most)
    if typecode == "B":
        return columns[at : at + number], at + number
    numbers = array(typecode)
    end = at + number * numbers.itemsize
    numbers.frombytes(columns[at:end])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers, end


# ---- a piece -------------------------------------------------------------------------------


class Stored:
    """A piece as it was kept.

    Args:
        block: what `stored` gave.

    ``outcomes`` are the different outcomes, ``outcome`` has the number of that of each
    record, None of one that cannot be true; ``refused`` is what is wrong with records that
    are not among these.
    """

    def __init__(self, block: bytes) -> None:
        decided, self._places, self._said = separated(block)
        data: Data = json.loads(decompress(decided))
        self.outcomes = [Held(v, *map(tuple, places)) for v, *places in data["outcomes"]]
        self.outcome: list[int | None] = data["outcome"]
        self.refused: list[list[str]] = data["refused"]

    @cached_property
    def places(self) -> list[Place]:
        """Where the records stand."""
        data: Data = json.loads(decompress(self._places))
        sources = data["sources"]
        columns = (data["ids"], data["source"], data["lines"])
        return [Place(i, sources[s], line) for i, s, line in zip(*columns, strict=True)]

    @cached_property
    def said(self) -> Said:
        """What the records say."""
        return Said.read(decompress(self._said))


def stored(
    outcomes: Iterable[Outcome | None],
    places: Sequence[Place],
    said: Said,
    refused: Sequence[Sequence[str]],
) -> bytes:
    """Give a piece to keep.

    Args:
        outcomes: what was decided of each record; None: it cannot be true.
        places: where the records stand.
        said: what they say.
        refused: what is wrong with other records.
    """
    numbered, sources = _Numbered(), _Numbered()
    decided = {
        "outcome": [None if o is None else numbered[held(o)] for o in outcomes],
        "outcomes": list(numbered),
        "refused": refused,
    }
    standing = {
        "ids": [place.record for place in places],
        "lines": [place.line for place in places],
        "source": [sources[place.source] for place in places],
        "sources": list(sources),
    }
    parts = compact(decided), compact(standing), said.written()
    return joined([compress(part, LEVEL) for part in parts])


# ---- outlines ------------------------------------------------------------------------------


class Reader:
    """Makes outlines of what the records of pieces say.

    Args:
        protocol: its limits say which numbers are alike.
        outlines: numbers what is said.
    """

    def __init__(self, protocol: Protocol, outlines: Outlines) -> None:
        self._outlines = outlines
        regions = regions_of(protocol)
        self._columns: dict[str, dict[str, _Column]] = {
            kind: {
                name: _Column(outlines, kind, place, regions.get(_scale(protocol, kind, name)))
                for place, name in enumerate(names)
            }
            for kind, names in outlines.names.items()
        }

    def outlines(self, said: Said, records: Sequence[int]) -> list[Outline]:
        """Give the outlines of some records of a piece."""
        patients = self._rows(PATIENT, said, records)
        entries: dict[str, list[tuple[int, ...]]] = {}
        for kind in self._outlines.kinds:
            if kind not in said.entries:
                entries[kind] = [()] * len(records)
                continue
            of_kind = [said.entries[kind][record] for record in records]
            rows = sorted({*chain.from_iterable(of_kind)})
            numbers = {
                number: self._outlines.entry(kind, row)
                for number, row in zip(rows, self._rows(kind, said, rows), strict=True)
            }
            entries[kind] = [tuple([numbers[number] for number in some]) for some in of_kind]
        found = []
        bits = self._outlines.bits
        open_lists = [frozenset(kinds) for kinds in said.open_lists]
        for place, (record, patient) in enumerate(zip(records, patients, strict=True)):
            of_record = {kind: some[place] for kind, some in entries.items()}
            more = open_lists[said.more[record]]
            none = sum(
                bits[kind] for kind, some in of_record.items() if not some and kind not in more
            )
            found.append(Outline(patient, of_record, more, none))
        return found

    def signed(self, said: Said, signs: Signs) -> set[int]:
        """Give the records of a piece of which somebody may have one of some values."""
        found: set[int] = set()
        for (kind, name), values in signs.items():
            may = self._columns[kind][name].may_be(said.said[kind].get(name, ()), values)
            column = said.columns.get(kind, {}).get(name)
            if kind == PATIENT:
                of_records = [0] * said.number if column is None else column
                found.update(record for record, number in enumerate(of_records) if may[number])
                continue
            more = {number for number, kinds in enumerate(said.open_lists) if kind in kinds}
            found.update(record for record, number in enumerate(said.more) if number in more)
            rows = None if column is None else [may[number] for number in column]
            for record, entries in enumerate(said.entries.get(kind, ())):
                if entries if rows is None else any(rows[entry] for entry in entries):
                    found.add(record)
        return found

    def _rows(self, kind: str, said: Said, wanted: Sequence[int]) -> list[Row]:
        """Give rows of the patients or of one list."""
        columns, sayings = said.columns.get(kind, {}), said.said[kind]
        nothing = (0,) * len(wanted)
        read: list[Sequence[int]] = []
        for name, column in self._columns[kind].items():
            numbers = columns.get(name)
            if numbers is None:
                read.append(nothing)
            else:
                read.append(column.read(sayings[name], [numbers[number] for number in wanted]))
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
        self._known: dict[Hashable, int] = {}

    def read(self, said: Sequence[Saying], numbers: Sequence[int]) -> list[int]:
        """Number what a piece says anew."""
        here = {number: self._number(said[number - 1]) for number in {*numbers} - {0}}
        here[0] = 0
        return [here[number] for number in numbers]

    def may_be(self, said: Iterable[Saying], values: frozenset[Value]) -> list[bool]:
        """Tell, for each number of a piece, whether what it says leaves a value possible."""
        facts = (self._outlines.fact(self._kind, self._place, self._number(one)) for one in said)
        return [True, *(may_be(fact, values) for fact in facts)]

    def _number(self, one: Saying) -> int:
        key: Hashable = tuple(one) if isinstance(one, list) else one
        number = self._known.get(key)
        if number is None:
            fact = _fact(one, self._regions)
            number = self._known[key] = self._outlines.number(self._kind, self._place, fact)
        return number


def _scale(protocol: Protocol, kind: str, name: str) -> str:
    attribute = protocol.vocabulary.attributes[kind, name]
    return attribute.of if attribute.type == "number" else ""


def _fact(one: Saying, regions: Regions | None) -> Fact | None:
    """Give a fact of which the numbers are exact with the numbers that rules tell apart."""
    sure, default, *values = _whole(one)
    if regions is None or not values:
        return Fact(tuple(values), sure, default)
    if len(values) == 1:
        return Fact((regions.representative(values[0]),), sure, default)
    alike = regions.between(*values)
    return None if len(alike) == len(regions.representatives) else Fact(alike, sure, default)
