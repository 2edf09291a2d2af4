"""Reading records: from files, or from data, to typed values that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import Fault, Problem, RecordError, Refused
from oligoasp.record.fields import Typed, typed_text
from oligoasp.record.shape import CASE, ID, INCOMPLETE, Shapes, shapes_of
from oligoasp.record.source import Document, read_documents
from oligoasp.record.value import Value, normalise, show

MOST_PROBLEMS = 50

_PART = re.compile(r"[^.\[\]]+")


class Entry:
    """One entry of a list of the record, or the patient: typed values by dotted path."""

    __slots__ = ("_given", "id", "path", "values")

    def __init__(
        self, name: str, path: str, values: dict[str, Typed], given: dict[str, Value]
    ) -> None:
        self.id = name
        self.path = path
        self.values = values
        self._given = given

    def get(self, path: str) -> Typed | None:
        """Give the value of a field, or None if the record does not give it."""
        return self.values.get(path)

    def text(self, path: str) -> str:
        """Give what was typed in a field, such as "1.2 10*9/L" or "2024-03", else ""."""
        return typed_text(_at(self._given, path))


class Record(Entry):
    """One patient record.

    ``values`` holds what is given of the patient, by dotted path, in the order of the
    record; ``incomplete`` the names of lists that may have further entries; ``case`` the
    free mapping that test cases use.
    """

    __slots__ = ("_document", "_lists", "case", "incomplete")

    def __init__(
        self,
        name: str,
        document: Document,
        values: dict[str, Typed],
        *,
        lists: dict[str, list[Entry]],
        incomplete: frozenset[str],
        case: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(name, "", values, document.data)
        self._document = document
        self._lists = lists
        self.incomplete = incomplete
        self.case = case

    @property
    def source(self) -> str:
        """The name of the file, or "-"."""
        return self._document.source

    @property
    def line(self) -> int | None:
        """The line on which the record begins."""
        return self._document.where()

    @property
    def typed(self) -> Mapping[str, Value]:
        """What the record says, as it was typed."""
        return self._document.data

    @property
    def silent(self) -> bool:
        """Whether the record says nothing of the patient, not even that a list is empty."""
        return not self.values and not self._lists

    def entries(self, kind: str) -> list[Entry] | None:
        """Give the entries of a kind, or None if the record does not have their list."""
        return self._lists.get(kind)

    def where(self, path: str) -> int | None:
        """Find the line of a field of the record, such as `lesions[2].site`."""
        return self._document.where(path)


def read_records(
    paths: Iterable[str | Path], vocabulary: Vocabulary, stdin: IO[bytes] | None = None
) -> Iterator[Record | RecordError]:
    """Read the records of files and folders, in order.

    Args:
        paths: files, folders or "-" for standard input.
        vocabulary: what a record can say.
        stdin: what "-" stands for, if not the standard input of the program.

    Yields:
        Each record, or what is wrong with it (or with its file); one that is refused
        does not stop the others.
    """
    shapes = shapes_of(vocabulary)
    for document in read_documents(paths, stdin):
        yield document if isinstance(document, RecordError) else record_of(document, shapes)


def parse_record(data: Mapping[str, object], vocabulary: Vocabulary, source: str = "-") -> Record:
    """Read a record from data in memory.

    Args:
        data: the record as mappings, lists, text, booleans, dates and exact numbers.
        vocabulary: what a record can say.
        source: what to call it in messages.

    Returns:
        The record.

    Raises:
        RecordError: with everything that is wrong.
    """
    try:
        plain = normalise(data)
    except Refused as refused:
        document = Document(source, "record", {})
        raise RecordError(_problems(document, refused.faults)) from None
    if not isinstance(plain, dict):
        document = Document(source, "record", {})
        raise RecordError(_problems(document, [Fault(show(plain), "a record")]))
    result = record_of(Document(source, "record", plain), shapes_of(vocabulary))
    if isinstance(result, RecordError):
        raise result
    return result


def record_of(document: Document, shapes: Shapes) -> Record | RecordError:
    """Make a record of a document, or say everything that is wrong with it."""
    given = document.data
    try:
        values, own = shapes.read(given)
    except Refused as refused:
        return RecordError(_problems(document, refused.faults))
    return Record(
        own.get(ID) or document.default_id,
        document,
        values,
        lists={
            kind.name: [
                Entry(entry_id, f"{name}[{index}]", typed, plain)
                for index, ((entry_id, typed), plain) in enumerate(
                    zip(entries, cast("list[Any]", given[name]), strict=True)
                )
            ]
            for name, kind in shapes.lists.items()
            if (entries := own.get(name)) is not None
        },
        incomplete=own.get(INCOMPLETE) or frozenset(),
        case=own.get(CASE),
    )


def _at(given: Value, path: str) -> Value:
    """Find the plain value at a dotted path, or None."""
    for part in _PART.findall(path):
        if isinstance(given, dict):
            given = given.get(part)
        elif isinstance(given, list):
            index = int(part) if part.isdecimal() else len(given)
            given = given[index] if index < len(given) else None
        else:
            return None
    return given


def _problems(document: Document, faults: Iterable[Fault]) -> list[Problem]:
    name = document.data.get(ID)
    record = str(name) if isinstance(name, str) else document.default_id
    problems = [
        Problem(
            document.source,
            document.where(fault.path),
            record,
            fault.path,
            fault.found,
            fault.accepted,
            fault.suggestion,
        )
        for fault in faults
    ]
    problems.sort(key=lambda problem: problem.line or 0)
    if len(problems) > MOST_PROBLEMS:
        more = f"{len(problems) - MOST_PROBLEMS} more problems in this record"
        problems[MOST_PROBLEMS:] = [
            Problem(document.source, document.where(), record, "", more, "")
        ]
    return problems
