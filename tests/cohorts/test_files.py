"""Cohorts of record files: the same records as when they are read one by one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from oligoasp.cohort import open_cohort, records_of
from oligoasp.protocol.load import asp_folder
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record, read_records
from tests.cohort import cohort
from tests.support import protocol

CASES = asp_folder().parent / "cases"


def shown(found: Record | RecordError) -> object:
    return str(found) if isinstance(found, RecordError) else (found.id, found.source, found.line)


def mixed(folder: Path) -> Path:
    """A folder with files of every kind, good and bad."""
    lines = [json.dumps(record) for record in cohort(7, 1)]
    lines[2:2] = ["", "{", '{"id": "x", "sexx": 1}', "[]"]
    (folder / "b.ndjson").write_text("\n".join(lines))
    (folder / "a.yaml").write_text("sex: male\n---\nsex: mail\n---\nid: a3\n")
    (folder / "c.json").write_text(json.dumps(list(cohort(2, 2))))
    (folder / "d.yaml").write_bytes(b"\xff\xfe")
    (folder / "e.ndjson").write_text("")
    (folder / "notes.txt").write_text("not a record")
    return folder


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("place", ["", "b.ndjson", "a.yaml"])
def test_a_cohort_in_pieces_is_what_reading_gives(tmp_path: Path, size: int, place: str) -> None:
    path = mixed(tmp_path) / place
    opened = open_cohort(path, protocol().vocabulary)
    pieces = list(opened.chunks(size))
    found = [shown(member.record) for chunk in pieces for member in opened.members(chunk)]
    assert found == [shown(r) for r in read_records([path], protocol().vocabulary)]
    assert pieces[-1].done == 1.0
    assert all(0 < (chunk.done or 0) <= 1 for chunk in pieces)
    assert [c.digest for c in opened.chunks(size)] == [c.digest for c in pieces]


def test_a_changed_record_changes_the_digest_of_its_piece(tmp_path: Path) -> None:
    path = mixed(tmp_path) / "b.ndjson"
    before = [c.digest for c in open_cohort(path, protocol().vocabulary).chunks(2)]
    path.write_text(path.read_text().replace("P000004", "P000044"))
    after = [c.digest for c in open_cohort(path, protocol().vocabulary).chunks(2)]
    assert [a == b for a, b in zip(after, before, strict=True)].count(False) == 1


def test_standard_input_is_ndjson() -> None:
    text = "".join(json.dumps(record) + "\n" for record in cohort(3, 1))
    opened = open_cohort("-", protocol().vocabulary, stdin=io.BytesIO(text.encode()))
    assert [shown(r) for r in records_of(opened)] == [(f"P00000{n}", "-", n) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "mapping", "message"),
    [
        ("none.ndjson", None, "found no such file"),
        ("table.csv", None, "found a table without a mapping; accepted: a mapping of its columns"),
        ("b.ndjson", "m.yaml", "a mapping for a table"),
        ("empty", None, "found a folder without record files"),
        ("picture.png", None, 'found a file named "picture.png"'),
        ("columns.yaml", None, "a mapping of columns, not a cohort; accepted: records, or a table"),
    ],
)
def test_what_is_no_cohort_is_refused(
    tmp_path: Path, name: str, mapping: str | None, message: str
) -> None:
    mixed(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "columns.yaml").write_text("id: PATIENT\nfields:\n  sex: SEX\n")
    for file in ("table.csv", "picture.png"):
        (tmp_path / file).write_text("id\n1\n")
    with pytest.raises(RecordError) as caught:
        open_cohort(tmp_path / name, protocol().vocabulary, mapping)
    assert message in str(caught.value)
