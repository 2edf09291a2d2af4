"""What amendments do to a cohort is what deciding every record under both versions says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from oligoasp.amend import amended, from_options
from oligoasp.amend.cohort import Comparer, compare
from oligoasp.amend.least import Proposal, Search
from oligoasp.amend.least import decided as decided_once
from oligoasp.batch import Batch, Outcome
from oligoasp.cohort import open_cohort, records_of
from oligoasp.decide import Decision, Engine, Verdict
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError
from tests.cohort import cohort
from tests.support import baseline, changed, protocol

NUMBER = 40
Answer = Decision | Outcome
AMENDMENTS = {
    "relaxes": (["ecog_most=2"], ["I5.a"], []),
    "tightens": (["neutrophils_least=3", "hemoglobin_least=11"], [], []),
    "both": (["ecog_most=3", "platelets_least=150"], ["E6"], ["supraclavicular=regional"]),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cohort") / "cohort.ndjson"
    lines = [json.dumps(record) for record in cohort(NUMBER, 3)]
    lines.insert(7, json.dumps({"id": "bad", "ecog": 7}))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def decided(path: Path, version: Protocol, *, one_by_one: bool = False) -> dict[str, Answer]:
    engine = Engine(version)
    decide = engine.decide if one_by_one else Batch(engine).decide
    found = {}
    for record in records_of(open_cohort(path, version.vocabulary)):
        if not isinstance(record, RecordError):
            found[record.id] = decide(record)
    return found


@pytest.fixture(scope="module")
def before(path: Path) -> dict[str, Answer]:
    return decided(path, protocol(), one_by_one=True)


@pytest.mark.parametrize("name", AMENDMENTS)
def test_gains_and_losses_are_those_of_deciding_one_by_one(
    name: str, path: Path, before: dict[str, Answer]
) -> None:
    base, other = protocol(), amended(protocol(), [from_options(*AMENDMENTS[name])])
    opened = open_cohort(path, base.vocabulary)
    effect = compare(Comparer(base, other, opened), opened)
    after = decided(path, other, one_by_one=True)
    assert effect.records == NUMBER + 1
    assert effect.not_read == 1
    assert effect.verdicts == Counter((before[r].verdict, after[r].verdict) for r in before)
    changed = [r for r in before if before[r].verdict != after[r].verdict]
    assert changed, "the amendment moves somebody"
    assert [moved.record for moved in effect.moved] == changed
    for moved in effect.moved:
        for clause in moved.clauses:
            old = before[moved.record].statuses.get(clause)
            assert old != after[moved.record].statuses.get(clause)
        assert moved.clauses


def test_the_number_of_processes_does_not_matter(path: Path) -> None:
    base, other = protocol(), amended(protocol(), [from_options(*AMENDMENTS["both"])])
    opened = open_cohort(path, base.vocabulary)
    one, two = (compare(Comparer(base, other, opened), opened, n) for n in (1, 2))
    assert one == two


@pytest.fixture(scope="module")
def search(path: Path) -> Search:
    opened = open_cohort(path, protocol().vocabulary)
    return Search(protocol(), decided_once(protocol(), opened), largest=2)


def gains(path: Path, before: dict[str, Answer], proposal: Proposal) -> tuple[int, int, int]:
    sets = [f"{s[1]}={s[2]} {s[3]}" for s in proposal.steps if s[0] == "set"]
    drops = [s[1] for s in proposal.steps if s[0] == "drop"]
    readings = [f"{s[1]}={s[2]}" for s in proposal.steps if s[0] == "choose"]
    after = decided(path, amended(protocol(), [from_options(sets, drops, readings)]))
    kinds = [
        (before[r].verdict, after[r].verdict is Verdict.ELIGIBLE, "unknown" in statuses(before[r]))
        for r in before
    ]
    return (
        kinds.count((Verdict.INELIGIBLE, True, False)),
        sum(kinds.count((Verdict.ELIGIBLE, False, some)) for some in (True, False)),
        sum(kinds.count((v, True, True)) for v in (Verdict.INELIGIBLE, Verdict.UNDETERMINED)),
    )


def statuses(decision: Answer) -> set[str]:
    return set(decision.statuses.values())


def test_every_proposal_does_what_it_says_and_needs_all_its_changes(
    path: Path, search: Search, before: dict[str, Answer]
) -> None:
    found = search.proposals()
    assert {len(proposal.steps) for proposal in found} == {1, 2}
    for proposal in found:
        assert gains(path, before, proposal) == (
            proposal.gains,
            proposal.loses,
            proposal.unasked,
        ), proposal
        for step in proposal.steps if len(proposal.steps) > 1 else ():
            rest = tuple(s for s in proposal.steps if s != step)
            assert gains(path, before, Proposal(rest, 0, 0))[0] < proposal.gains


def test_no_single_clause_that_is_dropped_admits_more(
    search: Search, before: dict[str, Answer]
) -> None:
    best = max(p.gains for p in search.proposals() if len(p.steps) == 1)
    for clause in (c.id for c in protocol().clauses.values() if c.tests):
        alone = [
            d
            for d in before.values()
            if "unknown" not in statuses(d)
            and {c for c, s in d.statuses.items() if s.blocks} == {clause}
        ]
        assert len(alone) <= best, clause


@pytest.mark.parametrize(
    "reading", ["measurable_lesion=not_required", "supraclavicular=regional", "subsided=both"]
)
def test_no_single_reading_admits_more(
    reading: str, path: Path, search: Search, before: dict[str, Answer]
) -> None:
    best = max(p.gains for p in search.proposals() if len(p.steps) == 1)
    step = ("choose", *reading.split("="))
    assert gains(path, before, Proposal((step,), 0, 0))[0] <= best


def test_a_reading_is_proposed_that_admits_somebody(search: Search) -> None:
    read = [p for p in search.proposals() if any(step[0] == "choose" for step in p.steps)]
    assert read
    assert all(proposal.gains for proposal in read)


def test_the_smallest_sets_that_admit_enough(search: Search) -> None:
    (best, *_) = search.proposals()
    assert all(len(p.steps) == 1 and p.gains >= 1 for p in search.admitting(1))
    assert all(len(p.steps) == 2 for p in search.admitting(best.gains + 1))
    assert search.admitting(10 * NUMBER) == []


def test_whoever_lacks_an_answer_is_not_admitted_by_a_change(tmp_path: Path) -> None:
    file = tmp_path / "cohort.ndjson"
    changes: list[dict[str, object]] = [
        {"ecog": None},
        {"labs.platelets": None},
        {"consent.voluntary": False},
        {"consent.voluntary": None},
        {"consent.voluntary": False, "labs.platelets": None},
    ]
    records = [changed(baseline(), {"id": str(n), **some}) for n, some in enumerate(changes)]
    file.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    opened = open_cohort(file, protocol().vocabulary)
    search = Search(protocol(), decided_once(protocol(), opened), largest=2)
    drop = Proposal((("drop", "I10.a"),), gains=1, loses=0, unasked=1)
    assert search.proposals() == search.admitting(1) == [drop]
    assert search.admitting(2) == []
    assert search.undetermined == 3
