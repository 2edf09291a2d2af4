"""Which elapsed times go together in some calendar: bounds on the days between dates.

The rules see elapsed times apart from each other, but they come from dates. Where two of
them share a date, the days between their anchors have to be the same for all that speak
of them. A *gap* is that number of days; here is found which bounds on gaps some codes
imply, and how gaps add up. Bounds hold in every calendar, so that nobody possible is lost.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import regions_of
from oligoasp.verify.timeline import LONGEST, Bounds, Elapsed, Place, Timeline, Window

Gap = tuple[Place, Place]
Bound = tuple[Gap, int, bool]
"""A gap, a number of days, and whether it is at least that long (else shorter)."""
Codes = tuple[int, ...]
Shape = tuple[str, ...]

MOST_SUMS = 3000
"""Gaps that would need more sums than this are not added up: the search for dates does it."""


class Use(NamedTuple):
    """Attributes of a kind of entries whose codes are bound to each other or to gaps."""

    shape: Shape
    kind: str
    attributes: tuple[str, ...]


class Step(NamedTuple):
    """Whether a gap is at least as long as the threshold with some number."""

    gap: Gap
    number: int
    reached: bool

    def __invert__(self) -> Step:
        """Give the opposite."""
        return self._replace(reached=not self.reached)


Together = tuple[Step, ...]
"""Steps that hold together."""


class Gaps:
    """Bounds on gaps, by the codes that imply them.

    Args:
        protocol: the protocol, whose vocabulary says what the dates are.
        unused: attributes, by kind, that nobody has.

    Attributes:
        thresholds: of each gap, in order, the numbers of days that bounds speak of and that
            some people's gap reaches and that of others does not.
        clashes: by shape, the codes that never go together.
        implied: by shape, the bounds that codes imply.
        nearest: by shape of those of whose dates an anchor is the latest, their codes, those
            of the latest dates first, and what each implies if none before it is anybody's.
        same: bounds that hold of those who have no entries of some kinds.
        uses: of what attributes the shapes speak.
        never: steps that never go together, since gaps add up.
    """

    def __init__(self, protocol: Protocol, unused: Collection[tuple[str, str]] = ()) -> None:
        self._timeline = Timeline(protocol.vocabulary, unused)
        self._regions = regions_of(protocol)
        self._places: dict[Place, int] = {}
        self._bounds: dict[tuple[str, str, bool], dict[int, Bounds]] = {}
        self.thresholds: dict[Gap, list[int]] = defaultdict(list)
        self.clashes: dict[Shape, set[Codes]] = {}
        self.implied: dict[Shape, dict[Codes, list[Bound]]] = {}
        self.nearest: dict[Shape, list[tuple[int, Bound | None]]] = {}
        self._always: list[Bound] = []
        self.same: list[tuple[Bound, list[str]]] = []
        self.uses: list[Use] = []
        self._collect()
        self._range = {gap: self._certain(gap) for gap in self.thresholds}
        for gap, days in self.thresholds.items():
            self.thresholds[gap] = [d for d in sorted(set(days)) if self._is_open(gap, d)]
        self.never = [*self._ordered_steps(), *self._sums()]

    def _certain(self, gap: Gap) -> Bounds:
        """Give between how many days a gap is for everybody."""
        least = [days for one, days, low in self._always if one == gap and low]
        most = [days - 1 for one, days, low in self._always if one == gap and not low]
        return max(least, default=None), min(most, default=None)

    def _is_open(self, gap: Gap, days: int) -> bool:
        """Tell whether it is not the same for everybody if a gap is at least so long."""
        least, most = self._range[gap]
        return (least is None or days > least) and (most is None or days <= most)

    def against(self, bound: Bound) -> list[Together]:
        """Give the ways in which a bound is not kept: none if all keep it, () if nobody does."""
        gap, days, low = bound
        if self._is_open(gap, days):
            return [(Step(gap, bisect_left(self.thresholds[gap], days), not low),)]
        least, _ = self._range[gap]
        reached = least is not None and days <= least
        return [] if reached == low else [()]

    def _days(self, elapsed: Elapsed) -> dict[int, Bounds]:
        key = (elapsed.scale, elapsed.unit, elapsed.backwards)
        if key not in self._bounds:
            regions = self._regions[elapsed.scale]
            self._bounds[key] = {
                code: Window(elapsed, regions, code).days() for code in regions.representatives
            }
        return self._bounds[key]

    def _bound(self, earlier: Place, later: Place, days: int, *, least: bool) -> Bound:
        """Give the bound that from one date to another it is at least, or at most, so long."""
        for place in (earlier, later):
            self._places.setdefault(place, len(self._places))
        if self._places[earlier] > self._places[later]:
            earlier, later, days, least = later, earlier, -days, not least
        days += not least
        self.thresholds[earlier, later].append(days)
        return (earlier, later), days, least

    def _collect(self) -> None:
        timeline = self._timeline
        observed = set(timeline.observed)
        at: dict[Place, list[Elapsed]] = defaultdict(list)
        for elapsed in timeline.elapsed:
            at[elapsed.place].append(elapsed)
        for one, other in (pair for same in at.values() for pair in combinations(same, 2)):
            self._same_date(one, other)
        for earlier, later in timeline.in_order:
            for one, other in product(at[earlier], at[later]):
                self._ordered(one, other)
        anchors = self._anchors = dict.fromkeys(e.anchor for e in timeline.elapsed)
        for earlier, later in timeline.in_order:
            if earlier in anchors and later in anchors:
                self._always.append(self._bound(earlier, later, 0, least=True))
        for place in anchors:
            if place in observed:
                self._always.append(self._bound(place, timeline.enrollment, 0, least=True))
        for place in timeline.of_the_study:
            if place in anchors:
                self._always.append(self._bound(timeline.enrollment, place, -LONGEST, least=True))
                self._always.append(self._bound(timeline.enrollment, place, LONGEST, least=False))
        for elapsed in timeline.elapsed:
            if elapsed.place in observed and not self._by_twin(elapsed):
                self._known(elapsed)
        for anchor, places in timeline.latest.items():
            if anchor not in anchors:
                continue
            for place in places:
                for elapsed in at[place]:
                    if not self._by_twin(elapsed):
                        self._member(anchor, elapsed, loose=any(not at[p] for p in places))
        self._sources()

    def _same_date(self, one: Elapsed, other: Elapsed) -> None:
        """One date, two attributes: of one anchor they agree, of two they fix the gap."""
        self._tie(one, other, both=True)

    def _ordered(self, one: Elapsed, other: Elapsed) -> None:
        """Two dates of one entry, the first not after the second."""
        self._tie(one, other, both=False)

    def _tie(self, one: Elapsed, other: Elapsed, *, both: bool) -> None:
        if {one.unit, other.unit} == {"months", "days"}:
            if both and one.anchor == other.anchor:
                self._in_two_units(one, other)
                return
            if self._twin(one, other.unit) or self._twin(other, one.unit):
                return  # what ties the twin ties both, but for a day or two
        shape = ("tied", *_scales(one, other), str(both), str((one.anchor, other.anchor)))
        same = one.anchor == other.anchor
        # On one scale, a longer time to the same date means a later anchor, whatever the months.
        alike = list(_scales(one)) == list(_scales(other))
        self.uses.append(Use(shape, one.kind, (one.attribute, other.attribute)))
        if shape in self.clashes or shape in self.implied:
            return
        clashes: set[Codes] = set()
        implied: dict[Codes, list[Bound]] = {}
        for (c1, (least1, most1)), (c2, (least2, most2)) in product(
            self._days(one).items(), self._days(other).items()
        ):
            # At least so many days lie from the first anchor to the second, or at most.
            low = None if least2 is None or most1 is None else least2 - most1
            high = None if not both or most2 is None or least1 is None else most2 - least1
            if alike and (c2 > c1) == one.backwards and c1 != c2:
                low = 1 if low is None else max(low, 1)
            elif alike and both and c1 != c2:
                high = -1 if high is None else min(high, -1)
            if same:
                if (low is not None and low > 0) or (high is not None and high < 0):
                    clashes.add((c1, c2))
                continue
            bounds = []
            if low is not None:
                bounds.append(self._bound(one.anchor, other.anchor, low, least=True))
            if high is not None:
                bounds.append(self._bound(one.anchor, other.anchor, high, least=False))
            implied[c1, c2] = bounds
        if same:
            self.clashes[shape] = clashes
        else:
            self.implied[shape] = implied

    def _by_twin(self, elapsed: Elapsed) -> bool:
        """Tell whether what holds of a time holds of it in months, so that days need not say it."""
        return elapsed.unit == "days" and self._twin(elapsed, "months")

    def _twin(self, elapsed: Elapsed, unit: str) -> bool:
        """Tell whether an elapsed time is given in another unit as well."""
        return any(
            (e.place, e.anchor, e.unit) == (elapsed.place, elapsed.anchor, unit)
            for e in self._timeline.elapsed
        )

    def _in_two_units(self, one: Elapsed, other: Elapsed) -> None:
        """One time in months and in days: three months before one anchor have but one length."""
        if one.unit == "days":
            one, other = other, one
        shape = ("tied", *_scales(one, other), str(one.anchor), "one date")
        self.uses.append(Use(shape, one.kind, (one.attribute, other.attribute)))
        if shape in self.clashes:
            return
        clashes: set[Codes] = set()
        implied: dict[Codes, list[Bound]] = {}
        self.clashes[shape], self.implied[shape] = clashes, implied
        for (code, months), (number, days) in product(
            self._days(one).items(), self._days(other).items()
        ):
            least, most = _both(months, days)
            if least is not None and most is not None and least > most:
                clashes.add((code, number))
            else:
                implied[code, number] = self._lengths(one, code, days)

    def _lengths(self, elapsed: Elapsed, code: int, days: Bounds) -> list[Bound]:
        """Bound the lengths of the limits beside a code whose time is between so many days."""
        limits = self._regions[elapsed.scale].limits
        place = bisect_left(limits, code)
        least, most = days
        if place < len(limits) and limits[place] == code:
            beside = [(code, least, most)]
        else:
            before, after = limits[max(place - 1, 0) : place], limits[place : place + 1]
            longer, shorter = (after, before) if elapsed.backwards else (before, after)
            beside = [(n, None if least is None else least + 1, None) for n in longer]
            beside += [(n, None, None if most is None else most - 1) for n in shorter]
        bounds = []
        for limit, low, high in beside:
            word = "before" if elapsed.backwards else "after"
            there = f"{limit // 2} {elapsed.unit} {word}", str(elapsed.anchor)
            shortest, longest = self._days(elapsed)[limit]
            assert shortest is not None and longest is not None
            if low is not None and low > shortest:
                bounds.append(self._bound(there, elapsed.anchor, low, least=True))
            if high is not None and high < longest:
                bounds.append(self._bound(there, elapsed.anchor, high, least=False))
        return bounds

    def _known(self, elapsed: Elapsed) -> None:
        """A date that is not after enrollment."""
        shape = ("known", *_scales(elapsed), str(elapsed.anchor))
        self.uses.append(Use(shape, elapsed.kind, (elapsed.attribute,)))
        if shape in self.implied or shape in self.clashes:
            return
        same = elapsed.anchor == self._timeline.enrollment
        clashes: set[Codes] = set()
        implied: dict[Codes, list[Bound]] = {}
        for code, (_, most) in self._days(elapsed).items():
            if same and most is not None and most < 0:
                clashes.add((code,))
            elif not same and most is not None:
                bound = self._bound(elapsed.anchor, self._timeline.enrollment, -most, least=True)
                implied[code,] = [bound]
        if same:
            self.clashes[shape] = clashes
        else:
            self.implied[shape] = implied

    def _member(self, anchor: Place, elapsed: Elapsed, *, loose: bool) -> None:
        """A date of which an anchor is the latest: no member is later, and one is no earlier."""
        shape = ("member", *_scales(elapsed), str((anchor, elapsed.anchor)), str(loose))
        self.uses.append(Use(shape, elapsed.kind, (elapsed.attribute,)))
        if shape in self.implied:
            return
        days = self._days(elapsed)
        self.implied[shape] = {
            (code,): [self._bound(anchor, elapsed.anchor, most, least=False)]
            for code, (_, most) in days.items()
            if most is not None
        }
        if not loose:
            self.nearest[shape] = [
                (
                    code,
                    None
                    if (least := days[code][0]) is None
                    else self._bound(anchor, elapsed.anchor, least, least=True),
                )
                for code in sorted(days, reverse=not elapsed.backwards)
            ]

    def _sources(self) -> None:
        """Say which anchor is never earlier than another one, having more sources."""
        latest = self._timeline.latest
        for one, other in product([a for a in self._anchors if a in latest], repeat=2):
            if set(latest[one]) < set(latest[other]):
                self._always.append(self._bound(one, other, 0, least=True))
                more = {kind for kind, _ in set(latest[other]) - set(latest[one])}
                self.same.append((self._bound(one, other, 0, least=False), sorted(more)))

    def _ordered_steps(self) -> Iterator[Together]:
        """Say that who reaches a threshold reaches those before it."""
        for gap, days in self.thresholds.items():
            for number in range(1, len(days)):
                yield Step(gap, number, True), Step(gap, number - 1, False)

    def _sums(self) -> Iterator[Together]:
        """Say how the gaps between three dates add up, threshold by threshold."""
        for one, other in product(self.thresholds, repeat=2):
            whole = (one[0], other[1])
            number = len(self.thresholds[one]) * len(self.thresholds[other])
            if one[1] == other[0] and whole in self.thresholds and number <= MOST_SUMS:
                yield from self._sum(one, other, whole)

    def _sum(self, one: Gap, other: Gap, whole: Gap) -> Iterator[Together]:
        """Say what the lengths of two gaps in a row make of the whole."""
        days, (least, most) = self.thresholds[whole], self._range[whole]
        beyond = len(days) + 1

        def reached(total: int) -> int:
            """Count the thresholds that a whole of at least so long reaches."""
            return beyond if most is not None and total > most else bisect_right(days, total)

        def missed(total: int) -> int:
            """Count the thresholds that a whole of at most so long does not reach."""
            too_short = least is not None and total < least
            return beyond if too_short else len(days) - bisect_right(days, total)

        for parts, number in _strictest(self._least(one), self._least(other), reached):
            yield parts if number == beyond else (*parts, Step(whole, number - 1, False))
        for parts, number in _strictest(self._most(one), self._most(other), missed):
            yield parts if number == beyond else (*parts, Step(whole, len(days) - number, True))

    def _least(self, gap: Gap) -> list[tuple[Together, int]]:
        """Give what may be known of the least length of a gap, the shortest first."""
        least, _ = self._range[gap]
        found: list[tuple[Together, int]] = [] if least is None else [((), least)]
        days = enumerate(self.thresholds[gap])
        return found + [((Step(gap, number, True),), length) for number, length in days]

    def _most(self, gap: Gap) -> list[tuple[Together, int]]:
        """Give what may be known of the greatest length of a gap, the longest first."""
        _, most = self._range[gap]
        found: list[tuple[Together, int]] = [] if most is None else [((), most)]
        days = reversed(list(enumerate(self.thresholds[gap])))
        return found + [((Step(gap, number, False),), length - 1) for number, length in days]


def _strictest(
    ones: Sequence[tuple[Together, int]],
    others: Sequence[tuple[Together, int]],
    counted: Callable[[int], int],
) -> Iterator[tuple[Together, int]]:
    """Give of every two bounds, the weakest first, how many thresholds settle by their sum.

    What follows from two weaker bounds already is left out.
    """
    above = [0] * len(others)
    for one, days in ones:
        before = 0
        for place, (other, more) in enumerate(others):
            number = counted(days + more)
            if number > max(before, above[place]):
                yield (*one, *other), number
            before = above[place] = max(number, before)


def _both(one: Bounds, other: Bounds) -> Bounds:
    """Give the bounds that two pairs of bounds come to."""
    least = [days for days, _ in (one, other) if days is not None]
    most = [days for _, days in (one, other) if days is not None]
    return max(least, default=None), min(most, default=None)


def _scales(*times: Elapsed) -> Iterator[str]:
    for one in times:
        yield f"{one.scale} {one.unit} {one.backwards}"
