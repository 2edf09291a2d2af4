"""The schema and the skeleton say what is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import yaml

from oligoasp.protocol import load_protocol
from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.read import Record, parse_record
from oligoasp.record.schema import json_schema, schema_of, skeleton

One = Callable[[str], Record]


def test_schema_is_deterministic(vocabulary: Vocabulary) -> None:
    assert json.dumps(json_schema(vocabulary)) == json.dumps(json_schema(vocabulary))


def test_models_are_made_once(vocabulary: Vocabulary) -> None:
    assert schema_of(vocabulary) is schema_of(vocabulary)


def test_every_field_is_described_by_its_help(vocabulary: Vocabulary) -> None:
    text = json.dumps(json_schema(vocabulary), ensure_ascii=False)
    for field in vocabulary.fields.values():
        assert json.dumps({"description": field.help}, ensure_ascii=False)[1:-1] in text


def test_schema_refuses_unknown_fields_everywhere(vocabulary: Vocabulary) -> None:
    schema = json_schema(vocabulary)
    objects = [schema, *schema["$defs"].values()]
    assert all(item["additionalProperties"] is False for item in objects)
    assert set(schema["properties"]) >= {"id", "labs", "lesions", "case", "incomplete_lists"}


def test_skeleton_is_a_valid_empty_record(vocabulary: Vocabulary, one: One) -> None:
    record = one(skeleton(vocabulary))
    assert record.values == {}
    assert record.entries("lesion") is None


def test_skeleton_with_its_samples_is_valid(vocabulary: Vocabulary, one: One) -> None:
    text = re.sub(r"^#(  )", r"\1", skeleton(vocabulary), flags=re.MULTILINE)
    record = one(text)
    assert [entry.values for entry in record.entries("lesion")] == [{}]


def test_skeleton_mentions_every_field_once(vocabulary: Vocabulary) -> None:
    lines = [line.strip("# ") for line in skeleton(vocabulary).splitlines()]
    for field in vocabulary.fields.values():
        assert f"{field.path.rpartition('.')[2]}:" in lines


def test_a_whole_protocol_has_a_valid_skeleton() -> None:
    vocabulary = load_protocol("eso_shanghai_13").vocabulary
    samples = re.sub(r"^#(  )", r"\1", skeleton(vocabulary), flags=re.MULTILINE)
    record = parse_record(yaml.safe_load(samples), vocabulary)
    assert record.values == {}
    for kind in vocabulary.kinds.values():
        if kind.list_name:
            assert [entry.values for entry in record.entries(kind.name)] == [{}]
