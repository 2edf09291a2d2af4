"""The outline of a record: what it says, as numbers that stand for what is said alike.

Many entries are alike, and most attributes take few values; so the outlines of many
records are small, quickly compared, and enough to decide by.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from oligoasp.protocol.vocabulary import PATIENT, Vocabulary
from oligoasp.record.facts import THE_PATIENT, Entity, Fact, Situation

Row: TypeAlias = tuple[int, ...]
"""What is said of each attribute of a kind, in the order of the vocabulary."""

MOST_ROWS = 4096
"""Beyond so many rows of entries of a kind it is time to forget some."""


def picker(places: Sequence[int]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """Make what picks out of a row, or of another tuple, what stands at some places."""
    if len(places) > 1:
        return itemgetter(*places)
    if not places:
        return lambda row: ()
    (place,) = places
    return lambda row: (row[place],)


@dataclass(frozen=True, slots=True)
class Outline:
    """What a record says.

    ``patient`` is the patient's row; ``entries`` has the numbers of the rows of the entries
    of each kind; ``more`` the kinds of which there may be more; ``none`` those of which there
    is certainly none, as bits.
    """

    patient: Row
    entries: dict[str, tuple[int, ...]]
    more: frozenset[str]
    none: int


class Outlines:
    """Makes outlines, and knows what their numbers mean.

    Args:
        vocabulary: the attributes of each kind, in the order of a row.

    ``rows`` has the rows of entries, by kind and number; ``turn`` tells how often numbers
    of entries were put aside (see `make_room`).
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.names: dict[str, list[str]] = {kind: [] for kind in vocabulary.kinds}
        for kind, name in vocabulary.attributes:
            self.names[kind].append(name)
        self._facts: dict[str, list[tuple[str, _Said]]] = {
            kind: [(name, _Said()) for name in names] for kind, names in self.names.items()
        }
        self.kinds = [kind for kind in vocabulary.kinds if kind != PATIENT]
        self.bits = {kind: 1 << place for place, kind in enumerate(vocabulary.kinds)}
        self._numbers: dict[str, dict[Row, int]] = {kind: {} for kind in vocabulary.kinds}
        self._aside: dict[str, dict[Row, int]] = {kind: {} for kind in vocabulary.kinds}
        self._next = dict.fromkeys(vocabulary.kinds, 0)
        self.rows: dict[str, dict[int, Row]] = {kind: {} for kind in vocabulary.kinds}
        self.turn = 0

    def make_room(self) -> None:
        """Forget the rows of entries that were not met of late, if there are many.

        Outlines made before are void then. A number is never given to a second row, so what
        others found by numbers stays true, and a void outline is noticed.
        """
        for kind, rows in self.rows.items():
            if len(rows) > MOST_ROWS:
                self._aside[kind], self._numbers[kind] = self._numbers[kind], {}
                rows.clear()
                self.turn += 1

    def of(self, situation: Situation) -> Outline:
        """Give the outline of a record."""
        entries: dict[str, tuple[int, ...]] = {}
        none = 0
        for kind, ids in situation.ids.items():
            if not ids:
                entries[kind] = ()
                if kind not in situation.open_lists:
                    none |= self.bits[kind]
                continue
            entries[kind] = tuple(
                [
                    self.entry(kind, self._row((kind, index), situation))
                    for index in range(1, len(ids) + 1)
                ]
            )
        return Outline(self._row(THE_PATIENT, situation), entries, situation.open_lists, none)

    def _row(self, entity: Entity, situation: Situation) -> Row:
        get = situation.said[entity].get
        return tuple([said[get(name)] for name, said in self._facts[entity[0]]])

    def number(self, kind: str, place: int, fact: Fact | None) -> int:
        """Give the number of what is said of an attribute."""
        return self._facts[kind][place][1][fact]

    def said(self, kind: str, place: int) -> Mapping[Fact | None, int]:
        """Give what numbers what is said of an attribute."""
        return self._facts[kind][place][1]

    def entry(self, kind: str, row: Row) -> int:
        """Give the number of the row of an entry."""
        numbers = self._numbers[kind]
        number = numbers.get(row)
        if number is None:
            number = self._aside[kind].get(row)
            if number is None:
                number = self._next[kind]
                self._next[kind] += 1
            numbers[row] = number
            self.rows[kind][number] = row
        return number

    @property
    def sayings(self) -> int:
        """How many different things are said of attributes, in all."""
        return sum(len(said.known) - 1 for of_kind in self._facts.values() for _, said in of_kind)

    def place(self, kind: str, name: str) -> int:
        """Give the place of an attribute in the rows of its kind."""
        return self.names[kind].index(name)

    def fact(self, kind: str, place: int, number: int) -> Fact | None:
        """Give what a number in a row says."""
        return self._facts[kind][place][1].known[number]

    def is_open(self, kind: str, place: int, number: int) -> bool:
        """Tell whether a number in a row leaves open what holds."""
        fact = self.fact(kind, place, number)
        return fact is None or not fact.settled

    def told(
        self, outline: Outline, places: Iterable[tuple[str, Sequence[int]]]
    ) -> tuple[object, ...]:
        """Give all that is said of some attributes, whatever the order of the entries.

        Args:
            outline: the record.
            places: the places of the attributes in the rows of each kind.
        """
        found: list[object] = []
        for kind, of_kind in places:
            rows = [outline.patient]
            if kind != PATIENT:
                rows = [self.rows[kind][number] for number in outline.entries[kind]]
                found.append(kind in outline.more)
            found.append(tuple(sorted([tuple([row[place] for place in of_kind]) for row in rows])))
        return tuple(found)

    def facts(self, kind: str, row: Row) -> dict[str, Fact]:
        """Give what a row says."""
        found = {}
        for number, (name, said) in zip(row, self._facts[kind], strict=True):
            fact = said.known[number]
            if fact is not None:
                found[name] = fact
        return found

    def pack(self, outline: Outline) -> bytes:
        """Give an outline as few bytes, to keep many."""
        packed = array("I", outline.patient)
        packed.append(outline.none)
        packed.append(sum(self.bits[kind] for kind in outline.more))
        for numbers in outline.entries.values():
            packed.append(len(numbers))
            packed.extend(numbers)
        return packed.tobytes()

    def unpack(self, packed: bytes) -> Outline:
        """Give the outline that was packed."""
        numbers = array("I", packed)
        place = len(self.names[PATIENT])
        patient = tuple(numbers[:place])
        none, bits = numbers[place], numbers[place + 1]
        place += 2
        entries = {}
        for kind in self.kinds:
            end = place + 1 + numbers[place]
            entries[kind] = tuple(numbers[place + 1 : end])
            place = end
        more = frozenset([kind for kind, bit in self.bits.items() if bits & bit])
        return Outline(patient, entries, more, none)


class _Said(dict["Fact | None", int]):
    """Numbers what is said of an attribute; nothing is 0."""

    def __init__(self) -> None:
        super().__init__({None: 0})
        self.known: list[Fact | None] = [None]

    def __missing__(self, fact: Fact | None) -> int:
        number = self[fact] = len(self.known)
        self.known.append(fact)
        return number
