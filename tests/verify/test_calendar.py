"""The calendar of verify: no real patient is lost, and whoever is left has dates.

Dates are drawn at random, near limits and ends of months; their elapsed times have to be
possible by the rules, must not be proved impossible, and must lead back to dates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest

from oligoasp.protocol.load import load_protocol
from oligoasp.record import dates as arithmetic
from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value
from oligoasp.verify.calendar import TODAY, Calendar, Slot, slot_of
from oligoasp.verify.chronology import impossible
from oligoasp.verify.nearest import Person
from oligoasp.verify.space import Space
from oligoasp.verify.timeline import LATEST, LONGEST, Elapsed

MEASURES = {
    ("years", True): arithmetic.years_before,
    ("months", True): arithmetic.months_before,
    ("days", True): arithmetic.days_before,
    ("years", False): arithmetic.years_after,
    ("months", False): arithmetic.months_after,
    ("days", False): arithmetic.days_after,
}
STEPS = [0, 1, 2, 3, 13, 14, 15, 28, 59, 60, 89, 90, 91, 92, 93, 120, 181, 184, 365, 366, 800, 1826]
COUNTS = {"lesion": 2, "definitive_treatment": 2, "systemic_therapy": 2, "malignancy": 1}


@pytest.fixture(scope="module")
def space() -> Space:
    return Space(load_protocol("eso_shanghai_13"), 2)


@pytest.fixture(scope="module")
def calendar(space: Space) -> Calendar:
    usual = {"dates.enrollment": "2024-06-20"}
    return Calendar(space.protocol.vocabulary, space.nearest.regions, usual, space.nearest.typical)


def entities() -> Iterator[Entity]:
    yield THE_PATIENT
    for kind in ("lesion", "definitive_treatment", "systemic_therapy", "malignancy"):
        yield from ((kind, n) for n in range(1, COUNTS[kind] + 1))
    yield from ((kind, 1) for kind in ("operation", "pregnancy_test", "trial"))


def drawn(calendar: Calendar, rng: random.Random, enrolled: date) -> dict[Slot, datetime]:
    """Draw a date for every slot, in the order that records have."""
    timeline = calendar.timeline
    there: dict[Slot, datetime] = {}

    def draw(slot: Slot) -> None:
        days = rng.choice(STEPS) + rng.choice((0, 0, 0, 1, 30))
        sign = rng.choice((-1, -1, -1, 1))
        if slot[1].startswith("dates."):
            days, sign = min(days, LONGEST), 1
        there[slot] = datetime.combine(enrolled, datetime.min.time()) + timedelta(sign * days)
        if timeline.timed((slot[0][0], slot[1])):
            there[slot] += timedelta(minutes=rng.randrange(24 * 60))

    here = list(entities())
    for elapsed in timeline.elapsed:
        for entity in here:
            if entity[0] == elapsed.kind:
                draw((entity, elapsed.path))
        if elapsed.anchor[0] != LATEST:
            draw((THE_PATIENT, elapsed.anchor[1]))
    for ends in timeline.latest.values():
        for kind, path in ends:
            for entity in here:
                if entity[0] == kind:
                    draw((entity, path))
    base = there[calendar.enrollment] = datetime.combine(enrolled, datetime.min.time())
    for slot, moment in there.items():
        if (slot[0][0], slot[1]) in timeline.observed:
            there[slot] = min(moment, base)
    treated = [m for slot, m in there.items() if slot[0][0] == "definitive_treatment"]
    diagnosis = (THE_PATIENT, "primary.diagnosis")
    there[diagnosis] = min(there[diagnosis], *treated, base)
    for kind, earlier, later in space_order(calendar):
        for entity in here:
            one, two = (entity, earlier), (entity, later)
            if entity[0] == kind and one in there and two in there:
                there[two] = max(there[two], there[one].replace(hour=0, minute=0))
    there[THE_PATIENT, "birth_date"] = base - timedelta(days=rng.randrange(20 * 365, 80 * 365))
    return there


def space_order(calendar: Calendar) -> Iterator[tuple[str, str, str]]:
    return ((one[0], one[1], two[1]) for one, two in calendar.timeline.in_order)


def code_of(elapsed: Elapsed, here: datetime, anchor: datetime) -> int:
    if elapsed.unit == "hours":
        hundredths = Fraction(int((anchor - here).total_seconds()) * 100, 3600)
        whole = hundredths.numerator // hundredths.denominator
        return 2 * whole + (hundredths.denominator != 1)
    return MEASURES[elapsed.unit, elapsed.backwards](here.date(), anchor.date())


def person(space: Space, calendar: Calendar, there: dict[Slot, datetime]) -> Person:
    """Give a person who has the elapsed times of some dates."""
    here = tuple(entities())
    anchors = dict(there)
    for anchor, ends in calendar.timeline.latest.items():
        anchors[slot_of(anchor)] = max(
            there[e, path] for kind, path in ends for e in here if e[0] == kind
        )
    values: dict[Pair, Value] = {}
    for elapsed in calendar.timeline.elapsed:
        for entity in here:
            if entity[0] == elapsed.kind:
                code = code_of(
                    elapsed, there[entity, elapsed.path], anchors[slot_of(elapsed.anchor)]
                )
                regions = space.nearest.regions[elapsed.scale]
                values[entity, elapsed.attribute] = regions.representative(code)
    return Person(here, values, frozenset(), ())


ENROLLED = (TODAY, date(2023, 5, 31), date(2024, 2, 29), date(2023, 3, 1), date(2025, 12, 30))


@pytest.mark.parametrize("enrolled", ENROLLED, ids=str)
def test_no_real_patient_is_lost_to_the_calendar(
    space: Space, calendar: Calendar, enrolled: date
) -> None:
    session = space.session
    rng = random.Random(enrolled.toordinal())
    for _ in range(25):
        there = drawn(calendar, rng, enrolled)
        someone = person(space, calendar, there)
        proof = impossible(calendar, someone)
        assert proof is None, (proof, there)
        assumptions = [
            session.has[pair][value]
            for pair, value in someone.values.items()
            if pair in session.has
        ]
        present = [
            lit if entity in someone.entities else -lit for entity, lit in session.present.items()
        ]
        assert session.satisfiable([*assumptions, *present]), there


def test_elapsed_times_of_real_dates_lead_back_to_dates(space: Space, calendar: Calendar) -> None:
    rng = random.Random(1)
    for _ in range(40):
        someone = person(space, calendar, drawn(calendar, rng, TODAY))
        found = calendar.dates(someone)
        assert found is not None
        for (kind, index), path in found:
            assert kind != LATEST, (index, path)
        again = person(space, calendar, {**found})
        assert again.values == someone.values


def test_what_is_proved_impossible_has_no_dates(space: Space, calendar: Calendar) -> None:
    rng = random.Random(2)
    codes = {
        e.attribute: space.nearest.regions[e.scale].representatives
        for e in calendar.timeline.elapsed
    }
    proofs = 0
    for _ in range(60):
        someone = person(space, calendar, drawn(calendar, rng, TODAY))
        values = dict(someone.values)
        for pair in rng.sample(sorted(values), 3):
            values[pair] = rng.choice(codes[pair[1]])
        changed = Person(someone.entities, values, frozenset(), ())
        if (proof := impossible(calendar, changed)) is not None:
            proofs += 1
            assert calendar.dates(changed) is None
            assert proof.pairs
    assert proofs


def in_months_and_days(
    space: Space, kind: str, attribute: str, anchor: date
) -> set[tuple[Value, Value]]:
    """Give the numbers that a time of either unit has, for all days about three months away."""
    one = space.protocol.vocabulary.attributes[kind, attribute]
    two = space.protocol.vocabulary.attributes[kind, f"{attribute}_in_days"]
    backwards = one.origin.form == "before"
    months, days = MEASURES["months", backwards], MEASURES["days", backwards]
    found = set()
    for away in range(-200, 1900):
        day = anchor + timedelta(days=-away if backwards else away)
        found.add(
            (
                space.nearest.regions[one.of].representative(months(day, anchor)),
                space.nearest.regions[two.of].representative(days(day, anchor)),
            )
        )
    return found


@pytest.mark.parametrize(
    ("kinds", "attribute"),
    [
        (("operation", "trauma"), "before_enrollment"),
        (("lesion", "lesion"), "detected_after_treatment"),
    ],
)
def test_months_and_days_go_together_as_in_some_year(
    space: Space, kinds: tuple[str, str], attribute: str
) -> None:
    session = space.session
    one = kinds[0], 1
    other = kinds[1], 1 if kinds[0] != kinds[1] else 2
    real = [
        in_months_and_days(space, kinds[0], attribute, date(2023, 1, 1) + timedelta(days=n))
        for n in range(4 * 365 + 1)
    ]
    treated = [session.present["definitive_treatment", 1], -session.tolerate]
    there = [*treated, session.present[one], session.present[other]]

    def says(entity: Entity, numbers: tuple[Value, Value]) -> list[int]:
        names = attribute, f"{attribute}_in_days"
        return [session.has[entity, n][v] for n, v in zip(names, numbers, strict=True)]

    alone = set().union(*real)
    units = (session.has[one, attribute], session.has[one, f"{attribute}_in_days"])
    for numbers in product(*units):
        possible = session.satisfiable([*there, *says(one, numbers)])
        assert possible == (numbers in alone), numbers
    # Three months before, or after, one and the same day are equally long for all.
    together = {frozenset(pairs) for pairs in real}
    for first, second in product(sorted(alone), repeat=2):
        possible = session.satisfiable([*there, *says(one, first), *says(other, second)])
        expected = any({first, second} <= pairs for pairs in together)
        assert possible == expected, (first, second)
