"""What a record of a vocabulary may hold: plain values in, typed values by dotted path out.

Records are read here, and not by the pydantic models of `schema`, so that a short answer
does not wait for them; the models use the same readers and accept the same records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any, TypeAlias, cast

from oligoasp.memo import Memo
from oligoasp.protocol.vocabulary import PATIENT, Field, Kind, Vocabulary
from oligoasp.record.errors import Fault, Refused, below, join, listing, nearest
from oligoasp.record.fields import (
    UNKNOWN_FIELD,
    FieldReaders,
    Reader,
    Typed,
    decimal_comma,
    read_label,
    read_text,
)
from oligoasp.record.value import DEEPEST, Number, Unknown, Value, python, show, too_deep

MOST_ENTRIES = 200
LIST = "a list of entries; [] if there are none"
NONE = ("none", "no", False)
ID, NOTE, CASE, INCOMPLETE = "id", "note", "case", "incomplete_lists"

Tree: TypeAlias = "dict[str, Field | Tree]"
Own: TypeAlias = "dict[str, Any]"
"""What a mapping holds beside its fields: its id, lists, and what is said of these."""
EntryValues: TypeAlias = "tuple[str, dict[str, Typed]]"
"""An entry of a list: its id, as given or else its position from 1, and its values."""
Take: TypeAlias = "Callable[[Value, dict[str, Typed], Own], None]"
"""Reads a value and puts what it says among the typed values, or with the rest."""
_Part: TypeAlias = "tuple[str, Memo[Any, Any] | None, Take]"
"""How what has a name is read: the path of a field, what is known of its values, and all else."""


class Shape:
    """What may stand in one mapping of a record, by name.

    ``tree`` has the fields, ``sections`` the shapes of the sections and ``own`` the readers
    of all else; ``names`` are all their names in order.

    Args:
        tree: the fields, those of a section together.
        readers: makes the readers of fields, each when it is first asked for.
        first: readers of what stands before the fields.
        last: readers of what stands after them, other than a note.
    """

    def __init__(
        self,
        tree: Tree,
        readers: FieldReaders,
        first: dict[str, Reader] | None = None,
        last: dict[str, Reader] | None = None,
    ) -> None:
        self.tree = tree
        first, last = first or {}, {**(last or {}), NOTE: read_text}
        self.own = {**first, **last}
        self.names = (*first, *tree, *last)
        self._readers = readers
        self._parts: dict[str, _Part] = {}
        self.sections = {
            name: Shape(item, readers) for name, item in tree.items() if isinstance(item, dict)
        }

    def read(self, given: Value, values: dict[str, Typed], own: Own) -> None:
        """Read a mapping.

        Args:
            given: what stands in the record.
            values: takes in the typed values of the fields that are given, by dotted path.
            own: takes in the rest, by name.

        Raises:
            Refused: with everything that is wrong; the paths lead from this mapping.
        """
        if not isinstance(given, dict):
            accepted = f"fields with their values: {listing(self.names)}"
            raise Refused(Fault(show(given), accepted))
        faulty: dict[str, list[Fault]] = {}
        parts = self._parts
        for name, value in given.items():
            try:
                path, known, take = parts.get(name) or self._part(name)
                if known is None:
                    take(value, values, own)
                    continue
                try:
                    typed = known[tuple(value.items()) if isinstance(value, dict) else value]
                except TypeError:  # lists cannot be looked up, nor what holds one
                    take(value, values, own)
                else:
                    if typed is not None:
                        values[path] = typed
            except Refused as refused:
                faulty[name] = below(name, refused)
        if faulty:
            self._with_commas(given, faulty)
            in_order = dict.fromkeys((*self.names, *faulty))
            raise Refused(*(fault for name in in_order for fault in faulty.get(name, ())))

    def _with_commas(self, given: Mapping[str, Value], faulty: dict[str, list[Fault]]) -> None:
        """Say of what was taken for a field that it stands behind a decimal comma, if it does."""
        for (before, value), (name, nothing) in pairwise(given.items()):
            if name not in faulty or nothing is not None or not isinstance(value, Number):
                continue
            if name not in self.names and re.match(r"\d+(?!\w)", name):
                faulty[before] = [decimal_comma(value, name, before)]
                del faulty[name]

    def fields(self, prefix: str = "") -> Iterator[tuple[str, Field]]:
        """Give all fields in here with their dotted paths, those of sections last."""
        for name, item in self.tree.items():
            if isinstance(item, Field):
                yield prefix + name, item
        for name, section in self.sections.items():
            yield from section.fields(f"{prefix}{name}.")

    def _part(self, name: str) -> _Part:
        """Find out how what has a name is read.

        Raises:
            Refused: nothing of that name may stand here.
        """
        item = self.tree.get(name)
        known = None
        if isinstance(item, Field):
            known = self._readers.known(item)
            path, take = item.path, _field(item.path, self._readers.reader(item))
        elif name in self.sections:
            path, take = "", _section(self.sections[name])
        elif name in self.own:
            path, take = "", _own(name, self.own[name])
        else:
            raise Refused(self._unknown(name))
        self._parts[name] = path, known, take
        return path, known, take

    def _unknown(self, name: str) -> Fault:
        suggestion = meant(name, dict(self.fields()), self.names, self._readers.vocabulary)
        return Fault(UNKNOWN_FIELD, listing(self.names), suggestion)


def meant(
    name: str, fields: Mapping[str, Field], names: Iterable[str], vocabulary: Vocabulary
) -> str:
    """Find what was probably meant by the name of a field that does not exist.

    Args:
        name: what was typed.
        fields: the fields that there are, by path.
        names: everything that may stand in its place.
        vocabulary: knows what charts call the fields.

    Returns:
        The field of that name in some section, or that charts call so, or else the nearest
        name; "" if there is none.
    """
    last = name.rpartition(".")[2]  # a mapping gives the whole path
    ends = (path for path in fields if path.rpartition(".")[2] == last)
    called = (
        path
        for path, of in fields.items()
        if last.lower() in vocabulary.also_called.get((of.kind, of.path), ())
    )
    return next(chain(ends, called), "") or nearest(name, names)


def _field(path: str, reader: Reader) -> Take:
    def take(value: Value, values: dict[str, Typed], _: Own) -> None:
        if (typed := reader(value)) is not None:
            values[path] = typed

    return take


def _section(shape: Shape) -> Take:
    def take(value: Value, values: dict[str, Typed], own: Own) -> None:
        if value is not None:
            shape.read(value, values, own)

    return take


def _own(name: str, reader: Reader) -> Take:
    def take(value: Value, _: dict[str, Typed], own: Own) -> None:
        own[name] = reader(value)

    return take


class Shapes:
    """The shapes of one vocabulary: of the patient and of the entries of each list."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.readers = FieldReaders(vocabulary)
        self.lists = {kind.list_name: kind for kind in vocabulary.kinds.values() if kind.list_name}
        self.entries = {
            kind.name: Shape(tree_of(vocabulary, kind.name), self.readers, {ID: read_label})
            for kind in self.lists.values()
        }
        last: dict[str, Reader] = {
            name: self._list_reader(kind, vocabulary) for name, kind in self.lists.items()
        }
        last |= {INCOMPLETE: _incomplete_reader(tuple(self.lists)), CASE: _read_case}
        tree = tree_of(vocabulary, PATIENT)
        self.patient = Shape(tree, self.readers, {ID: read_label}, last)

    def read(self, data: dict[str, Value]) -> tuple[dict[str, Typed], Own]:
        """Turn the plain values of a record into typed ones.

        Args:
            data: the record.

        Returns:
            The values of the patient's fields that are given, by dotted path in the order
            of the record, and the rest: lists as `EntryValues`, the id and so on.

        Raises:
            Refused: with everything that is wrong; the paths lead from the record.
        """
        values: dict[str, Typed] = {}
        own: Own = {}
        try:
            self.patient.read(data, values, own)
        except Refused:
            if too_deep(data):
                fault = Fault("deeply nested data", f"at most {DEEPEST} levels")
                raise Refused(fault) from None
            raise
        return values, own

    def _list_reader(self, kind: Kind, vocabulary: Vocabulary) -> Reader:
        """Make the reader of a list: its entries, unique names, and no group of one."""
        shape = self.entries[kind.name]
        groups = [
            item.path
            for item in vocabulary.fields.values()
            if item.kind == kind.name and item.type.form == "group" and "." not in item.path
        ]

        def read(given: Value) -> list[EntryValues] | None:
            if given is None:
                return None
            if not isinstance(given, list):
                raise Refused(Fault(show(given), LIST, "[]" if given in NONE else ""))
            if not given:
                return []
            if len(given) > MOST_ENTRIES:
                raise Refused(Fault(f"a list of {len(given)} entries", f"at most {MOST_ENTRIES}"))
            entries: list[EntryValues] = []
            faults: list[Fault] = []
            for index, item in enumerate(given):
                values: dict[str, Typed] = {}
                own: Own = {}
                try:
                    shape.read(item, values, own)
                except Refused as refused:
                    faults += below(f"[{index}]", refused)
                entries.append((own.get(ID) or str(index + 1), values))
            alike = [*_duplicate_ids(entries)]
            if not faults:
                for path in groups:
                    labels = [values.get(path) for _, values in entries]
                    faults += _groups_of_one(cast("list[str | Unknown | None]", labels), path)
            if faults or alike:
                raise Refused(*faults, *alike)
            return entries

        return read


