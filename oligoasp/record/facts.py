"""From a record to what the rules see of it: attributes with the values they may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Final, NamedTuple, TypeAlias

from oligoasp.memo import Memo, by_identity
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.protocol.vocabulary import NO, PATIENT, YES, Attribute, Condition, Scale, Vocabulary
from oligoasp.record.dates import DateInterval
from oligoasp.record.derive import (
    OPEN_ENDS,
    TIMED,
    Derivation,
    codes_of,
    measure_of,
    over_uln,
)
from oligoasp.record.fields import Typed
from oligoasp.record.quantity import Interval, common
from oligoasp.record.read import Entry, Record
from oligoasp.record.value import UNKNOWN

Entity: TypeAlias = tuple[str, int]
"""An entry of the record: its kind and its place from 1 on; the patient is ("patient", 0)."""
Value: TypeAlias = int | str
"""A number on its scale, or the name of a choice or a group."""
Values: TypeAlias = tuple[Value, ...]
Pair: TypeAlias = tuple[Entity, str]
"""An attribute of an entry."""

THE_PATIENT: Entity = (PATIENT, 0)
HARMLESS = frozenset({NO, "none", "not_stated", "not_done"})
"""Values that may stand where the attribute has no meaning (a man is not pregnant)."""


class Fact(NamedTuple):
    """What the record says of one attribute: the values it can have.

    No values: the record says that the attribute has no meaning. ``sure``: it certainly
    has one. ``default``: the record is silent, and the vocabulary says what that means.
    """

    values: Values
    sure: bool = True
    default: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing is open: there is no value, or certainly this one."""
        return not self.values or (self.sure and len(self.values) == 1)


MEANINGLESS = Fact(())


@dataclass
class Situation:
    """A record, and what the rules see of it.

    ``ids`` lists the recorded entries of each kind; ``open_lists`` the kinds of which
    there may be more; ``said`` what the record says of each entry, by attribute.
    ``contradictions`` are pairs of attributes that exclude each other.
    """

    ids: dict[str, tuple[str, ...]]
    open_lists: frozenset[str]
    said: dict[Entity, dict[str, Fact]]
    record: Record
    derivation: Derivation
    contradictions: tuple[tuple[Entity, str, str], ...]

    @cached_property
    def facts(self) -> dict[Pair, Fact]:
        """What the record says of each attribute."""
        return {(e, name): fact for e, facts in self.said.items() for name, fact in facts.items()}


class Depends(Enum):
    """Stands for what a value says where that is not to be told from the value alone."""

    ON_THE_RECORD = "on the record"


ON_THE_RECORD: Final = Depends.ON_THE_RECORD


Alone: TypeAlias = Callable[[object], "Fact | Depends | None"]
Convert: TypeAlias = Callable[[object, Entry, Derivation], Fact | None]


class OfDay(NamedTuple):
    """What an exact day says: ``code`` gives the time to the day of an anchor as a code."""

    code: Callable[[date, date], int]
    anchor: str
    fact: Callable[[int], Fact]


class Converter(NamedTuple):
    """Turns the value of a field into what it says of an attribute.

    ``alone`` gives what the value says by itself, as far as that can be told; for all else
    there is ``convert``, which calculates with the record: ``of_day`` says in short what it
    gives for an exact day if that of the anchor is exact too, and ``beside`` names the only
    other field of the entry that it looks at, if there is no more.
    """

    alone: Alone | None = None
    convert: Convert | None = None
    of_day: OfDay | None = None
    beside: str = ""

    def fact(self, value: object, entry: Entry, derivation: Derivation) -> Fact | None:
        """Give what a value says."""
        if self.alone is not None:
            fact = self.alone(value)
            if fact is not ON_THE_RECORD:
                return fact
        assert self.convert is not None
        return self.convert(value, entry, derivation)


class KindConverters(NamedTuple):
    """How the entries of one kind are converted.

    ``by_path`` gives, for a field, the attributes that come from it; ``silent`` the
    values of those that mean something where the field is missing.
    """

    by_path: dict[str, list[tuple[str, Converter]]]
    silent: list[tuple[str, str, Fact]]
    conditions: list[tuple[str, tuple[Condition, ...]]]
    group_paths: list[str]


