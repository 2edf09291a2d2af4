"""Proofs that no calendar has the elapsed times of a person, as differences of dates.

In whatever year, three months are between 89 and 92 days. So an elapsed time bounds the
days between two dates from both sides, and a cycle of bounds that add up to less than
nothing is a proof; the elapsed times on it cannot hold together.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from oligoasp.record.facts import Pair
from oligoasp.verify.calendar import Calendar, Slot, Span
from oligoasp.verify.nearest import Person
from oligoasp.verify.timeline import LONGEST


class Impossible(NamedTuple):
    """Elapsed times that cannot hold together, where there are no further entries of some kinds."""

    pairs: tuple[Pair, ...]
    kinds: tuple[str, ...] = ()


class _Edge(NamedTuple):
    """One date is at most so many days after another."""

    before: Slot
    after: Slot
    days: int
    pair: Pair | None = None
    kinds: tuple[str, ...] = ()


def impossible(calendar: Calendar, person: Person) -> Impossible | None:
    """Give elapsed times of a person that no calendar has together, or None if no proof is found.

    Args:
        calendar: knows what is counted from where.
        person: the person.
    """
    spans = calendar.spans(person)
    slots, latest = calendar.slots(person, spans)
    order = calendar.in_order(slots, latest)
    edges = [*_elapsed(spans), *(_Edge(later, earlier, 0) for earlier, later in order)]
    for slot in calendar.of_the_study(slots):
        edges.append(_Edge(calendar.enrollment, slot, LONGEST))
        edges.append(_Edge(slot, calendar.enrollment, LONGEST))
    pairs: dict[Pair, None] = {}
    kinds: dict[str, None] = {}
    for chosen in product(*(members for _, members in latest)):
        ends = [
            _Edge(end, anchor, 0, None, calendar.timeline.kinds(anchor[1]))
            for (anchor, _), end in zip(latest, chosen, strict=True)
        ]
        cycle = _negative_cycle(slots, [*edges, *ends])
        if cycle is None:
            return None
        pairs.update(dict.fromkeys(edge.pair for edge in cycle if edge.pair is not None))
        kinds.update(dict.fromkeys(kind for edge in cycle for kind in edge.kinds))
    return Impossible(tuple(pairs), tuple(kinds))


def _elapsed(spans: Sequence[Span]) -> list[_Edge]:
    edges = []
    for span in spans:
        least, most = span.window.days()
        if most is not None:
            edges.append(_Edge(span.slot, span.anchor, most, span.pair))
        if least is not None:
            edges.append(_Edge(span.anchor, span.slot, -least, span.pair))
    return edges


def _negative_cycle(slots: Sequence[Slot], edges: Sequence[_Edge]) -> list[_Edge] | None:
    """Give bounds that add up to less than nothing (Bellman and Ford)."""
    days = dict.fromkeys(slots, 0)
    reached: dict[Slot, _Edge] = {}
    last: Slot | None = None
    for _ in range(len(slots) + 1):
        last = None
        for edge in edges:
            if days[edge.before] + edge.days < days[edge.after]:
                days[edge.after] = days[edge.before] + edge.days
                reached[edge.after] = edge
                last = edge.after
        if last is None:
            return None
    assert last is not None
    for _ in slots:  # go back until surely on the cycle
        last = reached[last].before
    cycle = [reached[last]]
    while cycle[-1].before != last:
        cycle.append(reached[cycle[-1].before])
    return cycle
