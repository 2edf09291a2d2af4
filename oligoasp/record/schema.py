"""What a record of a vocabulary may hold, as pydantic models made from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic import Field as ModelField
from pydantic_core import ErrorDetails

from oligoasp.protocol.vocabulary import PATIENT, Field, Vocabulary
from oligoasp.record.errors import Fault, Refused, join, listing, nearest
from oligoasp.record.fields import (
    UNKNOWN_FIELD,
    FieldReaders,
    Reader,
    read_label,
    read_text,
)
from oligoasp.record.value import DEEPEST, Value, python, show, too_deep

MOST_ENTRIES = 200
ATTRIBUTE = "given_"
"""What the attributes of the models begin with, so that no field name can clash."""

ID, NOTE, CASE, INCOMPLETE = "id", "note", "case", "incomplete_lists"


@dataclass(slots=True)
class Shape:
    """What may stand in one mapping of a record: fields, sections and lists, by name.

    ``fields`` gives the attribute of the model and the dotted path of each field.
    """

    model: type[BaseModel]
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    sections: dict[str, Shape] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """Give the dotted paths of all fields in here."""
        yield from (prefix + name for name in self.fields)
        for name, section in self.sections.items():
            yield from section.paths(f"{prefix}{name}.")


class Schema:
    """The models of one vocabulary: of the patient and of the entries of each list."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.readers = FieldReaders(vocabulary)
        ...
