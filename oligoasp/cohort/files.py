"""Cohorts that are record files: NDJSON, read as it comes, and folders of records."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, NamedTuple

from oligoasp.cohort.model import Chunk, Member, as_it_is, digest_of
from oligoasp.protocol.vocabulary import Vocabulary
from oligoasp.record.errors import Fault, RecordError
from oligoasp.record.read import record_of
from oligoasp.record.shape import shapes_of
from oligoasp.record.source import (
    EMPTY_LINES,
    FORMATS,
    LARGEST_FILE,
    NDJSON,
    STANDARD_INPUT,
    SUFFIXES,
    Document,
    documents_of,
    line_documents,
    lines_of,
    no_records,
    record_files,
    refusal,
)

MOST_BYTES = 4 * 2**20
"""How many bytes of several files go into one piece."""


class _Lines(NamedTuple):
    """Lines of an NDJSON file."""

    name: str
    stem: str
    first: int
    lines: list[bytes]


class _File(NamedTuple):
    """A file as it stands on disk, or why it cannot be read."""

    name: str
    kind: str
    stem: str
    data: bytes
    reason: str = ""


class FileCohort:
    """The records of one file, of a folder of files, or of standard input (NDJSON).

    Args:
        place: a file, a folder, or "-".
        vocabulary: what a record can say.
        stdin: what "-" stands for, if not the standard input of the program.

    Raises:
        RecordError: there is no such file, or nothing that could be a record in it.
    """

    def __init__(
        self, place: str | Path, vocabulary: Vocabulary, stdin: IO[bytes] | None = None
    ) -> None:
        self.name = self.key = str(place)
        self._schema = shapes_of(vocabulary)
        self._stdin = stdin
        self._files = [] if self.name == STANDARD_INPUT else _files(Path(place), self.name)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Give the records in pieces: lines of NDJSON, or whole files.

        Raises:
            NoRecordsError: there is none in the only file.
        """
        if self.name == STANDARD_INPUT:
            stream = self._stdin or sys.stdin.buffer
            yield from _line_chunks(stream, STANDARD_INPUT, "record", size, alone=True)
            return
        waiting: list[_File] = []
        share = len(self._files)
        alone = share == 1
        for number, file in enumerate(self._files):
            kind = FORMATS[file.suffix.lower()]
            try:
                if kind == NDJSON:
                    if waiting:
                        yield _file_chunk(waiting, number / share)
                        waiting = []
                    with file.open("rb") as stream:
                        for chunk in _line_chunks(
                            stream, str(file), file.stem, size, file, alone=alone
                        ):
                            done = (number + (chunk.done or 0)) / share
                            yield Chunk(chunk.payload, chunk.digest, done)
                    continue
                with file.open("rb") as stream:
                    data = stream.read(LARGEST_FILE + 1)
                if alone and not data.strip():
                    raise no_records(str(file), Fault("an empty file", "a record"))
                waiting.append(_File(str(file), kind, file.stem, data))
            except OSError as error:
                reason = (error.strerror or "cannot be read").lower()
                waiting.append(_File(str(file), kind, file.stem, b"", reason))
            if len(waiting) == size or sum(len(f.data) for f in waiting) > MOST_BYTES:
                yield _file_chunk(waiting, (number + 1) / share)
                waiting = []
        if waiting:
            yield _file_chunk(waiting, 1.0)

    def members(self, chunk: Chunk) -> Iterator[Member]:
        """Read a piece."""
        for found in _documents(chunk.payload):
            record = found if isinstance(found, RecordError) else record_of(found, self._schema)
            yield Member(record, as_it_is)


def _files(path: Path, name: str) -> list[Path]:
    try:
        if path.is_dir():
            files = record_files(path)
            if not files:
                raise no_records(name, Fault("a folder without record files", SUFFIXES))
            return files
        with path.open("rb"):
            return [path]
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        fault = Fault(f"a file that cannot be read ({reason})", "")
        raise refusal(name, None, fault) from None


def _line_chunks(
    stream: IO[bytes], name: str, stem: str, size: int, file: Path | None = None, *, alone: bool
) -> Iterator[Chunk]:
    total = file.stat().st_size if file else 0
    lines, first, read, blank = lines_of(stream), 1, 0, True
    while part := list(islice(lines, size)):
        blank = blank and not any(map(bytes.strip, part))
        read += sum(map(len, part))
        done = min(read / total, 1.0) if total else None
        digest = digest_of(chain((name.encode(), b"%d" % first), part))
        yield Chunk(_Lines(name, stem, first, part), digest, done)
        first += len(part)
    if blank and alone:
        raise no_records(name, EMPTY_LINES)
    if blank:
        yield Chunk(_Lines(name, stem, 1, []), b"", 1.0)


def _file_chunk(files: list[_File], done: float) -> Chunk:
    parts = (part for f in files for part in (f.name.encode(), f.data, f.reason.encode()))
    return Chunk(tuple(files), digest_of(parts), done)


def _documents(payload: object) -> Iterator[Document | RecordError]:
    if isinstance(payload, _Lines):
        if not payload.lines:
            yield no_records(payload.name, EMPTY_LINES)
        yield from line_documents(payload.lines, payload.name, payload.stem, payload.first)
        return
    assert isinstance(payload, tuple)
    for file in payload:
        assert isinstance(file, _File)
        if file.reason:
            yield refusal(file.name, None, Fault(f"a file that cannot be read ({file.reason})", ""))
        else:
            yield from documents_of(file.kind, io.BytesIO(file.data), file.name, file.stem)
