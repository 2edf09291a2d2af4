"""What a record of a vocabulary may hold, as pydantic models made from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

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
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails

from oligoasp.protocol.vocabulary import PATIENT, Field, Kind, Vocabulary
from oligoasp.record.errors import Fault, Refused, join, listing, nearest
from oligoasp.record.fields import (
    UNKNOWN_FIELD,
    FieldReaders,
    Reader,
    read_label,
    read_text,
)
from oligoasp.record.skeleton import skeleton
from oligoasp.record.value import DEEPEST, Unknown, Value, python, show, too_deep

__all__ = [
    "ATTRIBUTE",
    "CASE",
    "ID",
    "INCOMPLETE",
    "Schema",
    "Shape",
    "entry_ids",
    "json_schema",
    "schema_of",
    "skeleton",
]

MOST_ENTRIES = 200
ATTRIBUTE = "given_"
"""What the attributes of the models begin with, so that no field name can clash."""

ID, NOTE, CASE, INCOMPLETE = "id", "note", "case", "incomplete_lists"

Definitions: TypeAlias = dict[str, Any]
Tree: TypeAlias = "dict[str, Field | Tree]"
Entries: TypeAlias = "list[BaseModel] | None"


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
        self.entries = {
            kind.name: self._shape(
                kind.name, _tree(vocabulary, kind.name), {ID: _entry_id(kind)}, {}
            )
            for kind in vocabulary.kinds.values()
            if kind.name != PATIENT
        }
        self.patient = self._patient()

    def validate(self, data: dict[str, Value], line: int | None = None) -> BaseModel:
        """Turn the plain values of a record into typed ones.

        Args:
            data: the record.
            line: its line, if all of it stands there.

        Returns:
            The patient's model; its attributes are `ATTRIBUTE` + name.

        Raises:
            Refused: with everything that is wrong; the paths lead from the record.
        """
        try:
            return self.patient.model.model_validate(data, context=line)
        except ValidationError as error:
            if too_deep(data):
                fault = Fault("deeply nested data", f"at most {DEEPEST} levels")
                raise Refused(fault) from None
            details = error.errors(include_url=False)
            raise Refused(*(fault for item in details for fault in self._faults(item))) from None

    def _patient(self) -> Shape:
        lists = {
            kind.list_name: kind for kind in self.vocabulary.kinds.values() if kind.name != PATIENT
        }
        extra: dict[str, Any] = {}
        for name, kind in lists.items():
            model = self.entries[kind.name].model
            entries = Annotated[
                list[model] | None,  # type: ignore[valid-type]
                BeforeValidator(_read_list),
                AfterValidator(self._entries_checker(kind)),
            ]
            help_text = f"every {kind.label}; [] if there is none"
            extra[name] = (entries, _with(name, help_text))
        extra[INCOMPLETE] = (
            Annotated[
                Any,
                PlainValidator(_incomplete_reader(tuple(lists))),
                _json({"type": ["array", "null"], "items": {"enum": list(lists)}}),
            ],
            _with(INCOMPLETE, "lists that may have more entries than are given"),
        )
        extra[CASE] = (
            Annotated[Any, PlainValidator(_read_case), _json({"type": ["object", "null"]})],
            _with(CASE, "for test cases: kept and not interpreted"),
        )
        own_id = _plain(ID, read_label, "identifier; the name of the file if left out")
        tree = _tree(self.vocabulary, PATIENT)
        shape = self._shape(PATIENT, tree, {ID: own_id}, extra)
        shape.lists.update({name: kind.name for name, kind in lists.items()})
        return shape

    def _shape(self, name: str, tree: Tree, first: Definitions, last: Definitions) -> Shape:
        definitions = dict(first)
        fields: dict[str, tuple[str, str]] = {}
        sections: dict[str, Shape] = {}
        for part, item in tree.items():
            if isinstance(item, Field):
                definitions[part] = (
                    Annotated[
                        Any,
                        PlainValidator(self.readers.reader(item)),
                        _json(self.readers.json_schema(item)),
                    ],
                    _with(part, item.help),
                )
                fields[part] = (ATTRIBUTE + part, item.path)
            else:
                section = self._shape(f"{name}_{part}", item, {}, {})
                sections[part] = section
                definitions[part] = (section.model | None, _with(part, ""))
        definitions |= last
        definitions[NOTE] = _plain(NOTE, read_text, "free text")
        model = create_model(
            "".join(word.capitalize() for word in name.split("_")),
            __config__=ConfigDict(extra="forbid", defer_build=True),
            **{ATTRIBUTE + part: definition for part, definition in definitions.items()},
        )
        return Shape(model, fields, sections)

    def _entries_checker(self, kind: Kind) -> Callable[[Entries], Entries]:
        """Make the check of a whole list: unique names, and no group of one."""
        groups = [
            (ATTRIBUTE + item.path, item.path)
            for item in self.vocabulary.fields.values()
            if item.kind == kind.name and item.type.form == "group" and "." not in item.path
        ]

        def check(entries: Entries) -> Entries:
            if not entries:
                return entries
            faults = list(_duplicate_ids(entries))
            for attribute, path in groups:
                labels = [getattr(entry, attribute) for entry in entries]
                if any(label is not None for label in labels):
                    faults.extend(_groups_of_one(labels, path))
            if faults:
                raise Refused(*faults)
            return entries

        return check

    def _faults(self, details: ErrorDetails) -> Iterator[Fault]:
        """Word an error of pydantic, or give the faults that a reader found."""
        path = ""
        for part in details["loc"]:
            path = join(path, f"[{part}]" if isinstance(part, int) else part)
        found = details["input"]
        if details["type"] == "extra_forbidden":
            *around, name = details["loc"]
            yield self._unknown_field(self._shape_at(around), str(name), path, bool(around))
        elif isinstance(refused := details.get("ctx", {}).get("error"), Refused):
            for fault in refused.faults:
                yield fault._replace(path=join(path, fault.path))
        else:
            names = listing(self._names(self._shape_at(details["loc"])))
            yield Fault(show(found), f"fields with their values: {names}", path=path)

    def _unknown_field(self, shape: Shape, name: str, path: str, inside: bool) -> Fault:
        names = self._names(shape)
        suggestion = nearest(name, names)
        if name != suggestion and not inside:
            ends = (other for other in self.patient.paths() if other.rpartition(".")[2] == name)
            suggestion = next(ends, suggestion)
        return Fault(UNKNOWN_FIELD, listing(names), suggestion, path)

    @staticmethod
    def _names(shape: Shape) -> list[str]:
        return [name.removeprefix(ATTRIBUTE) for name in shape.model.model_fields]

    def _shape_at(self, loc: Iterable[int | str]) -> Shape:
        shape = self.patient
        for part in loc:
            if isinstance(part, str):
                kind = shape.lists.get(part)
                shape = self.entries[kind] if kind else shape.sections.get(part, shape)
        return shape


class _Compact(GenerateJsonSchema):
    """JSON schema without generated titles and without defaults."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


