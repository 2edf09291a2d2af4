"""Files as documents: plain values with the place where they stand.

A JSON or YAML file may have 16 MB; an NDJSON file may be of any length, its lines up to
4 MB. NDJSON is streamed, and only lines with a fault are looked at twice.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from oligoasp.record.errors import Fault, NoRecordsError, Problem, RecordError, quote
from oligoasp.record.json_text import JsonError, decode, locate
from oligoasp.record.value import Value, show

EMPTY_LINES = Fault("an empty file", "a record in every line")
STANDARD_INPUT = "-"
LARGEST_FILE = 16 * 2**20
LONGEST_LINE = 4 * 2**20

JSON, NDJSON, YAML = "json", "ndjson", "yaml"
FORMATS = {".json": JSON, ".ndjson": NDJSON, ".jsonl": NDJSON, ".yaml": YAML, ".yml": YAML}
SUFFIXES = ", ".join(FORMATS)


class Document(NamedTuple):
    """One record as it stands in a file.

    ``start`` is its first line, if known without looking; ``one_line`` says that all of
    it stands there; else ``lines`` finds the lines of its fields. ``default_id`` names a
    record that has no id.
    """

    source: str
    default_id: str
    data: dict[str, Value]
    start: int | None = None
    one_line: bool = False
    lines: Callable[[], dict[str, int]] = dict

    def where(self, path: str = "") -> int | None:
        """Find the line of a field, or of the nearest field around it."""
        if self.one_line:
            return self.start
        lines = self.lines()
        while path and path not in lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return lines.get(path, self.start)


class _Lines:
    """The lines of the fields of a JSON text, found when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: dict[str, int] | None = None

    def __call__(self) -> dict[str, int]:
        if self._found is None:
            self._found = locate(self._text)
        return self._found

    def below(self, prefix: str) -> dict[str, int]:
        """Give the lines inside one item of a list, by paths inside the item."""
        return {
            path.removeprefix(prefix).removeprefix("."): line
            for path, line in self().items()
            if path == prefix or path.startswith((f"{prefix}.", f"{prefix}["))
        }


def read_documents(
    paths: Iterable[str | Path], stdin: IO[bytes] | None = None
) -> Iterator[Document | RecordError]:
    """Read files, and the record files of folders in the order of their names.

    Args:
        paths: files, folders or "-" for standard input.
        stdin: what "-" stands for, if not the standard input of the program.

    Yields:
        Every record as a document, or what was refused, in order.
    """
    given = list(paths)
    for path in given:
        name = str(path)
        if name == STANDARD_INPUT:
            yield from _sniffed(stdin or sys.stdin.buffer)
            continue
        try:
            yield from _path(Path(path), name, alone=len(given) == 1)
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            yield refusal(name, None, Fault(f"a file that cannot be read ({reason})", ""))


def _path(path: Path, name: str, *, alone: bool) -> Iterator[Document | RecordError]:
    if path.is_dir():
        files = record_files(path)
        if not files:
            yield no_records(name, Fault("a folder without record files", SUFFIXES))
        for file in files:
            yield from _path(file, str(file), alone=alone and len(files) == 1)
        return
    if not path.exists():
        yield no_records(name, Fault("no such file", "a file, a folder or -"))
        return
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        found = f"a file named {quote(path.name)}"
        yield refusal(name, None, Fault(found, f"a name ending in {SUFFIXES}"))
        return
    with path.open("rb") as stream:
        for result in documents_of(kind, stream, name, path.stem):
            # An empty file among others is a record that was lost, as far as anybody can tell.
            if isinstance(result, NoRecordsError) and not alone:
                yield RecordError(result.problems)
            else:
                yield result


