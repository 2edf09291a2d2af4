"""Records: what is read, under which name, from where."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Read

from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.dates import DateInterval
from oligoasp.record.errors import RecordError
from oligoasp.record.quantity import Interval
from oligoasp.record.read import Record, parse_record, read_records
from oligoasp.record.value import UNKNOWN

FULL = """\
id: 007
note: seen in clinic
sex: male
age: ">=60"
birth_date: 1958
gilbert_syndrome: unknown
ecog: 1
dates:
  enrollment: 2024-03-05
labs:
  note: fasting
  alt:
    - {value: 31, unit: U/L, uln: 40, date: 2024-03-01, code: loinc|1742-6}
    - 35 U/L
lesions:
  - id: l1
    site: snomed|94391008
    longest_diameter: 4.8 cm
    adjacent_group: A
  - site: lymph_node
    adjacent_group: A
    number: unknown
treatments: []
incomplete_lists: [lesions]
case: {expect: eligible, n: 12, x: 1.50}
"""

One = Callable[[str], Record]


def test_values_have_their_types(one: One) -> None:
    record = one(FULL)
    assert record.id == "007"
    assert record.get("sex") == "male"
    assert record.get("age") == Interval(Fraction(60), None)
    assert record.get("birth_date") == DateInterval(date(1958, 1, 1), date(1958, 12, 31))
    assert record.get("gilbert_syndrome") is UNKNOWN
    assert record.get("weight") is None
    assert record.incomplete == {"lesions"}
    assert record.case == {"expect": "eligible", "n": 12, "x": Decimal("1.50")}
    first, second = record.get("labs.alt")
    assert (first.value.exact, first.uln, first.date.latest) == (31, 40, date(2024, 3, 1))
    assert (second.value.exact, second.uln, second.date) == (35, None, None)


def test_entries_have_names_paths_and_values(one: One) -> None:
    record = one(FULL)
    first, second = record.entries("lesion")
    assert (first.id, first.path, first.get("site")) == ("l1", "lesions[0]", "lung")
    assert first.get("longest_diameter").exact == 48
    assert (second.id, second.get("number")) == ("2", UNKNOWN)
    assert record.entries("treatment") == []


def test_list_that_is_not_given_is_unknown(one: One) -> None:
    assert one("id: a\n").entries("lesion") is None
    assert one("lesions:\n").entries("lesion") is None


def test_record_knows_where_and_what_was_typed(one: One) -> None:
    record = one(FULL)
    assert record.line == 1
    assert record.where("labs.alt[1]") == 14
    assert record.where("lesions[1].number") == 22
    assert record.where("labs.alt[0].uln") == 13
    assert record.where("labs.nothing") == 10
    assert [record.where(f"labs.alt[{i}]") for i in (0, 1)] == [13, 14]
    assert record.text("labs.alt[0]") == "31 U/L"
    assert record.text("lesions[0].site") == "snomed|94391008"
    assert record.entries("lesion")[0].text("longest_diameter") == "4.8 cm"
    assert record.text("gilbert_syndrome") == "unknown"
    assert record.text("weight") == ""


def test_all_formats_say_the_same(read: Read) -> None:
    data = {
        "id": "a",
        "ecog": 1,
        "labs": {"alt": {"value": 31, "unit": "U/L"}},
        "lesions": [{"site": "lung"}],
    }
    line = json.dumps(data)
    texts = {"a.json": json.dumps(data, indent=1), "b.ndjson": line, "c.yaml": line}
    records = [record for name, text in texts.items() for record in read(name, text)]
    assert len(records) == 3
    for record in records:
        assert isinstance(record, Record)
        assert record.values.keys() == {"ecog", "labs.alt"}
        assert record.get("labs.alt")[0].value.exact == 31
        assert record.entries("lesion")[0].values == {"site": "lung"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"id": "a"}\n{"id": "b"}\n', [1, 2]),
        ('\n{"id": "a"}\n', [2]),
        ('{\n"id": "a"}\n', [1]),
        ('[{"id": "a"},\n{"id": "b"}]\n', [1, 2]),
        ("id: a\n---\nid: b\n...\n", [1, 3]),
        ('\ufeff{"id": "a"}\n', [1]),
        ("\ufeffid: a\n", [1]),
    ],
)
def test_standard_input_is_recognized(text: str, lines: list[int], vocabulary: Vocabulary) -> None:
    records = list(read_records(["-"], vocabulary, io.BytesIO(text.encode())))
    assert [(record.source, record.line) for record in records] == [("-", line) for line in lines]
    assert [record.id for record in records] == ["a", "b"][: len(lines)]


def test_names_default_to_the_file(read: Read) -> None:
    assert [record.id for record in read("p7.yaml", "ecog: 1\n")] == ["p7"]
    assert [r.id for r in read("p8.yaml", "ecog: 1\n---\necog: 2\n")] == ["p8-1", "p8-2"]
    assert [record.id for record in read("p9.ndjson", '{"ecog": 1}\n')] == ["p9-1"]


def test_folder_is_read_in_the_order_of_names(vocabulary: Vocabulary, tmp_path: Path) -> None:
    for name in ("b.yaml", "a.json", "c.txt"):
        (tmp_path / name).write_text('{"ecog": 1}')
    assert [record.id for record in read_records([tmp_path], vocabulary)] == ["a", "b"]


def test_yaml_words_stay_words(one: One) -> None:
    record = one("id: no\nnote: 2024-03-05\ncase: {a: on, b: 'true', c: true, d: 0x10, e: ~}\n")
    assert record.id == "no"
    assert record.case == {"a": "on", "b": "true", "c": True, "d": "0x10", "e": None}


def test_data_in_memory_is_read_exactly(vocabulary: Vocabulary) -> None:
    data = {
        "birth_date": date(1958, 3, 5),
        "labs": {"alt": {"value": Decimal("31.50"), "unit": "U/L"}},
    }
    record = parse_record(data, vocabulary)
    assert record.get("labs.alt")[0].value.exact == Fraction("31.5")
    assert record.text("birth_date") == "1958-03-05"
    assert (record.line, record.where("birth_date")) == (None, None)


def test_unknown_group_is_not_a_group(one: One) -> None:
    record = one("lesions:\n- adjacent_group: unknown\n- adjacent_group: unknown\n")
    assert [entry.get("adjacent_group") for entry in record.entries("lesion")] == [UNKNOWN, UNKNOWN]


def test_null_is_absent_everywhere(one: One) -> None:
    record = one("ecog:\nlabs:\nsex: ~\nlesions: null\nnote:\nincomplete_lists:\ncase:\n")
    assert record.values == {}
    assert record.case is None


@pytest.mark.parametrize(
    "text", ["\x00", "{", "[", '"', "id: \t- a", "? a", "%YAML 9.9\n", "&", "a: b: c"]
)
def test_nonsense_is_a_message_and_no_traceback(text: str, read: Read) -> None:
    for name in ("x.yaml", "x.json", "x.ndjson"):
        assert all(isinstance(result, RecordError) for result in read(name, text))
