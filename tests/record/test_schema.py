"""The schema and the skeleton say what is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from oligoasp.protocol import load_protocol
from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record, parse_record
from oligoasp.record.schema import json_schema, record_model
from oligoasp.record.shape import shapes_of
from oligoasp.record.skeleton import skeleton
from oligoasp.record.source import read_documents

One = Callable[[str], Record]
BROKEN = yaml.safe_load(Path(__file__).with_name("broken.yaml").read_text(encoding="utf-8"))


def test_schema_is_deterministic(vocabulary: Vocabulary) -> None:
    assert json.dumps(json_schema(vocabulary)) == json.dumps(json_schema(vocabulary))


def test_models_are_made_once(vocabulary: Vocabulary) -> None:
    assert record_model(vocabulary) is record_model(vocabulary)


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


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_models_refuse_what_is_refused_from_a_file(
    case: dict[str, Any], vocabulary: Vocabulary, tmp_path: Path
) -> None:
    file = tmp_path / case["file"]
    file.write_text(case["text"], encoding="utf-8")
    for document in read_documents([file]):
        if not isinstance(document, RecordError):
            by_reader = _refused(shapes_of(vocabulary).read, document.data)
            by_model = _refused(record_model(vocabulary).model_validate, document.data)
            assert by_reader == by_model


def _refused(read: Callable[[Any], object], data: Any) -> bool:
    try:
        read(data)
    except ValueError:
        return True
    return False


def test_models_accept_what_is_accepted_from_a_file(vocabulary: Vocabulary) -> None:
    given = {"id": "a", "sex": "male", "labs": {"alt": "31 U/L"}, "lesions": [{"site": "lung"}]}
    parse_record(given, vocabulary)
    model = record_model(vocabulary).model_validate(given)
    assert model.given_lesions[0].given_site == "lung"  # type: ignore[attr-defined]
    assert model.given_labs.given_alt[0].text == "31 U/L"  # type: ignore[attr-defined]
