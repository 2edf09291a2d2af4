"""Facts for `asp/engine/calendar.lp`: which elapsed times go together in some calendar.

The rules see elapsed times apart from each other, but they come from dates. Where two of
them share a date, the days between their anchors have to be the same for all that speak
of them. A *gap* is that number of days; the facts say which bounds on gaps some codes
imply, and how gaps add up. Bounds hold in every calendar, so that nobody possible is lost.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, product

from oligoasp.protocol.model import Protocol
from oligoasp.protocol.regions import Regions, regions_of
from oligoasp.verify.timeline import LONGEST, Bounds, Elapsed, Place, Timeline, Window

Gap = tuple[Place, Place]
Bound = tuple[Gap, int, bool]
"""A gap, a number of days, and whether it is at least that long (else shorter)."""
Codes = tuple[int, ...]
Shape = tuple[str, ...]

MOST_SUMS = 3000
"""Gaps that would need more sums than this are not added up: the search for dates does it."""


class _Gaps:
    """Bounds on gaps, by the codes that imply them.

    Args:
        timeline: the dates of the vocabulary.
        regions: which codes of each scale are alike.
    """

    def __init__(self, timeline: Timeline, regions: Mapping[str, Regions]) -> None:
        self._timeline = timeline
        self._regions = regions
        self._places: dict[Place, int] = {}
        self._bounds: dict[tuple[str, str, bool], dict[int, Bounds]] = {}
        self.thresholds: dict[Gap, list[int]] = defaultdict(list)
        self.clashes: dict[Shape, set[Codes]] = {}
        self.implied: dict[Shape, dict[Codes, list[Bound]]] = {}
        self.shortest: dict[Shape, dict[int, Bound]] = {}
        self.nearer: dict[Shape, list[Codes]] = {}
        self.always: list[Bound] = []
        self.same: list[tuple[Bound, list[str]]] = []
        self.uses: list[tuple[Shape, str]] = []
        self._collect()
        for gap, days in self.thresholds.items():
            self.thresholds[gap] = sorted(set(days))

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
                self.always.append(self._bound(earlier, later, 0, least=True))
        for place in anchors:
            if place in observed:
                self.always.append(self._bound(place, timeline.enrollment, 0, least=True))
        for place in timeline.of_the_study:
            if place in anchors:
                self.always.append(self._bound(timeline.enrollment, place, -LONGEST, least=True))
                self.always.append(self._bound(timeline.enrollment, place, LONGEST, least=False))
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
        self.uses.append((shape, f"{one.kind}, {one.attribute}, {other.attribute}"))
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
        self.uses.append((shape, f"{one.kind}, {one.attribute}, {other.attribute}"))
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
        self.uses.append((shape, f"{elapsed.kind}, {elapsed.attribute}"))
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
        self.uses.append((shape, f"{elapsed.kind}, {elapsed.attribute}"))
        if shape in self.implied:
            return
        days = self._days(elapsed)
        self.implied[shape] = {
            (code,): [self._bound(anchor, elapsed.anchor, most, least=False)]
            for code, (_, most) in days.items()
            if most is not None
        }
        if not loose:
            self.shortest[shape] = {
                code: self._bound(anchor, elapsed.anchor, least, least=True)
                for code, (least, _) in days.items()
                if least is not None
            }
            order = sorted(days, reverse=not elapsed.backwards)
            self.nearer[shape] = list(combinations(order, 2))

    def _sources(self) -> None:
        """Say which anchor is never earlier than another one, having more sources."""
        latest = self._timeline.latest
        for one, other in product([a for a in self._anchors if a in latest], repeat=2):
            if set(latest[one]) < set(latest[other]):
                self.always.append(self._bound(one, other, 0, least=True))
                more = {kind for kind, _ in set(latest[other]) - set(latest[one])}
                self.same.append((self._bound(one, other, 0, least=False), sorted(more)))


def _both(one: Bounds, other: Bounds) -> Bounds:
    """Give the bounds that two pairs of bounds come to."""
    least = [days for days, _ in (one, other) if days is not None]
    most = [days for _, days in (one, other) if days is not None]
    return max(least, default=None), min(most, default=None)


def _scales(*times: Elapsed) -> Iterator[str]:
    for one in times:
        yield f"{one.scale} {one.unit} {one.backwards}"


def calendar_facts(protocol: Protocol, unused: Collection[tuple[str, str]] = ()) -> str:
    """Give what `calendar.lp` has to know of a protocol's vocabulary, as program text.

    Args:
        protocol: the protocol.
        unused: attributes, by kind, that nobody has.
    """
    gaps = _Gaps(Timeline(protocol.vocabulary, unused), regions_of(protocol))
    numbers = {gap: n for n, gap in enumerate(gaps.thresholds)}
    shapes = {shape: n for n, shape in enumerate({**gaps.clashes, **gaps.implied})}
    lines = [f"gap({n}, 1..{len(gaps.thresholds[gap])})." for gap, n in numbers.items()]

    def place(bound: Bound) -> str:
        gap, days, least = bound
        step = bisect_left(gaps.thresholds[gap], days) + 1
        return f"{numbers[gap]}, {step}, {'yes' if least else 'no'}"

    lines += [f"{shape[0]}({shapes[shape]}, {use})." for shape, use in gaps.uses]
    for shape, clashes in gaps.clashes.items():
        lines += [f"clash({shapes[shape]}, {', '.join(map(str, c))})." for c in sorted(clashes)]
    for shape, implied in gaps.implied.items():
        lines += [
            f"implied({shapes[shape]}, {', '.join(map(str, codes))}, {place(bound)})."
            for codes, bounds in implied.items()
            for bound in bounds
        ]
    for shape, shortest in gaps.shortest.items():
        lines += [f"shortest({shapes[shape]}, {c}, {place(b)})." for c, b in shortest.items()]
        lines += [f"nearer({shapes[shape]}, {one}, {two})." for one, two in gaps.nearer[shape]]
    lines += [f"always({place(bound)})." for bound in gaps.always]
    for number, (bound, kinds) in enumerate(gaps.same):
        lines.append(f"same_without({number}, {place(bound)}).")
        lines += [f"further({number}, {kind})." for kind in kinds]
    lines += _sums(gaps.thresholds, numbers)
    return "\n".join(lines) + "\n"


def _sums(thresholds: Mapping[Gap, list[int]], numbers: Mapping[Gap, int]) -> Iterable[str]:
    """Say how the gaps between three dates add up, bound by bound."""
    for one, other in product(thresholds, repeat=2):
        whole = (one[0], other[1])
        if one[1] != other[0] or whole not in thresholds:
            continue
        if len(thresholds[one]) * len(thresholds[other]) > MOST_SUMS:
            continue
        names = f"{numbers[one]}, {numbers[other]}, {numbers[whole]}"
        steps = thresholds[whole]
        for first, days in enumerate(thresholds[one], 1):
            seen: tuple[int, int] = (0, len(steps) + 1)
            for second, more in enumerate(thresholds[other], 1):
                reached = bisect_right(steps, days + more)
                if reached > seen[0]:
                    yield f"together({names}, {first}, {second}, {reached})."
                    seen = (reached, seen[1])
            for second, more in reversed(list(enumerate(thresholds[other], 1))):
                missed = bisect_left(steps, days + more - 1) + 1
                if missed < seen[1]:
                    yield f"apart({names}, {first}, {second}, {missed})."
                    seen = (seen[0], missed)
