"""The skeleton of a record: every field with its help, to be filled in."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from oligoasp.protocol.vocabulary import PATIENT, Field, Kind, Vocabulary
from oligoasp.record.fields import FieldReaders

WIDTH = 96

_HEAD = """\
Patient record. Fill in what is known and leave the rest empty: empty means unknown.
Quantities carry their unit (32 mm, 0.9 mg/dL); a value may be a bound, in quotes (">12 wk"),
or a range (10..20 mm). Dates may be partial (2024-03, 2024) or a range (2018-05..2019-08).
A result with its date and upper limit of normal (ULN):
{value: 0.9, unit: mg/dL, uln: 1.2, date: 2024-03-05}; several results stand in a list.
A list that is given is complete, unless it is named in incomplete_lists: [] means none."""


def skeleton(vocabulary: Vocabulary) -> str:
    """Write an empty record as YAML, with comments on every field.

    Args:
        vocabulary: what a record can say.

    Returns:
        The text; it is a valid record as it stands, and stays one when the sample entry
        of a list is uncommented.
    """
    readers = FieldReaders(vocabulary)
    lines = [*(f"# {line}" for line in _HEAD.splitlines()), ""]
    lines += ["# identifier of the patient; the name of the file if left empty", "id:", ""]
    fields = [field for field in vocabulary.fields.values() if field.kind == PATIENT]
    lines += _fields(fields, readers)
    for kind in vocabulary.kinds.values():
        if kind.name != PATIENT:
            lines += ["", *_sample(kind, vocabulary, readers)]
    lines += ["", "# names of the lists above that may have more entries than are given"]
    lines += ["incomplete_lists:", "", "# free text", "note:"]
    return "\n".join(lines) + "\n"


def _fields(fields: list[Field], readers: FieldReaders) -> Iterator[str]:
    """Write fields one below the other, those of a section together."""
    open_sections: list[str] = []
    for field in _by_section(fields):
        *around, name = field.path.split(".")
        shared = 0
        while around[: shared + 1] == open_sections[: shared + 1] and shared < len(around):
            shared += 1
        for depth, section in enumerate(around[shared:], shared):
            yield f"{'  ' * depth}{section}:"
        open_sections = around
        indent = "  " * len(around)
        comment = f"{field.help}: {readers.describe(field)}"
        if field.type.form == "text":
            comment = field.help
        yield from (f"{indent}# {line}" for line in wrap(comment, WIDTH - len(indent)))
        yield f"{indent}{name}:"


def _by_section(fields: list[Field]) -> list[Field]:
    """Bring the fields of a section together, where its first one stands."""
    sections: dict[str, list[Field]] = {}
    for field in fields:
        sections.setdefault(field.path.partition(".")[0], []).append(field)
    return [field for section in sections.values() for field in section]


def _sample(kind: Kind, vocabulary: Vocabulary, readers: FieldReaders) -> Iterator[str]:
    """Write a list with one entry as a comment."""
    yield f"# every {kind.label}; [] if there is none"
    yield f"{kind.list_name}:"
    fields = [field for field in vocabulary.fields.values() if field.kind == kind.name]
    yield "#  - id:"
    for line in _fields(fields, readers):
        yield f"#    {line}"
