"""Screening says of each record what deciding it alone says, and counts right."""

from __future__ import annotations

import csv
import json
import random
import weakref
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from oligoasp.amend import amended, from_options
from oligoasp.answers import Refusal, Screened, Screening
from oligoasp.batch import Batch
from oligoasp.cohort import open_cohort
from oligoasp.decide import Engine, Verdict
from oligoasp.record.errors import RecordError
from oligoasp.record.read import parse_record
from oligoasp.render.json import compact
from oligoasp.screen import Screener, screen
from oligoasp.screen.journal import Work
from oligoasp.screen.output import read_rows
from oligoasp.screen.run import Outputs
from oligoasp.screen.tally import Tally
from tests.cohort import cohort
from tests.cohorts.tables import write_csv
from tests.reference.generate import random_record, remove_parts
from tests.screen.small import screened, write_cohort
from tests.support import baseline, changed, engine, metastases, protocol, woman

Data = dict[str, Any]


def joint_conflict() -> Data:
    data = changed(baseline(), {"lesions": metastases("lung", longest_diameter="55 mm")})
    del data["lesions"][0]["visible_on_ct"]
    data["lesions"][0]["pet"] = "not_done"
    return data


def mixed(seed: int) -> list[Data]:
    """Records of every sort: eligible, ineligible, open, conflicting, impossible, broken."""
    rng = random.Random(seed)
    made = list(cohort(40, seed))
    made += [remove_parts(random_record(rng), rng, rng.randint(1, 9)) for _ in range(20)]
    made += [baseline(), woman(), joint_conflict(), {}]
    made += [changed(woman(), {"reproduction.pregnant": True, "sex": "male"})]
    made += [changed(baseline(), {"lung.irradiated": True, "lung.thoracic_radiotherapy": False})]
    made += [changed(baseline(), {"ecog": 7}), changed(baseline(), {"labs.alt": "3 mm"})]
    rng.shuffle(made)
    for number, data in enumerate(made):
        data["id"] = f"{number:03}"
    return made


def write(path: Path, data: list[Data]) -> Path:
    path.write_text("".join(json.dumps(d, default=str) + "\n" for d in data))
    return path


def run(
    cohort_path: Path,
    output: Path,
    processes: int = 1,
    piece: int = 7,
    mapping: Path | None = None,
) -> Screening:
    opened = open_cohort(cohort_path, protocol().vocabulary, mapping)
    screener = Screener(engine(), opened, piece)
    outputs = Outputs(output, output.suffix[1:], output.with_suffix(".ie"))
    with Work(output.with_suffix(".unfinished"), screener.head) as work:
        return screen(screener, work, outputs, processes)


def test_rows_are_what_deciding_one_by_one_says(tmp_path: Path) -> None:
    data = mixed(1)
    summary = run(write(tmp_path / "c.ndjson", data), tmp_path / "o.ndjson", processes=2)
    rows = list(read_rows(tmp_path / "o.ndjson"))
    assert len(rows) == len(data)
    assert [compact(row) for row in rows] == (tmp_path / "o.ndjson").read_text().splitlines()
    for number, (row, record) in enumerate(zip(rows, data, strict=True), 1):
        try:
            found = engine().decide(parse_record(record, protocol().vocabulary, "c"))
        except RecordError as error:
            refusal = TypeAdapter(Refusal).validate_json(json.dumps(row))
            assert (refusal.record, refusal.line) == (record["id"], number)
            assert len(refusal.problems) == len(error.problems)
            continue
        answer = TypeAdapter(Screened).validate_json(json.dumps(row))
        assert (answer.record, answer.line) == (record["id"], number)
        assert (answer.verdict, answer.statuses) == (found.verdict, found.statuses)
        assert answer.blockers == tuple(c for c, s in found.statuses.items() if s.blocks)
        assert answer.conflict == (answer.verdict is Verdict.INELIGIBLE and not answer.blockers)
    assert summary.conflicts >= 1
    assert min(summary.not_read, summary.eligible, summary.undetermined) >= 2


def test_bytes_do_not_depend_on_processes_or_pieces(tmp_path: Path) -> None:
    path = write_cohort(tmp_path / "c.ndjson", 150)
    expected = screened(path, tmp_path / "a.ndjson", 1, 150)
    for number, (processes, piece) in enumerate([(1, 1), (2, 7), (5, 4), (3, 1000)]):
        assert screened(path, tmp_path / f"{number}.ndjson", processes, piece) == expected
        for suffix in (".ndjson", ".ie"):
            found = (tmp_path / str(number)).with_suffix(suffix).read_bytes()
            assert found == (tmp_path / "a").with_suffix(suffix).read_bytes()