def record_files(folder: Path) -> list[Path]:
    """Give the record files of a folder, without its subfolders, in the order of names."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in FORMATS)


def _sniffed(stream: IO[bytes]) -> Iterator[Document | RecordError]:
    """Tell the format of standard input by its first line that is not blank."""
    first = stream.readline(LONGEST_LINE)
    while first and not first.strip(b"\xef\xbb\xbf \t\r\n"):
        first += stream.readline(LONGEST_LINE)
        if len(first) > LARGEST_FILE:
            break
    start = first.lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = JSON if start[:1] in (b"{", b"[") else YAML
    if start.startswith(b"{") and start.rstrip().endswith(b"}"):
        kind = NDJSON
    yield from documents_of(kind, stream, STANDARD_INPUT, "record", first)


def documents_of(
    kind: str, stream: IO[bytes], name: str, stem: str, first: bytes = b""
) -> Iterator[Document | RecordError]:
    """Read an open file.

    Args:
        kind: one of `FORMATS`.
        stream: the file.
        name: what to call it in messages.
        stem: what a record without id is named after.
        first: what was read of it before.

    Yields:
        Every record as a document, or what was refused, in order.
    """
    if kind == NDJSON:
        yield from _ndjson(lines_of(stream, first), name, stem)
        return
    data = first + stream.read(LARGEST_FILE + 1 - len(first))
    if len(data) > LARGEST_FILE:
        fault = Fault("a file that is too large", f"at most {LARGEST_FILE // 2**20} MB, or NDJSON")
        yield refusal(name, None, fault)
        return
    text = _text(data, name, 1)
    if isinstance(text, RecordError):
        yield text
    elif not text.strip():
        yield no_records(name, Fault("an empty file", "a record"))
    else:
        yield from (_json if kind == JSON else _yaml)(text, name, stem)


def lines_of(stream: IO[bytes], first: bytes = b"") -> Iterator[bytes]:
    """Give the lines, never more of one than one sign beyond the limit."""
    yield from first.splitlines(keepends=True)
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)


def _ndjson(lines: Iterable[bytes], name: str, stem: str) -> Iterator[Document | RecordError]:
    empty = True
    for found in line_documents(lines, name, stem):
        empty = False
        yield found
    if empty:
        yield no_records(name, EMPTY_LINES)


def line_documents(
    lines: Iterable[bytes], name: str, stem: str, first: int = 1
) -> Iterator[Document | RecordError]:
    """Read lines of NDJSON.

    Args:
        lines: the lines, as they stand in the file.
        name: the name of the file.
        stem: what a record without id is named after.
        first: the number of the first line.

    Yields:
        Every record as a document, or what was refused; nothing for a blank line.
    """
    for number, line in enumerate(lines, first):
        try:
            text = line.decode()
            data = decode(text)
        except (JsonError, UnicodeDecodeError):
            if bad := _bad_line(line, name, number):
                yield bad
                continue
            text = line.decode("utf-8-sig")
            if not text.strip():
                continue
            data = decode(text)
        if isinstance(data, dict):
            yield Document(name, f"{stem}-{number}", data, number, one_line=True)
        else:
            yield refusal(name, number, Fault(show(data), "a record in every line"))


def _bad_line(line: bytes, name: str, number: int) -> RecordError | None:
    """Say what is wrong with a line, if it is not just blank or begins with a mark."""
    if len(line) > LONGEST_LINE:
        limit = f"at most {LONGEST_LINE // 2**20} MB in a line"
        return refusal(name, number, Fault("a line that is too long", limit))
    text = _text(line, name, number)
    if isinstance(text, RecordError):
        return text
    if not text.strip():
        return None
    try:
        decode(text)
    except JsonError as error:
        return refusal(name, number, error.fault, error.field)
    return None


def _json(text: str, name: str, stem: str) -> Iterator[Document | RecordError]:
    try:
        data = decode(text)
    except JsonError as error:
        yield refusal(name, error.line, error.fault, error.field)
        return
    if isinstance(data, dict):
        yield Document(name, stem, data, lines=_Lines(text))
        return
    if not isinstance(data, list) or not data:
        yield refusal(name, 1, Fault(show(data), "a record or a list of records"))
        return
    positions = _Lines(text)
    for index, item in enumerate(data):
        if isinstance(item, dict):
            lines = partial(positions.below, f"[{index}]")
            yield Document(name, f"{stem}-{index + 1}", item, lines=lines)
        else:
            line = positions().get(f"[{index}]")
            yield refusal(name, line, Fault(show(item), "a record"), f"[{index}]")


def _yaml(text: str, name: str, stem: str) -> Iterator[Document | RecordError]:
    from oligoasp.record.yaml_text import YamlError, documents  # noqa: PLC0415 - slow to load

    results = list(documents(text))
    if not results:
        yield refusal(name, None, Fault("a file without a record", "a record"))
    for number, result in enumerate(results, 1):
        default_id = stem if len(results) == 1 else f"{stem}-{number}"
        if isinstance(result, YamlError):
            yield refusal(name, result.line, result.fault, result.field)
        elif isinstance(result.value, dict):
            lines = result.lines.copy
            yield Document(name, default_id, result.value, result.line, lines=lines)
        else:
            fault = _no_record(result.value)
            yield refusal(name, result.line, fault)


def _no_record(value: Value) -> Fault:
    if isinstance(value, str):
        from oligoasp.record.yaml_fault import glued  # noqa: PLC0415 - errors are rare

        if fault := glued(value):
            return fault
    return Fault(show(value), "a record (fields with their values)")


def _text(data: bytes, name: str, line: int) -> str | RecordError:
    if b"\0" in data:
        return refusal(name, None, Fault("binary data", f"text in UTF-8: {SUFFIXES}"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
        found = f"the byte 0x{data[error.start]:02X}, which is not UTF-8"
        return refusal(name, line, Fault(found, "text in UTF-8"))


def refusal(name: str, line: int | None, fault: Fault, field: str = "") -> RecordError:
    """Make the error of a file, a line or a field of which no record could be made."""
    problem = Problem(name, line, None, field, fault.found, fault.accepted, fault.suggestion)
    return RecordError([problem])


def no_records(name: str, fault: Fault) -> NoRecordsError:
    """Make the error of a file or a folder without any record."""
    return NoRecordsError(refusal(name, None, fault).problems)
