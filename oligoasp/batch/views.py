"""What each clause can see of a record: the keys under which answers are remembered.

Read off the ground program: a clause sees the attributes that its rules can reach, of
their values only the classes that these rules tell apart, and of these, where the rules
can be taken apart, only the traits that they make of the patient and of each entry.
Where an attribute is open, integrity rules tie it to others, and these are part of what
is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from oligoasp.batch.local_rules import NoTraitsError
from oligoasp.batch.outline import Outline, Outlines, Row
from oligoasp.batch.traits import Possible, Traits
from oligoasp.decide import Status
from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.facts import Fact

Key: TypeAlias = tuple[object, ...]
"""What a clause sees; its first element tells in which way."""
ByKind: TypeAlias = dict[str, set[str]]
Numbers: TypeAlias = tuple[int, ...]

TRAITS, CLASSES, FAR = 0, 1, 2

TIED = -1_000_000
"""Attributes that are open and tied to others have classes below this."""

ABSENT = 0
"""The traits that an entry would have that is not there, so it can be left out."""
LOST = 1_000_000_000
"""Stands for traits that cannot be found."""
MOST_ENTRIES = 512
"""Of how many entries the traits are remembered; where a clause has to look closely."""


def settled(key: Key) -> bool:
    """Tell whether nothing that a clause sees is open, so that all completions agree on it."""
    if key[0] == FAR:
        return False
    stack: list[object] = list(key)
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            stack += part
        elif not isinstance(part, int) or part < 0:
            return False
    return True


class Classes(dict[int, int]):
    """The class of what a record says of one attribute: negative if it leaves it open.

    Args:
        fact: what a number says.
        numbers: the class of each value.
        tied: whether integrity rules tie the attribute to others.
    """

    def __init__(
        self, fact: Callable[[int], Fact | None], numbers: Mapping[int | str, int], tied: bool
    ) -> None:
        super().__init__()
        self.numbers = numbers
        self.tied = tied
        self._fact = fact
        self._others: dict[object, int] = {}

    def __missing__(self, said: int) -> int:
        fact = self._fact(said)
        if fact is not None and fact.sure and len(fact.values) == 1:
            number = self._class(fact.values[0])
        elif fact is not None and not fact.values:
            number = self._other("meaningless")
        else:
            classes = None
            if fact is not None:
                classes = (fact.sure, frozenset(map(self._class, fact.values)))
            number = (TIED if self.tied else 0) - 1 - self._other(classes)
        self[said] = number
        return number

    def _class(self, value: int | str) -> int:
        number = self.numbers.get(value)
        return self._other(value) if number is None else number

    def _other(self, what: object) -> int:
        return self._others.setdefault(what, len(self.numbers) + len(self._others))


class TraitNumbers(Memo[int, int]):
    """The number of the traits of an entry, by its row, for patients who are alike.

    The number is negative where traits are open, and LOST where they cannot be found.

    Args:
        column: the list.
        patient: what is said of the patient, as far as it matters to the traits.

    ``columns`` has the places in a row on which the traits depend, and the classes there;
    ``tied`` the places on which they depend as well where one of these is open and tied.
    """

    def __init__(self, column: _Column, patient: Mapping[str, Fact | None]) -> None:
        super().__init__(self._find, MOST_ENTRIES)
        self.columns = column.columns
        self.tied = column.tied_places
        self._column = column
        self._patient = patient
        self._by_classes: dict[Numbers, int] = {}

    def _find(self, row: int) -> int:
        return self.of_classes(self._column.classes(row), row)

    def of_classes(self, classes: Numbers, row: int) -> int:
        """Give the number of the traits of an entry, of which the classes are known."""
        told = self._column.told_apart(classes, row)
        number = self._by_classes.get(told)
        if number is None:
            number = self._by_classes[told] = self._column.traits_number(row, self._patient)
        return number


class _Column:
    """What a clause sees of the entries of one list.

    Args:
        kind: the kind of entry.
        classes: sorts what is said of each attribute that the clause sees.
        outlines: knows what rows say.
        traits: finds the traits, if they are to be had.
        patient: the attributes of the patient that the clause sees.
    """

    def __init__(
        self,
        kind: str,
        classes: Mapping[str, Classes],
        outlines: Outlines,
        traits: Traits | None,
        patient: Iterable[str],
    ) -> None:
        self.kind = kind
        self.tied = any(c.tied for c in classes.values())
        self.columns = [(outlines.place(kind, name), c) for name, c in classes.items()]
        tied = traits.tied.get(kind, frozenset()) if traits else frozenset()
        self._names = tuple(sorted(tied.union(classes)))
        self.tied_places = [outlines.place(kind, name) for name in sorted(tied)]
        self._outlines = outlines
        self._traits = traits
        depends = traits.depends.get(kind, ()) if traits else ()
        self._depends = [
            (place, outlines.place(PATIENT, name), name)
            for place, name in enumerate(patient)
            if name in depends
        ]
        absent = traits.absent.get(kind, ()) if traits else ()
        self._found: dict[Possible, int] = {absent: ABSENT}
        self.ways: list[Possible] = [absent]
        self._numbers: dict[Numbers, TraitNumbers] = {}

    @property
    def alone(self) -> TraitNumbers | None:
        """The numbers of traits of entries if they are the same for all patients."""
        if self._traits is None or self._depends:
            return None
        return self.numbers((), ())

    def seen(self, patient: Numbers) -> Numbers:
        """Give those classes of the patient's attributes on which the traits depend."""
        return tuple([patient[place] for place, _, _ in self._depends])

    def numbers(self, patient: Row, classes: Numbers) -> TraitNumbers:
        """Give the numbers of traits of entries of a patient.

        Args:
            patient: what is said of the patient.
            classes: the classes of that, of the attributes that the clause sees.
        """
        seen = self.seen(classes)
        if seen not in self._numbers:
            facts = {
                name: self._outlines.fact(PATIENT, place, patient[place])
                for _, place, name in self._depends
            }
            self._numbers[seen] = TraitNumbers(self, facts)
        return self._numbers[seen]

    def classes(self, row: int) -> Numbers:
        """Give the classes of what is said of each attribute of an entry."""
        said = self._outlines.rows[self.kind][row]
        return tuple([classes[said[place]] for place, classes in self.columns])

    def told_apart(self, classes: Numbers, row: int) -> Numbers:
        """Give the classes of what is said of an entry, and what is tied to that if it is open."""
        if min(classes, default=0) < TIED:
            known = self._outlines.rows[self.kind][row]
            return (*classes, *[known[place] for place in self.tied_places])
        return classes

    def traits_number(self, row: int, patient: Mapping[str, Fact | None]) -> int:
        """Give the number of the traits of an entry.

        Args:
            row: the number of its row.
            patient: what is said of the patient.
        """
        assert self._traits is not None
        said = self._outlines.rows[self.kind][row]
        facts = self._outlines.facts(self.kind, said)
        try:
            entry = {name: facts.get(name) for name in self._names}
            ways = self._traits.possible(self.kind, entry, patient, said)
        except NoTraitsError:
            return LOST
        number = self._found.setdefault(ways, len(self._found))
        if number == len(self.ways):
            self.ways.append(ways)
        return number if all(len(way) == 1 for way in ways) else -number