def test_forgetting_what_was_solved_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_cohort(tmp_path / "c.ndjson", 60)
    expected = screened(path, tmp_path / "a.ndjson")
    monkeypatch.setattr("oligoasp.screen.run.REMEMBERED", 20)
    assert screened(path, tmp_path / "b.ndjson") == expected
    assert (tmp_path / "b.ndjson").read_bytes() == (tmp_path / "a.ndjson").read_bytes()


def test_what_is_forgotten_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[weakref.ref[Batch]] = []

    def batch(engine: Engine, *, alone: bool) -> Batch:
        assert not any(old() for old in made)
        new = Batch(engine, alone=alone)
        made.append(weakref.ref(new))
        return new

    monkeypatch.setattr("oligoasp.screen.run.REMEMBERED", 20)
    monkeypatch.setattr("oligoasp.screen.run.Batch", batch)
    screened(write_cohort(tmp_path / "c.ndjson", 60), tmp_path / "b.ndjson")
    assert len(made) > 2


def test_a_table_is_screened_as_its_records(tmp_path: Path) -> None:
    records = list(cohort(40, 5))
    direct = run(write(tmp_path / "c.ndjson", records), tmp_path / "a.ndjson")
    table, mapping = write_csv(records, tmp_path)
    tabled = run(table, tmp_path / "b.ndjson", 2, mapping=mapping)
    for one, other in zip(
        read_rows(tmp_path / "a.ndjson"), read_rows(tmp_path / "b.ndjson"), strict=True
    ):
        assert (one["record"], one["statuses"]) == (other["record"], other["statuses"])
    assert tabled.attrition == direct.attrition


