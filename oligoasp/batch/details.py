"""What more there is to say of a record that was decided: clauses that clash, fields to ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from oligoasp.batch import Batch, Outcome
from oligoasp.batch.outline import Outline, Row, picker
from oligoasp.batch.traits import NO_GROUP
from oligoasp.batch.views import Key, View
from oligoasp.decide import Status, Verdict
from oligoasp.memo import MOST
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import regions_of
from oligoasp.protocol.vocabulary import NO, PATIENT, YES, Attribute
from oligoasp.record.asked import asked
from oligoasp.record.derive import Derivation
from oligoasp.record.errors import join
from oligoasp.record.facts import Fact, Value
from oligoasp.record.read import Record

_Turning: TypeAlias = tuple[str, int, Attribute | None]
"""A kind, the place of an entry, and an attribute of it; or else its list, if it may go on."""


class Details:
    """Finds what clashes and what is missing.

    Args:
        protocol: the protocol.
        batch: decides under it.
    """

    def __init__(self, protocol: Protocol, batch: Batch) -> None:
        self._batch = batch
        self._outlines = batch.outlines
        self._vocabulary = protocol.vocabulary
        self._clauses = list(protocol.clauses)
        self._clashes: dict[Key, tuple[int, ...]] = {}
        self._missing = [_Missing(protocol, batch, view) for view in batch.views]

    def clash(self, outline: Outline, outcome: Outcome) -> tuple[str, ...]:
        """Give clauses, each of which can be met, that cannot be met together; as few as can be.

        Returns:
            The clauses, in the order of the protocol; none if a clause alone blocks, or none.
        """
        if outcome.verdict is not Verdict.INELIGIBLE or outcome.blockers:
            return ()
        for group in self._batch.together.groups(_unknown(outcome), outline):
            key = group, self._batch.together.key(group, outline)
            if key not in self._clashes:
                self._clashes[key] = self._least(group, outline)
            if self._clashes[key]:
                return tuple([self._clauses[place] for place in self._clashes[key]])
        return ()

    def _least(self, group: tuple[int, ...], outline: Outline) -> tuple[int, ...]:
        """Take clauses away as long as the others clash; none if they do not."""
        if self._batch.can_be_met(group, outline):
            return ()
        for clause in group:
            fewer = tuple([other for other in group if other != clause])
            if not self._batch.can_be_met(fewer, outline):
                group = fewer
        return group

    def missing(self, record: Record, outline: Outline, outcome: Outcome) -> tuple[str, ...]:
        """Give the fields on which it turns whether an undetermined patient is eligible.

        Returns:
            Paths of fields that the record leaves out or states too vaguely, and on which a
            clause turns that is open; a list, where there may be entries that are not recorded.
        """
        if outcome.verdict is not Verdict.UNDETERMINED:
            return ()
        found: dict[str, None] = {}
        derivation = Derivation(self._vocabulary, record)
        for place in _unknown(outcome):
            fields = self._missing[place].fields(record, outline, derivation)
            found.update(dict.fromkeys(fields))
        return tuple(found)


def _unknown(outcome: Outcome) -> list[int]:
    return [place for place, status in enumerate(outcome.by_place) if status is Status.UNKNOWN]


class _Missing:
    """Finds the fields on which a clause turns that is open.

    An open attribute counts if some value of it would change what the clause sees.

    Args:
        protocol: the protocol.
        batch: decides under it.
        view: what the clause sees.
    """

    def __init__(self, protocol: Protocol, batch: Batch, view: View) -> None:
        self._outlines = batch.outlines
        self._view = view
        self._lists = {kind.name: kind.list_name for kind in protocol.vocabulary.kinds.values()}
        regions = regions_of(protocol)
        vocabulary = protocol.vocabulary
        self._seen: list[tuple[str, list[tuple[int, Attribute, list[int]]]]] = []
        for kind, names in sorted(view.far.items()):
            attributes = []
            for name in sorted(names):
                attribute = vocabulary.attributes[kind, name]
                place = batch.outlines.place(kind, name)
                values: Iterable[Value] = vocabulary.domains.get(attribute.of, ())
                if attribute.type == "number":
                    values = regions[attribute.of].representatives
                elif attribute.type == "group":
                    values = (NO_GROUP,)
                elif attribute.type == "flag":
                    values = (YES, NO)
                said = [batch.outlines.number(kind, place, Fact((value,))) for value in values]
                attributes.append((place, attribute, said))
            self._seen.append((kind, attributes))
        self._pick = picker([place for k, of in self._seen if k == PATIENT for place, _, _ in of])
        self._known: dict[tuple[object, ...], list[_Turning]] = {}

    def fields(self, record: Record, outline: Outline, derivation: Derivation) -> Iterator[str]:
        """Give the fields, for a record that leaves the clause open."""
        seen = self._seen_of(outline)
        if seen not in self._known:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[seen] = list(self._turning(outline))
        for kind, index, attribute in self._known[seen]:
            if attribute is None:
                yield self._lists[kind]
                continue
            entry = record if kind == PATIENT else (record.entries(kind) or [])[index]
            for one in asked(entry, attribute, derivation):
                if one.of_list is not None:
                    yield f"{self._lists[one.of_list]}[].{one.path}"
                else:
                    yield one.path if one.of_patient else join(entry.path, one.path)

    def _seen_of(self, outline: Outline) -> tuple[object, ...]:
        """Give all that a record says of what the clause sees, entry by entry."""
        of_lists = [
            (outline.none & self._outlines.bits[kind], kind in outline.more, outline.entries[kind])
            for kind, _ in self._seen
            if kind != PATIENT
        ]
        return (self._pick(outline.patient), *of_lists)

    def _turning(self, outline: Outline) -> Iterator[_Turning]:
        """Find the open attributes on which the clause turns.

        Yields:
            The kind, the place of the entry, and the attribute; none, if it turns on whether
            there are more entries.
        """
        columns = self._view.columns(outline)
        now = columns.key(outline)

        def turns(changed: Iterable[Outline]) -> bool:
            return any(
                self._view.columns(other) is not columns or columns.key(other) != now
                for other in changed
            )

        is_open = self._outlines.is_open
        for kind, attributes in self._seen:
            if kind == PATIENT:
                row = outline.patient
                for place, attribute, values in attributes:
                    if is_open(kind, place, row[place]) and turns(
                        self._patient(outline, _with(row, place, value)) for value in values
                    ):
                        yield kind, 0, attribute
                continue
            for index, number in enumerate(outline.entries[kind]):
                row = self._outlines.rows[kind][number]
                for place, attribute, values in attributes:
                    if is_open(kind, place, row[place]) and turns(
                        self._entry(outline, kind, index, _with(row, place, value))
                        for value in values
                    ):
                        yield kind, index, attribute
            if kind in outline.more and turns([self._complete(outline, kind)]):
                yield kind, -1, None

    @staticmethod
    def _patient(outline: Outline, row: Row) -> Outline:
        """Give an outline of another patient."""
        return Outline(row, outline.entries, outline.more, outline.none)

    def _entry(self, outline: Outline, kind: str, index: int, row: Row) -> Outline:
        """Give an outline with another entry in the place of one."""
        numbers = [*outline.entries[kind]]
        numbers[index] = self._outlines.entry(kind, row)
        entries = {**outline.entries, kind: tuple(numbers)}
        return Outline(outline.patient, entries, outline.more, outline.none)

    def _complete(self, outline: Outline, kind: str) -> Outline:
        """Give an outline in which a list has no further entries."""
        none = outline.none if outline.entries[kind] else outline.none | self._outlines.bits[kind]
        return replace(outline, more=outline.more - {kind}, none=none)


def _with(row: Row, place: int, value: int) -> Row:
    return (*row[:place], value, *row[place + 1 :])
