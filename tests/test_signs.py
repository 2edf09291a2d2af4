"""Whom two versions can decide differently is told by values, proved from the ground rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oligoasp.amend import amended, from_options, read_amendments
from oligoasp.amend.apply import limits_of
from oligoasp.batch import Batch
from oligoasp.batch.panel import Revision
from oligoasp.batch.signs import Signs
from oligoasp.decide import Engine
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError
from tests.support import baseline, changed, metastases, parse, protocol
from tests.test_panel import records


def batches(other: Protocol) -> tuple[Batch, Batch]:
    """Give a batch under the protocol, and one under another version made like it."""
    limits = limits_of(protocol(), other)
    first = Batch(Engine(replace(protocol(), limits=limits)))
    return first, Batch(Engine(replace(other, limits=limits)), first)


def version(*, sets: tuple[str, ...] = (), readings: tuple[str, ...] = ()) -> Protocol:
    return amended(protocol(), [from_options(sets, (), readings)])


def signs(other: Protocol) -> tuple[Signs, set[str]]:
    """Give the signs, and the clauses that may be decided otherwise for who has none."""
    first, second = batches(other)
    found, given = second.signs(first)
    clauses = other.clauses
    return found, {c for c, place in zip(clauses, given, strict=True) if place is None}


KNOWN = {
    "supraclavicular=regional": {("lesion", "station"): {"supraclavicular"}},
    "over_18=more_than_18": {("patient", "age_at_enrollment"): {36}},
    "recent_radiotherapy=counts": {("definitive_treatment", "type"): {"radiotherapy"}},
    "liver_metastasis=ever": {("patient", "earlier_liver_metastasis"): {"yes"}},
}


@pytest.mark.parametrize("reading", KNOWN)
def test_the_values_on_which_a_reading_turns(reading: str) -> None:
    found, others = signs(version(readings=(reading,)))
    assert found == KNOWN[reading]
    assert not others


def test_a_limit_turns_on_the_values_between_the_old_and_the_new() -> None:
    found, others = signs(version(sets=("ecog_most=2",)))
    assert found == {("patient", "ecog"): {4}}
    assert not others


def test_a_limit_on_a_sum_turns_on_no_value_alone() -> None:
    found, others = signs(version(sets=("metastases_most=6",)))
    assert not found
    assert others == {"I1.n2", "I2.a"}


SAMPLE = [
    *KNOWN,
    "unstated_margin=accept",
    "subsided=both",
    "window_boundary=half_open",
    "growth_factor_support=none_within_14_days",
    "synchronous_limit=three_months",
    "childbearing_age=age_band",
]


@pytest.mark.parametrize("reading", SAMPLE)
def test_who_has_no_sign_is_decided_alike_and_who_is_kept_out_stays_out(reading: str) -> None:
    first, second = batches(version(readings=(reading,)))
    revision, fresh = Revision(second, first), Batch(Engine(version(readings=(reading,))))
    staying = 0
    for record in records(8, 60):
        try:
            outline, before = first.outlined(record)
        except RecordError:
            continue
        after = fresh.decide(record)
        assert revision.outcome(outline, before) == after
        if not revision.may_move(outline, before):
            staying += 1
            assert before.verdict == after.verdict
    assert staying > 10


def test_who_may_have_a_value_has_a_sign() -> None:
    first, second = batches(version(readings=("supraclavicular=regional",)))
    revision = Revision(second, first)
    nodes = metastases("supraclavicular")
    open_station = [{k: v for k, v in node.items() if k != "station"} for node in nodes]

    def may_move(**lesions: object) -> bool:
        return revision.may_move(*first.outlined(parse(changed(baseline(), dict(lesions)))))

    assert may_move(lesions=nodes)
    assert may_move(lesions=open_station)
    assert may_move(lesions=metastases("lung"), incomplete_lists=["lesions"])
    assert not may_move(lesions=metastases("lung"))


def test_a_clause_that_becomes_inapplicable_where_it_was_violated_is_another(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.lp"
    file.write_text(
        'amendment("A", "title", "why", "1.0").\n'
        'replace("E12").\n'
        'inapplicable("E12") :- judged(_).\n'
        "judged(Judgement) :- judgement(Judgement, _), has(patient, Judgement, yes).\n",
        encoding="utf-8",
    )
    other = amended(protocol(), read_amendments([str(file)], tmp_path))
    first, second = batches(other)
    assert second.shared(first)[list(other.clauses).index("E12")] is None
