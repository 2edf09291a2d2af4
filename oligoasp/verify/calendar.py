"""Dates for elapsed times: the inverse of the calendar arithmetic of records.

An attribute such as "time from the last dose to enrollment" confines a date to an
interval of days, once its anchor has a date. Anchors get theirs first; a date that several
attributes speak of lies where their intervals meet, as near as it can to a typical day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from oligoasp.protocol.regions import Regions
from oligoasp.protocol.vocabulary import PATIENT, Vocabulary
from oligoasp.record.dates import add_months
from oligoasp.record.facts import THE_PATIENT, Entity, Pair
from oligoasp.verify.space import Person

Slot = tuple[Entity, str]
"""A field of an entry that holds a date."""
Window = tuple[datetime, datetime]

TODAY = datetime(2024, 6, 20)
FAR = timedelta(days=365 * 95)
DAY = timedelta(days=1)
LAST_SECOND = timedelta(seconds=86399)
MOST_NODES = 60
"""How many choices of anchors are tried."""
LONGEST = timedelta(days=850)
"""How far apart the dates of a study lie at most."""
OFFSETS = (0, 1, 3, 14, 30, 45, 60, 75, 92, 100, 130, 200, 400, 800, -1, -5, -40, -100)


@dataclass(frozen=True, slots=True)
class Span:
    """An elapsed time between a date and an anchor, and what the person says of it."""

    pair: Pair
    slot: Slot
    anchor: str  # a path of the patient, or an anchor that is the latest of a list
    unit: str
    backwards: bool
    code: int


class Calendar:
    """Finds dates for all the elapsed times of a person.

    Args:
        vocabulary: which attributes are elapsed times, and where anchors stand.
        regions: which elapsed times are alike.
        usual: typical dates of the patient, by path.
        typical: typical values of attributes.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        regions: Mapping[str, Regions],
        usual: Mapping[str, str],
        typical: Mapping[tuple[str, str], str],
    ) -> None:
        self._vocabulary = vocabulary
        self._regions = regions
        self._usual = {path: datetime.fromisoformat(text) for path, text in usual.items()}
        self._typical = typical
        self._nodes = 0

    def dates(
        self, person: Person, only: Iterable[Pair] | None = None
    ) -> dict[Slot, datetime] | None:
        """Give a date for each field, or None if no dates will do.

        Args:
            person: whose elapsed times.
            only: heed these attributes alone.
        """
        spans = self._spans(person, None if only is None else set(only))
        self._nodes = 0
        free = self._free_anchors(spans)
        placed: dict[Slot, datetime] = {}
        for first in free[:1]:
            placed[first] = self._usual.get(first[1], TODAY)
        return self._place_anchors(person, spans, free[1:], placed)

    # ---- what is asked ----------------------------------------------------------------

    def _spans(self, person: Person, only: set[Pair] | None) -> list[Span]:
        spans = []
        for pair, code in person.values.items():
            if (only is not None and pair not in only) or not isinstance(code, int):
                continue
            entity, name = pair
            origin = self._vocabulary.attributes[entity[0], name].origin
            match origin.form:
                case "before":
                    unit, path, anchor = origin.arguments
                    spans.append(Span(pair, (entity, path), self._source(anchor), unit, True, code))
                case "after":
                    unit, anchor, path = origin.arguments
                    spans.append(
                        Span(pair, (entity, path), self._source(anchor), unit, False, code)
                    )
                case "age":
                    birth, _, anchor = origin.arguments
                    spans.append(
                        Span(pair, (THE_PATIENT, birth), self._source(anchor), "years", True, code)
                    )
        return spans

    def _source(self, anchor: str) -> str:
        sources = self._vocabulary.anchors[anchor][0]
        return anchor if sources[0].latest_of else sources[0].path

    def _free_anchors(self, spans: list[Span]) -> list[Slot]:
        """Give the patient's anchors, those first from which others are counted."""
        wanted = {span.anchor for span in spans}
        paths = [
            sources[0][0].path
            for sources in self._vocabulary.anchors.values()
            if not sources[0][0].latest_of
        ]
        bound = {span.slot[1] for span in spans if span.slot[0] == THE_PATIENT}
        found = [p for p in dict.fromkeys(paths) if p in wanted and p not in bound]
        order = ["dates.enrollment"]
        found.sort(key=lambda p: (p not in order, p not in self._usual, paths.index(p)))
        return [(THE_PATIENT, path) for path in found]

    # ---- placing ----------------------------------------------------------------------

    def _place_anchors(
        self,
        person: Person,
        spans: list[Span],
        anchors: list[Slot],
        placed: dict[Slot, datetime],
    ) -> dict[Slot, datetime] | None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            return None
        placed = dict(placed)
        if not self._place_bound(person, spans, placed):
            return None
        waiting = [slot for slot in anchors if slot not in placed]
        if not waiting:
            return self._place_rest(spans, placed)
        slot = waiting[0]
        for day in self._choices(person, slot, spans, placed):
            result = self._place_anchors(person, spans, waiting[1:], {**placed, slot: day})
            if result is not None:
                return result
        return None

    def _place_bound(self, person: Person, spans: list[Span], placed: dict[Slot, datetime]) -> bool:
        """Place each date all of whose anchors are placed."""
        slots = dict.fromkeys(span.slot for span in spans)
        again = True
        while again:
            again = False
            for slot in slots:
                if slot in placed:
                    continue
                counted: list[tuple[Span, datetime]] = []
                for span in spans:
                    if span.slot != slot:
                        continue
                    there = self._anchor(person, span.anchor, spans, placed)
                    if there is None:
                        break
                    if isinstance(there, datetime):
                        counted.append((span, there))
                else:
                    day = self._choose(slot, counted, placed)
                    if day is None:
                        return False
                    placed[slot] = day
                    again = True
        return True

    def _place_rest(
        self, spans: list[Span], placed: dict[Slot, datetime]
    ) -> dict[Slot, datetime] | None:
        return placed if all(span.slot in placed for span in spans) else None

    def _anchor(
        self, person: Person, anchor: str, spans: list[Span], placed: Mapping[Slot, datetime]
    ) -> datetime | bool | None:
        """Give an anchor's date: None if it is not placed yet, False if it never will be."""
        sources = self._vocabulary.anchors.get(anchor, ((),))[0]
        if not sources or not sources[0].latest_of:
            return placed.get((THE_PATIENT, anchor))
        found: list[datetime] = []
        for source in sources:
            kind = next(
                k.name for k in self._vocabulary.kinds.values() if k.list_name == source.latest_of
            )
            for entity in person.entities:
                if entity[0] != kind:
                    continue
                slot = (entity, source.path)
                if slot in placed:
                    found.append(placed[slot])
                elif any(span.slot == slot for span in spans):
                    return None
                else:
                    return False
        return max(found) if found else False

    def _choices(
        self, person: Person, slot: Slot, spans: list[Span], placed: Mapping[Slot, datetime]
    ) -> Iterator[datetime]:
        """Give days on which an anchor could lie that nothing confines by itself."""
        usual = self._usual.get(slot[1])
        low, high = TODAY - FAR, TODAY + FAR
        for span in spans:
            if span.anchor != slot[1]:
                continue
            windows = []
            for other in spans:
                if other.slot == span.slot and other is not span:
                    there = self._anchor(person, other.anchor, spans, placed)
                    if isinstance(there, datetime):
                        windows.append(self.window(other, there))
            if windows:
                here = _meet(windows)
                if here is None:
                    return
                first, last = self._anchor_window(span, here)
                low, high = max(low, first), min(high, last)
        low = max(low, self._born(placed))
        if usual is not None and slot[1] in self._vocabulary.postponable:
            for path in self._vocabulary.postponable:
                day = placed.get((THE_PATIENT, path))
                if day is not None and path in self._usual:
                    if self._usual[path] <= usual:
                        low = max(low, day)
                        high = min(high, day + LONGEST)
                    else:
                        high = min(high, day + LAST_SECOND - timedelta(hours=14))
        if low > high:
            return
        days = [min(max(usual, low), high)] if usual is not None else []
        base = placed.get((THE_PATIENT, "dates.enrollment"), TODAY)
        days += [d for n in OFFSETS if low <= (d := base + timedelta(days=n)) <= high]
        if low > TODAY - FAR or high < TODAY + FAR:
            middle = low + (high - low) / 2
            days += [low, high, middle, low + DAY, high - DAY]
            days += [low + (high - low) * k / 8 for k in range(1, 8)]
        seen = set()
        for day in days:
            if usual is None or not usual.time():
                day = day.replace(hour=0, minute=0, second=0, microsecond=0)  # noqa: PLW2901
            if low - DAY < day < high + DAY and day not in seen:
                seen.add(day)
                yield day

    def _choose(
        self,
        slot: Slot,
        counted: list[tuple[Span, datetime]],
        placed: Mapping[Slot, datetime],
    ) -> datetime | None:
        """Choose a day in all windows: the typical one, or the one nearest to it."""
        windows = [self.window(span, there) for span, there in counted]
        meeting = _meet([*windows, (TODAY - FAR, TODAY + FAR)])
        if meeting is None:
            return None
        low, high = meeting
        low = max(low, self._born(placed))
        if low > high:
            return None
        timed = self._vocabulary.fields[slot[0][0], slot[1]].type.form == "datetime"
        past = placed.get((THE_PATIENT, "dates.enrollment"))
        if past is not None and counted and not any(s.backwards for s, _ in counted):
            high = min(high, past)
            if low > high:
                return None
        day = min(max(self._wish(slot, counted), low), high)
        if not timed:
            day = day.replace(hour=0, minute=0, second=0, microsecond=0)
            if day < low:
                day += DAY
            if day > high:
                return None
        return day

    def _born(self, placed: Mapping[Slot, datetime]) -> datetime:
        """Give the day before which nothing of a patient's life lies."""
        births = {
            attribute.origin.arguments[0]
            for attribute in self._vocabulary.attributes.values()
            if attribute.origin.form == "age"
        }
        days = [placed[THE_PATIENT, b] for b in births if (THE_PATIENT, b) in placed]
        return max(days, default=TODAY - FAR)

    def _wish(self, slot: Slot, counted: list[tuple[Span, datetime]]) -> datetime:
        """Give the typical day of a field."""
        for span, there in counted:
            text = self._typical.get((span.pair[0][0], span.pair[1]))
            if text is not None:
                scale = self._vocabulary.attributes[span.pair[0][0], span.pair[1]].of
                return _move(there, Fraction(text), scale, -1 if span.backwards else 1)
        return self._usual.get(slot[1], TODAY)

    # ---- windows ----------------------------------------------------------------------

    def window(self, span: Span, anchor: datetime) -> Window:
        """Give when a date can lie, its anchor being placed."""
        return self._edges(span, anchor, -1 if span.backwards else 1)

    def _anchor_window(self, span: Span, here: Window) -> Window:
        """Give when an anchor can lie, given when the date does."""
        sign = 1 if span.backwards else -1
        return self._edges(span, here[0], sign)[0], self._edges(span, here[1], sign)[1]

    def _edges(self, span: Span, anchor: datetime, sign: int) -> Window:
        attribute = self._vocabulary.attributes[span.pair[0][0], span.pair[1]]
        limits = self._regions[attribute.of].limits
        place = bisect_left(limits, span.code)
        exact = place < len(limits) and limits[place] == span.code
        step = timedelta(seconds=36) if span.unit == "hours" else DAY
        if span.unit != "hours":
            anchor = anchor.replace(hour=0, minute=0, second=0)
        if exact:
            there = _move(anchor, Fraction(span.code, 2) * _size(span.unit), span.unit, sign)
            edges = (there, there)
        else:
            lower = limits[place - 1] if place else None
            upper = limits[place] if place < len(limits) else None
            near = (
                None
                if lower is None
                else _move(anchor, Fraction(lower, 2) * _size(span.unit), span.unit, sign)
            )
            far = (
                None
                if upper is None
                else _move(anchor, Fraction(upper, 2) * _size(span.unit), span.unit, sign)
            )
            if sign < 0:
                edges = (
                    anchor - FAR if far is None else far + step,
                    anchor + FAR if near is None else near - step,
                )
            else:
                edges = (
                    anchor - FAR if near is None else near + step,
                    anchor + FAR if far is None else far - step,
                )
        if span.unit == "hours":
            return edges
        return edges[0], edges[1] + LAST_SECOND


def _size(unit: str) -> Fraction:
    return Fraction(1, 100) if unit == "hours" else Fraction(1)


def _move(anchor: datetime, amount: Fraction, unit: str, sign: int) -> datetime:
    """Move a moment by an elapsed time."""
    match unit:
        case "hours":
            return anchor + sign * timedelta(seconds=int(amount * 3600))
        case "days":
            return anchor + sign * timedelta(days=int(amount))
    whole = amount.numerator // amount.denominator
    months = whole * (12 if unit == "years" else 1)
    moved = add_months(anchor.date(), sign * months)
    rest = (amount - whole) * (365 if unit == "years" else 30)
    return datetime.combine(moved, anchor.time()) + sign * timedelta(days=int(rest))


def _meet(windows: list[Window]) -> Window | None:
    low = max(window[0] for window in windows)
    high = min(window[1] for window in windows)
    return (low, high) if low <= high else None


def shown(moment: datetime, form: str) -> str:
    """Write a date as a record has it."""
    if form == "datetime" and moment.time() != datetime.min.time():
        return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return str(date(moment.year, moment.month, moment.day))


__all__ = ["PATIENT", "Calendar", "Slot", "shown"]
