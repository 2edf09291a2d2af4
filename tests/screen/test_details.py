"""What is said of a row besides its statuses: what clashes, and what to ask for."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from oligoasp.cohort import open_cohort
from oligoasp.explain.whole import explain
from oligoasp.render.document import Table
from oligoasp.render.screening import document
from oligoasp.screen import Screener, screen
from oligoasp.screen.journal import Work
from oligoasp.screen.output import read_rows
from oligoasp.screen.run import Outputs
from oligoasp.screen.tally import Tally
from tests.screen.test_screening import joint_conflict, mixed, run, write
from tests.support import baseline, changed, engine, metastases, parse, protocol

Row = dict[str, Any]
INDEX = re.compile(r"\[\d+\]")


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], Row]]:
    folder = tmp_path_factory.mktemp("details")
    data = mixed(3)
    run(write(folder / "c.ndjson", data), folder / "o.ndjson")
    rows = read_rows(folder / "o.ndjson")
    return [(d, row) for d, row in zip(data, rows, strict=True) if "problems" not in row]


def test_clauses_clash_as_an_explanation_says(screened: list[tuple[Row, Row]]) -> None:
    found = 0
    for data, row in screened:
        assert bool(row["clash"]) == row["conflict"]
        if row["conflict"]:
            found += 1
            conflicts = explain(engine(), parse(data)).conflicts
            assert tuple(row["clash"]) in {conflict.clauses for conflict in conflicts}
    assert found


def test_rows_name_the_fields_that_an_explanation_remarks_on(tmp_path: Path) -> None:
    """Also a screening that is kept, and counted again from its rows as a stopped one is."""
    slips: list[Row] = [
        {"height": "70 cm", "weight": "170 kg"},
        {"lesions": metastases("lung", "liver", longest_diameter="0 mm"), "karnofsky": 30},
        {"labs.albumin": {"value": 4, "unit": "g/dL", "date": "2030-01-01"}},
        {},
    ]
    data = [{**changed(baseline(), slip), "id": str(n)} for n, slip in enumerate(slips)]
    path = write(tmp_path / "c.ndjson", data)
    summary = run(path, tmp_path / "o.ndjson")
    rows = list(read_rows(tmp_path / "o.ndjson"))
    for of_record, row in zip(data, rows, strict=True):
        remarks = explain(engine(), parse(of_record)).remarks
        fields = [source.field for remark in remarks for source in remark.sources]
        assert row["remarks"] == list(dict.fromkeys(fields))
    assert [bool(row["remarks"]) for row in rows] == [True, True, True, False]
    counted = {count.field: count.patients for count in summary.remarks}
    assert counted["lesions[].longest_diameter"] == counted["height"] == 1
    again = Tally(row["statuses"])
    for row in rows:
        again.add(row)
    assert again.answer(summary.protocol, summary.source, {}, 0) == summary
    screener = Screener(engine(), open_cohort(path, engine().protocol.vocabulary), keep=True)
    with Work(tmp_path / "kept", screener.head, names=screener.files) as work:
        screen(screener, work, Outputs(tmp_path / "k.ndjson", "ndjson"))
    assert (tmp_path / "k.ndjson").read_bytes() == (tmp_path / "o.ndjson").read_bytes()


def place(path: str) -> str:
    """Give the field, or the list: what is missing of an entry may be had in a new one."""
    return path.split("[", maxsplit=1)[0]


def test_what_is_needed_is_among_the_fields_to_ask_for(screened: list[tuple[Row, Row]]) -> None:
    looked_at = 0
    for data, row in screened:
        if row["verdict"] != "undetermined" or len(row["unknown"]) > 12:
            assert row["verdict"] == "undetermined" or not row["missing"]
            continue
        looked_at += 1
        assert row["missing"]
        for need in explain(engine(), parse(data)).needs:
            fields = {place(item.field) for way in need.alternatives for item in way}
            assert fields & set(map(place, row["missing"])), (need, row["missing"])
    assert looked_at > 5


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (["labs.platelets"], ["labs.platelets"]),
        (["estimated_survival", "ecog"], ["ecog", "estimated_survival"]),
        (["lesions.0.longest_diameter"], ["lesions[0].longest_diameter"]),
        (["toxicities"], ["toxicities"]),
        (["lung.irradiated"], []),
        (["dates"], ["dates.enrollment", "dates.treatment_start"]),
        (["dates", "birth_date"], ["birth_date", "dates.enrollment", "dates.treatment_start"]),
    ],
)
def test_only_what_matters_is_asked_for(
    tmp_path: Path, left_out: list[str], missing: list[str]
) -> None:
    data = changed(baseline(), dict.fromkeys(left_out))
    run(write(tmp_path / "c.ndjson", [data]), tmp_path / "o.ndjson")
    (row,) = read_rows(tmp_path / "o.ndjson")
    assert sorted(row["missing"]) == missing, row


def test_counts_are_those_of_the_rows(screened: list[tuple[Row, Row]]) -> None:
    rows = [row for _, row in screened]
    tally = Tally(rows[0]["statuses"])
    for row in rows:
        tally.add(row)
    summary = tally.answer(None, "", {}, 0)  # type: ignore[arg-type]
    expected = Counter(f for row in rows for f in {INDEX.sub("[]", f) for f in row["missing"]})
    assert {count.field: count.patients for count in summary.missing} == expected
    assert [c.patients for c in summary.missing] == sorted(expected.values(), reverse=True)
    clashes = Counter(tuple(row["clash"]) for row in rows if row["clash"])
    assert {count.clauses: count.patients for count in summary.clashes} == clashes


def test_a_conflict_is_named_in_the_summary(tmp_path: Path) -> None:
    path = write(tmp_path / "c.ndjson", [changed(joint_conflict(), {"id": str(n)}) for n in "ab"])
    (clash,) = run(path, tmp_path / "o.ndjson").clashes
    assert clash.patients == 2
    assert len(clash.clauses) > 1
    (row, _) = read_rows(tmp_path / "o.ndjson")
    assert json.loads(json.dumps(row["clash"])) == list(clash.clauses)


def test_attrition_ends_with_the_numbers_of_the_enrollment(tmp_path: Path) -> None:
    data = [joint_conflict(), baseline(), changed(baseline(), {"ecog": 2})]
    data.append(
        changed(baseline(), {"trial_participations": None})
    )  # open at the last clauses only
    data = [changed(one, {"id": str(number)}) for number, one in enumerate(data)]
    summary = run(write(tmp_path / "c.ndjson", data), tmp_path / "o.ndjson")
    assert (summary.ineligible, summary.conflicts, summary.undetermined) == (2, 1, 1)
    table = next(block for block in document(summary, protocol()) if isinstance(block, Table))
    *_, before, last = ([cell[0].text for cell in row][:-1] for row in table.rows)
    assert before == ["I6.b", "1", "3", "1"]
    assert last == ["all", "1", "3", "2"]
