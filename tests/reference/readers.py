"""Readers of what a record says of one attribute: a value, or a gap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .codes import CODES
from .completions import Entry, Gap
from .values import Number, Span, cells

Reader = Callable[[Any], Any]

NOT_STATED = "not_stated"


def field(raw: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, None if absent."""
    section, _, name = path.partition(".")
    value = raw.get(section)
    if name:
        return value.get(name) if value is not None else None
    return value


def plain(path: str) -> Callable[[dict[str, Any]], Any]:
    """A fast ``field`` for one path."""
    section, _, name = path.partition(".")
    if not name:
        return lambda raw: raw.get(section)

    def nested(raw: dict[str, Any]) -> Any:
        inner = raw.get(section)
        return inner.get(name) if inner is not None else None

    return nested


def flag(path: str, harmless: bool) -> Reader:
    """A flag; the harmless value is tried first."""
    get = plain(path)
    gap = Gap((harmless, not harmless))

    def read(entry: Entry) -> Any:
        value = get(entry.raw)
        return value if value is True or value is False else gap

    return read


def choice(path: str, *candidates: str, absent: str | None = None) -> Reader:
    """A choice, with representatives of the groups of values that the clauses tell apart."""
    get = plain(path)
    gap = Gap(candidates)

    def read(entry: Entry) -> Any:
        value = get(entry.raw)
        if value is None and absent is not None and entry.recorded:
            return absent
        if value is None or value == "unknown":
            return gap
        return CODES.get(value, value) if "|" in value else value

    return read


def attested(path: str) -> Reader:
    """A judgement: absent means not stated, ``unknown`` leaves it open."""
    get = plain(path)
    gap = Gap((NOT_STATED, True, False))

    def read(entry: Entry) -> Any:
        value = get(entry.raw)
        if value is True or value is False:
            return value
        if value is None and entry.recorded:
            return NOT_STATED
        return gap

    return read


def settle(
    value: Number | Span | None, critical: tuple[Number, ...], least: Number, integral: bool = False
) -> Any:
    """A number if it is known, else a gap with one representative per cell."""
    if value is None:
        value = Span(least)
    elif not isinstance(value, Span):
        return value
    elif value.lo is None:
        value = Span(least, False, value.hi, value.hi_open)
    found = cells(value, critical, integral=integral)
    return found[0] if len(found) == 1 else Gap(found)


def bounds(span: tuple[int, int] | None) -> Span | int:
    """An elapsed time as a number or a span."""
    if span is None:
        return Span()
    return span[0] if span[0] == span[1] else Span(span[0], False, span[1], False)
