"""JSON as plain values; positions only where something has to be said about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

from oligoasp.record.errors import Fault, Refused, quote
from oligoasp.record.value import DEEPEST, Number, Value

_BLANK = re.compile(r"[ \t\r\n,:]*")
_ATOM = re.compile(r"[^ \t\r\n,\]}]+")
_NOT_A_NUMBER = ("NaN", "Infinity", "-Infinity")


class _DuplicateError(ValueError):
    """An object has a key twice."""


class JsonError(ValueError):
    """Text that was refused, with the line and the field where the fault lies."""

    def __init__(self, line: int, field: str, fault: Fault) -> None:
        self.line, self.field, self.fault = line, field, fault
        super().__init__(fault.found)


def _mapping(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise _DuplicateError
    return mapping


def _refuse_constant(_: str) -> NoReturn:
    raise Refused


_decode = JSONDecoder(
    parse_float=Number,
    parse_int=Number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_mapping,
).decode

_string = JSONDecoder().raw_decode


def decode(text: str) -> Value:
    """Read one JSON value; numbers keep their text.

    Args:
        text: the JSON text.

    Returns:
        The value.

    Raises:
        JsonError: with line and field, counted within the text.
    """
    try:
        value: Value = _decode(text)
    except JSONDecodeError as error:
        found = f"text that is not JSON ({error.msg[:1].lower()}{error.msg[1:]})"
        accepted = f"JSON; see column {error.colno}"
        raise JsonError(error.lineno, "", Fault(found, accepted)) from None
    except _DuplicateError:
        raise _duplicate(text) from None
    except Refused:
        raise _constant(text) from None
    except RecursionError:
        fault = Fault("deeply nested data", f"at most {DEEPEST} levels")
        raise JsonError(1, "", fault) from None
    return value


def locate(text: str) -> dict[str, int]:
    """Find the line of every field of a JSON value.

    Args:
        text: valid JSON text.

    Returns:
        Lines by dotted path (`lesions[2].site`), counted from 1.
    """
    lines: dict[str, int] = {}
    line, seen = 1, 0
    for path, start in _walk(text):
        line += text.count("\n", seen, start)
        seen = start
        lines.setdefault(path, line)
    return lines


def _duplicate(text: str) -> JsonError:
    paths: set[str] = set()
    for path, start in _walk(text):
        if path in paths:
            key = path.rpartition(".")[2]
            fault = Fault(f"the field {quote(key)} a second time", "every field once")
            return JsonError(text.count("\n", 0, start) + 1, path, fault)
        paths.add(path)
    return JsonError(1, "", Fault("a field a second time", "every field once"))


def _constant(text: str) -> JsonError:
    for path, start in _walk(text):
        if text.startswith(_NOT_A_NUMBER, start):
            atom = _ATOM.match(text, start)
            fault = Fault(atom[0] if atom else "NaN", "a finite number")
            return JsonError(text.count("\n", 0, start) + 1, path, fault)
    return JsonError(1, "", Fault("NaN or Infinity", "a finite number"))


def _walk(text: str) -> Iterator[tuple[str, int]]:
    """Give the path of every value and where it starts; the text is well-formed."""
    inside: list[tuple[str, bool]] = []  # path of each open container, whether a list
    count: list[int] = []
    at = _skip(text, 0)
    path = ""
    while at < len(text):
        sign = text[at]
        if sign in "]}":
            inside.pop()
            count.pop()
            at = _skip(text, at + 1)
            continue
        if inside:
            parent, is_list = inside[-1]
            if is_list:
                path = f"{parent}[{count[-1]}]"
                count[-1] += 1
            else:
                key, at = _string(text, at)
                path = f"{parent}.{key}" if parent else key
                at = _skip(text, at)
                sign = text[at]
        yield path, at
        if sign in "[{":
            inside.append((path, sign == "["))
            count.append(0)
            at += 1
        elif sign == '"':
            at = _string(text, at)[1]
        elif atom := _ATOM.match(text, at):
            at = atom.end()
        at = _skip(text, at)


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at
