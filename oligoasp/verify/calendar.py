"""Dates for elapsed times: the inverse of the calendar arithmetic of records.

Each elapsed time, and each order of two dates, says of two dates that the one is not before
some day that the other fixes; the later the other, the later that day. Such bounds have an
earliest and a latest solution, found by moving dates until nothing has to move. So dates can
be chosen one after the other, each as near to a typical day as those chosen before allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product

from oligoasp.protocol.regions import Regions
from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.facts import THE_PATIENT, Entity, Pair
from oligoasp.verify.nearest import Person
from oligoasp.verify.timeline import LATEST, LONGEST, Elapsed, Place, Timeline, Window

Slot = tuple[Entity, str]
"""A date of an entry; or of LATEST, by the name of an anchor."""

MINUTES = 24 * 60
TODAY = date(2024, 6, 20)
PLAIN = (TODAY,)
"""The day of enrollment, unless only another one will do."""
ENDS_OF_MONTHS = (
    *(date(2023, m, d) for m, d in ((5, 31), (5, 30), (5, 29), (3, 31), (8, 31), (12, 31), (7, 1))),
    *(date(2024, m, d) for m, d in ((2, 28), (2, 29), (3, 1), (5, 31), (11, 30))),
)
"""Further days, since months differ: what one end of a month makes impossible, another may
allow."""
PAST, FUTURE = date(1905, 1, 1), date(2095, 12, 31)
MOST_MOVES = 4000
NEAR = (0, -1, 1, -2, 2, -3, 3)


class _ImpossibleError(Exception):
    """No dates fulfil everything that is asked."""


@dataclass(frozen=True, slots=True)
class Span:
    """An elapsed time of a person, with the days that it allows."""

    pair: Pair
    elapsed: Elapsed
    slot: Slot
    anchor: Slot
    window: Window


@dataclass(slots=True)
class _Bounds:
    """Between which minutes each date lies."""

    low: dict[Slot, int]
    high: dict[Slot, int]

    def copy(self) -> _Bounds:
        return _Bounds(dict(self.low), dict(self.high))


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
        self.timeline = Timeline(vocabulary)
        self._elapsed = {(e.kind, e.attribute): e for e in self.timeline.elapsed}
        self.enrollment: Slot = (THE_PATIENT, self.timeline.enrollment[1])
        self._windows: dict[tuple[str, str, int], Window] = {}

    def dates(
        self,
        person: Person,
        only: Iterable[Pair] | None = None,
        enrolled_on: Sequence[date] = PLAIN,
    ) -> dict[Slot, datetime] | None:
        """Give a date for each field, or None if none are found.

        Args:
            person: whose elapsed times.
            only: heed these attributes alone.
            enrolled_on: days of enrollment to try.
        """
        spans = self.spans(person, None if only is None else set(only))
        if not spans:
            return {}
        for enrolled in enrolled_on:
            for puzzle in self._puzzles(person, spans, enrolled):
                try:
                    return puzzle.solved()
                except _ImpossibleError:
                    continue
        return None

    def window(self, elapsed: Elapsed, code: int) -> Window:
        """Give the days that a code allows."""
        key = (elapsed.kind, elapsed.attribute, code)
        if key not in self._windows:
            self._windows[key] = Window(elapsed, self._regions[elapsed.scale], code)
        return self._windows[key]

    def spans(self, person: Person, only: set[Pair] | None = None) -> list[Span]:
        """Give the elapsed times of a person that a record can say."""
        kinds = {entity[0] for entity in person.entities}
        spans = []
        for pair, code in person.values.items():
            (entity, name) = pair
            elapsed = self._elapsed.get((entity[0], name))
            if elapsed is None or not isinstance(code, int) or (only and pair not in only):
                continue
            anchor = elapsed.anchor
            if anchor[0] == LATEST and not any(k in kinds for k, _ in self.timeline.latest[anchor]):
                continue  # there is nothing to count from: the record cannot say
            spans.append(
                Span(
                    pair,
                    elapsed,
                    (entity, elapsed.path),
                    slot_of(anchor),
                    self.window(elapsed, code),
                )
            )
        return spans

    def slots(
        self, person: Person, spans: Sequence[Span]
    ) -> tuple[list[Slot], list[tuple[Slot, list[Slot]]]]:
        """Give the dates of elapsed times, and those that are the latest of some others."""
        dated: dict[Slot, None] = {self.enrollment: None}
        for span in spans:
            dated[span.anchor] = dated[span.slot] = None
        latest = []
        for anchor, places in self.timeline.latest.items():
            if slot_of(anchor) in dated:
                ends = [(e, path) for kind, path in places for e in person.entities if e[0] == kind]
                latest.append((slot_of(anchor), ends))
                dated.update(dict.fromkeys(ends))
        return list(dated), latest

    def in_order(
        self, slots: Sequence[Slot], latest: Sequence[tuple[Slot, list[Slot]]]
    ) -> Iterator[tuple[Slot, Slot]]:
        """Give pairs of dates of which the second is not earlier."""
        here = set(slots)
        entities = dict.fromkeys(slot[0] for slot in slots)
        pairs = [
            ((entity, earlier), (entity, later))
            for (kind, earlier), (_, later) in self.timeline.in_order
            for entity in entities
            if entity[0] == kind
        ]
        pairs += [
            ((entity, path), self.enrollment)
            for kind, path in self.timeline.observed
            for entity in entities
            if entity[0] == kind
        ]
        for path in self._vocabulary.birth:
            pairs += [((THE_PATIENT, path), slot) for slot in slots if slot[0][0] != LATEST]
        pairs += [(end, anchor) for anchor, ends in latest for end in ends]
        return ((one, other) for one, other in pairs if one != other and here >= {one, other})

    def of_the_study(self, slots: Iterable[Slot]) -> list[Slot]:
        """Give, of some dates, those of the study besides enrollment."""
        paths = {path for _, path in self.timeline.of_the_study}
        return [slot for slot in slots if slot[0] == THE_PATIENT and slot[1] in paths]

    def _puzzles(self, person: Person, spans: Sequence[Span], enrolled: date) -> Iterator[_Puzzle]:
        """Give what is to be solved: once for each date that may be the latest of its kind."""
        slots, latest = self.slots(person, spans)
        order = list(self.in_order(slots, latest))
        found = {span.slot for span in spans if not span.elapsed.backwards}
        by_then = [(slot, self.enrollment) for slot in slots if slot in found]
        # What was found after another thing is known at enrollment, if that can be.
        for known in (by_then, []) if by_then else ([],):
            for chosen in product(*(ends for _, ends in latest)):
                same = [(anchor, end) for (anchor, _), end in zip(latest, chosen, strict=True)]
                yield _Puzzle(self, slots, spans, [*order, *known, *same], dict(same), enrolled)

    # ---- wishes -----------------------------------------------------------------------

    def wish(self, slot: Slot, spans: Sequence[Span], placed: Mapping[Slot, int]) -> int:
        """Give the typical minute of a date, once its anchors are placed."""
        entity, path = slot
        if entity == THE_PATIENT and path in self._usual:
            return _minute(self._usual[path])
        for span in spans:
            text = self._typical.get((entity[0], span.elapsed.attribute))
            if span.slot == slot and text is not None and span.anchor in placed:
                sign = -1 if span.elapsed.backwards else 1
                if span.elapsed.unit == "hours":
                    return placed[span.anchor] + sign * int(Fraction(text) * 60)
                days = Fraction(text) * _DAYS[span.elapsed.unit]
                return placed[span.anchor] + sign * int(days) * MINUTES
        anchors = [span.anchor for span in spans if span.slot == slot]
        there = next((placed[anchor] for anchor in anchors if anchor in placed), None)
        return TODAY.toordinal() * MINUTES if there is None else there


_DAYS = {"days": Fraction(1), "months": Fraction(487, 16), "years": Fraction(1461, 4)}


class _Puzzle:
    """Dates to be found, with a day of enrollment and the latest dates chosen."""

    def __init__(
        self,
        calendar: Calendar,
        slots: list[Slot],
        spans: Sequence[Span],
        order: Sequence[tuple[Slot, Slot]],
        latest: Mapping[Slot, Slot],
        enrolled: date,
    ) -> None:
        self._calendar = calendar
        self._slots = slots
        self._spans = spans
        self._latest = latest
        timeline = calendar.timeline
        self._timed = {
            slot for slot in slots if slot[0][0] != LATEST and timeline.timed((slot[0][0], slot[1]))
        }
        self._by_slot: dict[Slot, list[Span]] = {slot: [] for slot in slots}
        for span in spans:
            self._by_slot[span.slot].append(span)
            self._by_slot[span.anchor].append(span)
        self._later: dict[Slot, list[Slot]] = {slot: [] for slot in slots}
        self._earlier: dict[Slot, list[Slot]] = {slot: [] for slot in slots}
        for earlier, later in order:
            self._later[earlier].append(later)
            self._earlier[later].append(earlier)
        self._bounds = _Bounds(
            {slot: PAST.toordinal() * MINUTES for slot in slots},
            {slot: (FUTURE.toordinal() + 1) * MINUTES - 1 for slot in slots},
        )
        self._enrollment = calendar.enrollment
        day = enrolled.toordinal()
        self._fix(self._bounds, self._enrollment, day * MINUTES)
        for slot in calendar.of_the_study(slots):
            self._bounds.low[slot] = (day - LONGEST) * MINUTES
            self._bounds.high[slot] = (day + LONGEST + 1) * MINUTES - 1

    def solved(self) -> dict[Slot, datetime]:
        """Give dates that fulfil everything, each as near to a typical day as can be.

        Raises:
            _ImpossibleError: there are none.
        """
        bounds = self._bounds
        self._propagate(bounds, self._slots)
        placed = {self._enrollment: bounds.low[self._enrollment]}
        for slot in self._in_turn():
            if slot in placed:
                continue
            bounds = self._placed(bounds, slot, self._calendar.wish(slot, self._spans, placed))
            placed[slot] = bounds.low[slot]
        return {
            slot: datetime.fromordinal(minute // MINUTES) + timedelta(minutes=minute % MINUTES)
            for slot, minute in placed.items()
            if slot[0][0] != LATEST
        }

    def _in_turn(self) -> list[Slot]:
        """Give the dates, those first from which others are counted."""
        anchors = dict.fromkeys(span.anchor for span in self._spans)
        usual = self._calendar._usual
        first = [s for s in anchors if s[0] == THE_PATIENT]
        first.sort(key=lambda s: s[1] not in usual)
        ends = [slot for anchor in self._latest for slot in self._earlier[anchor]]
        return list(dict.fromkeys([*first, *ends, *self._latest, *self._slots]))

    def _placed(self, bounds: _Bounds, slot: Slot, wish: int) -> _Bounds:
        low, high = bounds.low[slot], bounds.high[slot]
        near = min(max(wish, low), high)
        tried = set()
        for minute in (
            *(near + days * MINUTES for days in NEAR),
            low,
            high,
            (low + high) // 2,
        ):
            day = minute if slot in self._timed else minute - minute % MINUTES
            if day in tried or not low <= day <= high:
                continue
            tried.add(day)
            narrowed = bounds.copy()
            self._fix(narrowed, slot, day)
            try:
                self._propagate(narrowed, [slot])
            except _ImpossibleError:
                continue
            return narrowed
        raise _ImpossibleError

    def _fix(self, bounds: _Bounds, slot: Slot, minute: int) -> None:
        bounds.low[slot] = minute
        bounds.high[slot] = minute

    # ---- propagation ------------------------------------------------------------------

    def _propagate(self, bounds: _Bounds, changed: Iterable[Slot]) -> None:
        waiting = dict.fromkeys(changed)
        moves = 0
        while waiting:
            moves += 1
            if moves > MOST_MOVES:
                raise _ImpossibleError
            slot = next(iter(waiting))
            del waiting[slot]
            for other, low, high in self._implied(bounds, slot):
                if self._narrow(bounds, other, low, high):
                    waiting[other] = None

    def _narrow(self, bounds: _Bounds, slot: Slot, low: int | None, high: int | None) -> bool:
        if slot not in self._timed:
            low = None if low is None else -(-low // MINUTES) * MINUTES
            high = None if high is None else high // MINUTES * MINUTES
        changed = False
        if low is not None and low > bounds.low[slot]:
            bounds.low[slot] = low
            changed = True
        if high is not None and high < bounds.high[slot]:
            bounds.high[slot] = high
            changed = True
        if bounds.low[slot] > bounds.high[slot]:
            raise _ImpossibleError
        return changed

    def _implied(
        self, bounds: _Bounds, slot: Slot
    ) -> Iterator[tuple[Slot, int | None, int | None]]:
        """Say between which minutes the bounds of a date confine others."""
        low, high = bounds.low[slot], bounds.high[slot]
        first_minute, last_minute = low - low % MINUTES, high - high % MINUTES + MINUTES - 1
        for later in self._later[slot]:
            yield later, first_minute, None
        for earlier in self._earlier[slot]:
            yield earlier, None, last_minute
        for span in self._by_slot[slot]:
            if span.elapsed.unit == "hours":
                yield _by_hours(span, slot, low, high)
            elif slot == span.anchor:
                first = span.window.first(low // MINUTES)
                last = span.window.last(high // MINUTES)
                yield (
                    span.slot,
                    None if first is None else first * MINUTES,
                    None if last is None else last * MINUTES + MINUTES - 1,
                )
            else:
                yield (span.anchor, *_anchor_bounds(span.window, low // MINUTES, high // MINUTES))


def _by_hours(span: Span, slot: Slot, low: int, high: int) -> tuple[Slot, int | None, int | None]:
    """Bound a moment that is some hours away from another; edges count only if exact."""
    early, late = (None if h is None else int(h * 60) for h in span.window.hours())
    step = 0 if span.window.exact else 1
    if slot == span.anchor:
        return (
            span.slot,
            None if early is None else low + early + step,
            None if late is None else high + late - step,
        )
    return (
        span.anchor,
        None if late is None else low - late + step,
        None if early is None else high - early - step,
    )


def _anchor_bounds(window: Window, low: int, high: int) -> tuple[int | None, int | None]:
    """Give between which minutes the anchor of a window lies whose date is between two days."""
    first = last = None
    least, most = window.days()
    if least is not None:  # the least anchor whose window does not end before the first day
        first = low + least
        while _known(window.last(first)) < low:
            first += 1
    if most is not None:  # the last one whose window does not begin after the last day
        last = high + most
        while _known(window.first(last)) > high:
            last -= 1
    return (
        None if first is None else first * MINUTES,
        None if last is None else last * MINUTES + MINUTES - 1,
    )


def _known(day: int | None) -> int:
    assert day is not None
    return day


def _minute(moment: datetime) -> int:
    return moment.toordinal() * MINUTES + moment.hour * 60 + moment.minute


def slot_of(anchor: Place) -> Slot:
    """Give the date of a person that an anchor stands for."""
    return ((LATEST, 0), anchor[1]) if anchor[0] == LATEST else (THE_PATIENT, anchor[1])


def shown(moment: datetime, form: str) -> str:
    """Write a date as a record has it."""
    if form == "datetime" and moment.time() != datetime.min.time():
        return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return str(date(moment.year, moment.month, moment.day))