class Compiler:
    """Turns records into situations, for one protocol.

    Args:
        protocol: its vocabulary says how, its parameters which numbers are alike.
        regions: which numbers of each scale are alike, if not those of the protocol.
    """

    def __init__(self, protocol: Protocol, regions: Mapping[str, Regions] | None = None) -> None:
        self.vocabulary: Vocabulary = protocol.vocabulary
        self.regions: Mapping[str, Regions] = regions_of(protocol) if regions is None else regions
        self.kinds = {kind: self._prepare(kind) for kind in self.vocabulary.kinds}
        self.lists = [k for k in self.vocabulary.kinds.values() if k.name != PATIENT]

    def compile(self, record: Record, days_later: int = 0) -> Situation:
        """Give what the rules see of a record.

        Args:
            record: a validated record.
            days_later: by how many days the site waits with what can be postponed.

        Returns:
            Its facts; absent attributes are left out, unless absence has a meaning.
        """
        derivation = Derivation(self.vocabulary, record, days_later)
        said: dict[Entity, dict[str, Fact]] = {}
        contradictions: list[tuple[Entity, str, str]] = []
        ids: dict[str, tuple[str, ...]] = {}
        open_lists: list[str] = []
        self._entry(THE_PATIENT, record, derivation, said, contradictions, {})
        for kind in self.lists:
            entries = record.entries(kind.name)
            if entries is None or kind.list_name in record.incomplete:
                open_lists.append(kind.name)
            if not entries:
                ids[kind.name] = ()
                continue
            ids[kind.name] = tuple([entry.id for entry in entries])
            groups = group_labels(entries, self.kinds[kind.name].group_paths)
            if groups:
                entries = self.share(kind.name, entries)
            for index, entry in enumerate(entries, 1):
                self._entry((kind.name, index), entry, derivation, said, contradictions, groups)
        return Situation(
            ids, frozenset(open_lists), said, record, derivation, tuple(contradictions)
        )

    def share(self, kind: str, entries: Sequence[Entry]) -> list[Entry]:
        """Give the entries with what others of their group say for all of them."""
        completed = list(entries)
        for (of, path), group in self.vocabulary.shared.items():
            if of != kind:
                continue
            said: dict[object, Typed] = {}
            for entry in entries:
                value = entry.get(path)
                if value is not None:
                    known = said.setdefault(entry.get(group), value)
                    if isinstance(known, Interval) and isinstance(value, Interval):
                        said[entry.get(group)] = common(known, value) or known
            for index, entry in enumerate(completed):
                label = entry.get(group)
                value = said.get(label) if isinstance(label, str) else None
                if value is not None and entry.get(path) is None:
                    values = {**entry.values, path: value}
                    completed[index] = Entry(entry.id, entry.path, values, {})
        return completed

    def _entry(
        self,
        entity: Entity,
        entry: Entry,
        derivation: Derivation,
        said: dict[Entity, dict[str, Fact]],
        contradictions: list[tuple[Entity, str, str]],
        groups: dict[object, str],
    ) -> None:
        kind = self.kinds[entity[0]]
        given = entry.values
        found = said[entity] = {}
        for name, path, fact in kind.silent:
            if path not in given:
                found[name] = fact
        for path, value in given.items():
            if groups and path in kind.group_paths and value in groups:
                value = groups[value]  # noqa: PLW2901
            for name, converter in kind.by_path.get(path, ()):
                stated = converter.fact(value, entry, derivation)
                if stated is not None:
                    found[name] = stated
        self.restrict(entity, kind.conditions, found, contradictions)

    def restrict(
        self,
        entity: Entity,
        conditions: Sequence[tuple[str, tuple[Condition, ...]]],
        found: dict[str, Fact],
        contradictions: list[tuple[Entity, str, str]],
    ) -> None:
        """Say whether attributes have a meaning, as far as other attributes settle it.

        Args:
            entity: the entry.
            conditions: of the attributes of its kind.
            found: what the record says of the entry; is completed.
            contradictions: takes in pairs of attributes that exclude each other.
        """
        because: dict[str, str] = {}  # what leaves others without a meaning, in the end
        for name, of_name in conditions:
            fact = found.get(name)
            for _, governing, values, negated in of_name:
                other = found.get(governing)
                if other is None or len(other.values) > 1 or not other.sure:
                    if fact is not None and fact.values:
                        found[name] = fact._replace(sure=False)
                elif not other.values or (other.values[0] in values) == negated:
                    found[name] = MEANINGLESS
                    because[name] = because.get(governing, governing)
                    if fact is None or fact.default or not HARMLESS.isdisjoint(fact.values):
                        continue
                    # What contradicts the record itself is told, not what depends on it.
                    told = any(pair[:2] == (entity, governing) for pair in contradictions)
                    if not told and (entity[0], name) not in self.vocabulary.ignorable:
                        contradictions.append((entity, name, because[name]))

    # ---- one converter per attribute ------------------------------------------------------

    def _prepare(self, kind: str) -> KindConverters:
        prepared = KindConverters({}, [], [], [])
        recorded: list[tuple[str, str]] = []
        for (of, name), attribute in self.vocabulary.attributes.items():
            if of != kind:
                continue
            paths = attribute.paths
            if attribute.origin.form == "recorded":
                prepared.silent.append((name, paths[0], Fact((NO,))))
                recorded.append((name, paths[0]))
            elif (of, name) in self.vocabulary.absent:
                default = self._default(attribute, self.vocabulary.absent[of, name])
                prepared.silent.append((name, paths[0], Fact((default,), default=True)))
            if attribute.type == "group":
                prepared.group_paths.extend(paths)
            for path in paths:
                prepared.by_path.setdefault(path, []).append((name, self._converter(attribute)))
        prepared.conditions.extend(self._in_turn(kind))
        return prepared

    def _in_turn(self, kind: str) -> list[tuple[str, tuple[Condition, ...]]]:
        """Give the conditions of a kind, those first on which others depend."""
        left = {n: c for (of, n), c in self.vocabulary.conditions.items() if of == kind}
        ordered: list[tuple[str, tuple[Condition, ...]]] = []
        while left:
            ready = [
                n for n, conditions in left.items() if not any(c.other in left for c in conditions)
            ]
            ordered += [(n, left.pop(n)) for n in ready or list(left)]
        return ordered

    def _converter(self, attribute: Attribute) -> Converter:
        if attribute.origin.form == "recorded":
            return Converter(lambda value: _RECORDED)
        if attribute.type != "number":
            return Converter(_choice)
        number = _Numbers(self.regions[attribute.of], self.vocabulary.scales[attribute.of])
        if attribute.origin.form in TIMED:
            return _timed(attribute, number)
        return _measured(attribute, number)

    def _default(self, attribute: Attribute, value: str) -> Value:
        if attribute.type != "number":
            return value
        scale = self.vocabulary.scales[attribute.of]
        return self.regions[attribute.of].representative(scale.code(Fraction(value)))


