"""From a record to what the rules see of it: attributes with the values they may have.

Conversion only: units, calendar arithmetic and the choice of the latest result. Which
attribute comes from which fields, and from which anchor, the vocabulary says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TypeAlias

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.protocol.vocabulary import (
    NO,
    PATIENT,
    YES,
    AnchorSource,
    Attribute,
    Scale,
    Vocabulary,
)
from oligoasp.record import dates
from oligoasp.record.dates import DateInterval, MomentInterval
from oligoasp.record.fields import Measurement
from oligoasp.record.quantity import Interval
from oligoasp.record.read import Entry, Record
from oligoasp.record.value import UNKNOWN

Entity: TypeAlias = tuple[str, int]
"""An entry of the record: its kind and its place from 1 on; the patient is ("patient", 0)."""
Value: TypeAlias = int | str
"""A number on its scale, or the name of a choice or a group."""
Codes: TypeAlias = tuple[int | None, int | None]
"""The least and the most code that a number can have; None where it is unbounded."""
Times: TypeAlias = tuple[datetime, datetime] | tuple[date, date]

THE_PATIENT: Entity = (PATIENT, 0)
HARMLESS = frozenset({NO, "none", "not_stated", "not_done"})
"""Values that may stand where the attribute has no meaning (a man is not pregnant)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the record says of one attribute: the values it can have.

    ``sure`` means that the attribute certainly has a meaning for the entry; ``default``
    that the record is silent and the vocabulary says what silence means.
    """

    entity: Entity
    attribute: str
    values: tuple[Value, ...]
    sure: bool = True
    default: bool = False


@dataclass(slots=True)
class Situation:
    """A record as the rules see it.

    ``ids`` lists the recorded entries of each kind; ``open_lists`` the kinds of which
    there may be more; ``meaningless`` the attributes that the record itself rules out.
    """

    record: Record
    ids: dict[str, tuple[str, ...]]
    open_lists: frozenset[str]
    facts: dict[tuple[Entity, str], Fact]
    meaningless: frozenset[tuple[Entity, str]]
    contradictions: tuple[tuple[Entity, str, str], ...]

    def entities(self) -> list[Entity]:
        """Give the patient and the recorded entries."""
        return [
            THE_PATIENT,
            *((kind, i + 1) for kind, ids in self.ids.items() for i in range(len(ids))),
        ]


@dataclass(slots=True)
class _Context:
    """What the conversion of one record shares: its anchors and latest results."""

    record: Record
    days_later: int = 0
    anchors: dict[str, tuple[Times, str] | None] = field(default_factory=dict)
    latest: dict[str, tuple[Measurement, ...]] = field(default_factory=dict)


Source: TypeAlias = Record | Entry
_Convert: TypeAlias = Callable[[Source, _Context], "tuple[Value, ...] | None"]


class Compiler:
    """Turns records into situations, for one protocol.

    Args:
        protocol: its vocabulary says how, its parameters which numbers are alike.
    """

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.vocabulary: Vocabulary = protocol.vocabulary
        self.regions: dict[str, Regions] = regions_of(protocol)
        self._converters: dict[str, list[tuple[str, _Convert]]] = {
            kind: [] for kind in self.vocabulary.kinds
        }
        for (kind, name), attribute in self.vocabulary.attributes.items():
            self._converters[kind].append((name, self._converter(attribute)))
        self._defaults: dict[str, dict[str, tuple[Value, ...]]] = {
            kind: {} for kind in self.vocabulary.kinds
        }
        for (kind, name), value in self.vocabulary.absent.items():
            self._defaults[kind][name] = (self._default(kind, name, value),)

    def compile(self, record: Record, days_later: int = 0) -> Situation:
        """Give what the rules see of a record.

        Args:
            record: a validated record.
            days_later: by how many days the site waits with what can be postponed.

        Returns:
            Its facts; absent attributes are left out, unless absence has a meaning.
        """
        context = _Context(record, days_later)
        facts: dict[tuple[Entity, str], Fact] = {}
        meaningless: set[tuple[Entity, str]] = set()
        contradictions: list[tuple[Entity, str, str]] = []
        ids: dict[str, tuple[str, ...]] = {}
        open_lists: set[str] = set()
        self._entry(THE_PATIENT, record, context, facts, meaningless, contradictions)
        for kind in self.vocabulary.kinds.values():
            if kind.name == PATIENT:
                continue
            entries = record.entries(kind.name)
            if entries is None or kind.list_name in record.incomplete:
                open_lists.add(kind.name)
            ids[kind.name] = tuple(entry.id for entry in entries or ())
            groups = _groups(entries or (), self.vocabulary, kind.name)
            for index, entry in enumerate(entries or (), 1):
                entity = (kind.name, index)
                self._entry(entity, entry, context, facts, meaningless, contradictions, groups)
        return Situation(
            record,
            ids,
            frozenset(open_lists),
            facts,
            frozenset(meaningless),
            tuple(contradictions),
        )

    # ---- what else a reader of answers wants to know -----------------------------------

    def latest(self, record: Record, path: str) -> tuple[Measurement, ...]:
        """Give the results of which one is the latest on or before enrollment."""
        return self._latest(record, _Context(record), path)

    def ratio(self, record: Record, path: str) -> Interval | None:
        """Give a result as a multiple of its own upper limit of normal."""
        return self._ratio(record, _Context(record), path)

    def anchor(self, record: Record, name: str) -> tuple[Times, str] | None:
        """Give the days that an anchor can mean, and the path that it was taken from."""
        return self._anchor(_Context(record), name)

    def complete_years(self, record: Record, attribute: Attribute) -> int | None:
        """Give the age in complete years that an attribute stands for, if it is certain."""
        codes = self._age(record, _Context(record), *attribute.origin.arguments)
        if codes is None or codes[0] is None or codes[1] is None:
            return None
        return codes[0] // 2 if codes[0] // 2 == codes[1] // 2 else None

    def clearance(self, record: Record, attribute: Attribute) -> Fraction | None:
        """Give the creatinine clearance by Cockcroft and Gault, in mL/min."""
        found = self._cockcroft_gault(record, _Context(record), *attribute.origin.arguments)
        return None if found is None else found.exact

    def exact(self, record: Record, entity: Entity, attribute: Attribute) -> Fraction | None:
        """Give the number that an attribute has in the unit of its scale, if it is certain.

        A time between two whole steps is given as half a step more than the lower one.
        """
        context = _Context(record)
        kind, index = entity
        source: Source = record if not index else (record.entries(kind) or [])[index - 1]
        interval: Interval | None
        match attribute.origin.form:
            case "ratio":
                interval = self._ratio(source, context, attribute.origin.arguments[0])
            case "cockcroft_gault":
                interval = self._cockcroft_gault(source, context, *attribute.origin.arguments)
            case "field":
                path = attribute.origin.arguments[0]
                value = source.get(path)
                results = self._latest(source, context, path)
                interval = _hull([m.value for m in results]) if results else _interval(value)
            case _:
                codes = self._code_of(source, context, attribute)
                if codes is None or codes[0] is None or codes[0] != codes[1]:
                    return None
                return Fraction(codes[0], 2) * self.vocabulary.scales[attribute.of].resolution
        return None if interval is None else interval.exact

    # ---- entries ----------------------------------------------------------------------

    def _entry(
        self,
        entity: Entity,
        source: Source,
        context: _Context,
        facts: dict[tuple[Entity, str], Fact],
        meaningless: set[tuple[Entity, str]],
        contradictions: list[tuple[Entity, str, str]],
        groups: dict[str, str] | None = None,
    ) -> None:
        kind = entity[0]
        defaults = self._defaults[kind]
        found: dict[str, tuple[Value, ...]] = {}
        silent: set[str] = set()
        for name, convert in self._converters[kind]:
            values = convert(source, context)
            if values is not None:
                found[name] = values
            elif name in defaults and not self._left_open(kind, name, source):
                found[name] = defaults[name]
                silent.add(name)
        if groups:
            for name, values in found.items():
                if values[0] in groups and self.vocabulary.attributes[kind, name].type == "group":
                    found[name] = (groups[str(values[0])],)
        unsettled: set[str] = set()
        for (of, name), conditions in self.vocabulary.conditions.items():
            if of != kind:
                continue
            for condition in conditions:
                other = found.get(condition.other)
                if condition.other in meaningless or (entity, condition.other) in meaningless:
                    meaningless.add((entity, name))
                elif other is None or len(other) > 1:
                    unsettled.add(name)
                elif (str(other[0]) in condition.values) == condition.negated:
                    meaningless.add((entity, name))
                    if name in found and name not in silent and not HARMLESS & set(map(str, found[name])):
                        contradictions.append((entity, name, condition.other))
        for name, values in found.items():
            if (entity, name) in meaningless:
                continue
            sure = name not in unsettled or not (HARMLESS & set(map(str, values)) or name in silent)
            facts[entity, name] = Fact(entity, name, values, sure, name in silent)

    def _left_open(self, kind: str, name: str, source: Source) -> bool:
        origin = self.vocabulary.attributes[kind, name].origin
        return origin.form == "field" and source.get(origin.arguments[0]) is not None

    def _default(self, kind: str, name: str, value: str) -> Value:
        attribute = self.vocabulary.attributes[kind, name]
        if attribute.type != "number":
            return value
        scale = self.vocabulary.scales[attribute.of]
        return self.regions[attribute.of].representative(scale.code(Fraction(value)))

    # ---- one converter per attribute ------------------------------------------------

    def _converter(self, attribute: Attribute) -> _Convert:
        arguments = attribute.origin.arguments
        match attribute.origin.form:
            case "field":
                return self._field(attribute, arguments[0])
            case "ratio":
                return self._number(attribute, lambda s, c: self._ratio(s, c, arguments[0]))
            case "quotient":
                return self._number(attribute, lambda s, c: _quotient(s, *arguments))
            case "before" | "after" | "age":
                return self._codes(attribute, lambda s, c: self._code_of(s, c, attribute))
            case "recorded":
                return lambda s, c: (YES,) if s.get(arguments[0]) is not None else (NO,)
            case "cockcroft_gault":
                return self._number(attribute, lambda s, c: self._cockcroft_gault(s, c, *arguments))
            case form:
                raise ValueError(f"attribute {attribute.name}: unknown origin `{form}`")

    def _field(self, attribute: Attribute, path: str) -> _Convert:
        form = self.vocabulary.fields[attribute.kind, path].type.form
        if form == "flag":
            return lambda s, c: _flag(s.get(path))
        if form in ("choice", "group"):
            return lambda s, c: _choice(s.get(path))
        if form == "measurement":
            return self._number(attribute, lambda s, c: _hull([m.value for m in self._latest(s, c, path)]))
        return self._number(attribute, lambda s, c: _interval(s.get(path)))

    def _number(
        self, attribute: Attribute, value: Callable[[Source, _Context], Interval | None]
    ) -> _Convert:
        scale = self.vocabulary.scales[attribute.of]

        def codes(source: Source, context: _Context) -> Codes | None:
            interval = value(source, context)
            return None if interval is None else codes_of(interval, scale)

        return self._codes(attribute, codes)

    def _codes(
        self, attribute: Attribute, codes: Callable[[Source, _Context], Codes | None]
    ) -> _Convert:
        regions = self.regions[attribute.of]

        def convert(source: Source, context: _Context) -> tuple[Value, ...] | None:
            found = codes(source, context)
            if found is None:
                return None
            low, high = found
            if low == high and low is not None:
                return (regions.representative(low),)
            values = regions.between(low, high)
            return None if len(values) == len(regions.representatives) else values

        return convert

    # ---- values ---------------------------------------------------------------------

    def _latest(self, source: Source, context: _Context, path: str) -> tuple[Measurement, ...]:
        """Give the results of which one is the latest on or before enrollment."""
        if source is not context.record:
            return _possible_latest(source.get(path), None)
        if path not in context.latest:
            enrollment = self._anchor(context, ENROLLMENT)
            until = None if enrollment is None else _day(enrollment[0][1])
            context.latest[path] = _possible_latest(source.get(path), until)
        return context.latest[path]

    def _ratio(self, source: Source, context: _Context, path: str) -> Interval | None:
        found = []
        for result in self._latest(source, context, path):
            if result.uln is None:
                return None
            value = result.value
            found.append(
                Interval(
                    None if value.low is None else value.low / result.uln,
                    None if value.high is None else value.high / result.uln,
                    value.low_open,
                    value.high_open,
                )
            )
        return _hull(found)

    def _code_of(self, source: Source, context: _Context, attribute: Attribute) -> Codes | None:
        """Give the codes of an age or of a time between a field's date and an anchor."""
        arguments = attribute.origin.arguments
        if attribute.origin.form == "age":
            return self._age(source, context, *arguments)
        direction = attribute.origin.form
        path, anchor = arguments[1:] if direction == "before" else arguments[:0:-1]
        measure = _MEASURES[direction, arguments[0]]
        return self._elapsed(source, context, path, anchor, measure, direction)

    def _elapsed(
        self,
        source: Source,
        context: _Context,
        path: str,
        anchor: str,
        measure: Callable[[date, date], int],
        direction: str,
    ) -> Codes | None:
        there = self._anchor(context, anchor)
        here = self._times(source, context, path)
        if there is None or here is None:
            return None
        (early, late), (start, end) = here, there[0]
        if measure is _hours_before:
            least = _hours(_moment(late, last=True), _moment(start))
            most = _hours(_moment(early), _moment(end, last=True))
            same_day = _day(early) == _day(late) == _day(start) == _day(end)
            # On one day, where a time is missing, what comes before the anchor came before it.
            return (max(least, 0) if same_day and most > 0 else least), most
        early, late, start, end = _day(early), _day(late), _day(start), _day(end)
        if direction == "before":
            least, most = measure(late, start), measure(early, end)
        else:
            least, most = measure(end, early), measure(start, late)
        return (
            None if late == dates.LAST_DAY and direction == "before" else least,
            None if early == dates.FIRST_DAY and direction == "before" else most,
        )

    def _times(self, source: Source, context: _Context, path: str) -> Times | None:
        value = source.get(path)
        if isinstance(value, list):
            value = _common_date(self._latest(source, context, path))
        if isinstance(value, DateInterval | MomentInterval):
            return value.earliest, value.latest
        return None

    def _anchor(self, context: _Context, name: str) -> tuple[Times, str] | None:
        """Give the days that an anchor can mean, and the path that it was taken from."""
        if name not in context.anchors:
            found = self._find_anchor(context.record, name)
            if found is not None and context.days_later and found[1] in self.protocol.postponable:
                wait = timedelta(days=context.days_later)
                found = (found[0][0] + wait, found[0][1] + wait), found[1]
            context.anchors[name] = found
        return context.anchors[name]

    def _find_anchor(self, record: Record, name: str) -> tuple[Times, str] | None:
        for sources in self.vocabulary.anchors[name]:
            if sources[0].latest_of:
                times = [t for source in sources for t in self._all(record, source)]
                if not times or None in times:
                    return None
                known = [t for t in times if t is not None]
                return (max(t[0] for t in known), max(t[1] for t in known)), sources[0].path
            value = record.get(sources[0].path)
            if isinstance(value, DateInterval | MomentInterval):
                return (value.earliest, value.latest), sources[0].path
        return None

    def _all(self, record: Record, source: AnchorSource) -> list[Times | None]:
        (kind,) = (k.name for k in self.vocabulary.kinds.values() if k.list_name == source.latest_of)
        entries = record.entries(kind)
        if entries is None or source.latest_of in record.incomplete:
            return [None]
        values = [entry.get(source.path) for entry in entries]
        return [
            (v.earliest, v.latest) if isinstance(v, DateInterval) else None for v in values
        ]

    def _age(
        self, source: Source, context: _Context, birth: str, years: str, anchor: str
    ) -> Codes | None:
        born = source.get(birth)
        there = self._anchor(context, anchor)
        if isinstance(born, DateInterval) and there is not None:
            start, end = _day(there[0][0]), _day(there[0][1])
            return dates.years_after(born.latest, start), dates.years_after(born.earliest, end)
        age = source.get(years)
        if not isinstance(age, Interval):
            return None
        low, high = age.low, age.high
        return (
            None if low is None else 2 * int(low) + 2 * age.low_open,
            None if high is None else 2 * int(high) + 1 - 2 * age.high_open,
        )

    def _cockcroft_gault(
        self,
        source: Source,
        context: _Context,
        creatinine: str,
        weight: str,
        birth: str,
        years: str,
        sex: str,
    ) -> Interval | None:
        """Creatinine clearance in mL/min (Cockcroft and Gault 1976), from exact values only.

        (140 - age) x kg x (0.85 if female) / (72 x creatinine in mg/dL), age in complete
        years at enrollment.
        """
        age = self._age(source, context, birth, years, ENROLLMENT)
        results = [self._latest(source, context, path) for path in (creatinine, weight)]
        values = [r[0].value.exact if len(r) == 1 else None for r in results]
        which = source.get(sex)
        if age is None or None in age or age[0] // 2 != age[1] // 2:  # type: ignore[operator]
            return None
        if values[0] is None or values[1] is None or which not in ("female", "male"):
            return None
        if values[0] == 0:
            return None
        factor = Fraction(85, 100) if which == "female" else Fraction(1)
        complete = Fraction(age[0] // 2)  # type: ignore[operator]
        clearance = max((140 - complete) * values[1] * factor / (72 * values[0]), Fraction(0))
        return Interval(clearance, clearance)


ENROLLMENT = "enrollment"
"""The anchor up to which results count; every vocabulary with measurements defines it."""


def _hours_before(day: date, anchor: date) -> int:
    raise NotImplementedError("hours are computed from moments")


_MEASURES: dict[tuple[str, str], Callable[[date, date], int]] = {
    ("before", "years"): dates.years_before,
    ("before", "months"): dates.months_before,
    ("before", "days"): dates.days_before,
    ("before", "hours"): _hours_before,
    ("after", "years"): dates.years_after,
    ("after", "months"): dates.months_after,
    ("after", "days"): dates.days_after,
}


def codes_of(interval: Interval, scale: Scale) -> Codes:
    """Give the least and the most code of an interval on a scale.

    An open end that lies on a step moves to the nearest code inside the interval.
    """
    step = 2 if scale.discrete else 1
    low = high = None
    if interval.low is not None:
        low = scale.code(interval.low)
        low += step if interval.low_open and not low % 2 else low % 2 if scale.discrete else 0
    if interval.high is not None:
        high = scale.code(interval.high)
        high -= step if interval.high_open and not high % 2 else high % 2 if scale.discrete else 0
    return low, high


def _flag(value: object) -> tuple[Value, ...] | None:
    return None if value is None or value is UNKNOWN else (YES,) if value is True else (NO,)


def _choice(value: object) -> tuple[Value, ...] | None:
    if value is None or value is UNKNOWN:
        return None
    return (str(value),)


def _interval(value: object) -> Interval | None:
    return value if isinstance(value, Interval) else None


def _hull(intervals: Sequence[Interval]) -> Interval | None:
    """Give the least interval that holds all of these, or None if there are none."""
    if len(intervals) < 2:
        return intervals[0] if intervals else None
    lows = [(i.low, i.low_open) for i in intervals if i.low is not None]
    highs = [(i.high, not i.high_open) for i in intervals if i.high is not None]
    low = min(lows) if len(lows) == len(intervals) else (None, False)
    high = max(highs) if len(highs) == len(intervals) else (None, True)
    return Interval(low[0], high[0], low[1], not high[1])


def _quotient(source: Source, upper: str, lower: str) -> Interval | None:
    above, below = source.get(upper), source.get(lower)
    if not isinstance(above, Interval) or not isinstance(below, Interval):
        return None
    if above.exact is None or not below.exact:
        return None
    ratio = above.exact / below.exact
    return Interval(ratio, ratio)


def _possible_latest(value: object, until: date | None) -> tuple[Measurement, ...]:
    """Give the results of which one is the latest that counts.

    Results from after ``until`` do not count; an undated one counts as the latest.
    """
    if not isinstance(value, list):
        return ()
    valid = [m for m in value if not (until and m.date and m.date.earliest > until)]
    undated = tuple(m for m in valid if m.date is None)
    if undated or len(valid) < 2:
        return undated or tuple(valid)
    latest_start = max(m.date.earliest for m in valid)
    return tuple(m for m in valid if m.date.latest >= latest_start)


def _common_date(results: Sequence[Measurement]) -> DateInterval | None:
    known = [m.date for m in results if m.date is not None]
    if not known or len(known) < len(results):
        return None
    return DateInterval(min(d.earliest for d in known), max(d.latest for d in known))


def _day(time: date) -> date:
    return time.date() if isinstance(time, datetime) else time


def _moment(time: date, *, last: bool = False) -> datetime:
    if isinstance(time, datetime):
        return time
    start = datetime(time.year, time.month, time.day)
    return start + timedelta(days=1, seconds=-1) if last else start


_HOUR = Fraction(3600)


def _hours(earlier: datetime, later: datetime) -> int:
    """Code the hours between two moments, in hundredths."""
    seconds = int((later - earlier).total_seconds())
    hundredths = seconds * 100 / _HOUR
    whole = hundredths.numerator // hundredths.denominator
    return 2 * whole + (hundredths.denominator != 1)


def _groups(entries: Sequence[Entry], vocabulary: Vocabulary, kind: str) -> dict[str, str]:
    """Number the labels of groups in the order in which they appear."""
    paths = [
        a.origin.arguments[0]
        for (of, _), a in vocabulary.attributes.items()
        if of == kind and a.type == "group"
    ]
    labels: dict[str, str] = {}
    for entry in entries:
        for path in paths:
            label = entry.get(path)
            if isinstance(label, str) and label not in labels:
                labels[label] = f"group({len(labels) + 1})"
    return labels
