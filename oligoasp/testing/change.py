"""Changing the data of a record by dotted paths.

An entry of a list is named by its id or by its place, as messages name it:
`lesions.l1.longest_diameter`, `lesions[0].longest_diameter`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from oligoasp.record.errors import RecordError, listing, nearest, quote
from oligoasp.record.source import Document
from oligoasp.record.value import Value, normalise, show
from oligoasp.testing.cases import refused

ID = "id"

_PLACE = re.compile(r"\[(\d+)\]")


def changed(
    data: dict[str, Value],
    sets: Mapping[str, tuple[str, Value]],
    removes: Mapping[str, Value],
    document: Document,
) -> dict[str, Value]:
    """Give a changed copy of a record.

    Args:
        data: the record.
        sets: dotted paths and their new values, by where they stand in the document;
            a whole list replaces the list.
        removes: dotted paths to remove, by where they stand in the document.
        document: the file that asks for the changes.

    Raises:
        RecordError: a path leads nowhere.
    """
    copy = normalise(data)
    if not isinstance(copy, dict):
        raise TypeError("a record is a mapping")
    for place, path in removes.items():
        if not isinstance(path, str):
            raise refused(document, place, show(path), "a dotted path")
        here, last = _parent(copy, path, place, document, create=False)
        if isinstance(here, dict) and last in here:
            del here[last]
        elif isinstance(here, list) and (index := _index(here, last)) is not None:
            del here[index]
        else:
            raise _nowhere(here, path, last, place, document)
    for place, (path, value) in sets.items():
        here, last = _parent(copy, path, place, document, create=True)
        if isinstance(here, dict) and not _PLACE.fullmatch(last):
            here[last] = normalise(value)
        elif isinstance(here, list) and (index := _index(here, last)) is not None:
            here[index] = normalise(value)
        else:
            raise _nowhere(here, path, last, place, document)
    return copy


def _parent(
    data: dict[str, Value], path: str, place: str, document: Document, *, create: bool
) -> tuple[Value, str]:
    """Walk to the mapping or list that holds the last part of a path."""
    *around, last = _PLACE.sub(r".[\1]", path).split(".")
    here: Value = data
    for part in around:
        if isinstance(here, list) and (index := _index(here, part)) is not None:
            here = here[index]
        elif isinstance(here, dict) and (here.get(part) is not None or create):
            if here.get(part) is None:
                here[part] = {}
            here = here[part]
        else:
            raise _nowhere(here, path, part, place, document)
    return here, last


def _index(entries: list[Value], part: str) -> int | None:
    """Find the entry that a part of a path names, if there is one."""
    names = _places(entries) if _PLACE.fullmatch(part) else _names(entries)
    return names.index(part) if part in names else None


def _places(entries: list[Value]) -> list[str]:
    """Give the places of the entries of a list, from [0] on."""
    return [f"[{place}]" for place in range(len(entries))]


def _names(entries: list[Value]) -> list[str]:
    """Give the names of the entries of a list: as given, else their position from 1."""
    return [
        str(entry.get(ID) or position) if isinstance(entry, dict) else str(position)
        for position, entry in enumerate(entries, 1)
    ]


def _nowhere(here: Value, path: str, part: str, place: str, document: Document) -> RecordError:
    names = list(here) if isinstance(here, dict) else []
    if isinstance(here, list):
        names = _places(here) if _PLACE.fullmatch(part) else _names(here)
    found = f"{quote(path)}, in which {quote(part)} is not in the base"
    return refused(document, place, found, listing(names), nearest(part, names))