class Columns:
    """What a clause sees where certain lists are empty.

    ``known`` remembers its status by what it sees; ``counts`` tells whether two entries
    that are alike are more to it than one.
    """

    def __init__(
        self,
        near: Mapping[str, Mapping[str, Classes]],
        counts: bool,
        outlines: Outlines,
        traits: Traits | None,
        far: Callable[[Outline], Key],
    ) -> None:
        self.known: dict[Key, Status] = {}
        own = near.get(PATIENT, {})
        self._outlines = outlines
        self._patient = [(outlines.place(PATIENT, a), c) for a, c in own.items()]
        tied = traits.tied[PATIENT] if traits else frozenset()
        self._names = tuple(sorted(tied.union(own)))
        self._tied = [outlines.place(PATIENT, name) for name in sorted(tied)]
        self._lists = [
            _Column(kind, cs, outlines, traits, own) for kind, cs in near.items() if kind != PATIENT
        ]
        self.counts = counts or (traits is not None and traits.pairwise)
        self._traits = traits
        self._far = far
        self._found: dict[Numbers, Numbers | None] = {}
        self._of_patients: dict[Numbers, Key] = {}  # whole keys, where there are no lists
        self._ways: dict[object, int] = {}
        self._relevant: dict[Key, list[int]] = {}
        parts = traits.parts[PATIENT] if traits else []
        self._always = all(part.with_entries is None for part in parts)

    def alone(self, kind: str) -> list[TraitNumbers | None]:
        """Give what it makes of entries of a kind, if it sees any; None: that depends."""
        return [column.alone for column in self._lists if column.kind == kind]

    def key(self, outline: Outline) -> Key:
        """Give the key of a record: equal keys, equal answers."""
        row = outline.patient
        patient = tuple([classes[row[place]] for place, classes in self._patient])
        if self._traits is None:
            return self._by_classes(outline, patient)
        told = patient
        if min(patient, default=0) < TIED:
            told = (*patient, *[row[place] for place in self._tied])
        key = self._of_patients.get(told)
        if key is None:
            key = self._by_traits(outline, patient, told)
            if key is not None and not self._lists:
                self._of_patients[told] = key
        return key or self._by_classes(outline, patient)

    def _by_traits(self, outline: Outline, patient: Numbers, told: Numbers) -> Key | None:
        if told in self._found:
            of_patient = self._found[told]
        else:
            of_patient = self._found[told] = self._of_patient(outline.patient)
        if of_patient is None:
            return None
        entries: list[Numbers] = []
        more: list[tuple[object, ...]] = []
        for column in self._lists:
            if column.kind in outline.more:
                seen = column.seen(patient)
                if min(seen, default=0) < TIED:
                    return None
                more.append((column.kind, *seen))
            by_row = column.numbers(outline.patient, patient)
            numbers = [by_row[number] for number in outline.entries[column.kind]]
            if LOST in numbers:
                return None
            if len(numbers) > 1:
                numbers = sorted(numbers if self.counts else set(numbers))
            entries.append(tuple([number for number in numbers if number != ABSENT]))
        listed = (*entries, *more)
        if not self._always:
            relevant = self._relevant.get(listed)
            if relevant is None:
                relevant = self._relevant[listed] = self._matters(entries, [m[0] for m in more])
            of_patient = tuple([of_patient[place] for place in relevant])
        return (TRAITS, of_patient, listed)

    def _of_patient(self, row: Row) -> Numbers | None:
        """Number each part of the patient's traits: negative where open."""
        assert self._traits is not None
        facts = self._outlines.facts(PATIENT, row)
        try:
            ways = self._traits.possible(PATIENT, {n: facts.get(n) for n in self._names}, {}, row)
        except NoTraitsError:
            return None
        numbers = [self._ways.setdefault(way, len(self._ways)) for way in ways]
        return tuple([n if len(w) == 1 else -1 - n for n, w in zip(numbers, ways, strict=True)])

    def _matters(self, entries: Iterable[Numbers], more: Iterable[object]) -> list[int]:
        """Give the parts of the patient's traits that matter beside certain entries."""
        assert self._traits is not None
        ways = {
            column.kind: [column.ways[abs(number)] for number in of_kind]
            for column, of_kind in zip(self._lists, entries, strict=True)
        }
        return self._traits.relevant(ways, more)

    def _by_classes(self, outline: Outline, patient: Numbers) -> Key:
        if min(patient, default=0) < TIED:
            return self._far(outline)
        seen: list[object] = [CLASSES, *patient]
        for column in self._lists:
            if column.kind in outline.more:
                if column.tied:
                    return self._far(outline)
                seen.append(column.kind)
            entries = [column.classes(number) for number in outline.entries[column.kind]]
            if any(min(classes, default=0) < TIED for classes in entries):
                return self._far(outline)
            seen.append(tuple(sorted(entries if self.counts else set(entries))))
        return tuple(seen)