class _Numbers:
    """Gives facts about numbers on one scale; equal ones are the same object.

    ``of_code`` gives the fact about a number that is known, ``of_interval`` about a quantity.
    """

    def __init__(self, regions: Regions, scale: Scale) -> None:
        self._regions = regions
        self._every = len(regions.representatives)
        self.of_code = Memo[int, Fact](
            lambda code: _stated((regions.representative(code),))
        ).__getitem__
        self.of_interval = by_identity(lambda interval: self.of_codes(*codes_of(interval, scale)))

    def of_codes(self, low: int | None, high: int | None) -> Fact | None:
        """Give the fact about a number of which limits are known, if they say anything."""
        if low == high and low is not None:
            return self.of_code(low)
        values = self._regions.between(low, high)
        return None if len(values) == self._every else _stated(values)


def exact_day(value: object) -> date | None:
    """Give the day that a date means, if it is only one and not an open end."""
    if isinstance(value, DateInterval):
        first, last = value
        if first == last and first not in OPEN_ENDS:
            return first
    return None


def _timed(attribute: Attribute, number: _Numbers) -> Converter:
    """Make the converter of an elapsed time."""

    def convert(_: object, entry: Entry, derivation: Derivation) -> Fact | None:
        codes = derivation.codes(entry, attribute)
        return None if codes is None else number.of_codes(*codes)

    measure = measure_of(attribute)
    if measure is None:
        return Converter(convert=convert)
    exact, anchor = measure

    def convert_day(value: object, entry: Entry, derivation: Derivation) -> Fact | None:
        here = exact_day(value)
        if here is not None:
            day = derivation.day(anchor)
            if day is not None:
                return number.of_code(exact(here, day))
        elif isinstance(value, list) and len(value) == 1 and value[0].date is None:
            return None
        return convert(value, entry, derivation)

    return Converter(convert=convert_day, of_day=OfDay(exact, anchor, number.of_code))


def _measured(attribute: Attribute, number: _Numbers) -> Converter:
    """Make the converter of a quantity.

    Which of several measurements counts, and whether one with a date does, depends on others.
    """

    def convert(_: object, entry: Entry, derivation: Derivation) -> Fact | None:
        interval = derivation.interval(entry, attribute)
        return None if interval is None else number.of_interval(interval)

    def convert_anew(_: object, entry: Entry, derivation: Derivation) -> Fact | None:
        codes = derivation.codes(entry, attribute)
        return None if codes is None else number.of_codes(*codes)

    def plain(value: object) -> Fact | Depends | None:
        if isinstance(value, Interval):
            return number.of_interval(value)
        if isinstance(value, list) and len(value) == 1 and value[0].date is None:
            return number.of_interval(value[0].value)
        return ON_THE_RECORD

    def ratio(value: object) -> Fact | Depends | None:
        if isinstance(value, list) and len(value) == 1 and value[0].date is None:
            multiple = over_uln(value[0].value, value[0].uln)
            return None if multiple is None else number.of_interval(multiple)
        return ON_THE_RECORD

    match attribute.origin.form:
        case "field":
            return Converter(plain, convert)
        case "ratio":
            return Converter(ratio, convert)
        case "quotient":
            return Converter(convert=convert, beside=attribute.origin.arguments[1])
    return Converter(convert=convert_anew)  # hardly two records give the same number


@lru_cache(maxsize=4096)
def _stated(values: Values) -> Fact:
    """Give a fact; those of the same values are the same object."""
    return Fact(values)


_RECORDED = _stated((YES,))


@lru_cache(maxsize=4096)
def _choice(value: object) -> Fact | None:
    if value is UNKNOWN:
        return None
    if value is True:
        return _stated((YES,))
    return _stated((NO,)) if value is False else _stated((str(value),))


def group_labels(entries: Sequence[Entry], paths: Sequence[str]) -> dict[object, str]:
    """Number the labels of groups in the order in which they appear."""
    labels: dict[object, str] = {}
    for path in paths:
        for entry in entries:
            label = entry.get(path)
            if isinstance(label, str) and label not in labels:
                labels[label] = f"group({len(labels) + 1})"
    return labels
