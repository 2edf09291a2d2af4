"""A kept screening is amended as the cohort that was screened."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oligoasp.amend import amended, from_options
from oligoasp.amend.apply import limits_of
from oligoasp.amend.cohort import CohortEffect, Comparer, KeptComparer, compare
from oligoasp.batch.outline import Outline, Outlines
from oligoasp.cohort import open_cohort
from oligoasp.decide import Engine
from oligoasp.kept.file import Kept
from oligoasp.kept.keep import Exact
from oligoasp.kept.piece import Reader, Said
from oligoasp.protocol.model import Protocol
from oligoasp.protocol.vocabulary import PATIENT
from oligoasp.record.errors import RecordError
from oligoasp.record.facts import THE_PATIENT, Entity, Fact
from oligoasp.screen import Screener, screen
from oligoasp.screen.journal import Work
from oligoasp.screen.run import Outputs
from tests.reference.generate import random_record, remove_parts
from tests.screen.test_screening import mixed, run
from tests.support import baseline, changed, engine, metastases, parse, protocol

AMENDMENTS = {
    "a number": (["metastases_most=6"], [], []),
    "a size": (["diameter_below=41 mm"], [], []),
    "a size and a time": (["diameter_below=20.5 mm", "washout=2"], [], []),
    "an inclusion dropped": ([], ["I3"], []),
    "an exclusion dropped": ([], ["E6"], []),
    "a reading": ([], [], ["organ_systems=lung_and_liver"]),
    "a reading of what others use": ([], [], ["supraclavicular=regional"]),
    "several": (
        ["neutrophils_least=1", "ecog_most=2"],
        ["I5.a", "E1.b"],
        ["adjacent_nodes=always_separate"],
    ),
}


def kept(cohort: Path, processes: int = 1, piece: int = 9) -> Path:
    place = cohort.with_suffix(f".{processes}.kept")
    screener = Screener(engine(), open_cohort(cohort, protocol().vocabulary), piece, keep=True)
    folder = cohort.with_suffix(".unfinished")
    outputs = Outputs(place.with_suffix(".ndjson"), "ndjson", kept=place)
    with Work(folder, screener.head, names=screener.files) as work:
        screen(screener, work, outputs, processes)
    return place


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("kept") / "cohort.ndjson"
    rng = random.Random(4)
    records = mixed(1)
    records += [remove_parts(random_record(rng), rng, rng.randint(0, 6)) for _ in range(60)]
    file.write_text("".join(json.dumps(record, default=str) + "\n" for record in records))
    return file


@pytest.fixture(scope="module")
def place(cohort: Path) -> Path:
    return kept(cohort)


def version(name: str) -> Protocol:
    return amended(protocol(), [from_options(*AMENDMENTS[name])])


def again(place: Path, other: Protocol, processes: int = 1) -> tuple[CohortEffect, list[str]]:
    problems: list[str] = []
    comparer, opened = KeptComparer(protocol(), other), Kept(str(place), protocol())
    return compare(comparer, opened, processes, problems.append), problems


def anew(cohort: Path, other: Protocol) -> tuple[CohortEffect, list[str]]:
    problems: list[str] = []
    opened = open_cohort(cohort, protocol().vocabulary)
    return compare(Comparer(protocol(), other, opened), opened, 1, problems.append), problems


@pytest.mark.parametrize("name", AMENDMENTS)
def test_amending_what_is_kept_is_amending_the_cohort(cohort: Path, place: Path, name: str) -> None:
    (found, problems), (expected, same) = again(place, version(name)), anew(cohort, version(name))
    assert expected.not_read
    assert len({before for before, _ in expected.verdicts}) == 3
    assert replace(found, name="") == replace(expected, name="")
    assert problems == same


def test_some_amendment_moves_somebody(place: Path) -> None:
    assert len(again(place, version("several"))[0].moved) > 1


def test_the_number_of_processes_does_not_matter(cohort: Path, place: Path) -> None:
    assert kept(cohort, 3).read_bytes() == place.read_bytes()
    assert again(place, version("several")) == again(place, version("several"), 2)


def test_keeping_changes_nothing_else(cohort: Path, place: Path, tmp_path: Path) -> None:
    run(cohort, tmp_path / "o.ndjson")
    assert place.with_suffix(".ndjson").read_bytes() == (tmp_path / "o.ndjson").read_bytes()


def random_limits(rng: random.Random) -> dict[str, tuple[int, ...]]:
    made = {}
    for scale, limits in limits_of(protocol()).items():
        counted = protocol().vocabulary.scales[scale].counted
        moved = [limit + 2 * rng.randint(-3, 3) * (1 if counted else 5) for limit in limits]
        made[scale] = tuple(sorted({max(limit, 2) for limit in moved}))
    return made


@pytest.mark.parametrize("seed", range(3))
def test_exact_numbers_give_what_a_record_says_under_any_limits(seed: int) -> None:
    rng = random.Random(seed)
    records = [remove_parts(random_record(rng), rng, rng.randint(0, 6)) for _ in range(60)]
    vague = [
        changed(baseline(), {"lesions": metastases("lung", longest_diameter=size)})
        for size in ("> 3 mm", "20..45 mm", "< 90 mm", ">= 41 mm", "50 mm")
    ]
    vague += [changed(baseline(), {"birth_date": "1961-02"}), changed(baseline(), {"ecog": 2})]
    other = Engine(replace(protocol(), limits=random_limits(rng)))
    exact = Exact(engine())
    parsed = [parse(data) for data in [*records, *vague]]
    read = []
    for record, found in zip(parsed, exact.read(parsed), strict=True):
        if isinstance(found, RecordError):
            with pytest.raises(RecordError):
                other.compile(record)
        else:
            read.append((found, other.compile(record)))
    assert len(read) > 50
    said = Said.of(exact.outlines, [outline for outline, _ in read])
    outlines = Outlines(protocol().vocabulary)
    for outline, (_, expected) in zip(
        Reader(other.protocol, outlines).outlines(Said.read(said.written()), range(len(read))),
        read,
        strict=True,
    ):
        assert outline == outlines.of(expected)
        assert outline.more == expected.open_lists
        assert said_in(outlines, outline) == expected.said


def said_in(outlines: Outlines, outline: Outline) -> dict[Entity, dict[str, Fact]]:
    said = {THE_PATIENT: outlines.facts(PATIENT, outline.patient)}
    for kind, numbers in outline.entries.items():
        for index, number in enumerate(numbers, 1):
            said[kind, index] = outlines.facts(kind, outlines.rows[kind][number])
    return said


def test_a_number_that_should_not_be_there_is_never_used(tmp_path: Path) -> None:
    lesions: list[dict[str, Any]] = metastases("lung", short_axis="> 0 mm")
    record = changed(baseline(), {"lesions": lesions})
    try:
        engine().decide(parse(record))
    except RecordError:
        pytest.skip("this protocol's limits tell")
    file = tmp_path / "one.ndjson"
    file.write_text(json.dumps(record) + "\n")
    found, problems = again(kept(file), version("a number"))
    assert (found.not_read, found.verdicts.total()) == (1, 0)
    assert "short_axis" in problems[0]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-3], "ends too early"),
        (lambda data: data[: len(data) // 2], "ends too early"),
        (lambda data: data[:-400] + bytes([data[-400] ^ 1]) + data[-399:], "damage in piece"),
        (lambda data: data + b"x", "do not belong together"),
        (lambda data: b"PK" + data, "no kept screening"),
        (lambda data: b"", "no kept screening"),
        (lambda data: data.replace(b'"program"', b'program"'), "first line"),
        (lambda data: data.replace(b'"readings": {}', b'"readings": {"a": "b"}'), "readings a=b"),
        (lambda data: data.replace(b'"protocol": "', b'"protocol": "0'), "screen .* --keep"),
        (lambda data: data.replace(b'"program": "', b'"program": "0'), "by oligoasp 0"),
    ],
)
def test_what_is_damaged_or_of_another_protocol_is_refused(
    place: Path, tmp_path: Path, damage: Any, message: str
) -> None:
    other = tmp_path / "other.kept"
    other.write_bytes(damage(place.read_bytes()))
    assert other.read_bytes() != place.read_bytes()
    with pytest.raises(RecordError, match=message):
        again(other, version("a number"))
