"""A broken record of every kind gets the right file, line, field and words."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Read, messages

from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import RecordError
from oligoasp.record.read import parse_record, read_records

BROKEN = yaml.safe_load(Path(__file__).with_name("broken.yaml").read_text(encoding="utf-8"))
NINES = "9" * 59 + "…"
TOO_DEEP = "found deeply nested data; accepted: at most 20 levels"
NOT_TEXT = "found binary data; accepted: text in UTF-8: .json, .ndjson, .jsonl, .yaml, .yml"
DEEP = "[" * 50 + "]" * 50
MANY = ",".join(['{"site": "lung"}'] * 10_000)

GENERATED: dict[str, tuple[str, str | bytes, str]] = {
    "10,000 lesions": (
        "case.json",
        f'{{"id": "a",\n"lesions": [{MANY}]}}',
        "case.json:2: lesions: found a list of 10000 entries; accepted: at most 200",
    ),
    "empty": ("case.yaml", "", "case.yaml: found an empty file; accepted: a record"),
    "blank": ("case.json", " \n", "case.json: found an empty file; accepted: a record"),
    "binary": ("case.yaml", b"\x89PNG\r\n\x00\x00", f"case.yaml: {NOT_TEXT}"),
    "UTF-16": ("case.json", '{"id": "a"}'.encode("utf-16"), f"case.json: {NOT_TEXT}"),
    "not UTF-8": (
        "case.yaml",
        "id: a\nnote: Müller\n".encode("latin-1"),
        "case.yaml:2: found the byte 0xFC, which is not UTF-8; accepted: text in UTF-8",
    ),
    "not UTF-8 in one line of many": (
        "cohort.ndjson",
        b'{"id": "a"}\n{"id": "\xff"}\n{"id": "c"}\n',
        "cohort.ndjson:2: found the byte 0xFF, which is not UTF-8; accepted: text in UTF-8",
    ),
    "control character": (
        "case.yaml",
        "id: a\nnote: x\x07y\n",
        "case.yaml:2: found the control character U+0007; accepted: printable text",
    ),
    "deep JSON": ("case.json", f'{{"labs": {DEEP}}}', f"case.json:1: {TOO_DEEP}"),
    "very deep JSON": ("case.json", "[" * 100_000, f"case.json:1: {TOO_DEEP}"),
    "deep YAML": ("case.yaml", f"id: a\ncase: {DEEP}\n", f"case.yaml:2: case: {TOO_DEEP}"),
    "very deep YAML": ("case.yaml", "case: " + "[" * 50_000, f"case.yaml:1: case: {TOO_DEEP}"),
    "very deep block YAML": (
        "case.yaml",
        "\n".join("  " * depth + "case:" for depth in range(1500)),
        f"case.yaml:21: case: {TOO_DEEP}",
    ),
    "deep free mapping": ("case.json", f'{{"case": {{"a": {DEEP}}}}}', f"case.json:1: {TOO_DEEP}"),
    "huge integer": (
        "case.json",
        '{"age": ' + "9" * 5000 + "}",
        f"case.json:1: age: found {NINES}; accepted: a number of at most 30 digits",
    ),
    "huge integer in the free mapping": (
        "case.json",
        '{"case": {"n": ' + "9" * 5000 + "}}",
        f"case.json:1: case: found {NINES}; accepted: a number of at most 30 digits",
    ),
    "long line": (
        "cohort.ndjson",
        '{"id": "' + "x" * 5_000_000 + '"}\n{"id": "b"}\n',
        "cohort.ndjson:1: found a line that is too long; accepted: at most 4 MB in a line",
    ),
    "large file": (
        "case.yaml",
        "#" * (16 * 2**20 + 1),
        "case.yaml: found a file that is too large; accepted: at most 16 MB, or NDJSON",
    ),
}


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_message_is_exactly(case: dict[str, Any], read: Read, tmp_path: Path) -> None:
    results = read(case["file"], case["text"])
    assert messages(results, tmp_path) == case["says"]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_text_is_refused_with(name: str, read: Read, tmp_path: Path) -> None:
    file, text, says = GENERATED[name]
    assert messages(read(file, text), tmp_path) == [says]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_message_names_no_class_and_fits_the_style(case: dict[str, Any]) -> None:
    for message in case["says"]:
        words = message.partition(": found ")[2]
        assert words
        assert not words.endswith(".")
        assert "dict" not in words
        assert "pydantic" not in words
        assert "\n" not in message


def test_bad_line_does_not_stop_the_others(read: Read) -> None:
    results = read("cohort.ndjson", '{"id": "a"}\nnonsense\n{"id": "c", "ecog": 9}\n{"id": "d"}\n')
    assert [isinstance(result, RecordError) for result in results] == [False, True, True, False]


def test_bad_document_does_not_stop_the_others(read: Read) -> None:
    results = read("cases.yaml", "id: a\n---\nid: [\n---\nid: c\n")
    assert [getattr(result, "id", None) for result in results] == ["a", None, "c"]


def test_bad_record_of_a_list_does_not_stop_the_others(read: Read, tmp_path: Path) -> None:
    results = read("cases.json", '[{"id": "a"},\n{"id": "b",\n"ecog": 9},\n{"id": "c"}]')
    assert [getattr(result, "id", None) for result in results] == ["a", None, "c"]
    assert messages(results, tmp_path)[0].startswith("cases.json:3: ecog: found 9")


def test_missing_file_and_empty_folder_are_told(vocabulary: Vocabulary, tmp_path: Path) -> None:
    results = list(read_records([tmp_path / "none.yaml", tmp_path], vocabulary))
    assert [message.partition(": ")[2] for message in messages(results, tmp_path)] == [
        "found no such file; accepted: a file, a folder or -",
        "found a folder without record files; accepted: .json, .ndjson, .jsonl, .yaml, .yml",
    ]


def test_binary_floats_are_refused_in_data(vocabulary: Vocabulary) -> None:
    with pytest.raises(RecordError, match="an exact decimal"):
        parse_record({"ecog": 1.0}, vocabulary)


def test_problems_in_data_name_the_record(vocabulary: Vocabulary) -> None:
    with pytest.raises(RecordError) as caught:
        parse_record({"id": "p1", "ecog": 9}, vocabulary, "witness")
    assert str(caught.value).startswith('witness: record "p1": ecog: found 9')


def test_a_flood_of_problems_is_cut(read: Read) -> None:
    (error,) = read("case.json", '{"lesions": [' + ",".join(['{"site": "x"}'] * 200) + "]}")
    assert isinstance(error, RecordError)
    assert len(error.problems) == 51
    assert error.problems[-1].found == "150 more problems in this record"


def test_any_slip_of_the_hand_is_read_or_refused_at_a_line_of_the_file(
    read: Read, tmp_path: Path
) -> None:
    text = "\n".join(case["text"] for case in BROKEN if case["file"] == "case.yaml")[:6000]
    rng = random.Random(6)
    for _ in range(400):
        start = rng.randrange(len(text) - 200)
        part = text[start : start + 200]
        place = rng.randrange(len(part))
        slip = rng.choice("\t :-[]{}'\"|>@&*%#,\\\n`?!")
        broken = part[:place] + slip + part[place + rng.randrange(2) :]
        for message in messages(read("case.yaml", broken), tmp_path):
            line = re.match(r"case\.yaml:(\d+): ", message)
            assert line is None or 1 <= int(line[1]) <= broken.count("\n") + 1, (message, broken)
            assert "not YAML" not in message, (message, broken)