class View:
    """What one clause can see of a record.

    Args:
        clause: the clause.
        look: finds out what the clause sees where certain lists are empty.
        far: all attributes that it can see and those tied to them, by kind.
        outlines: knows what outlines say.

    ``mask`` has the bits of the lists that it can see.
    """

    def __init__(
        self,
        clause: str,
        look: Callable[[frozenset[str], Callable[[Outline], Key]], Columns],
        far: ByKind,
        outlines: Outlines,
    ) -> None:
        self.clause = clause
        self._look = look
        self._bits = {k: bit for k, bit in outlines.bits.items() if k in far and k != PATIENT}
        self.mask = sum(self._bits.values())
        self._columns: dict[int, Columns] = {}
        self._outlines = outlines
        self.far = far
        self._far = [
            (kind, [outlines.place(kind, name) for name in sorted(names)])
            for kind, names in sorted(far.items())
        ]

    def columns(self, outline: Outline) -> Columns:
        """Give what the clause sees of records that have the same lists empty."""
        none = outline.none & self.mask
        columns = self._columns.get(none)
        if columns is None:
            gone = frozenset(kind for kind, bit in self._bits.items() if bit & none)
            columns = self._columns[none] = self._look(gone, self._far_key)
        return columns

    def _far_key(self, outline: Outline) -> Key:
        return (FAR, *self._outlines.told(outline, self._far))
