"""Comparing the engine's answer for a record with that of the reference."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Any

from oligoasp.batch import Batch
from oligoasp.decide import Engine
from oligoasp.protocol.load import load_protocol
from oligoasp.record.errors import RecordError
from oligoasp.record.read import parse_record

from .ambiguities import DEFAULT, OPTIONS, Readings, random_readings
from .criteria import TooManyCompletions, statuses
from .generate import clone, random_record, remove_parts

Record = dict[str, Any]

PROTOCOL = "eso_shanghai_13"
VERDICT = "verdict"
MOST_PARTS = 6
MOST_REPORTED = 5
RECORDS_PER_READINGS = 250


@cache
def engine(readings: Readings = DEFAULT) -> Engine:
    """The engine, under some readings."""
    return Engine(load_protocol(PROTOCOL), readings.chosen())


@cache
def batch(readings: Readings = DEFAULT) -> Batch:
    """One batch for all records of a process, so that what it remembers is tested too."""
    return Batch(engine(readings))


@dataclass
class Tally:
    """What came of comparing some records."""

    records: int = 0
    skipped: int = 0
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count what another tally has counted."""
        self.records += other.records
        self.skipped += other.skipped
        self.disagreements += other.disagreements


def differences(
    record: Record, readings: Readings = DEFAULT, *, one_by_one: bool = False
) -> list[tuple[str, str, str]]:
    """Give (clause or "verdict", what the reference says, what the engine says).

    Raises:
        TooManyCompletions: the reference gives up.
    """
    verdict, expected = statuses(record, readings)
    parsed = parse_record(record, engine().protocol.vocabulary)
    deciding = engine(readings) if one_by_one else batch(readings)
    try:
        found = deciding.decide(parsed)
    except RecordError as error:
        return [(VERDICT, verdict, f"refused: {error}")]
    pairs = [(VERDICT, verdict, str(found.verdict))]
    pairs += [
        (clause, expected.get(clause, "no status"), str(found.statuses.get(clause, "no status")))
        for clause in sorted({*expected, *found.statuses})
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def compare(
    records: Iterable[Record], readings: Readings = DEFAULT, *, one_by_one: bool = False
) -> Tally:
    """Compare the answers for some records."""
    tally = Tally()
    for record in records:
        tally.records += 1
        try:
            found = differences(record, readings, one_by_one=one_by_one)
        except TooManyCompletions:
            tally.skipped += 1
            continue
        if found:
            lines = [f"{name}: reference {a}, engine {b}" for name, a, b in found]
            lines.append(f"readings: {readings.chosen() or 'default'}")
            tally.disagreements.append("\n".join([*lines, json.dumps(record)]))
    return tally


def compare_readings(records: Iterable[Record], seed: int) -> Tally:
    """Compare the answers for some records, some at a time under readings drawn for them.

    The lengths of a month take turns, so that none is left to chance; the seed says which
    comes first.
    """
    rng = random.Random(seed)
    lengths = OPTIONS["month_length"]
    tally = Tally()
    rest = iter(records)
    turn = seed
    while some := list(islice(rest, RECORDS_PER_READINGS)):
        readings = replace(random_readings(rng), month_length=lengths[turn % len(lengths)])
        turn += 1
        tally.add(compare(some, readings))
    return tally


def report(tally: Tally) -> str:
    """Show the first disagreements, each with its record."""
    shown = tally.disagreements[:MOST_REPORTED]
    number = len(tally.disagreements)
    return "\n\n".join([f"{number} of {tally.records} records disagree", *shown])


# ---- Records -------------------------------------------------------------------


def random_records(seed: int, number: int) -> Iterator[Record]:
    """Random records, mostly complete."""
    rng = random.Random(seed)
    return (random_record(rng) for _ in range(number))


def gapped_records(seed: int, number: int) -> Iterator[Record]:
    """Random records with parts removed."""
    rng = random.Random(seed)
    for _ in range(number):
        yield remove_parts(random_record(rng), rng, rng.randint(1, MOST_PARTS))


LABS = ("neutrophils", "platelets", "hemoglobin", "albumin", "bilirubin", "alt", "ast", "alp")
OFFSETS = (-40, -8, -1, 0, 1, 9)
SPANS = ((-8, 1), (0, 9), (-1, 0))
"""The first and the last day of an enrollment that is known in part."""


def dated_records(seed: int, number: int) -> Iterator[Record]:
    """Random records whose results are dated on either side of enrollment, some twice.

    Of some, the day of enrollment is known in part.
    """
    from .values import add_days, date_span  # noqa: PLC0415

    rng = random.Random(seed)
    made = 0
    while made < number:
        record = random_record(rng)
        enrolled = record["dates"].get("enrollment")
        if enrolled is None or len(enrolled) != len("2024-01-01"):
            continue
        day = date_span(enrolled)[0]
        for name in rng.sample(LABS, 3):
            value = record["labs"][name]
            results = value if isinstance(value, list) else [value]
            offsets = rng.sample(OFFSETS, len(results))
            record["labs"][name] = [
                _result(one) | {"date": add_days(day, offset).isoformat()}
                for one, offset in zip(results, offsets, strict=True)
            ]
        if rng.random() < 0.4:
            first, last = (add_days(day, offset).isoformat() for offset in rng.choice(SPANS))
            record["dates"]["enrollment"] = f"{first}..{last}"
        made += 1
        yield record


def _result(one: Any) -> Record:
    if isinstance(one, dict):
        return clone(one)
    value, _, unit = str(one).partition(" ")
    return {"value": value, "unit": unit}


def grouped_records(seed: int, number: int) -> Iterator[Record]:
    """Random records in which one node of a group says the diameter of the conglomerate."""

    def made() -> Iterator[Record]:
        rng = random.Random(seed)
        while True:
            record = random_record(rng)
            grouped = [one for one in record["lesions"] if "conglomerate_diameter" in one]
            if not grouped:
                continue
            keep = rng.choice(grouped)
            if rng.random() < 0.5:
                keep["conglomerate_diameter"] = "50 mm"
            for one in grouped:
                if one is not keep:
                    del one["conglomerate_diameter"]
            yield record

    return islice(made(), number)