_compiled: dict[int, Schema] = {}


def schema_of(vocabulary: Vocabulary) -> Schema:
    """Give the models of a vocabulary, made when first asked for.

    Args:
        vocabulary: the vocabulary; the same object has the same models.

    Returns:
        Its models.
    """
    schema = _compiled.get(id(vocabulary))
    if schema is None:
        schema = _compiled[id(vocabulary)] = Schema(vocabulary)
    return schema


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Describe the records of a vocabulary as a JSON schema (draft 2020-12).

    Args:
        vocabulary: the vocabulary.

    Returns:
        The schema, with the help text of every field as its description. It is wider
        than what is accepted where a schema cannot say it (units, ranges of text).
    """
    model = schema_of(vocabulary).patient.model
    schema = model.model_json_schema(by_alias=True, schema_generator=_Compact)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def entry_ids(entries: Iterable[BaseModel]) -> list[str]:
    """Give the names of the entries of a list: as given, else their position from 1."""
    return [
        getattr(entry, ATTRIBUTE + ID) or str(position) for position, entry in enumerate(entries, 1)
    ]


def _tree(vocabulary: Vocabulary, kind: str) -> Tree:
    """Sort the fields of a kind by the parts of their dotted paths."""
    tree: Tree = {}
    for item in vocabulary.fields.values():
        if item.kind == kind:
            *around, last = item.path.split(".")
            inner = tree
            for part in around:
                section = inner.setdefault(part, {})
                if isinstance(section, Field):
                    raise ValueError(f"{item.path}: {part} is a field and a section")
                inner = section
            inner[last] = item
    return tree


def _with(name: str, help_text: str) -> Any:
    return ModelField(default=None, alias=name, description=help_text or None)


def _plain(name: str, read: Reader, help_text: str) -> Any:
    schema = {"type": ["string", "number", "null"]}
    return Annotated[Any, PlainValidator(read), _json(schema)], _with(name, help_text)


def _entry_id(kind: Kind) -> Any:
    help_text = f"name of the {kind.label} within its list; its position if left out"
    return _plain(ID, read_label, help_text)


def _json(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema(schema)


def _read_list(value: Value) -> Value:
    if value is not None and not isinstance(value, list):
        raise Refused(Fault(show(value), "a list of entries"))
    if value is not None and len(value) > MOST_ENTRIES:
        raise Refused(Fault(f"a list of {len(value)} entries", f"at most {MOST_ENTRIES}"))
    return value


def _read_case(value: Value) -> object:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refused(Fault(show(value), "fields with their values"))
    if too_deep(value, DEEPEST - 1):
        raise Refused(Fault("deeply nested data", f"at most {DEEPEST} levels"))
    return python(value)


def _incomplete_reader(lists: tuple[str, ...]) -> Callable[[Value], frozenset[str] | None]:
    def read(value: Value) -> frozenset[str] | None:
        if value is None:
            return None
        if not isinstance(value, list):
            raise Refused(Fault(show(value), f"a list of names: {listing(lists)}"))
        faults = [
            Fault(show(name), listing(lists), nearest(str(name), lists), f"[{index}]")
            for index, name in enumerate(value)
            if name not in lists
        ]
        if faults:
            raise Refused(*faults)
        return frozenset(str(name) for name in value)

    return read


def _duplicate_ids(entries: list[BaseModel]) -> Iterator[Fault]:
    ids = entry_ids(entries)
    if len(set(ids)) == len(ids):
        return
    first: dict[str, int] = {}
    for index, name in enumerate(ids):
        if name in first:
            found = f"{show(name)}, which is the id of entry [{first[name]}] as well"
            yield Fault(found, "an id of its own for every entry", path=f"[{index}].{ID}")
        first.setdefault(name, index)


def _groups_of_one(labels: list[str | Unknown | None], path: str) -> Iterator[Fault]:
    sizes = Counter(label for label in labels if isinstance(label, str))
    for index, label in enumerate(labels):
        if isinstance(label, str) and sizes[label] == 1:
            found = f"{show(label)}, a group of one"
            yield Fault(found, "a label that at least two entries share", path=f"[{index}].{path}")
