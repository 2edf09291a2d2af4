"""What is wrong with text that is not YAML, in words for the person who typed it."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from oligoasp.record.errors import Fault, quote

QUOTED_GREATER = 'text that begins with ">" in quotes, such as ">12 wk"'
CLOSING = {"[": "]", "{": "}"}

_GREATER = re.compile(r"[:\-,\[]\s+(>=?\s*[0-9][^#\r\n]*)")
_GLUED = re.compile(r"(?:- +)*([A-Za-z_][\w.]*):([^\s:/].*)")
_LOOSE = re.compile(r"(?:- +)*([A-Za-z_][\w.]*)(?:\s*=\s*|\s+)(\S.*)")
_COLON_INSIDE = re.compile(r"\s*(?:- +)*([^:\s][^:]*): +([^\s\"'\[{].*)")
_LEVELS = re.compile(r" *((?:- +)*)")


class _Place(NamedTuple):
    """Where the parser gave up, and the line on which what it was reading began."""

    row: int
    column: int
    began: int
    began_column: int


def explain(text: str, error: yaml.MarkedYAMLError) -> tuple[int, Fault]:
    """Say what was probably meant where a text is not YAML.

    Args:
        text: the text of the document.
        error: what the parser says of it.

    Returns:
        The line, counted from 0, and the fault.
    """
    rows = text.splitlines() or [""]
    last = len(rows) - 1
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return 0, _unknown(error, "")
    began = error.context_mark or mark
    place = _Place(min(mark.line, last), mark.column, min(began.line, last), began.column)
    problem, context = str(error.problem or ""), str(error.context or "")
    row = rows[place.row]
    if mark.line <= last:
        if "\t" in row[: len(row) - len(row.lstrip())]:
            return place.row, Fault("a tab at the beginning of the line", "spaces")
        if greater := _GREATER.search(row):
            return place.row, Fault(f"an unquoted {quote(greater[1].strip())}", QUOTED_GREATER)
    if "quoted scalar" in context:
        return _quoted(rows, place, problem)
    if "flow" in context:
        return _bracket(rows, place, at_end=mark.line > last)
    if "':'" in problem:
        return place.began, _no_colon(rows[place.began].strip())
    if "mapping values" in problem:
        return _second_colon(rows, place)
    if "expected key" in problem or "'-' indicator" in problem:
        return place.row, _out_of_line(rows, place)
    if "document start" in problem:
        directive = next((i for i, line in enumerate(rows) if line[:1] == "%"), None)
        if directive is None:
            return place.row, _out_of_line(rows, place)
        return directive, Fault("a line that begins with %", "a record without such lines")
    if (sign := rows[place.began][place.began_column :][:1]) and not sign.isalnum():
        value = rows[place.began][place.began_column :].strip()
        accepted = f"text that begins with {quote(sign)} in quotes"
        return place.began, Fault(f"an unquoted {quote(value)}", accepted, f"'{value}'")
    return place.row, _unknown(error, f"; see column {place.column + 1}")


def glued(text: str) -> Fault | None:
    """Recognise a field and a value with no space between them, such as "id:a"."""
    if match := _GLUED.fullmatch(text.strip()):
        pair = f"{match[1]}: {match[2]}"
        found = f"{quote(text.strip())} without a space after the colon"
        return Fault(found, "field, colon, space, value", pair)
    return None


def _no_colon(row: str) -> Fault:
    if fault := glued(row):
        return fault
    match = _LOOSE.fullmatch(row)
    suggestion = f"{match[1]}: {match[2]}" if match else ""
    return Fault(f"{quote(row)} without a colon", "field, colon, space, value", suggestion)


def _quoted(rows: list[str], place: _Place, problem: str) -> tuple[int, Fault]:
    if "escape" in problem:
        accepted = "a backslash written twice, or single quotes around the text"
        return place.row, Fault("a backslash in double quotes", accepted)
    mark = rows[place.began][place.began_column : place.began_column + 1]
    return place.began, Fault(f"a quotation mark {mark} that is never closed", f"{mark} at the end")


def _bracket(rows: list[str], place: _Place, *, at_end: bool) -> tuple[int, Fault]:
    began, opened = _opened(rows, place)
    row = rows[place.row]
    sign = row[place.column : place.column + 1]
    if not at_end and sign and sign in "]}":
        return place.row, Fault(f'"{sign}" where "{opened}" is open', f'"{CLOSING[opened]}"')
    words = re.search(r"(\S+) +([^\s,]+)$", row[: place.column])
    if sign == ":" and words and place.row == began:
        accepted = "a comma between two fields"
        return place.row, Fault(quote(words[0]), accepted, f"{words[1]}, {words[2]}")
    found = f'a "{opened}" that is never closed'
    return began, Fault(found, f'"{CLOSING[opened]}" at its end')


def _opened(rows: list[str], place: _Place) -> tuple[int, str]:
    """Give the bracket that the parser was in, or else the last one before that place."""
    for number in range(place.began, -1, -1):
        end = place.began_column + 1 if number == place.began else None
        for sign in reversed(rows[number][:end]):
            if sign in CLOSING:
                return number, sign
    return place.began, "["


def _second_colon(rows: list[str], place: _Place) -> tuple[int, Fault]:
    """A field stands where none can: in another's value, or deeper than the one above it."""
    row = rows[place.row]
    inside = _COLON_INSIDE.fullmatch(row)
    if inside and place.column > row.index(":"):
        value = inside[2].replace("'", "''")
        pair = "" if re.search(r"[,;].*:", value) else f"{inside[1]}: '{value}'"
        accepted = "one field in a line, and text with a colon in quotes"
        return place.row, Fault(f"{quote(inside[2])} with a colon", accepted, pair)
    above = _above(rows, place.row)
    if above is None:
        return place.row, _out_of_line(rows, place)
    if fault := glued(rows[above]):
        return above, fault
    return place.row, _out_of_line(rows, place)