def test_csv_and_parquet_have_what_ndjson_has(tmp_path: Path) -> None:
    path = write_cohort(tmp_path / "c.ndjson", 80)
    for suffix in ("ndjson", "csv"):
        screened(path, tmp_path / f"o.{suffix}")
    rows = list(read_rows(tmp_path / "o.ndjson"))
    with (tmp_path / "o.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) == len(rows)
    for flat, row in zip(table, rows, strict=True):
        assert flat["record"] == (row["record"] or "")
        assert flat["line"] == str(row["line"])
        if "problems" in row:
            assert flat["verdict"] == "not read"
            assert flat["problems"].split("\n") == row["problems"]
        else:
            assert flat["verdict"] == row["verdict"]
            assert flat["blockers"].split() == row["blockers"]
            assert {c: flat[c] for c in row["statuses"]} == row["statuses"]
    parquet = pytest.importorskip("pyarrow.parquet")
    screened(path, tmp_path / "o.parquet")
    for flat, other in zip(
        parquet.read_table(tmp_path / "o.parquet").to_pylist(), table, strict=True
    ):
        texts = {True: "true", False: "false", None: ""}
        assert {
            k: texts.get(v, str(v)) if v is None or v is True or v is False else str(v)
            for k, v in flat.items()
        } == other


def test_counts_are_those_of_counting_plainly(tmp_path: Path) -> None:
    summary, problems = screened(
        write_cohort(tmp_path / "c.ndjson", 300), tmp_path / "o.ndjson", piece=11
    )
    everything = list(read_rows(tmp_path / "o.ndjson"))
    rows = [row for row in everything if "problems" not in row]
    assert summary.assessed == len(everything) == 300
    assert summary.not_read == 300 - len(rows) > 0
    assert problems == [p for row in everything for p in row.get("problems", ())]
    for verdict in Verdict:
        assert getattr(summary, verdict) == sum(row["verdict"] == verdict for row in rows)
    blocking = ("not met", "present")
    remaining = rows
    passed: list[str] = []
    for step in summary.attrition:
        passed.append(step.clause)
        out = [row for row in remaining if row["statuses"][step.clause] in blocking]
        remaining = [row for row in remaining if row not in out]
        uncertain = [row for row in remaining if any(c in row["unknown"] for c in passed)]
        assert (step.excluded, step.remaining, step.uncertain) == (
            len(out),
            len(remaining),
            len(uncertain),
        )
    for count in summary.clauses:
        clause = count.clause
        with_it = [row for row in rows if clause in row["blockers"]]
        alone = [row for row in with_it if row["blockers"] == [clause]]
        gained = [row for row in alone if not row["unknown"]]
        unknown = [row for row in rows if clause in row["unknown"]]
        undetermined = [row for row in unknown if row["verdict"] == "undetermined"]
        decisive = [row for row in undetermined if row["unknown"] == [clause]]
        assert (count.blocks, count.alone, count.to_gain) == tuple(
            map(len, (with_it, alone, gained))
        )
        assert (count.unknown, count.undetermined, count.decisive) == tuple(
            map(len, (unknown, undetermined, decisive))
        )
    for together in (*summary.pairs, *summary.sets):
        wanted = set(together.clauses)
        only = [row for row in rows if set(row["blockers"]) == wanted]
        assert together.only == len(only)
        assert together.to_gain == sum(not row["unknown"] for row in only)
    for pair in summary.pairs:
        assert pair.blocked == sum(set(pair.clauses) <= set(row["blockers"]) for row in rows)
    assert [len(places) for places in summary.repeated.values()] == [2, 2]
    assert summary.repeated["A0000"] == (f"{tmp_path}/c.ndjson:1", f"{tmp_path}/c.ndjson:299")
    assert summary.sharing == 4


def test_whoever_is_to_gain_is_eligible_when_the_clause_is_not_there(tmp_path: Path) -> None:
    records = list(cohort(150, 8))
    summary = run(write(tmp_path / "c.ndjson", records), tmp_path / "o.ndjson", piece=50)
    best = max(summary.clauses, key=lambda count: count.to_gain)
    assert best.alone > best.to_gain > 1
    without = Engine(amended(protocol(), [from_options([], [best.clause], [])]))
    rows = read_rows(tmp_path / "o.ndjson")
    alone = [
        without.decide(parse_record(data, without.protocol.vocabulary)).verdict
        for row, data in zip(rows, records, strict=True)
        if row.get("blockers") == [best.clause]
    ]
    assert alone.count(Verdict.ELIGIBLE) == best.to_gain
    assert len(alone) == best.alone


def test_tallies_of_parts_add_up() -> None:
    row = {"record": "a", "verdict": "ineligible", "conflict": False, "unknown": []}
    row |= {"clash": [], "missing": [], "remarks": []}
    rows: list[Any] = [
        {**row, "blockers": ["2"], "statuses": {"1": "met", "2": "present"}},
        {**row, "blockers": ["1", "2"], "statuses": {"1": "not met", "2": "present"}},
        {"record": None, "problems": ["x"]},
    ]
    whole, parts = Tally(["1", "2"]), Tally(["1", "2"])
    for one in rows:
        whole.add(one)
        part = Tally(["1", "2"])
        part.add(one)
        parts.merge(part)
    assert vars(whole) == vars(parts)
    assert whole.repeated() == parts.repeated()
    assert len(whole.repeated()) == 1


def test_ie_has_a_row_for_each_criterion_that_is_not_met(tmp_path: Path) -> None:
    records = list(cohort(40, 9))
    records += records[:20]  # so that IESEQ has to count on
    run(write(tmp_path / "c.ndjson", records), tmp_path / "o.ndjson")
    rows = list(read_rows(tmp_path / "o.ndjson"))
    with (tmp_path / "o.ie").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    expected = [(row["record"], blocker) for row in rows for blocker in row["blockers"]]
    assert [(line["USUBJID"], line["IESPID"]) for line in table] == expected
    for line in table:
        clause = protocol().clauses[line["IESPID"]]
        assert (line["STUDYID"], line["DOMAIN"]) == (protocol().id, "IE")
        assert line["IECAT"] == clause.section.upper()
        assert line["IEORRES"] == line["IESTRESC"] == ("N" if line["IECAT"] == "INCLUSION" else "Y")
        assert len(line["IETEST"]) <= 200
        assert clause.text.startswith(line["IETEST"].removesuffix("…"))
    by_person: dict[str, list[str]] = {}
    for line in table:
        by_person.setdefault(line["USUBJID"], []).append(line["IESEQ"])
    assert all(s == [str(n + 1) for n in range(len(s))] for s in by_person.values())


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+A", "'+A"),
        ("-A", "'-A"),
        ("@A", "'@A"),
        ("\t=1", "'\t=1"),  # not printable, so not read
        ("\r=1", r"\r=1"),
        ("-12.5", "-12.5"),
        ("+49", "+49"),
        ("-1+A", "'-1+A"),
        ("P-1=2", "P-1=2"),
        ("'=1", "'=1"),
    ],
)
def test_no_id_is_run_as_a_formula_by_a_spreadsheet(name: str, cell: str, tmp_path: Path) -> None:
    data = [{**baseline(), "id": name, "ecog": 2}, {"id": name, "ecog": 7}]
    output = tmp_path / "o.csv"
    read = run(write(tmp_path / "c.ndjson", data), output).ineligible
    with output.open(newline="", encoding="utf-8") as stream:
        assert [row["record"] for row in csv.DictReader(stream)] == [cell, cell]
    with output.with_suffix(".ie").open(newline="", encoding="utf-8") as stream:
        assert [row["USUBJID"] for row in csv.DictReader(stream)] == [cell] * read
    run(tmp_path / "c.ndjson", tmp_path / "o.ndjson")
    assert [row["record"] for row in read_rows(tmp_path / "o.ndjson")] == [name, name]
