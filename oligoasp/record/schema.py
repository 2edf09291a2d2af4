"""Records as pydantic models made from a vocabulary, and the JSON schema that they give."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    WithJsonSchema,
    create_model,
)
from pydantic import Field as ModelField
from pydantic.json_schema import GenerateJsonSchema

from oligoasp.protocol.vocabulary import PATIENT, Field, Vocabulary
from oligoasp.record.fields import Reader
from oligoasp.record.shape import CASE, ID, INCOMPLETE, NOTE, Shape, Shapes, shapes_of
from oligoasp.record.value import Value

ATTRIBUTE = "given_"
"""What the attributes of the models begin with, so that no field name can clash."""

_LABEL: dict[str, Any] = {"type": ["string", "number", "null"]}


class _Compact(GenerateJsonSchema):
    """JSON schema without generated titles and without defaults."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Describe the records of a vocabulary as a JSON schema (draft 2020-12).

    Args:
        vocabulary: the vocabulary.

    Returns:
        The schema, with the help text of every field as its description. It is wider
        than what is accepted where a schema cannot say it (units, ranges of text).
    """
    model = record_model(vocabulary)
    schema = model.model_json_schema(by_alias=True, schema_generator=_Compact)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def record_model(vocabulary: Vocabulary) -> type[BaseModel]:
    """Give the pydantic model of the records of a vocabulary.

    Args:
        vocabulary: the vocabulary; the same object has the same model.

    Returns:
        The model; it accepts what is accepted from a file, and its attributes are
        `ATTRIBUTE` + name.
    """
    return _model_of(shapes_of(vocabulary))


@lru_cache(maxsize=8)
def _model_of(shapes: Shapes) -> type[BaseModel]:
    definitions: dict[str, Any] = {}
    for name, kind in shapes.lists.items():
        shape = shapes.entries[kind.name]
        id_help = f"name of the {kind.label} within its list; its position if left out"
        entry = _model(kind.name, shape, shapes, {ID: (_LABEL, id_help)})
        definitions[name] = (
            Annotated[list[entry] | None, BeforeValidator(_checked(shapes.patient.own[name]))],  # type: ignore[valid-type]
            _with(name, f"every {kind.label}; [] if there is none"),
        )
    own = {
        ID: (_LABEL, "identifier; the name of the file if left out"),
        INCOMPLETE: (
            {"type": ["array", "null"], "items": {"enum": list(shapes.lists)}},
            "lists that may have more entries than are given",
        ),
        CASE: ({"type": ["object", "null"]}, "for test cases: kept and not interpreted"),
    }
    return _model(PATIENT, shapes.patient, shapes, own, definitions)


def _model(
    name: str,
    shape: Shape,
    shapes: Shapes,
    own: dict[str, tuple[dict[str, Any], str]],
    made: dict[str, Any] | None = None,
) -> type[BaseModel]:
    """Make the model of one mapping.

    Args:
        name: of the model, in small letters.
        shape: what may stand in the mapping.
        shapes: all of them.
        own: JSON schema and help of what stands beside the fields.
        made: definitions that are made already.
    """
    own = {**own, NOTE: (_LABEL, "free text")}
    definitions: dict[str, Any] = {}
    for part in shape.names:
        item = shape.tree.get(part)
        if isinstance(item, Field):
            reader, described = shapes.readers.reader(item), shapes.readers.json_schema(item)
            definitions[part] = _annotated(reader, described), _with(part, item.help)
        elif item is not None:
            section = _model(f"{name}_{part}", shape.sections[part], shapes, {})
            definitions[part] = (section | None, _with(part, ""))
        elif made and part in made:
            definitions[part] = made[part]
        else:
            described, help_text = own[part]
            definitions[part] = _annotated(shape.own[part], described), _with(part, help_text)
    return create_model(
        "".join(word.capitalize() for word in name.split("_")),
        __config__=ConfigDict(extra="forbid", defer_build=True),
        **{ATTRIBUTE + part: definition for part, definition in definitions.items()},
    )


def _annotated(reader: Reader, described: dict[str, Any]) -> Any:
    return Annotated[Any, PlainValidator(reader), WithJsonSchema(described)]


def _with(name: str, help_text: str) -> Any:
    return ModelField(default=None, alias=name, description=help_text or None)


def _checked(reader: Reader) -> Callable[[Value], Value]:
    """Make a check of a whole list, whose entries have models of their own."""

    def check(given: Value) -> Value:
        reader(given)
        return given

    return check