_made: dict[int, Shapes] = {}


def shapes_of(vocabulary: Vocabulary) -> Shapes:
    """Give the shapes of a vocabulary, made when first asked for.

    Args:
        vocabulary: the vocabulary; the same object has the same shapes.

    Returns:
        Its shapes.
    """
    shapes = _made.get(id(vocabulary))
    if shapes is None:
        shapes = _made[id(vocabulary)] = Shapes(vocabulary)
    return shapes


def tree_of(vocabulary: Vocabulary, kind: str) -> Tree:
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


def _duplicate_ids(entries: Sequence[EntryValues]) -> Iterator[Fault]:
    if len({name for name, _ in entries}) == len(entries):
        return
    first: dict[str, int] = {}
    for index, (name, _) in enumerate(entries):
        if name in first:
            found = f"{show(name)}, which is the id of entry [{first[name]}] as well"
            yield Fault(found, "an id of its own for every entry", path=f"[{index}].{ID}")
        first.setdefault(name, index)


def _groups_of_one(labels: Iterable[str | Unknown | None], path: str) -> Iterator[Fault]:
    given = list(labels)
    sizes = Counter(label for label in given if isinstance(label, str))
    for index, label in enumerate(given):
        if isinstance(label, str) and sizes[label] == 1:
            found = f"{show(label)}, a group of one"
            place = join(f"[{index}]", path)
            yield Fault(found, "a label that at least two entries share", path=place)