def _out_of_line(rows: list[str], place: _Place) -> Fault:
    """A line that is indented as none above it, or a sign that nothing opened."""
    row = rows[place.row]
    before, sign = row[: place.column].rstrip(), row[place.column : place.column + 1]
    if sign and sign in "]}":
        opening = next(k for k, v in CLOSING.items() if v == sign)
        return Fault(f'a "{sign}" that closes nothing', f'as many "{sign}" as "{opening}"')
    if before[-1:] in ("'", '"'):
        found = f"{quote(row[place.column :].strip())} after a closing quotation mark"
        return Fault(found, "nothing after it; inside double quotes, single ones")
    if row.lstrip().startswith("- ") and place.began_column == place.column:
        return Fault("a list entry among fields", "a list below the field that it belongs to")
    levels = _levels(rows, place.row)
    here = len(row) - len(row.lstrip())
    accepted = " or ".join(str(level) for level in sorted(levels))
    found = f"{quote(row.strip().partition(':')[0])} indented by {here}"
    if not any(levels):
        return Fault(found, "no indentation, as in the lines above")
    return Fault(found, f"an indentation of {accepted} spaces, as in the lines above")


def _levels(rows: list[str], row: int) -> set[int]:
    """Give the indentations that are open above a row."""
    levels: set[int] = set()
    least = len(rows[row]) + max(map(len, rows))
    while (above := _above(rows, row)) is not None and least > 0:
        match = _LEVELS.match(rows[above])
        dashes = match[1] if match else ""
        starts = [len(rows[above]) - len(rows[above].lstrip())]
        starts += [starts[0] + i + 2 for i, sign in enumerate(dashes) if sign == "-"]
        levels |= {start for start in starts if start < least}
        least = min([least, *starts])
        row = above
    return levels


def _above(rows: list[str], row: int) -> int | None:
    """Give the next row above that is neither blank nor a comment."""
    candidates = range(row - 1, -1, -1)
    return next((i for i in candidates if rows[i].strip() and rows[i].lstrip()[0] != "#"), None)


def _unknown(error: yaml.MarkedYAMLError, column: str) -> Fault:
    found = f"text that is not YAML ({error.problem or error.context})"
    return Fault(found, f"YAML, with special signs in quotes{column}")
