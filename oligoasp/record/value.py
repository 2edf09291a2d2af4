"""Plain values as they come out of a file: numbers keep the text that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias

from oligoasp.record.errors import Fault, Refused, quote

DEEPEST = 20
"""How deep mappings and lists may be nested."""
LONGEST_NUMBER = 30
"""How many characters a number may have."""


class Number(str):
    """The decimal text of a number, as it was typed."""

    __slots__ = ()


Value: TypeAlias = "bool | str | Number | dict[str, Value] | list[Value] | None"


class Unknown(Enum):
    """The value of a field that is given as the word ``unknown``."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


def show(value: Value) -> str:
    """Name a value in a message: text in quotation marks, numbers as they stand."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Number():
            return quote(value)[1:-1]
        case str():
            return quote(value)
        case dict():
            return "a mapping"
        case list():
            return f"a list of {len(value)} items" if value else "an empty list"


def too_deep(value: Value, deepest: int = DEEPEST) -> bool:
    """Tell whether mappings and lists are nested deeper than allowed."""
    level: list[Value] = [value]
    for _ in range(deepest + 1):
        inner: list[Value] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        if not inner:
            return False
        level = inner
    return True


def normalise(data: object, depth: int = 0) -> Value:
    """Turn Python data into the values that a file would have given.

    Args:
        data: mappings, lists, text, booleans, dates and exact numbers.
        depth: how deep the data lies in its record.

    Returns:
        The same data with numbers as their decimal text and dates as text.

    Raises:
        Refused: for binary floats and anything else that no file can hold.
    """
    if depth > DEEPEST:
        raise Refused(Fault("deeply nested data", f"at most {DEEPEST} levels"))
    match data:
        case None | bool() | str():
            return data
        case int() | Decimal():
            return Number(data)
        case datetime():
            return data.isoformat(sep=" ")
        case date():
            return data.isoformat()
        case Mapping():
            return {str(key): normalise(item, depth + 1) for key, item in data.items()}
        case list() | tuple():
            return [normalise(item, depth + 1) for item in data]
        case _:
            raise Refused(Fault(quote(str(data)), "text, a whole number or an exact decimal"))


def python(value: Value) -> object:
    """Turn a value into ordinary Python data: whole numbers as int, others as Decimal.

    Raises:
        Refused: if a number is too long.
    """
    match value:
        case Number():
            if len(value) > LONGEST_NUMBER:
                raise Refused(Fault(show(value), f"a number of at most {LONGEST_NUMBER} digits"))
            return int(value) if value.lstrip("+-").isdecimal() else Decimal(value)
        case dict():
            return {key: python(item) for key, item in value.items()}
        case list():
            return [python(item) for item in value]
        case _:
            return value
